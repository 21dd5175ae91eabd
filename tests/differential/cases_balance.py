"""Which endpoint a request goes to: balancing, rings, weights, endpoints that are not healthy."""

import collections

from config import Config, TYPES, address, cluster, filter_of, to
from messages import case, request, times


def _served(outcome):
    """{upstream or status: how often}."""
    answers = outcome.exchange.responses
    return collections.Counter(answer.first("x-upstream") or answer.status for answer in answers)


def _rounds(outcome):
    """Who served in each three in a row, whoever began."""
    served = [answer.first("x-upstream") for answer in outcome.exchange.responses]
    return [sorted(served[at : at + 3]) for at in range(len(served) - 2)]


def _any(outcome):
    return sorted(map(str, _served(outcome)))


def endpoints(name, *entries, **fields):
    """A cluster whose endpoints are (port, fields of LbEndpoint)."""
    made = cluster(name, **fields)
    made["load_assignment"]["endpoints"] = [
        {
            "lb_endpoints": [
                {"endpoint": {"address": address(port)}, **more} for port, more in entries
            ]
        }
    ]
    return made


def weight(number):
    return {"load_balancing_weight": number}


_ABC = ("$A_PORT", "$B_PORT", "$C_PORT")

BALANCE = Config(
    "balance",
    [
        times("round robin in order", 6, "/turns", summary=_rounds),
        times("round robin over 30", 30, "/turns", summary=_served),
        times("round robin by weight", 60, "/weights", summary=_served),
        times("weight of one endpoint", 6, "/heavy", summary=_served),
        times("least request", 60, "/least", summary=_any),
        times("random", 60, "/random", summary=_any),
        times("by a policy message", 30, "/policy", summary=_served),
        times("one endpoint", 3, "/one", summary=_served),
        times("without endpoints", 2, "/nobody", summary=_served),
        times("one refuses", 6, "/half-dead", summary=_any),
        times("weighted clusters, one of no weight", 20, "/split", summary=_served),
        times("weighted clusters", 100, "/both", summary=_any),
    ],
    routes=[
        to("turns", "/turns"),
        to("weights", "/weights"),
        to("heavy", "/heavy"),
        to("least", "/least"),
        to("random", "/random"),
        to("policy", "/policy"),
        to("a", "/one"),
        to("nobody", "/nobody"),
        to("half-dead", "/half-dead"),
        {
            "match": {"prefix": "/split"},
            "route": {
                "weighted_clusters": {
                    "clusters": [{"name": "a", "weight": 0}, {"name": "b", "weight": 7}]
                }
            },
        },
        {
            "match": {"prefix": "/both"},
            "route": {
                "weighted_clusters": {
                    "clusters": [{"name": "a", "weight": 40}, {"name": "b", "weight": 60}]
                }
            },
        },
    ],
    clusters=[
        cluster("turns", *_ABC, lb_policy="ROUND_ROBIN"),
        endpoints(
            "weights", ("$A_PORT", weight(1)), ("$B_PORT", weight(2)), ("$C_PORT", weight(3))
        ),
        endpoints("heavy", ("$A_PORT", weight(100))),
        cluster(
            "least", *_ABC, lb_policy="LEAST_REQUEST", least_request_lb_config={"choice_count": 3}
        ),
        cluster("random", *_ABC, lb_policy="RANDOM"),
        cluster(
            "policy",
            *_ABC,
            load_balancing_policy={
                "policies": [
                    {
                        "typed_extension_config": filter_of(
                            "rr", TYPES + "load_balancing_policies.round_robin.v3.RoundRobin"
                        )
                    }
                ]
            },
        ),
        cluster("half-dead", "$A_PORT", "$DEAD_PORT"),
    ],
)

_RING_PORTS = ("$RING1_PORT", "$RING2_PORT", "$RING3_PORT")


def _hashed(prefix, *policies):
    return to("ring", prefix, hash_policy=list(policies))


_BY_HEADER = {"header": {"header_name": "x-user"}}
_BY_QUERY = {"query_parameter": {"name": "u"}}
_BY_COOKIE = {"cookie": {"name": "u"}}
_USERS = ("ann", "bob", "cy", "dee", "eve", "")

