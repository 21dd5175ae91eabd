#!/usr/bin/env python3
"""A large configuration over ADS: time until it serves, memory, and what one change costs.

tests/bench/xds_scale.py                          10,000 clusters, 10,000 routes, both dialects
tests/bench/xds_scale.py --clusters 1000 --proxy envoy
tests/bench/xds_scale.py --gate                   exit status 1 above the bars

The control plane is xds_load.cc. Memory of a cluster and of a route are differences between three
runs: (1 cluster, 1 route), (N, 1), (N, N), each read once it has settled. Changes are made in a
run of their own; one is timed from the server's send to the ACK.
"""

import argparse
import json
import pathlib
import statistics
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import machine
from support import http_client, paths, ports
from support.processes import Processes

BARS = {"ready_ms": 1000, "cluster_kib": 5, "route_bytes": 400, "cluster_ms": 5, "route_ms": 5}
H2 = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"


def bootstrap(port, variant):
    address = {"socket_address": {"address": "127.0.0.1", "port_value": port}}
    ads = {"ads": {}, "resource_api_version": "V3"}
    protocol = {
        "@type": f"type.googleapis.com/{H2}",
        "explicit_http_config": {"http2_protocol_options": {}},
    }
    control = {
        "name": "control",
        "type": "STATIC",
        "connect_timeout": "1s",
        "typed_extension_protocol_options": {H2: protocol},
        "load_assignment": {
            "cluster_name": "control",
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}],
        },
    }
    return {
        "node": {"id": "bench", "cluster": "bench"},
        "admin": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}}},
        "static_resources": {"clusters": [control]},
        "dynamic_resources": {
            "ads_config": {
                "api_type": "DELTA_GRPC" if variant == "delta" else "GRPC",
                "transport_api_version": "V3",
                "grpc_services": [{"envoy_grpc": {"cluster_name": "control"}}],
            },
            "cds_config": ads,
            "lds_config": ads,
        },
    }


class Run:
    """One start of a proxy against one configuration."""

    def __init__(self, arguments, variant, clusters, routes, changes):
        with Processes("xds-scale") as processes:
            self.measure(processes, arguments, variant, clusters, routes, changes)

    def measure(self, processes, arguments, variant, clusters, routes, changes):
        listen = ports.free()
        command = [str(paths.ROOT / "bazel-bin/tests/bench/xds_load"), "--variant", variant]
        command += ["--clusters", clusters, "--routes", routes, "--changes", changes]
        server = processes.start("xds_load", [*command, "--listen-port", listen], stdin=True)
        config = processes.folder / "bootstrap.json"
        port = server.json_line(lambda line: "port" in line)["port"]
        config.write_text(json.dumps(bootstrap(port, variant)))
        flags = ["-c", config, "--concurrency", 1, "--log-level", "warning"]
        if arguments.proxy == "envoy":
            command = [paths.envoy(), *flags, "--use-dynamic-base-id"]
        else:
            command = [paths.program("fairlead-proxy"), *flags]
        began = time.monotonic()
        proxy = processes.start("proxy", command)
        host = f"host-{routes - 1}.example.com"

        def answers():
            try:  # Its cluster leads nowhere: 503, and not 404.
                return http_client.get(listen, "/", host).status == 503
            except OSError:
                return False

        proxy.wait_for(answers, "the last route answers", 60)
        self.ready_ms = (time.monotonic() - began) * 1000
        self.loaded_ms = server.json_line(lambda line: "loaded_ms" in line)["loaded_ms"]
        self.cpu_ms = machine.cpu_seconds(proxy.pids())[0] * 1000
        self.memory_kib = 0 if changes else self.settled_memory(proxy)
        server.json_line(lambda line: "done" in line, 120)
        lines = [json.loads(line) for line in server.output().splitlines()]
        self.changes = [line for line in lines if "change" in line]

    @staticmethod
    def settled_memory(proxy):
        """KiB, once it has not fallen for three seconds: freed memory goes back in a pause."""
        least, since = machine.memory_mib(proxy.pids()), time.monotonic()
        while time.monotonic() < since + 3:
            time.sleep(0.1)
            now = machine.memory_mib(proxy.pids())
            if now < least * 0.99:
                least, since = now, time.monotonic()
        return least * 1024

    def median(self, what, key):
        return statistics.median(c[key] for c in self.changes if c["change"] == what)


def report(arguments, variant):
    """Measures one dialect; {name of a bar: value}."""
    clusters, routes = arguments.clusters, arguments.routes
    small = Run(arguments, variant, 1, 1, 0)
    wide = Run(arguments, variant, clusters, 1, 0)
    full = Run(arguments, variant, clusters, routes, 0)
    changed = Run(arguments, variant, clusters, routes, arguments.changes)
    found = {
        "ready_ms": full.ready_ms,
        "cluster_kib": (wide.memory_kib - small.memory_kib) / clusters,
        "route_bytes": (full.memory_kib - wide.memory_kib) * 1024 / routes,
        "cluster_ms": changed.median("cluster", "ack_ms"),
        "route_ms": changed.median("route", "ack_ms"),
    }
    print(f"{arguments.proxy}, {variant}: {clusters} clusters, {routes} routes")
    print(f"  last route answers {full.ready_ms:.0f} ms after the start of the process")
    print(f"  acknowledged {full.loaded_ms:.0f} ms after the first request")
    print(f"  {full.cpu_ms:.0f} ms of CPU, {full.memory_kib / 1024:.1f} MiB in all")
    print(f"  {found['cluster_kib']:.2f} KiB a cluster, {found['route_bytes']:.0f} bytes a route")
    for what in ("cluster", "route"):
        times = sorted(c["ack_ms"] for c in changed.changes if c["change"] == what)
        print(
            f"  one {what} changed: ACK after {statistics.median(times):.2f} ms "
            f"(least {times[0]:.2f}, most {times[-1]:.2f}), "
            f"{changed.median(what, 'bytes'):.0f} bytes sent"
        )
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clusters", type=int, default=10_000)
    parser.add_argument("--routes", type=int, default=10_000)
    parser.add_argument("--changes", type=int, default=20, help="of a cluster, and of a route")
    parser.add_argument("--variant", choices=["delta", "sotw"], action="append")
    parser.add_argument("--proxy", choices=["fairlead", "envoy"], default="fairlead")
    parser.add_argument("--gate", action="store_true", help="exit status 1 above the bars")
    arguments = parser.parse_args()
    print(machine.describe())
    failed = []
    for variant in arguments.variant or ["delta", "sotw"]:
        found = report(arguments, variant)
        above = [f"{k} {found[k]:.2f} > {bar}" for k, bar in BARS.items() if found[k] > bar]
        print(f"  above the bar: {', '.join(above) or 'nothing'}")
        failed += above
    return 1 if arguments.gate and failed else 0


if __name__ == "__main__":
    sys.exit(main())
