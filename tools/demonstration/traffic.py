"""The demo's traffic, and what became of it: who answered, with which status, what failed."""

import collections
import json
import re
import shutil
import signal

from support import paths

REPORT_SECONDS = 0.2
LONGEST_SECONDS = 3600


class Totals:
    """Counts since the start; the difference of two is what happened between them."""

    def __init__(self):
        self.backends = collections.Counter()
        self.statuses = collections.Counter()
        self.failures = collections.Counter()  # requests without an answer, by reason
        self.closed = 0  # kept connections that a proxy closed

    def __sub__(self, before):
        out = Totals()
        out.backends = self.backends - before.backends
        out.statuses = self.statuses - before.statuses
        out.failures = self.failures - before.failures
        out.closed = self.closed - before.closed
        return out

    def failed(self, asked_for=()):
        """Requests that failed; the statuses that were asked for are none."""
        good = {200, *asked_for}
        wrong = sum(count for status, count in self.statuses.items() if status not in good)
        return wrong + sum(self.failures.values())

    def share(self, backend):
        """Percent of the answers of all backends."""
        total = sum(self.backends.values())
        return 100 * self.backends[backend] / total if total else 0.0


class Traffic:
    def __init__(self, processes, port):
        self._processes = processes
        self._port = port
        self._loads = []
        self._witness = None

    def start(self, name, path, rate, connections):
        """Keeps `rate` requests per second on kept connections."""
        command = [paths.tool("load"), "--port", self._port, "--path", path, "--rate", rate]
        command += ["--connections", connections, "--seconds", LONGEST_SECONDS]
        command += ["--count-header", "x-backend", "--report-every", REPORT_SECONDS]
        self._loads.append(self._processes.start(name, command))

    def start_witness(self):
        """`hey` beside it: a load generator that is not ours, with its own count of failures."""
        program = shutil.which("hey")
        if program:
            command = [program, "-z", f"{LONGEST_SECONDS}s", "-c", 4, "-q", 10]
            self._witness = self._processes.start(
                "hey", [*command, f"http://127.0.0.1:{self._port}/"]
            )

    def totals(self):
        out = Totals()
        for load in self._loads:
            report = self._last_report(load)
            out.backends.update({name: n for name, n in report.get("counted", {}).items() if name})
            for status, count in report.get("statuses", {}).items():
                out.statuses[int(status)] += count
            for why, count in report.get("failures", {}).items():
                if not why.startswith("status "):
                    out.failures[why] += count
            out.closed += report.get("closed_by_peer", 0)
        return out

    @staticmethod
    def _last_report(load):
        for line in reversed(load.output().splitlines()):
            if line.startswith("{") and line.endswith("}"):
                return json.loads(line)
        return {}

    def stop_witness(self):
        """(statuses, errors) that hey counted; None when it is not installed."""
        if not self._witness:
            return None
        self._witness.send_signal(signal.SIGINT)
        self._witness.wait(10)
        text = self._witness.output()
        statuses = {int(s): int(n) for s, n in re.findall(r"\[(\d{3})\]\s+(\d+) responses", text)}
        errors = re.findall(r"^\s+\[\d+\]\s+(?!\d+ responses)(.*)$", text, re.M)
        return statuses, errors
