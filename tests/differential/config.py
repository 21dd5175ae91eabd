"""A configuration that both proxies run, and the requests that are sent to it.

    Config("edge", manager={"use_remote_address": True}, cases=[Case("plain", get("/", "h"))])

It has one listener, `main`, that sends everything to the cluster `a` unless `routes` or `manager`
say otherwise. The clusters a, b and c have an upstream each, `dead` refuses connections, `nobody`
has no endpoints. A port is written as a string, `"$A_PORT"`: MAIN, A, B, C, DEAD, RING1 to RING3.
"""

import dataclasses
import json
import string

TYPES = "type.googleapis.com/envoy.extensions."
MANAGER = TYPES + "filters.network.http_connection_manager.v3.HttpConnectionManager"
ROUTER = TYPES + "filters.http.router.v3.Router"


@dataclasses.dataclass(frozen=True)
class Case:
    """Bytes to both proxies. `strict`: it has no single framing or is no HTTP, so ours may refuse
    what Envoy lets pass, but not the other way round."""

    name: str
    request: object  # bytes, or a list of pieces that are sent one by one; $PORT is the listener's
    listener: str = "main"
    finals: int = 1  # responses to wait for
    methods: tuple = ()  # of the requests, needed for HEAD
    strict: bool = False
    half_close: bool = False
    awaits_continue: bool = False  # the second piece follows an interim response
    in_turn: bool = False  # a piece follows the answer to the one before it
    # What is compared instead of all that was seen: a function of the compare.Outcome.
    summary: object = None


@dataclasses.dataclass(frozen=True)
class Config:
    name: str
    cases: list
    routes: list = None  # of the one virtual host
    manager: dict = dataclasses.field(default_factory=dict)  # fields of the connection manager
    filters: list = ()  # HTTP filters before the router
    clusters: list = ()  # further ones; one with the name of a common cluster replaces it
    listener: dict = dataclasses.field(default_factory=dict)  # further fields of the listener
    answers: dict = dataclasses.field(default_factory=dict)  # of upstreams, to `x-answer: NAME`
    text: str = ""  # a whole bootstrap file with $NAMES instead of all of that
    listeners: tuple = ("main",)  # that it has
    logged: dict = dataclasses.field(default_factory=dict)  # requests sent last, compared by log
    settle: float = 0.15  # seconds in which something more may come after an answer

    def full_name(self, case):
        return f"{self.name}: {case.name}"

    def full_log_name(self, name):
        return f"{self.name}: access log: {name}"

    def bootstrap(self, names):
        """The text of the bootstrap file; `names` has the values of $NAMES."""
        if self.text:
            return string.Template(self.text).substitute(names)
        return json.dumps(_filled_in(self._bootstrap(), names), indent=1)

    def _bootstrap(self):
        router = filter_of("envoy.filters.http.router", ROUTER)
        manager = {
            "@type": MANAGER,
            "stat_prefix": "main",
            "http_filters": [*self.filters, router],
            "route_config": route_config(self.routes or [to("a")]),
            **self.manager,
        }
        chain = {"filters": [{"name": "manager", "typed_config": manager}]}
        listener = {"name": "main", "address": address("$MAIN_PORT"), "filter_chains": [chain]}
        common = [cluster(name, f"${name.upper()}_PORT") for name in ("a", "b", "c", "dead")]
        clusters = {entry["name"]: entry for entry in [*common, cluster("nobody"), *self.clusters]}
        return {
            "node": {"id": "differential", "cluster": "tests"},
            "admin": {"address": address(0)},
            "static_resources": {
                "listeners": [{**listener, **self.listener}],
                "clusters": list(clusters.values()),
            },
        }


def _filled_in(value, names):
    """A copy in which the strings that are a $NAME have its value."""
    if isinstance(value, dict):
        return {key: _filled_in(entry, names) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_filled_in(entry, names) for entry in value]
    if isinstance(value, str) and value.startswith("$"):
        return names.get(value[1:], value)
    return value


def address(port):
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def cluster(name, *ports, **fields):
    """A static cluster with an endpoint for each port."""
    endpoints = [{"endpoint": {"address": address(port)}} for port in ports]
    assignment = {"cluster_name": name, "endpoints": [{"lb_endpoints": endpoints}]}
    common = {"name": name, "type": "STATIC", "connect_timeout": "1s"}
    return {**common, "load_assignment": assignment, **fields}


def filter_of(name, message, **fields):
    """An extension with its typed configuration."""
    return {"name": name, "typed_config": {"@type": message, **fields}}


def route_config(routes, domains=("*",), **fields):
    host = {"name": "all", "domains": list(domains), "routes": list(routes)}
    return {"name": "main", "virtual_hosts": [host], **fields}


def to(cluster_name, prefix="/", **action):
    return {"match": {"prefix": prefix}, "route": {"cluster": cluster_name, **action}}


def get(path, host="actions.test", *fields, method="GET", body=b"", version="1.1"):
    """A request's bytes; the fields are lines."""
    lines = [f"{method} {path} HTTP/{version}", f"host: {host}", *fields]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def raw(*lines, body=b""):
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
