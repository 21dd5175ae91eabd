"""The scenarios, and how each kind is driven and measured."""

import contextlib
import dataclasses
import json
import socket
import subprocess
import time

import machine
from peers.peer import Plan
from support import paths, ports
from support.processes import Failed, Processes

PROXY_CORE, LOAD_CORE = 0, 1
ROUTES = 10000
SLICES = 4  # a round's load is cut up and the proxies take turns at it
START_SECONDS = 120
LOAD_SECONDS = 60  # no single run of the load generator is longer
EFFECT_SECONDS = 30  # the longest to wait for a reload


@dataclasses.dataclass(frozen=True)
class Scenario:
    name: str
    kind: str  # load, idle, startup or reload
    routes: str = "all"  # all: one catch-all route; hosts, prefixes, clusters: ROUTES of them
    requests: int = 0
    connections: int = 64
    load: tuple = ()  # further flags of the load generator


_HOSTS = ("--host", "r%.bench.test", "--path", "/svc/1k", "--routes", str(ROUTES))

SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario("h1_1k", "load", requests=150000, load=("--path", "/1k")),
        Scenario("h1_64k", "load", requests=30000, load=("--path", "/64k")),
        Scenario("h1_post16k", "load", requests=60000, load=("--path", "/0", "--post", "16384")),
        Scenario("h1_close", "load", requests=20000, load=("--path", "/1k", "--close")),
        Scenario("hosts_10k", "load", routes="hosts", requests=100000, load=_HOSTS),
        Scenario(
            "prefixes_10k",
            "load",
            routes="prefixes",
            requests=50000,
            load=("--path", "/p%/1k", "--routes", str(ROUTES)),
        ),
        Scenario("idle_1k", "idle", connections=1000, load=("--path", "/0")),
        # Two descriptors for each connection must fit the usual limit of 20,000.
        Scenario("idle_10k", "idle", connections=9500, load=("--path", "/0")),
        Scenario("startup_hosts", "startup", routes="hosts"),
        Scenario("startup_clusters", "startup", routes="clusters"),
        Scenario("reload_hosts", "reload", routes="hosts", requests=400000, load=_HOSTS),
    )
}


def plan_for(scenario, port, backend_port):
    """The plan, and a (host, path) that its last route answers."""
    numbers = range(ROUTES)
    if scenario.routes == "all":
        return Plan(port, backend_port, catch_all=True), ("bench.test", "/1k")
    if scenario.routes == "prefixes":
        prefixes = tuple((f"/p{i}/", "backend") for i in numbers)
        return Plan(port, backend_port, prefixes=prefixes), ("bench.test", f"/p{ROUTES - 1}/1k")
    is_split = scenario.routes == "clusters"
    hosts = tuple((f"r{i}.bench.test", f"c{i}" if is_split else "backend") for i in numbers)
    clusters = tuple(f"c{i}" for i in numbers) if is_split else ()
    plan = Plan(
        port, backend_port, hosts=hosts, clusters=clusters, reloadable=scenario.kind == "reload"
    )
    return plan, (f"r{ROUTES - 1}.bench.test", "/svc/1k")


def status_of(port, host, path):
    """The status of one request on its own connection; 0 when there is no answer."""
    with contextlib.suppress(OSError), socket.create_connection(
        ("127.0.0.1", port), timeout=5
    ) as client:
        client.sendall(f"GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n".encode())
        digits = client.recv(64)[9:12]
        return int(digits) if digits.isdigit() else 0
    return 0


class Running:
    """A proxy that has been started for a scenario and answers on its last route."""

    def __init__(self, processes, peer, scenario, backend_port):
        self.peer = peer
        self.port = ports.free()
        self.plan, self.probe = plan_for(scenario, self.port, backend_port)
        self.folder = processes.folder / peer.name
        self.folder.mkdir(exist_ok=True)
        peer.configure(self.plan, self.folder)
        command = peer.command(self.plan, self.folder)
        started = time.monotonic()
        self.process = processes.start(peer.name, command, core=PROXY_CORE)
        self.process.wait_for(
            lambda: self.status(*self.probe) == 200, "it answered on its last route", START_SECONDS
        )
        self.start_seconds = time.monotonic() - started

    def status(self, host, path):
        return status_of(self.port, host, path)

    def cpu(self):
        return machine.cpu_seconds(self.process.pids())

    def memory_mib(self):
        return machine.memory_mib(self.process.pids())


