"""What a route says of one of its clusters, how long its streams may last, and runtime values."""

from config import Case, Config, filter_of, get, to
from messages import HI

TYPE = "type.googleapis.com/envoy.extensions.filters.http."
KEYS = "envoy.filters.http.api_key_auth"
KEY_AUTH = TYPE + "api_key_auth.v3.ApiKeyAuth"
PER_ROUTE = TYPE + "api_key_auth.v3.ApiKeyAuthPerRoute"
FILTER_CONFIG = "type.googleapis.com/envoy.config.route.v3.FilterConfig"


def key(client, value):
    return {"client": client, "key": value}


def allowed(*clients):
    return {KEYS: {"@type": PER_ROUTE, "allowed_clients": list(clients)}}


def weighted(prefix, *clusters, route_settings=None, **fields):
    entry = {
        "match": {"prefix": prefix},
        "route": {"weighted_clusters": {"clusters": list(clusters), **fields}},
    }
    if route_settings:
        entry["typed_per_filter_config"] = route_settings
    return entry


def part(name, weight, settings=None):
    entry = {"name": name, "weight": weight}
    return {**entry, "typed_per_filter_config": settings} if settings else entry


OFF = {KEYS: {"@type": FILTER_CONFIG, "disabled": True}}
ADDED = {"header": {"key": "x-picked", "value": "b"}}

CLIENTS = {"nobody": (), "ann": ("x-key: key-ann",), "bob": ("x-key: key-bob",)}

FILTERS = Config(
    "filters of clusters",
    filters=[
        filter_of(
            KEYS,
            KEY_AUTH,
            credentials=[key("ann", "key-ann"), key("bob", "key-bob")],
            key_sources=[{"header": "x-key"}],
        )
    ],
    routes=[
        weighted("/off", part("a", 0), part("b", 100, OFF)),
        weighted("/ann", part("a", 0, OFF), part("b", 100, allowed("ann"))),
        weighted("/wins", part("b", 100, allowed("ann")), route_settings=allowed("bob")),
        weighted("/route", part("b", 100), route_settings=allowed("bob")),
        weighted("/on", part("b", 100, allowed("ann", "bob")), route_settings=OFF),
        weighted("/edits", {**part("b", 100), "response_headers_to_add": [ADDED]}),
        to("a"),
    ],
    cases=[
        Case(f"{path} as {who}", get(path, "h", *fields))
        for path in ("/off", "/ann", "/wins", "/route", "/on", "/edits", "/")
        for who, fields in CLIENTS.items()
    ],
)

LATE = {"hang": ["hang"], "hi": [HI]}
DURATIONS = Config(
    "stream durations",
    manager={"common_http_protocol_options": {"max_stream_duration": "0.4s"}},
    answers=LATE,
    routes=[
        to("a", "/short", max_stream_duration={"max_stream_duration": "0.2s"}, timeout="0s"),
        to("a", "/longer", max_stream_duration={"max_stream_duration": "0.8s"}, timeout="0.6s"),
        to("a", "/none", max_stream_duration={"max_stream_duration": "0s"}, timeout="0.6s"),
        to("a", timeout="0s"),
    ],
    cases=[
        Case(f"{path} {answer}", get(path, "h", f"x-answer: {answer}"))
        for path in ("/short", "/longer", "/none", "/managers")
        for answer in ("hi", "hang")
    ],
)

CONFIGS = [FILTERS, DURATIONS]
