"""What a scene of the demo is made of: words, commands, a live table, checks."""

import sys
import time

_COLORS = {"title": "1;36", "command": "1", "pass": "32", "fail": "1;31", "quiet": "2"}


class Show:
    """Runs the scenes' commands against the control plane and watches the traffic meanwhile."""

    def __init__(self, processes, control, proxies, traffic, checks):
        self.folder = processes.folder / "documents"
        self.folder.mkdir()
        self.control = control
        self.proxies = proxies
        self.traffic = traffic
        self.checks = checks
        self.names = []  # of the backends, in the table's order
        self.asked_for = set()  # statuses that are no failures now
        self.failed = 0
        self._last = traffic.totals()
        self._started = time.monotonic()

    def _paint(self, kind, text):
        return f"\033[{_COLORS[kind]}m{text}\033[0m" if sys.stdout.isatty() else text

    def title(self, text):
        print("\n" + self._paint("title", f"== {text}"), flush=True)

    def say(self, text):
        print(text, flush=True)

    def check(self, passes, text):
        """One thing that the scene had to show."""
        self.checks.append(bool(passes))
        word = self._paint("pass", "  ok  ") if passes else self._paint("fail", " FAIL ")
        print(f"{word} {text}", flush=True)

    def document(self, name, text):
        """Writes a document into the demo's folder; the path to name in commands."""
        path = self.folder / name
        path.write_text(text)
        return path

    def command(self, *arguments):
        """Runs `fairlead ...` as a user would, showing it; (exit status, all it printed)."""
        shown = " ".join(str(argument).replace(f"{self.folder}/", "") for argument in arguments)
        print(self._paint("command", f"$ fairlead {shown}"), flush=True)
        status, out, error = self.control.cli(*arguments)
        text = (out + error).replace(f"{self.folder}/", "")
        for line in text.rstrip().splitlines():
            print(f"    {line}")
        return status, text

    def apply(self, path, reason):
        """Applies a document; it must be accepted and reach every proxy."""
        status, text = self.command("apply", "-f", path, "--reason", reason)
        if status != 0:
            self.check(False, f"the change was accepted: {text}")
            return
        self.wait_in_sync()

    def wait_in_sync(self):
        seconds = self.control.wait_in_sync(self.revision(), len(self.proxies))
        print(self._paint("quiet", f"    both proxies run it, {seconds * 1e3:.0f} ms later"))

    def revision(self):
        revisions = self.control.call("GET", "/v1/revisions?limit=1").get("revisions", [])
        return int(revisions[0]["number"]) if revisions else 0

    def header(self):
        columns = "".join(f"{name:>10}" for name in self.names)
        print(f"    time{columns}       200    401    429  failed in all", flush=True)

    def watch(self, seconds, settle=0):
        """A line of the table each second; the Totals of the last `seconds`.

        `settle`: seconds before them, in which what was in flight may still end.
        """
        self.header()
        for _ in range(settle):
            self._second()
        first = self.traffic.totals()
        for _ in range(seconds):
            self._second()
        return self.traffic.totals() - first

    def _second(self):
        time.sleep(1)
        self.line()

    def line(self):
        now = self.traffic.totals()
        part, self._last = now - self._last, now
        self.failed += part.failed(self.asked_for)
        if not part.statuses and not part.failures:
            return
        backends = "".join(f"{part.backends[name]:>10}" for name in self.names)
        statuses = f"{part.statuses[200]:>10}{part.statuses[401]:>7}{part.statuses[429]:>7}"
        failed = self._paint("fail" if self.failed else "pass", f"{self.failed:>15}")
        print(f"{time.monotonic() - self._started:7.1f}s{backends}{statuses}{failed}", flush=True)
        if part.failed(self.asked_for):
            print(f"    failed: {dict(part.statuses)} {dict(part.failures)}", flush=True)

    def expect(self, *statuses):
        """From now on these statuses are asked for, others than 200 are failures."""
        self.line()
        self.asked_for = set(statuses)
