"""Routing: requests to the route configurations of routing_configs.py."""

from allowed import Allowed
from cases import ANSWERS
from config import Case, Config, get
from routing_configs import HEADER_FORMS, QUERY_FORMS, ROUTES, bootstrap


def _ask(config, requests):
    """[(configuration, case)] of {name: request}."""
    return [(config, Case(name, request)) for name, request in requests.items()]


def _paths(config, *targets, host="r.test"):
    return _ask(config, {target or "empty": get(target, host) for target in targets})


_HOSTS = (
    "a.test",
    "A.TEST",
    "a.test:80",
    "port.test:8080",
    "port.test",
    "port.test:80",
    "upper.test",
    "x.wild.test",
    "x.deep.wild.test",
    "deep.wild.test",
    "y-x.wild.test",
    ".wild.test",
    "wild.test",
    "x.wild.test:81",
    "www.test",
    "www.",
    "www.shop.test",
    "www.shop.wild.test",
    "www.shop.wild.test:1",
    "[::1]",
    "[::1]:8080",
    "[::2]:80",
    "[::2]",
    "a.test.",
)


def _hosts_cases(config):
    return _ask(config, {host: get("/", host) for host in _HOSTS})


_VALUES = {
    "gold": ["x-v: gold"],
    "GOLD": ["x-v: GOLD"],
    "other": ["x-v: other"],
    "none": [],
    "empty": ["x-v:"],
    "two": ["x-v: other", "x-v: gold"],
    "-5": ["x-v: -5"],
    "5": ["x-v: 5"],
    "+4": ["x-v: +4"],
}

HEADER_CASES = [
    ("headers", Case(f"{name} of {value}", get(f"/{name}", "h.test", *fields)))
    for name in HEADER_FORMS
    for value, fields in _VALUES.items()
    if ":" not in HEADER_FORMS[name].split(",")[0].removeprefix("{name: ")
    and name not in ("host", "authority", "path", "method", "scheme")
] + _ask(
    "headers",
    {
        "host": get("/host", "h.test"),
        "host in upper case": get("/host", "H.test"),
        "authority": get("/authority", "h.test"),
        "path": get("/path?q", "h.test"),
        "path without": get("/path", "h.test"),
        "method": get("/method", "h.test", "content-length: 0", method="PUT"),
        "scheme": get("/scheme", "h.test"),
    },
)

QUERY_CASES = [
    ("queries", Case(f"{name} of {query}", get(f"/{name}{query}", "q.test")))
    for name in QUERY_FORMS
    for query in ("", "?", "?k", "?k=", "?k=v", "?k=V", "?k=x&k=v", "?K=v", "?k=%76")
] + _ask(
    "queries",
    {
        "both": get("/two?a=1&b=2", "q.test"),
        "one": get("/two?x&a", "q.test"),
        "grpc": get("/grpc/x", "q.test", "content-type: application/grpc"),
        "grpc with a format": get("/grpc/x", "q.test", "content-type: application/grpc+proto"),
        "grpc with a parameter": get("/grpc/x", "q.test", "content-type: application/grpc;a=b"),
        "grpc-web": get("/grpc/x", "q.test", "content-type: application/grpc-web"),
        "not grpc": get("/grpc/x", "q.test"),
        "share of all": get("/share", "q.test"),
        "share of more than all": get("/more", "q.test"),
        "share unset": get("/unset", "q.test"),
    },
)

