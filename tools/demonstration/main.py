"""Plays the demo: three real backends, a control plane and two proxies on one address, traffic that
never stops, and changes through the management API that never cost a request.

Shifts traffic between two versions, adds a route, removes a backend, switches a rate limit and an
API key on and off, sends a broken change, rolls back a wrong one. Every second a line tells what
each backend answered and how many requests have failed. Then it stays up, with the addresses to
try by hand, until Ctrl-C. Everything listens on 127.0.0.1.
"""

import argparse
import os
import pathlib
import signal
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

import backends
import scenes
from show import Show
from support import http_client, paths, ports
from support.gateway import ControlPlane, Proxy, Refused
from support.processes import Failed, Processes
from traffic import Traffic


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="tools/demo",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--ci", action="store_true", help="end by itself; exit status 1 on a failure"
    )
    parser.add_argument("--seconds", type=int, default=4, help="to watch each change (default 4)")
    parser.add_argument("--no-build", action="store_true", help="run what has been built")
    parser.add_argument("--data", help="keep data and logs in this new folder")
    parser.add_argument(
        "--proxy",
        choices=["fairlead", "envoy"],
        default="fairlead",
        help="envoy: the real Envoy in place of fairlead-proxy",
    )
    return parser.parse_args()


def wait_for_traffic(proxies, port):
    def answers():
        try:
            return http_client.get(port).status == 200
        except OSError:
            return False

    proxies[0].process.wait_for(answers, "the gateway answers")


def play(processes, arguments, checks):
    """All scenes; (the Show, the gateway's port)."""
    seconds = arguments.seconds
    one = backends.start_nginx(processes, "shop-v1", 1)
    two = backends.start_nginx(processes, "shop-v2", 2)
    reviews = backends.start_application(processes, "reviews")
    control = ControlPlane(processes)
    proxies = [Proxy(processes, control, f"proxy-{n}", arguments.proxy) for n in (1, 2)]
    port = ports.free()
    traffic = Traffic(processes, port)
    show = Show(processes, control, proxies, traffic, checks)
    show.names = ["shop-v1", "shop-v2", "reviews"]
    scenes.start(show, port, [one, two, reviews])
    wait_for_traffic(proxies, port)
    traffic.start("load-shop", "/", rate=300, connections=16)
    traffic.start_witness()
    scenes.first_shares(show, seconds)
    scenes.shift(show, 50, 50, seconds)
    scenes.shift(show, 0, 100, seconds)
    scenes.add_route(show, seconds)
    scenes.remove_backend(show, one, seconds)
    scenes.rate_limit(show, seconds)
    scenes.api_key(show, port, seconds)
    scenes.broken_change(show, seconds)
    scenes.rollback(show, seconds)
    scenes.ending(show)
    return show, port


def stay(show, port):
    cli = f"{paths.program('fairlead')} --server {show.control.management}"
    show.title("It stays up until Ctrl-C; try it from another terminal")
    show.say(f"    curl -i http://127.0.0.1:{port}/")
    show.say(f"    curl -i http://127.0.0.1:{port}/reviews/1")
    show.say(f"    {cli} get")
    show.say(f"    {cli} history")
    show.say(f"    {cli} apply -f {show.folder}/limit.yaml")
    show.say(f"    curl http://{show.control.http}/v1/proxies")
    for proxy in show.proxies:
        show.say(f"    curl http://{proxy.admin}/stats     # {proxy.node}")
    while all(proxy.process.is_running() for proxy in show.proxies):
        time.sleep(0.5)
    show.check(False, "both proxies kept running")


def main():
    arguments = parse_arguments()
    os.environ.setdefault("FAIRLEAD_AUTHOR", "demo")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    checks = []
    try:
        with Processes("demo", folder=arguments.data) as processes:
            show, port = play(processes, arguments, checks)
            passed = sum(checks)
            print(f"\n{passed} passed, {len(checks) - passed} failed", flush=True)
            if not arguments.ci:
                stay(show, port)
    except KeyboardInterrupt:
        print("\nended")
        return 0
    except (Failed, Refused, paths.Missing, OSError) as problem:
        print(f"FAIL {problem}\n{sum(checks)} passed, {len(checks) - sum(checks) + 1} failed")
        return 1
    return 0 if checks and all(checks) else 1


if __name__ == "__main__":
    sys.exit(main())
