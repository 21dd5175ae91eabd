#!/usr/bin/env python3
"""Changes the configuration every 20 ms under load and sees that no request fails.

A control plane, a proxy and three upstreams; kept connections with one request in flight each.
Every update is one call of the management API: weights, a route more or less, endpoints more or
less. At the end no request may have failed and no connection may have been closed, the updates
must have arrived, and what the proxy does must be what the last update says.
"""

import argparse
import itertools
import json
import pathlib
import random
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support import http_client, paths, ports
from support.gateway import ControlPlane, Proxy, Refused, port_of
from support.processes import Failed, Processes, wait_until

SYNC_SECONDS = 10
LISTENER = {"kind": "Listener", "name": "http", "address": "127.0.0.1"}


class Swap:
    """The state that the updates walk through."""

    def __init__(self, port, upstream_ports, seed):
        self.port = port
        self.endpoints = dict(zip("abc", upstream_ports))
        self.random = random.Random(seed)
        self.weights = {"a": 60, "b": 40, "c": 0}
        self.extra_routes = 0
        self.is_wide = False  # service `pool` has one endpoint more
        self._kinds = itertools.cycle(["weights", "route", "endpoints"])
        self.counts = {"weights": 0, "route": 0, "endpoints": 0}

    def all(self):
        """Every resource of the present state."""
        services = [self._service(name, [name]) for name in "abc"] + [self._pool()]
        return [{**LISTENER, "port": self.port}, *services, self._main(), self._more()]

    def next(self):
        """Takes the next step; the resource that says so."""
        kind = next(self._kinds)
        self.counts[kind] += 1
        if kind == "weights":
            share = self.random.randrange(0, 101)
            self.weights = {"a": share, "b": 100 - share, "c": self.random.randrange(0, 50)}
            return self._main()
        if kind == "route":
            self.extra_routes = (self.extra_routes + 1) % 8
            return self._more()
        self.is_wide = not self.is_wide
        return self._pool()

    def _service(self, name, members):
        endpoints = [{"address": "127.0.0.1", "port": self.endpoints[key]} for key in members]
        return {"kind": "Service", "name": name, "endpoints": endpoints}

    def _pool(self):
        return self._service("pool", "abc" if self.is_wide else "bc")

    def _main(self):
        backends = [{"service": name, "weight": weight} for name, weight in self.weights.items()]
        pool = {
            "matches": [{"pathPrefix": "/pool"}],
            "forward": {"backends": [{"service": "pool"}]},
        }
        return {
            "kind": "Route",
            "name": "main",
            "hostnames": ["swap.test"],
            "rules": [pool, {"forward": {"backends": backends}}],
        }

    def _more(self):
        """A route whose rules come and go; /more/N answers itself while N is there."""
        rules = [
            {
                "matches": [{"pathExact": f"/more/{i}"}],
                "directResponse": {"status": 200, "body": f"more {i}"},
            }
            for i in range(self.extra_routes + 1)
        ]
        return {"kind": "Route", "name": "more", "hostnames": ["swap.test"], "rules": rules}