CASES = (
    _hosts_cases("hosts")
    + _hosts_cases("hosts-without-port")
    + _paths(
        "paths",
        "/exact",
        "/exact?q",
        "/exact/",

        "/EXACT",
        "/FOLDED",
        "/sep",
        "/sep/",
        "/sep/x?y",
        "/sepx",
        "/sep?x/y",
        "/SEP/x",
        "/sepfold/x",
        "/sepfoldx",
        "/re/12",
        "/re/12/x?z",
        "/re/12/y",
        "/Either/x",
        "/EITHER/",
        "/fold",
        "/Folder/x",
        "/first",
        "/first/longer/never",
        "/semi;colon",
        "/a%20b/c",
        "/a b",
        "/none",
        "//exact",
        "/exact/../exact",
        "/%65xact",
    )
    + _paths(
        "parameters",
        "/exact;a=b",
        "/exact;a=b?c",
        "/exact",
        "/sep;x/y",
        "/sep/y;x",
        "/re/12;v=1",
        "/re/12;v=1/x",
        "/pre;a/fix",
        "/pre/fix;a",
        "/never;x",
        "/exact?a;b",
    )
    + _paths(
        "templates",
        "/users/7/posts/x%20y",
        "/users/7/posts/8?q=1",
        "/users//posts/8",
        "/users/7/posts/8/",
        "/media/lang/en/v.vtt",
        "/media/lang/en/v.srt",
        "/media/other/en/v.vtt",
        "/tail/",
        "/tail/a/b/c?d",
        "/tail",
        "/glob/a/x/",
        "/glob/a/x/b/c",
        "/glob/a/x",
        "/glob/a/b/x/c",
        "/dot.dot/+/z",
        "/dotxdot/+/z",
        "/slash/a/",
        "/slash/a",
        "/regex/v",
        "/regex/v=w",
        "/m3u/a/b.m3u8",
        "/m3u/a/bxm3u8",
        "/users/a;b/posts/c",
    )
    + _paths(
        "more-templates",
        *[f"/v/{text}" for text in ("a=b", "a|b", "%zz", "a{b}", "a*b", "'", "@", "~", "", "a/b")],
        *[f"/w/{text}" for text in ("", "a/b", "a|b", "a=b/*")],
        "/eq/a=b",
        "/xyz",
        "/x",
        "/y1z/q",
        "/yz/q",
        "/ta/b/cu/z",
        "/tu/z",
        "/s/p/1q/r",
        "/last/1/",
        "/last/1",
        "/end/a/b.m3u8",
        "/end/.m3u8",
        "/v/%2F",
    )
    + [
        ("trees", Case(f"{tree}, {name}", get(path, f"{tree}.test", *fields)))
        for tree, asked in {
            "list": [("/", [f"x: {x}"]) for x in ("gold", "silver", "bronze", "aqa", "tin", "r")]
            + [("/", []), ("/", ["x: r", "x: s"]), ("/", ["x:"]), ("/p", []), ("/p", ["x: gold"])],
            "logic": [("/", f) for f in (["x: a", "y: b"], ["x: a"], ["y: b"], [], ["z: c"])],
            "exact": [
                ("/", ["x: a"]),
                ("/one", ["x: b"]),
                ("/two/x", ["x: b"]),
                ("/three", ["x: b"]),
                ("/", ["x: c", "y: b"]),
                ("/", ["x: c"]),
                ("/", ["x: d", "y: b"]),
                ("/", ["x: d"]),
                ("/", ["x: e"]),
                ("/", ["x: a", "x: a"]),
                ("/", []),
            ],
            "prefix": [
                ("/", []),
                ("/z", []),
                ("/a", []),
                ("/a/b", ["y: b"]),
                ("/a/b", []),
                ("/a/b/c", []),
                ("/a/b/c/d", []),
                ("/a?q", []),
            ],
            "fallthrough": [
                ("/", ["x: a", "y: b"]),
                ("/p", ["x: a"]),
                ("/q", ["x: a"]),
                ("/", ["w: d"]),
                ("/", ["x: a", "w: d"]),
                ("/", []),
            ],
            "nothing": [("/", ["x: a"]), ("/", [])],
        }.items()
        for name, path, fields in [(f"{p} {' '.join(f)}".strip(), p, f) for p, f in asked]
    ]
    + HEADER_CASES
    + QUERY_CASES
    + _ask(
        "redirects",
        {
            f"{path} of {host}": get(path, host)
            for path in ("/https/a?b", "/scheme/a", "/ftp", "/host/x?y", "/port", "/both", "/bare")
            for host in ("r.test", "r.test:80", "r.test:443", "r.test:8080", "[::1]:80", "[::1]")
        },
    )
    + _ask(
        "redirects",
        {
            f"{path} over https": get(path, "r.test:443", "x-forwarded-proto: https")
            for path in ("/https/a", "/scheme/a", "/ftp", "/host/x", "/port", "/bare")
        },
    )
    + _paths(
        "redirects",
        "/hostport/x",
        "/path/x",
        "/path?a=b",
        "/query?b=2",
        "/query",
        "/qstrip?b=2",
        "/strip/x?b=2",
        "/strip/x",
        "/prefix/x?y",
        "/prefix",
        "/prefixed",
        "/whole?x",
        "/re/x?y",
        "/sep/x?y",
        "/fold/x?y",
        "/regex/a/b?c",
        "/regex/a",
        "/regnone/a?b",
        "/c302",
        "/c303",
        "/c307",
        "/c308",
        "/edited",
    )
    + _paths(
        "rewrites",
        "/p/x?y",
        "/p/",
        "/s",
        "/s?q",
        "/s/x",
        "/low/x",
        "/w/x?y",
        "/x/1/2/3?q=/x/1/2",
        "/x/1",
        "/all/l?l",
        "/same/x",
        "/nomatch",
        "/h/literal",
        "/h/regex/front/x?y",
        "/h/regex",
        "/h/pathtoo/other.test",
        "/h/xfh",
        "/h/auto",
        "/h/dns",
        "/h/noname",
        "/h/notauto",
    )
    + _ask(
        "rewrites",
        {
            "host from a field": get("/h/header", "r.test", "x-host: field.test"),
            "host from two fields": get("/h/header", "r.test", "x-host: f.test", "x-host: g.test"),
            "host from an empty field": get("/h/header", "r.test", "x-host:"),
            "host from no field": get("/h/header", "r.test"),
            "forwarded host of another": get("/h/xfh", "r.test", "x-forwarded-host: b.test"),
            "forwarded host of the same": get(
                "/h/xfh", "r.test", "x-forwarded-host: b.test,r.test"
            ),
            "forwarded hosts": get(
                "/h/xfh", "r.test", "x-forwarded-host: b.test", "x-forwarded-host: c.test"
            ),
        },
    )
    + _ask(
        "clusters",
        {
            "by header": get("/header", "r.test", "x-cluster: b"),
            "by the first header": get("/header", "r.test", "x-cluster: c", "x-cluster: b"),
            "by an unknown header": get("/header", "r.test", "x-cluster: nowhere"),
            "by an empty header": get("/header", "r.test", "x-cluster:"),
            "by no header": get("/header", "r.test"),
            "by no header, 404": get("/header/missing", "r.test"),
            "internal field": get("/inner", "r.test", "x-inner: 1"),
            **{
                f"number {number}": get("/by-number", "r.test", f"x-number: {number}")
                for number in ("0", "29", "30", "59", "60", "99", "100", "18446744073709551615")
            },
            "total_weight": get("/total", "r.test"),
            "weight with a host": get(
                "/weights/host", "r.test", "x-gone: 1", "x-answer: own-fields"
            ),
            "weight and route with a host": get("/weights/both", "r.test"),
            "weight by header": get("/weights/header", "r.test", "x-cluster: c"),
            "weight by no header": get("/weights/header", "r.test"),
            "unknown": get("/gone", "r.test"),
            "unknown, 500": get("/gone/500", "r.test"),
            "not for HTTP": get("/not-for-http", "r.test"),
            "decorated": get("/decorated", "r.test"),
            "attempts": get("/x", "counted.test"),
            "attempts of a client": get("/x", "counted.test", "x-envoy-attempt-count: 5"),
            "attempts at a dead endpoint": get("/dead", "counted.test"),
            "attempts of a direct response": get("/direct", "counted.test"),
        },
    )
    + _ask(
        "tls",
        {
            "all": get("/here?a=b", "all.test"),
            "all, no route": get("/none", "all.test"),
            "all, port 80": get("/here", "all.test:80"),
            "all, port 8080": get("/here", "all.test:8080"),
            "all, already": get("/here", "all.test", "x-forwarded-proto: https"),
            "all, already, in capitals": get("/here", "all.test", "x-forwarded-proto: HTTPS"),
            "external": get("/x", "ext.test"),
            "external, already": get("/x", "ext.test", "x-forwarded-proto: https"),
            "external, says internal": get("/x", "ext.test", "x-envoy-internal: true"),
            "post": get("/x", "ext.test", "content-length: 0", method="POST"),
        },
    )
    + _paths(
        "direct",
        "/string",
        "/bytes",
        "/environment",
        "/file",
        "/long",
        "/empty",
        "/204",
        "/304",
        "/599",
        "/typed",
    )
)

CONFIGS = [
    Config(
        f"routing {name}",
        [case for config, case in CASES if config == name],
        text=bootstrap(name),
        answers={"own-fields": ANSWERS["own-fields"]},
        settle=0.01,  # nothing comes late where only the choice of a route is seen
    )
    for name in ROUTES
]

ALLOWED = [
    Allowed(
        "routing direct: /204",
        "header content-length",
        "a 204 has no content and no length (RFC 9110 section 8.6)",
    ),
]
