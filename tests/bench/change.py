#!/usr/bin/env python3
"""Measures what a change costs: one route added to N through the management API, until it answers.

    tests/bench/change.py                      # 100, 10,000 and 100,000 routes
    tests/bench/change.py --routes 10000 --changes 50

A control plane, one proxy, one host for each route. Times are medians; the CPU times are of the
whole process, by the change. They hold for one machine; what to look at is how they grow with N.
"""

import argparse
import os
import pathlib
import socket
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support import gateway, ports  # noqa: E402
from support.processes import Failed, Processes  # noqa: E402

BATCH = 20000  # routes in one apply: a body of at most 32 MiB
TICKS = os.sysconf("SC_CLK_TCK")


def route(number):
    return {
        "kind": "Route",
        "name": f"r{number}",
        "hostnames": [f"r{number}.test"],
        "rules": [
            {
                "matches": [{"pathExact": "/"}],
                "directResponse": {"status": 200, "body": str(number)},
            }
        ],
    }


def answers(port, number):
    """Whether the proxy has the route."""
    request = f"GET / HTTP/1.1\r\nhost: r{number}.test\r\nconnection: close\r\n\r\n"
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(request.encode())
            return connection.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def wait_for_answer(port, number, seconds=60):
    deadline = time.monotonic() + seconds
    while not answers(port, number):
        if time.monotonic() > deadline:
            raise Failed(f"route r{number} is not in effect after {seconds} s")
        time.sleep(0.0005)


def cpu_ms(process):
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / TICKS


def memory_mib(process):
    for line in pathlib.Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def measure(routes, changes):
    with Processes("bench-change") as processes:
        control = gateway.ControlPlane(processes)
        port = ports.free()
        control.apply([{"kind": "Listener", "name": "edge", "port": port}])
        proxy = gateway.Proxy(processes, control, "proxy")
        for start in range(0, routes, BATCH):
            control.apply([route(i) for i in range(start, min(start + BATCH, routes))])
        wait_for_answer(port, routes - 1)
        before = cpu_ms(control.process), cpu_ms(proxy.process)
        accepted, effective = [], []
        for number in range(routes, routes + changes):
            started = time.monotonic()
            control.apply([route(number)])
            accepted.append(time.monotonic() - started)
            wait_for_answer(port, number)
            effective.append(time.monotonic() - started)
        after = cpu_ms(control.process), cpu_ms(proxy.process)
        return {
            "routes": routes,
            "accepted_ms": statistics.median(accepted) * 1000,
            "effect_ms": statistics.median(effective) * 1000,
            "control_cpu_ms": (after[0] - before[0]) / changes,
            "proxy_cpu_ms": (after[1] - before[1]) / changes,
            "control_mib": memory_mib(control.process),
            "proxy_mib": memory_mib(proxy.process),
        }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--routes", type=int, action="append", help="repeatable")
    parser.add_argument("--changes", type=int, default=30)
    arguments = parser.parse_args()
    rows = [measure(n, arguments.changes) for n in arguments.routes or [100, 10000, 100000]]
    print("| " + " | ".join(rows[0]) + " |")
    print("|" + "---:|" * len(rows[0]))
    for row in rows:
        cells = [f"{v:.1f}" if isinstance(v, float) else str(v) for v in row.values()]
        print("| " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
