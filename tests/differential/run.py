#!/usr/bin/env python3
"""Sends the same bytes to the real Envoy and to fairlead-proxy, both on bootstrap.yaml; compares
what comes back, what the upstream gets and how connections end. README.md tells the rules."""

import argparse
import concurrent.futures
import fnmatch
import pathlib
import re
import string
import sys
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import allowed
import cases
import compare
from support import http_client, paths, ports
from support.processes import Failed, Processes
from support.upstream import Upstream

SETTLE_SECONDS = 0.15
LATE_SECONDS = 0.05  # what a proxy that closed may still be sending upstream
CASE_SECONDS = 5


class Proxy:
    """One of the two, with upstreams of its own; only the ring's endpoints are shared."""

    def __init__(self, name, kind, processes, ring_ports):
        self.name = name
        self.kind = kind
        self.folder = processes.folder / name
        self.folder.mkdir()
        self.upstreams = {key: Upstream(key, answers=cases.ANSWERS).__enter__() for key in "abc"}
        main, guarded, dead = ports.free(3)
        self.ports = {"main": main, "guarded": guarded}
        self.access_log = self.folder / "access.log"
        names = {f"{key.upper()}_PORT": upstream.port for key, upstream in self.upstreams.items()}
        names |= {f"RING{i + 1}_PORT": port for i, port in enumerate(ring_ports)}
        names |= {"MAIN_PORT": main, "GUARDED_PORT": guarded, "DEAD_PORT": dead}
        self.port_names = {f":{port}": f":{key}" for key, port in names.items()}
        text = (HERE / "bootstrap.yaml").read_text()
        config = self.folder / "bootstrap.yaml"
        config.write_text(string.Template(text).substitute(names, ACCESS_LOG=self.access_log))
        self.process = processes.start(name, self._command(config))
        for port in self.ports.values():
            self.process.wait_for(lambda port=port: self._answers(port), "its listeners answer")
        self.take()

    def _command(self, config):
        common = ["-c", config, "--concurrency", "1", "--log-level", "warning"]
        if self.kind == "envoy":
            return [paths.envoy(), *common, "--disable-hot-restart"]
        return [paths.program("fairlead-proxy"), *common]

    @staticmethod
    def _answers(port):
        try:
            return http_client.get(port, "/direct", "actions.test").status
        except OSError:
            return 0

    def take(self):
        """{upstream: requests} since the last call."""
        taken = {name: upstream.take() for name, upstream in self.upstreams.items()}
        return {name: received for name, received in taken.items() if received}

    def run(self, case):
        """The Outcome of a case."""
        self.take()
        exchange = http_client.send(
            self.ports[case.listener],
            case.request,
            finals=case.finals,
            methods=case.methods,
            seconds=CASE_SECONDS,
            half_close=case.half_close,
            awaits_continue=case.awaits_continue,
            settle=SETTLE_SECONDS,
        )
        if exchange.end != "kept":
            time.sleep(LATE_SECONDS)
        return compare.Outcome(exchange, self.take())

    def run_all(self, chosen):
        outcomes = {}
        for case in chosen:
            if not self.process.is_running():
                raise Failed(f"{self.name} ended during {case.name!r}:\n{self.process.log_end()}")
            outcomes[case.name] = self.run(case)
        for request in cases.LOGGED.values():
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

    def add(self, aspect, left, right, used):
        for entry in allowed.ALLOWED:
            if fnmatch.fnmatchcase(self.name, entry.cases) and fnmatch.fnmatchcase(
                aspect, entry.aspect
            ):
                used.add(entry)
                self.allowed.append((aspect, entry.reason))
                return
        self.differs.append((aspect, left, right))


def judge(case, left, right, used):
    verdict = Verdict(case.name)
    if case.strict:
        strict = compare.strict_verdict(left, right)
        if strict is None:
            verdict.note = compare.strict_note(left, right)
            return verdict
        if strict != "compare":
            verdict.add("strictness", "", strict, used)
            return verdict
    for aspect, one, two in compare.differences(left, right):
        verdict.add(aspect, one, two, used)
    return verdict


def judge_logs(left, right, used):
    for name in cases.LOGGED:
        verdict = Verdict(f"access log: {name}")
        one, two = left.get(name), right.get(name)
        if one != two or one is None:
            verdict.add("line", one, two, used)
        yield verdict


def report(verdicts, names, is_verbose):
    for verdict in verdicts:
        word = "FAIL" if verdict.differs else "allowed" if verdict.allowed else "same"
        if verdict.note and word == "same":
            word = "strict"
        notes = sorted({reason for _, reason in verdict.allowed}) + [verdict.note] * bool(
            verdict.note
        )
        if is_verbose or word != "same":
            print(f"{word:8} {verdict.name:44} {'; '.join(notes)}")
        for aspect, left, right in verdict.differs:
            print(
                f"         {aspect}\n           {names[0]:9} {left!r}\n"
                f"           {names[1]:9} {right!r}"
            )


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("patterns", nargs="*", help="only cases whose name has one of these words")
    parser.add_argument("--left", choices=["envoy", "fairlead"], default="envoy")
    parser.add_argument("--right", choices=["envoy", "fairlead"], default="fairlead")
    parser.add_argument("-v", "--verbose", action="store_true", help="list the equal cases as well")
    parser.add_argument("--keep", action="store_true", help="keep configurations and logs")
    parser.add_argument("--list", action="store_true", help="list the cases")
    return parser.parse_args()


def run(arguments, chosen):
    """(verdicts, allowances that were used)."""
    used = set()
    with Processes("differential", keep=arguments.keep) as processes:
        ring = [Upstream(name).__enter__() for name in ("ring1", "ring2", "ring3")]
        ring_ports = [upstream.port for upstream in ring]
        left = Proxy("left", arguments.left, processes, ring_ports)
        right = Proxy("right", arguments.right, processes, ring_ports)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            outcomes = list(pool.map(lambda proxy: proxy.run_all(chosen), (left, right)))
        processes.stop_all()  # which writes their access logs out
        verdicts = [
            judge(case, outcomes[0][case.name], outcomes[1][case.name], used) for case in chosen
        ]
        if not arguments.patterns:
            verdicts += judge_logs(left.logged(), right.logged(), used)
        for upstream in [left, right, *ring]:
            upstream.stop()
    return verdicts, used


def main():
    arguments = parse_arguments()
    words = [pattern.lower() for pattern in arguments.patterns]
    chosen = [c for c in cases.CASES if not words or any(w in c.name.lower() for w in words)]
    if len({case.name for case in cases.CASES}) != len(cases.CASES):
        sys.exit("two cases have one name")
    if arguments.list:
        for case in chosen:
            print(case.name)
        return 0
    try:
        verdicts, used = run(arguments, chosen)
    except (paths.Missing, Failed) as problem:
        print(problem)
        print("0 passed, 1 failed")
        return 1
    report(verdicts, (arguments.left, arguments.right), arguments.verbose)
    if not words:
        for entry in allowed.ALLOWED:
            if entry not in used:
                print(f"note: nothing needs the allowance {entry.cases} / {entry.aspect}")
    failed = sum(bool(verdict.differs) for verdict in verdicts)
    print(f"{len(verdicts) - failed} passed, {failed} failed")
    return 1 if failed or not verdicts else 0


if __name__ == "__main__":
    sys.exit(main())