RING = Config(
    "ring",
    [
        *[case(f"by query: {user}", request(path=f"/query?x=1&u={user}")) for user in _USERS],
        *[
            case(f"by cookie: {user}", request("GET", f"cookie: a=b; u={user}", path="/cookie"))
            for user in _USERS[:5]
        ],
        case("by query: encoded", request(path="/query?u=a%6en")),
        case("by query: twice", request(path="/query?u=bob&u=ann")),
        case("by header: twice", request("GET", "x-user: a", "x-user: b", path="/header")),
        case("by header: twice, turned", request("GET", "x-user: b", "x-user: a", path="/header")),
        case("by address", request(path="/address")),
        case("by two", request("GET", "x-user: ann", path="/two?u=bob")),
        case("by two, one is missing", request(path="/two?u=bob")),
        case("by two, the first is last", request("GET", "x-user: ann", path="/terminal?u=bob")),
        case("by two, the first is missing", request(path="/terminal?u=bob")),
        *[
            case(f"by weight: {user}", request("GET", f"x-user: {user}", path="/weights"))
            for user in _USERS[:5]
        ],
        *[
            case(f"small ring: {user}", request("GET", f"x-user: {user}", path="/small"))
            for user in _USERS[:5]
        ],
        times("no hash", 60, "/none", summary=_any),
    ],
    routes=[
        _hashed("/query", _BY_QUERY),
        _hashed("/cookie", _BY_COOKIE),
        _hashed("/header", _BY_HEADER),
        _hashed("/address", {"connection_properties": {"source_ip": True}}),
        _hashed("/two", _BY_HEADER, _BY_QUERY),
        _hashed("/terminal", {**_BY_HEADER, "terminal": True}, _BY_QUERY),
        to("weights", "/weights", hash_policy=[_BY_HEADER]),
        to("small", "/small", hash_policy=[_BY_HEADER]),
        to("ring", "/none"),
    ],
    clusters=[
        cluster("ring", *_RING_PORTS, lb_policy="RING_HASH"),
        endpoints(
            "weights",
            *[(port, weight(n + 1)) for n, port in enumerate(_RING_PORTS)],
            lb_policy="RING_HASH",
        ),
        cluster(
            "small",
            *_RING_PORTS,
            lb_policy="RING_HASH",
            ring_hash_lb_config={"minimum_ring_size": 3, "maximum_ring_size": 7},
        ),
    ],
)


def _health(*states):
    return [(port, {"health_status": state}) for port, state in zip(_ABC, states)]


def _panic(percent):
    return {"common_lb_config": {"healthy_panic_threshold": {"value": percent}}}


_CLUSTERS_OF_HEALTH = {
    "one of three is not": endpoints("x", *_health("HEALTHY", "UNHEALTHY", "UNKNOWN")),
    "two of three are not": endpoints("x", *_health("UNHEALTHY", "UNHEALTHY", "HEALTHY")),
    "two of three are not, no panic": endpoints(
        "x", *_health("UNHEALTHY", "TIMEOUT", "HEALTHY"), **_panic(0)
    ),
    "two of three are not, panic at 30": endpoints(
        "x", *_health("UNHEALTHY", "DRAINING", "HEALTHY"), **_panic(30)
    ),
    "none is": endpoints("x", *_health("UNHEALTHY", "UNHEALTHY", "UNHEALTHY")),
    "none is, no panic": endpoints("x", *_health("UNHEALTHY", "TIMEOUT", "DRAINING"), **_panic(0)),
    "none is, by ring": endpoints(
        "x", *_health("UNHEALTHY", "UNHEALTHY", "UNHEALTHY"), lb_policy="RING_HASH"
    ),
    "none is, by random": endpoints(
        "x", *_health("UNHEALTHY", "UNHEALTHY", "UNHEALTHY"), lb_policy="RANDOM"
    ),
}

HEALTH = Config(
    "health",
    [
        times(name, 30, f"/{number}/", summary=_any if "by " in name else _served)
        for number, name in enumerate(_CLUSTERS_OF_HEALTH)
    ],
    routes=[to(name, f"/{number}/") for number, name in enumerate(_CLUSTERS_OF_HEALTH)],
    clusters=[
        {**made, "name": name, "load_assignment": {**made["load_assignment"], "cluster_name": name}}
        for name, made in _CLUSTERS_OF_HEALTH.items()
    ],
)

CONFIGS = [BALANCE, RING, HEALTH]
