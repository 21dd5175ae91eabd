#!/usr/bin/env python3
"""Sends the same bytes to the real Envoy and to fairlead-proxy, on one configuration after the
other; compares what comes back, what the upstream gets and how connections end. README.md tells
the rules."""

import argparse
import concurrent.futures
import fnmatch
import importlib
import pathlib
import re
import sys
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import allowed
import compare
from support import http_client, paths, ports
from support.processes import Failed, Processes
from support.upstream import Upstream

LATE_SECONDS = 0.05  # what a proxy that closed may still be sending upstream
CASE_SECONDS = 5


def load():
    """(configurations, allowances) of all modules with cases here."""
    modules = [importlib.import_module(p.stem) for p in sorted(HERE.glob("cases*.py"))]
    configs = [config for module in modules for config in module.CONFIGS]
    for names in [[c.name for c in configs], *[[k.name for k in c.cases] for c in configs]]:
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            sys.exit(f"one name twice: {', '.join(sorted(twice))}")
    entries = [entry for module in modules for entry in getattr(module, "ALLOWED", [])]
    return configs, [*allowed.ALLOWED, *entries]


class Proxy:
    """One of the two on one configuration, with upstreams of its own; only the ring's endpoints
    are shared."""

    def __init__(self, name, kind, config, processes, ring_ports):
        self.name = f"{config.name} {name}"
        self.kind = kind
        self.config = config
        self.folder = processes.folder / self.name.replace(" ", "-")
        self.folder.mkdir()
        self.upstreams = {key: Upstream(key, answers=config.answers).__enter__() for key in "abc"}
        dead, *listening = ports.free(1 + len(config.listeners))
        self.ports = dict(zip(config.listeners, listening))
        self.access_log = self.folder / "access.log"
        names = {f"{key.upper()}_PORT": upstream.port for key, upstream in self.upstreams.items()}
        names |= {f"RING{i + 1}_PORT": port for i, port in enumerate(ring_ports)}
        names |= {f"{key.upper()}_PORT": port for key, port in self.ports.items()}
        names["DEAD_PORT"] = dead
        self.port_names = {f":{port}": f":{key}" for key, port in names.items()}
        path = self.folder / "bootstrap.yaml"
        path.write_text(config.bootstrap({**names, "ACCESS_LOG": str(self.access_log)}))
        admin = self.folder / "admin"
        command = [*self._command(), "-c", path, "--admin-address-path", admin]
        self.process = processes.start(self.name.replace(" ", "-"), command)
        self.admin_port = int(self.process.file_text(admin).rsplit(":", 1)[1])
        self.process.wait_for(self._is_ready, "it is ready")

    def _command(self):
        common = ["--concurrency", "1", "--log-level", "warning"]
        if self.kind == "envoy":
            return [paths.envoy(), *common, "--disable-hot-restart"]
        return [paths.program("fairlead-proxy"), *common]

    def _is_ready(self):
        try:
            return http_client.get(self.admin_port, "/ready", "127.0.0.1").status == 200
        except OSError:
            return False

    def take(self):
        """{upstream: requests} since the last call."""
        taken = {name: upstream.take() for name, upstream in self.upstreams.items()}
        return {name: received for name, received in taken.items() if received}

    def run(self, case):
        """The Outcome of a case."""
        self.take()
        port = self.ports[case.listener]
        pieces = [case.request] if isinstance(case.request, bytes) else case.request
        exchange = http_client.send(
            port,
            [piece.replace(b"$PORT", str(port).encode()) for piece in pieces],
            finals=case.finals,
            methods=case.methods,
            seconds=CASE_SECONDS,
            half_close=case.half_close,
            awaits_continue=case.awaits_continue,
            in_turn=case.in_turn,
            settle=self.config.settle,
        )
        if exchange.end != "kept":
            time.sleep(LATE_SECONDS)
        received = self.take()
        for messages in [exchange.interim, exchange.responses, *received.values()]:
            for message in messages:
                self._name_ports(message)
        return compare.Outcome(exchange, received)

    def _name_ports(self, message):
        """Our ports by name, in what is compared as text."""
        for port, name in self.port_names.items():
            message.start_line = message.start_line.replace(port, name)
            message.headers = [(key, value.replace(port, name)) for key, value in message.headers]
            message.body = message.body.replace(port.encode(), name.encode())

    def run_all(self, chosen):
        outcomes = {}
        for case in chosen:
            if not self.process.is_running():
                raise Failed(f"{self.name} ended before {case.name!r}:\n{self.process.log_end()}")
            outcomes[case.name] = self.run(case)
        for request in self.config.logged.values():
            http_client.send(self.ports["main"], request, seconds=CASE_SECONDS, settle=0)
        return outcomes

    def logged(self):
        """{name: normal form of its access log line}; the proxy must have ended."""
        lines = {}
        text = self.access_log.read_text() if self.access_log.exists() else ""
        for line in text.splitlines():
            agent = re.search(r'"logged ([^"]*)"', line)
            if agent:
                lines[agent[1]] = self._normal(line)
        return lines

    def _normal(self, line):
        """Times and identifiers as `*`, ports by name."""
        line = re.sub(r"^\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\]", "[*]", line)
        line = re.sub(r'"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"', '"*"', line)
        # bytes received, bytes sent, duration, service time
        line = re.sub(r'^(\[\*\] ".*?" \d+ \S+ \d+ \d+) \d+ (\d+|-) ', self._times, line)
        for port, name in self.port_names.items():
            line = line.replace(port, name)
        return line

    @staticmethod
    def _times(match):
        return f"{match[1]} * {'-' if match[2] == '-' else '*'} "

    def stop(self):
        for upstream in self.upstreams.values():
            upstream.stop()


