#!/usr/bin/env python3
"""Request and response smuggling: one request in, one request out; one answer in, one answer out.

tests/smuggling/run.py              all rows; ends with `N passed, N failed`
tests/smuggling/run.py chunk 'TE.'  only rows whose group or name has one of these words
tests/smuggling/run.py --list       their names

Each row is played whole and, where the cut of the bytes is not part of it, byte by byte.
"""

import concurrent.futures
import contextlib
import pathlib
import queue
import re
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "integration")]

import judge
import requests
import responses
from static_config import StaticProxy, address, bootstrap, cluster, direct, listener
from static_config import routes, to, virtual_host
from support import paths, ports
from support.processes import Processes

LANES = 6  # rows that are played at the same time, each with upstreams and listeners of its own
BYTEWISE_MAX = 400
LISTENERS = {
    "main": {},
    "old": {"http_protocol_options": {"accept_http_10": True}},
    "continue": {"proxy_100_continue": True},
    "edge": {"normalize_path": True, "path_with_escaped_slashes_action": "REJECT_REQUEST"},
}
GROUPS = {**requests.GROUPS, **responses.GROUPS}


class Lane:
    """Listeners and upstreams that one row at a time has for itself."""

    def __init__(self, number):
        self.number = number
        self.upstreams = {
            kind: judge.Recorder(f"{kind}-{number}", responses.ANSWERS, kind == "naive")
            for kind in ("echo", "naive")
        }
        self.ports = {(name, kind): ports.free() for name in LISTENERS for kind in self.upstreams}

    def clusters(self):
        return [cluster(f"{kind}-{self.number}", u.port) for kind, u in self.upstreams.items()]

    def listeners(self):
        for (name, kind), port in self.ports.items():
            host = virtual_host(
                "all",
                direct("/direct", "direct"),
                to(f"{kind}-{self.number}"),
                domains=["a", "a:8080", "b", "[::1]", "[::1]:80"],
            )
            made = listener(port, routes(host), **LISTENERS[name])
            yield {**made, "name": f"{name}-{kind}-{self.number}"}

    def faults(self, row, proxy, is_bytewise):
        port = self.ports[(row.listener, row.upstream)]
        before = self.counted(proxy) if row.counted else 0
        found = judge.play(row, port, self.upstreams[row.upstream], is_bytewise)
        if row.counted and self.counted(proxy) == before:
            found.append("upstream_cx_protocol_error does not count it")
        return found

    def counted(self, proxy):
        _, text = proxy.admin_call("GET", "/stats")
        pattern = rf"cluster\.\w+-{self.number}\.upstream_cx_protocol_error: (\d+)"
        return sum(map(int, re.findall(pattern, text)))


def plays(words):
    """(group, row, whether byte by byte) of all that is asked for."""
    for group, group_rows in GROUPS.items():
        for row in group_rows:
            text = f"{group}: {row.name}".lower()
            if words and not any(word.lower() in text for word in words):
                continue
            yield group, row, False
            size = sum(len(piece) for piece in row.send) if isinstance(row.send, list) else len(
                row.send
            )
            if not row.one_piece and size <= BYTEWISE_MAX:
                yield group, row, True


def play_all(wanted):
    """Lines about what failed, and how many plays there were."""
    with contextlib.ExitStack() as stack:
        processes = Processes("smuggling")
        stack.callback(processes.stop_all)
        free = queue.SimpleQueue()
        lanes = [Lane(number) for number in range(LANES)]
        for lane in lanes:
            for upstream in lane.upstreams.values():
                stack.enter_context(upstream)
            free.put(lane)
        config = bootstrap(
            [made for lane in lanes for made in lane.listeners()],
            [made for lane in lanes for made in lane.clusters()],
        )
        proxy = StaticProxy(processes, config)
        proxy.process.wait_for(lambda: proxy.admin_call("GET", "/ready")[0] == 200, "it is ready")

        def play(group, row, is_bytewise):
            lane = free.get()
            try:
                faults = lane.faults(row, proxy, is_bytewise)
            except Exception as error:  # a row that cannot be played has failed
                faults = [repr(error)]
            finally:
                free.put(lane)
            how = ", byte by byte" if is_bytewise else ""
            return [f"{group}: {row.name[:80]}{how}: {fault}" for fault in faults]

        with concurrent.futures.ThreadPoolExecutor(LANES) as pool:
            found = list(pool.map(lambda arguments: play(*arguments), wanted))
        if not proxy.process.is_running():
            found.append(["the proxy has ended"])
        return [lines for lines in found if lines], len(wanted)


def main():
    if "--help" in sys.argv or "-h" in sys.argv:
        print(__doc__)
        return 0
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    wanted = list(plays(words))
    if "--list" in sys.argv:
        print("\n".join(f"{group}: {row.name}" for group, row, again in wanted if not again))
        return 0
    try:
        failed, count = play_all(wanted)
    except paths.Missing as missing:
        print(f"{missing}\n0 passed, 1 failed")
        return 1
    for lines in failed:
        print("\n".join(lines))
    print(f"{count - len(failed)} passed, {len(failed)} failed")
    return 1 if failed or not count else 0


if __name__ == "__main__":
    sys.exit(main())
