"""Starts programs, waits until they are ready, and ends them by their id, with what they started.

    with Processes("hotswap") as processes:
        control = processes.start("control", [path, "--http-address", "127.0.0.1:0"])
        ready = control.json_line(lambda line: line.get("ready"))

Each process writes to a file in the group's folder. The folder is removed when all went well and
kept, its path printed, when the `with` block raises.
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

READY_SECONDS = 30  # the longest a program may take to start
STOP_SECONDS = 5  # how long a program may take to end when asked


class Failed(Exception):
    """A program ended, or did not become ready; the message has the end of its log."""


def wait_until(condition, what, seconds=READY_SECONDS, every=0.01):
    """Polls `condition` until it is truthy and returns its value; raises Failed after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Failed(f"after {seconds} s still not: {what}")
        time.sleep(every)


def tree(root):
    """The ids of a process and everything it started that still runs."""
    children = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat", encoding="ascii", errors="replace") as stat:
                parent = int(stat.read().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(entry))
    found, todo = [], [root]
    while todo:
        found.append(todo.pop())
        todo += children.get(found[-1], [])
    return found


def is_running(pid):
    """Whether a process is there and not a zombie."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def set_priority(pid, priority):
    """The nice value of a process and of its session's autogroup, which often decides alone."""
    os.setpriority(os.PRIO_PROCESS, pid, priority)
    try:
        with open(f"/proc/{pid}/autogroup", "w", encoding="ascii") as autogroup:
            autogroup.write(str(priority))
    except OSError:
        pass  # this kernel has no autogroups


class Process:
    """One running program. stdout and stderr go to files; stdin is a pipe when asked for."""

    def __init__(self, name, command, folder, core=None, env=None, stdin=False, priority=None):
        self.name = name
        self.command = [str(part) for part in command]
        self.out_path = pathlib.Path(folder) / f"{name}.out"
        self.log_path = pathlib.Path(folder) / f"{name}.log"
        full = self.command
        if core is not None:
            full = ["taskset", "-c", str(core)] + full
        with open(self.out_path, "wb") as out, open(self.log_path, "wb") as log:
            self._popen = subprocess.Popen(
                full,
                stdout=out,
                stderr=log,
                stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
                env={**os.environ, **(env or {})},
                start_new_session=True,
            )
        self.pid = self._popen.pid
        if priority is not None:
            set_priority(self.pid, priority)

    def is_running(self):
        return self._popen.poll() is None

    def pids(self):
        return tree(self.pid)

    def output(self):
        return self.out_path.read_text(errors="replace")

    def log_end(self, lines=20):
        text = self.log_path.read_text(errors="replace").splitlines()[-lines:]
        text += self.output().splitlines()[-5:]
        return "\n".join(f"    {line}" for line in text)

    def wait_for(self, condition, what, seconds=READY_SECONDS):
        """Like wait_until, but a process that ended meanwhile is an error at once."""

        def check():
            value = condition()
            if not value and not self.is_running():
                raise Failed(
                    f"{self.name} ended with status {self._popen.returncode} before {what}:\n"
                    f"{self.log_end()}"
                )
            return value

        try:
            return wait_until(check, what, seconds)
        except Failed as failed:
            raise Failed(f"{self.name}: {failed}\n{self.log_end()}") from None

    def json_line(self, accept, seconds=READY_SECONDS):
        """The first line of stdout that is JSON and that `accept` takes."""

        def find():
            for line in self.output().splitlines():
                if line.startswith("{"):
                    try:
                        value = json.loads(line)
                    except ValueError:
                        continue  # a line that is still being written
                    if accept(value):
                        return value
            return None

        return self.wait_for(find, "its JSON line", seconds)

    def file_text(self, path, seconds=READY_SECONDS):
        """What the process writes to `path`, such as its admin address."""
        path = pathlib.Path(path)
        return self.wait_for(
            lambda: path.exists() and path.read_text().strip(), f"it wrote {path.name}", seconds
        )

    def close_stdin(self):
        self._popen.stdin.close()

    def send_signal(self, number):
        self._popen.send_signal(number)

    def wait(self, seconds):
        """The exit status; raises Failed when it does not end in time."""
        try:
            return self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failed(f"{self.name} did not end within {seconds} s\n{self.log_end()}") from None

    def stop(self):
        """SIGTERM, then SIGKILL to it and all it started; returns the exit status."""
        pids = tree(self.pid) if self.is_running() else []
        for number in (signal.SIGTERM, signal.SIGKILL):
            if not any(is_running(pid) for pid in pids):
                break
            targets = [self.pid] if number == signal.SIGTERM else pids
            for pid in targets:
                try:
                    os.kill(pid, number)
                except ProcessLookupError:
                    pass
            try:
                self._popen.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                continue
            deadline = time.monotonic() + 2
            while time.monotonic() < deadline and any(is_running(pid) for pid in pids):
                time.sleep(0.005)
        return self._popen.wait(STOP_SECONDS)


class Processes:
    """A group of programs with one folder, ended together in reverse order."""

    def __init__(self, name, folder=None, keep=False, priority=None):
        self._priority = priority
        self._made = folder is None
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix=f"fairlead-{name}-"))
        self.folder.mkdir(parents=True, exist_ok=True)
        self._keep = keep
        self._running = []
        self._before_stop = []

    def __enter__(self):
        return self

    def start(self, name, command, **options):
        process = Process(name, command, self.folder, priority=self._priority, **options)
        self._running.append(process)
        return process

    def before_stop(self, call):
        """`call` is made before all are stopped: to close what a program would wait for."""
        self._before_stop.append(call)

    def stop_all(self):
        while self._before_stop:
            self._before_stop.pop()()
        while self._running:
            self._running.pop().stop()

    def stop(self, process):
        self._running.remove(process)
        return process.stop()

    def __exit__(self, kind, value, trace):
        self.stop_all()
        if kind is not None or self._keep or not self._made:
            if kind not in (None, KeyboardInterrupt):
                print(f"the logs are kept in {self.folder}", file=sys.stderr)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)
        return False