class Verdict:
    """The result of a case: `differs` are failures, `allowed` are differences with a reason."""

    def __init__(self, name):
        self.name = name
        self.differs = []
        self.allowed = []
        self.note = ""


class Judge:
    """Compares outcomes, and knows which allowances were needed."""

    def __init__(self, allowances):
        self.allowances = allowances
        self.used = set()

    def case(self, name, case, left, right):
        verdict = Verdict(name)
        if case.strict:
            strict = compare.strict_verdict(left, right)
            if strict is None:
                verdict.note = compare.strict_note(left, right)
                return verdict
            if strict != "compare":
                self._add(verdict, "strictness", "", strict)
                return verdict
        for aspect, one, two in self._differences(case, left, right):
            self._add(verdict, aspect, one, two)
        return verdict

    @staticmethod
    def _differences(case, left, right):
        if case.summary is None:
            return compare.differences(left, right)
        one, two = case.summary(left), case.summary(right)
        return [] if one == two else [("summary", one, two)]

    def logs(self, config, names, left, right):
        for name in names:
            verdict = Verdict(config.full_log_name(name))
            one, two = left.get(name), right.get(name)
            if one != two or one is None:
                self._add(verdict, "line", one, two)
            yield verdict

    def _add(self, verdict, aspect, left, right):
        for entry in self.allowances:
            if fnmatch.fnmatchcase(verdict.name, entry.cases) and fnmatch.fnmatchcase(
                aspect, entry.aspect
            ):
                self.used.add(entry)
                verdict.allowed.append((aspect, entry.reason))
                return
        verdict.differs.append((aspect, left, right))


