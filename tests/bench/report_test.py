#!/usr/bin/env python3
"""The bench's figures and bars on made-up rounds; each peer's configuration by its own check."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path[:0] = [
    str(pathlib.Path(__file__).resolve().parents[1]),
    str(pathlib.Path(__file__).parent),
]

import report
from peers import PEERS
from peers.peer import Plan
from scenarios import SCENARIOS, plan_for
from support import paths


def rows(*rounds):
    """Rows of h1_1k from (peer, cpu_us) pairs, one list a round."""
    return [
        {"scenario": "h1_1k", "round": number, "peer": peer, "cpu_us": cpu, "failed": 0}
        for number, pairs in enumerate(rounds)
        for peer, cpu in pairs.items()
    ]


class GateTest(unittest.TestCase):
    def passes(self, found):
        return [passes for passes, _ in report.gate(found)]

    def test_medians_of_the_ratios_of_each_round_decide(self):
        fast = {"fairlead": 8, "nginx": 10, "haproxy": 12, "envoy": 20}
        slow = {"fairlead": 80, "nginx": 120, "haproxy": 100, "envoy": 200}
        odd = {"fairlead": 50, "nginx": 10, "haproxy": 10, "envoy": 20}
        self.assertEqual(self.passes(rows(fast, slow, odd)), [True, True, True])
        self.assertEqual(self.passes(rows(fast, odd, odd)), [False, False, True])

    def test_the_cheaper_of_the_two_counts(self):
        found = rows({"fairlead": 9, "nginx": 20, "haproxy": 10, "envoy": 20})
        self.assertEqual(self.passes(found), [False, True, True])

    def test_what_was_not_measured_does_not_pass(self):
        self.assertEqual(self.passes([]), [False, False])

    def test_lost_requests_do_not_pass(self):
        found = rows({"fairlead": 8, "nginx": 10, "haproxy": 10, "envoy": 20})
        found[0]["failed"] = 1
        self.assertEqual(self.passes(found), [True, True, False])

    def test_an_anchor_is_not_the_cheapest(self):
        found = rows({"floor": 5, "nginx": 10, "haproxy": 20})
        lines = report.medians(found, "h1_1k", list(PEERS.values()))
        self.assertEqual(
            [lines[name]["ratio"] for name in ("floor", "nginx", "haproxy")], [0.5, 1, 2]
        )


class PeersTest(unittest.TestCase):
    """Every proxy that is installed takes the configuration of every kind of scenario."""

    CHECKS = {
        "nginx": lambda command: [*command, "-t"],
        "nginx-map": lambda command: [*command, "-t"],
        "haproxy": lambda command: [command[0], "-c", "-f", command[-1]],
        "envoy": lambda command: [*command, "--mode", "validate"],
    }

    def test_configurations(self):
        for name, check in self.CHECKS.items():
            peer = PEERS[name]
            try:
                peer.program()
            except paths.Missing:
                continue
            for plan in (
                Plan(25080, 24080, catch_all=True),
                Plan(25080, 24080, hosts=(("a.test", "backend"), ("b.test", "c")), clusters=("c",)),
                Plan(25080, 24080, prefixes=(("/a/", "backend"),)),
            ):
                with self.subTest(peer=name, plan=plan), tempfile.TemporaryDirectory() as folder:
                    folder = pathlib.Path(folder)
                    peer.configure(plan, folder)
                    command = [str(part) for part in check(peer.command(plan, folder))]
                    done = subprocess.run(command, capture_output=True, text=True, check=False)
                    self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_last_route_answers(self):
        for scenario in SCENARIOS.values():
            plan, (host, path) = plan_for(scenario, 1, 2)
            if plan.catch_all:
                continue
            routes = plan.hosts or plan.prefixes
            self.assertEqual(len(routes), 10000)
            last = routes[-1][0]
            self.assertTrue(host == last or path.startswith(last), scenario.name)


if __name__ == "__main__":
    unittest.main()