class Test:
    def __init__(self, processes, arguments):
        self.processes = processes
        self.arguments = arguments
        self.checks = []

    def check(self, passes, text):
        self.checks.append(bool(passes))
        print(("pass" if passes else "FAIL"), text, flush=True)

    def run(self):
        processes, arguments = self.processes, self.arguments
        backends = [
            processes.start(f"backend-{name}", [paths.tool("backend"), "--name", name])
            for name in "abc"
        ]
        upstream_ports = [b.json_line(lambda line: "port" in line)["port"] for b in backends]
        self.control = ControlPlane(processes, flags=["--log-level", "warn"])
        self.proxy = Proxy(
            processes,
            self.control,
            "proxy-1",
            kind=arguments.proxy,
            concurrency=arguments.concurrency,
        )
        self.swap = Swap(ports.free(), upstream_ports, arguments.seed)
        revision = self.control.apply(self.swap.all())["revision"]
        self.control.wait_in_sync(revision, 1)
        wait_until(lambda: self.answers("/1k"), "the proxy answers")
        self.updates_under_load()
        return self.checks

    def answers(self, path):
        try:
            return http_client.get(self.swap.port, path, "swap.test").status == 200
        except OSError:
            return False

    def loads(self):
        common = [
            "--port",
            self.swap.port,
            "--host",
            "swap.test",
            "--count-header",
            "x-backend",
            "--seconds",
            self.arguments.seconds,
            "--rate",
            self.arguments.rate / 3,
        ]
        yield "weighted", [*common, "--path", "/1k", "--connections", 16]
        yield "pool", [*common, "--path", "/pool/1k", "--connections", 16]
        yield "bodies", [*common, "--path", "/64k", "--post", 16384, "--connections", 8]

    def updates_under_load(self):
        loads = {
            name: self.processes.start(f"load-{name}", [paths.tool("load"), *flags])
            for name, flags in self.loads()
        }
        revision, slowest, updates = self.update_for(self.arguments.seconds)
        seconds = self.control.wait_in_sync(revision, 1, SYNC_SECONDS)
        totals = {
            name: load.json_line(lambda line: line.get("final"), 30) for name, load in loads.items()
        }
        self.judge(totals, updates, slowest, seconds)

    def update_for(self, seconds):
        """One update every `interval`; (last revision, slowest call in s, number of updates)."""
        interval = self.arguments.interval_ms / 1000
        started = time.monotonic()
        slowest, revision, updates = 0.0, 0, 0
        while (now := time.monotonic()) < started + seconds - 1:
            revision = self.control.put(self.swap.next())["revision"]
            updates += 1
            slowest = max(slowest, time.monotonic() - now)
            due = started + updates * interval
            if time.monotonic() < due:
                time.sleep(due - time.monotonic())
        return revision, slowest, updates

    def judge(self, totals, updates, slowest, sync_seconds):
        print(
            f"{updates} updates {self.swap.counts}, slowest call {slowest * 1e3:.0f} ms, "
            f"in sync {sync_seconds * 1e3:.0f} ms after the last"
        )
        expected = (self.arguments.seconds - 1) * 1000 / self.arguments.interval_ms
        self.check(updates > expected * 0.8, f"updates kept up: {updates} of {expected:.0f}")
        for name, total in totals.items():
            line = (
                f"{name}: {total['requests']} requests, p99 {total['p99_us'] / 1e3:.1f} ms, "
                f"longest {total['max_us'] / 1e3:.1f} ms, by {total['counted']}"
            )
            failed = total["failed"] + total["unfinished"]
            self.check(
                failed == 0 and total["ok"] > 0,
                f"{line}: {failed} failed {json.dumps(total['failures'])}",
            )
            self.check(
                total["closed_by_peer"] == 0 and total["connects"] <= 16,
                f"{name}: {total['closed_by_peer']} connections closed",
            )
        served = totals["weighted"]["counted"]
        self.check(
            all(served.get(name, 0) > 0 for name in "abc"), f"all weights were seen: {served}"
        )
        for i in range(8):
            is_there = i <= self.swap.extra_routes
            body = http_client.get(self.swap.port, f"/more/{i}", "swap.test").body
            if (body == f"more {i}".encode()) != is_there:
                self.check(False, f"/more/{i} is not as the last update says")
                break
        else:
            self.check(
                True, f"the routes are as the last update says: {self.swap.extra_routes + 1}"
            )
        self.check(self.proxy.process.is_running(), "the proxy runs")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30, help="of load (default %(default)s)")
    parser.add_argument("--interval-ms", type=float, default=20, help="between updates")
    parser.add_argument("--rate", type=float, default=3000, help="requests per second in all")
    parser.add_argument("--concurrency", type=int, default=2, help="the proxy's workers")
    parser.add_argument("--seed", type=int, default=1, help="of the weights")
    parser.add_argument("--proxy", choices=["fairlead", "envoy"], default="fairlead")
    parser.add_argument("--keep", action="store_true", help="keep the logs")
    arguments = parser.parse_args()
    checks = []
    try:
        with Processes("hotswap", keep=arguments.keep) as processes:
            test = Test(processes, arguments)
            checks = test.checks
            test.run()
    except (Failed, Refused, paths.Missing, OSError) as problem:
        print(f"FAIL {problem}")
        checks.append(False)
    print(f"{sum(checks)} passed, {len(checks) - sum(checks)} failed")
    return 0 if checks and all(checks) else 1


if __name__ == "__main__":
    sys.exit(main())