def report(verdicts, names, is_verbose):
    for verdict in verdicts:
        word = "FAIL" if verdict.differs else "allowed" if verdict.allowed else "same"
        if verdict.note and word == "same":
            word = "strict"
        notes = sorted({reason for _, reason in verdict.allowed}) + [verdict.note] * bool(
            verdict.note
        )
        if is_verbose or word != "same":
            print(f"{word:8} {verdict.name:52} {'; '.join(notes)}")
        for aspect, left, right in verdict.differs:
            print(
                f"         {aspect}\n           {names[0]:9} {left!r}\n"
                f"           {names[1]:9} {right!r}"
            )


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "patterns", nargs="*", help="only cases with one of these words in `CONFIG: CASE`"
    )
    parser.add_argument("--left", choices=["envoy", "fairlead"], default="envoy")
    parser.add_argument("--right", choices=["envoy", "fairlead"], default="fairlead")
    parser.add_argument("-j", "--jobs", type=int, default=4, help="configurations at once")
    parser.add_argument("-v", "--verbose", action="store_true", help="list the equal cases as well")
    parser.add_argument("--keep", action="store_true", help="keep configurations and logs")
    parser.add_argument("--list", action="store_true", help="list the cases")
    return parser.parse_args()


def run_config(arguments, config, chosen, logs, ring_ports, judge):
    """The verdicts on the chosen cases and log lines of one configuration."""
    name = f"differential-{config.name.replace(' ', '-')}-"
    proxies = []
    with Processes(name, keep=arguments.keep) as processes:

        def run_side(side, kind):
            proxy = Proxy(side, kind, config, processes, ring_ports)
            proxies.append(proxy)
            return proxy, proxy.run_all(chosen)

        try:
            sides = (("left", arguments.left), ("right", arguments.right))
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                (left, ours), (right, theirs) = pool.map(lambda side: run_side(*side), sides)
            processes.stop_all()  # which writes their access logs out
            verdicts = [
                judge.case(config.full_name(case), case, ours[case.name], theirs[case.name])
                for case in chosen
            ]
            verdicts += judge.logs(config, logs, left.logged(), right.logged())
        finally:
            for proxy in proxies:
                proxy.stop()
    return verdicts


def run_all(arguments, chosen, judge):
    """The verdicts on [(config, cases, names of log lines)], several configurations at once."""
    ring = [Upstream(name).__enter__() for name in ("ring1", "ring2", "ring3")]
    ring_ports = [upstream.port for upstream in ring]

    def run_one(entry):
        try:
            return run_config(arguments, *entry, ring_ports, judge)
        except Failed as problem:
            verdict = Verdict(f"{entry[0].name}: the proxies run")
            verdict.differs.append(("process", "", str(problem)))
            return [verdict]

    try:
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            longest_first = sorted(chosen, key=lambda entry: -len(entry[1]))
            return [verdict for found in pool.map(run_one, longest_first) for verdict in found]
    finally:
        for upstream in ring:
            upstream.stop()


def main():
    arguments = parse_arguments()
    words = [pattern.lower() for pattern in arguments.patterns]
    configs, allowances = load()
    chosen = []
    for config in configs:

        def is_wanted(name):
            return not words or any(word in name.lower() for word in words)

        cases = [case for case in config.cases if is_wanted(config.full_name(case))]
        logs = [name for name in config.logged if is_wanted(config.full_log_name(name))]
        if cases or logs:
            chosen.append((config, cases, logs))
    if arguments.list:
        for config, cases, logs in chosen:
            names = [*map(config.full_name, cases), *map(config.full_log_name, logs)]
            print("\n".join(names))
        return 0
    judge = Judge(allowances)
    started = time.monotonic()
    try:
        paths.envoy()
        paths.program("fairlead-proxy")
        verdicts = run_all(arguments, chosen, judge)
    except paths.Missing as problem:
        print(f"{problem}\n0 passed, 1 failed")
        return 1
    report(verdicts, (arguments.left, arguments.right), arguments.verbose)
    if not words:
        for entry in allowances:
            if entry not in judge.used:
                print(f"note: nothing needs the allowance {entry.cases} / {entry.aspect}")
    seconds = time.monotonic() - started
    print(f"{len(verdicts)} comparisons on {len(chosen)} configurations in {seconds:.0f} s")
    failed = sum(bool(verdict.differs) for verdict in verdicts)
    print(f"{len(verdicts) - failed} passed, {failed} failed")
    return 1 if failed or not verdicts else 0


if __name__ == "__main__":
    sys.exit(main())
