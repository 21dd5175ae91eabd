"""What the kernel knows of processes: CPU time, memory, use of a core."""

import glob
import os
import re

TICK = 1 / os.sysconf("SC_CLK_TCK")


def cpu_seconds(pids):
    """(total, user share) of these processes since they began.

    The total counts in nanoseconds (schedstat); its split into user and system only in clock
    ticks (stat).
    """
    total = user = system = 0.0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
                fields = stat.read().rsplit(")", 1)[1].split()
            for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
                with open(path, encoding="ascii") as schedstat:
                    total += int(schedstat.read().split()[0]) / 1e9
        except OSError:
            continue  # it ended meanwhile
        ended_children = (int(fields[13]) + int(fields[14])) * TICK
        total += ended_children
        user += (int(fields[11]) + int(fields[13])) * TICK
        system += (int(fields[12]) + int(fields[14])) * TICK
    return total, user, system


def memory_mib(pids):
    """Proportional set size: a page that several processes share counts once."""
    kib = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
                kib += int(re.search(r"^Pss:\s+(\d+)", rollup.read(), re.M)[1])
        except OSError:
            continue
    return kib / 1024


def core_busy_seconds(core):
    """Time the core has not been idle, whoever used it."""
    with open("/proc/stat", encoding="ascii") as stat:
        fields = re.search(rf"^cpu{core} (.*)$", stat.read(), re.M)[1].split()
    user, nice, system, _idle, _iowait, irq, softirq, steal = (int(field) for field in fields[:8])
    return (user + nice + system + irq + softirq + steal) * TICK


def describe():
    """One line about the machine, for reports."""
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as info:
        model = re.search(r"^model name\s*:\s*(.*)$", info.read(), re.M)
    return f"{os.cpu_count()} x {model[1] if model else 'unknown CPU'}, Linux {os.uname().release}"
