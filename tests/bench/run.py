#!/usr/bin/env python3
"""Measures what a proxy costs, beside others on the same machine; README.md explains it."""

import argparse
import contextlib
import fcntl
import json
import os
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import machine
import report
from peers import PEERS
from scenarios import SCENARIOS, run_round
from support import paths
from support.processes import set_priority

GATE_PEERS = "nginx,haproxy,envoy,fairlead"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", default=",".join(PEERS), help="default: %(default)s")
    parser.add_argument("--scenarios", default=",".join(SCENARIOS), help="default: %(default)s")
    parser.add_argument(
        "--rounds", type=int, default=5, help="medians are over these (default %(default)s)"
    )
    parser.add_argument(
        "--scale", type=float, default=1.0, help="factor on every number of requests"
    )
    parser.add_argument(
        "--gate",
        action="store_true",
        help=f"measure h1_1k with {GATE_PEERS} and fail when Fairlead is above its bars",
    )
    parser.add_argument(
        "--priority",
        type=int,
        metavar="NICE",
        help="run all at this nice value; below 0 (as root) it has a busy machine for itself",
    )
    parser.add_argument(
        "--lock", help="a file to lock for each round, so that users of one machine take turns"
    )
    parser.add_argument("--out", help="write all rounds and medians here as JSON")
    parser.add_argument(
        "--keep", action="store_true", help="keep the rendered configurations and logs"
    )
    parser.add_argument("--list", action="store_true", help="list peers and scenarios")
    arguments = parser.parse_args()
    if arguments.gate:
        arguments.peers = GATE_PEERS
        arguments.scenarios = ",".join(sorted({scenario for scenario, _, _ in report.GATES}))
    for name in arguments.peers.split(","):
        if name not in PEERS:
            parser.error(f"no peer {name!r}; there are {', '.join(PEERS)}")
    for name in arguments.scenarios.split(","):
        if name not in SCENARIOS:
            parser.error(f"no scenario {name!r}; there are {', '.join(SCENARIOS)}")
    return arguments


@contextlib.contextmanager
def turn(path):
    """Holds the lock file for one round."""
    if not path:
        yield
        return
    with open(path, "a", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def rotated(items, by):
    by %= max(1, len(items))
    return items[by:] + items[:by]


def measure(arguments, peers):
    rows, lines = [], {}
    for name in arguments.scenarios.split(","):
        takers = [peer for peer in peers if peer.takes(name)]
        for number in range(arguments.rounds):
            with turn(arguments.lock):
                found = run_round(
                    SCENARIOS[name],
                    rotated(takers, number),
                    arguments.scale,
                    arguments.keep,
                    arguments.priority,
                )
            for row in found:
                rows.append({"scenario": name, "round": number, **row})
                figures = " ".join(
                    f"{key}={value:.2f}" for key, value in row.items() if isinstance(value, float)
                )
                print(
                    f"# {name} round {number} {row['peer']}: {figures} failed={row['failed']}",
                    file=sys.stderr,
                    flush=True,
                )
        lines[name] = report.medians(rows, name, peers)
        print(report.table(name, lines[name]), flush=True)
        if arguments.out:
            pathlib.Path(arguments.out).write_text(
                json.dumps(
                    {
                        "machine": machine.describe(),
                        "versions": {peer.name: peer.version() for peer in peers},
                        "rows": rows,
                        "medians": lines,
                    },
                    indent=1,
                )
            )
    return rows


def main():
    arguments = parse_arguments()
    if arguments.list:
        print("peers:", *PEERS)
        print("scenarios:", *SCENARIOS)
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is ended
    peers = [PEERS[name] for name in arguments.peers.split(",")]
    if arguments.priority is not None:
        set_priority(os.getpid(), arguments.priority)
    try:
        print(machine.describe())
        for peer in peers:
            peer.program()
            print(f"{peer.name}: {peer.version()}")
        rows = measure(arguments, peers)
    except paths.Missing as missing:
        print(missing, file=sys.stderr)
        return 2
    if not arguments.gate:
        return 0
    results = report.gate(rows)
    print()
    for passes, text in results:
        print("pass" if passes else "FAIL", text)
    passed = sum(passes for passes, _ in results)
    print(f"\n{passed} passed, {len(results) - passed} failed")
    return 0 if all(passes for passes, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main())