class Round:
    """One round of a scenario: a fresh backend, fresh proxies."""

    def __init__(self, processes, scenario, scale):
        self.processes = processes
        self.scenario = scenario
        self.requests = max(1000, int(scenario.requests * scale))
        backend = processes.start("backend", [paths.tool("backend")], core=LOAD_CORE)
        self.backend_port = backend.json_line(lambda line: "port" in line)["port"]

    def run(self, peers):
        """A row of figures for each peer, in the order given."""
        return getattr(self, "_" + self.scenario.kind)(peers)

    def _start(self, peer):
        return Running(self.processes, peer, self.scenario, self.backend_port)

    def _load_command(self, proxy, *flags):
        command = [
            paths.tool("load"),
            "--port",
            proxy.port,
            "--connections",
            self.scenario.connections,
            "--seconds",
            LOAD_SECONDS,
            *self.scenario.load,
            *flags,
        ]
        return ["taskset", "-c", str(LOAD_CORE)] + [str(part) for part in command]

    def _drive(self, proxy, requests):
        done = subprocess.run(
            self._load_command(proxy, "--requests", requests),
            capture_output=True,
            text=True,
            check=True,
            timeout=LOAD_SECONDS + 20,
        )
        totals = json.loads(done.stdout.splitlines()[-1])
        totals["failed"] += totals["unfinished"]
        return totals

    def _load(self, peers):
        proxies = [self._start(peer) for peer in peers]
        for proxy in proxies:
            self._drive(proxy, self.requests // 10)
        slices = {proxy: [] for proxy in proxies}
        for turn in range(SLICES):
            # The order turns, so that nobody always comes after the same one.
            for proxy in proxies[turn % len(proxies) :] + proxies[: turn % len(proxies)]:
                slices[proxy].append(self._slice(proxy))
        return [self._sum(proxy, slices[proxy]) for proxy in proxies]

    def _slice(self, proxy):
        cpu, busy, clock = proxy.cpu(), machine.core_busy_seconds(PROXY_CORE), time.monotonic()
        totals = self._drive(proxy, self.requests // SLICES)
        clock, busy = time.monotonic() - clock, machine.core_busy_seconds(PROXY_CORE) - busy
        total, user, system = (after - before for after, before in zip(proxy.cpu(), cpu))
        return {
            **totals,
            "cpu": total,
            "user": user,
            "system": system,
            "clock": clock,
            "busy": busy,
        }

    @staticmethod
    def _sum(proxy, slices):
        def total(key):
            return sum(part[key] for part in slices)

        requests = max(1, total("requests"))
        share = total("user") / max(total("user") + total("system"), 1e-9)
        micros = total("cpu") * 1e6 / requests
        failures = {}
        for part in slices:
            for why, count in part["failures"].items():
                failures[why] = failures.get(why, 0) + count
        return {
            "peer": proxy.peer.name,
            "cpu_us": micros,
            "user_us": micros * share,
            "sys_us": micros * (1 - share),
            "rps": requests / total("seconds"),
            "p50_us": sorted(part["p50_us"] for part in slices)[SLICES // 2],
            "p99_us": sorted(part["p99_us"] for part in slices)[SLICES // 2],
            "mem_mib": proxy.memory_mib(),
            "used": total("cpu") / total("clock"),
            "others": max(0.0, total("busy") - total("cpu")) / total("clock"),
            "failed": total("failed"),
            "failures": failures,
        }

    def _idle(self, peers):
        return [self._idle_one(peer) for peer in peers]

    def _idle_one(self, peer):
        proxy = self._start(peer)
        count = self.scenario.connections
        subprocess.run(
            self._load_command(proxy, "--requests", 2000, "--connections", 64),
            check=True,
            capture_output=True,
        )  # what the first requests cost is not the connections'
        before = proxy.memory_mib()
        holder = self.processes.start("load", self._load_command(proxy, "--hold"), stdin=True)
        holder.json_line(lambda line: line.get("ready"), LOAD_SECONDS)
        time.sleep(1)
        after = proxy.memory_mib()
        cpu = proxy.cpu()[0]
        time.sleep(3)
        cpu = proxy.cpu()[0] - cpu
        holder.close_stdin()
        totals = holder.json_line(lambda line: line.get("final"))
        self.processes.stop(holder)
        self.processes.stop(proxy.process)
        return {
            "peer": peer.name,
            "kib_per_conn": (after - before) * 1024 / count,
            "mem_mib": after,
            "idle_cpu_pct": cpu / 3 * 100,
            "failed": totals["failed"] + count - totals["ok"],
        }

    def _startup(self, peers):
        rows = []
        for peer in peers:
            proxy = self._start(peer)
            time.sleep(0.5)
            rows.append(
                {
                    "peer": peer.name,
                    "start_ms": proxy.start_seconds * 1e3,
                    "start_cpu_ms": proxy.cpu()[0] * 1e3,
                    "mem_mib": proxy.memory_mib(),
                    "failed": 0,
                }
            )
            self.processes.stop(proxy.process)
        return rows

    def _reload(self, peers):
        return [self._reload_one(peer) for peer in peers]

    def _reload_one(self, peer):
        """Adds one host to the many under load; times until it answers, counts what was lost."""
        proxy = self._start(peer)
        load = self.processes.start("load", self._load_command(proxy, "--requests", self.requests))
        time.sleep(1.5)
        new = ("fresh.bench.test", "/svc/1k")
        if proxy.status(*new) != 404:
            raise Failed(f"{peer.name} answered for a host it does not have")
        peer.prepare_reload(proxy.plan.with_host(new[0]), proxy.folder)
        time.sleep(0.5)
        asked = time.monotonic()
        peer.reload(proxy.folder, proxy.process)
        while proxy.status(*new) != 200 and time.monotonic() - asked < EFFECT_SECONDS:
            time.sleep(0.001)
        effect = time.monotonic() - asked
        totals = load.json_line(lambda line: line.get("final"), LOAD_SECONDS + 20)
        row = {
            "peer": peer.name,
            "effect_ms": effect * 1e3,
            "rps": totals["rps"],
            "p50_us": totals["p50_us"],
            "p99_us": totals["p99_us"],
            "max_us": totals["max_us"],
            "mem_mib": proxy.memory_mib(),
            "closed": totals["closed_by_peer"],
            "failed": totals["failed"] + totals["unfinished"],
            "failures": totals["failures"],
        }
        self.processes.stop(load)
        self.processes.stop(proxy.process)
        return row


def run_round(scenario, peers, scale, keep=False, priority=None):
    with Processes(f"bench-{scenario.name}", keep=keep, priority=priority) as processes:
        return Round(processes, scenario, scale).run(peers)
