"""What keeps a request from going on: API keys and rate limits with their overrides, direct
responses."""

from allowed import Allowed
from config import Case, Config, TYPES, filter_of, get, to
from messages import case, chunks, lengths, request, times

_KEYS = "envoy.filters.http.api_key_auth"
_LIMIT = "envoy.filters.http.local_ratelimit"
_KEY_AUTH = TYPES + "filters.http.api_key_auth.v3.ApiKeyAuth"
_RATE_LIMIT = TYPES + "filters.http.local_ratelimit.v3.LocalRateLimit"
_FILTER_CONFIG = "type.googleapis.com/envoy.config.route.v3.FilterConfig"
_ALL = {"default_value": {"numerator": 100, "denominator": "HUNDRED"}}
_NONE = {"default_value": {"numerator": 0, "denominator": "HUNDRED"}}


def _credentials(**clients):
    return [{"client": client, "key": key} for client, key in clients.items()]


def _key_auth(*sources, **clients):
    return {"credentials": _credentials(**clients), "key_sources": list(sources)}


def _own(name, message, **fields):
    return {"typed_per_filter_config": {name: {"@type": message, **fields}}}


_PER_ROUTE = _KEY_AUTH + "PerRoute"
_BEARER = {"header": "authorization"}


def _keyed(title, *fields, path="/", host="a.test", method="GET"):
    return Case(
        title,
        get(path, host, *fields, method=method),
        methods=("HEAD",) if method == "HEAD" else (),
    )


KEYS = Config(
    "keys",
    [
        _keyed("bearer", "authorization: Bearer k1"),
        _keyed("bearer in lower case", "authorization: bearer k1"),
        _keyed("bearer and two blanks", "authorization: Bearer  k1"),
        _keyed("no bearer", "authorization: k1"),
        _keyed("basic", "authorization: Basic k1"),
        _keyed("nothing"),
        _keyed("nothing to HEAD", method="HEAD"),
        _keyed("query after a header", path="/?key=k2"),
        _keyed("query encoded", path="/?key=k%32"),
        _keyed("query twice", path="/?key=k2&key=no"),
        _keyed("query empty", path="/?key="),
        _keyed("cookie in quotes", 'cookie: k="k1"'),
        _keyed("cookie among others", "cookie: a=1; k=k1; b=2"),
        _keyed("cookie in a second line", "cookie: a=1", "cookie: k=k1"),
        _keyed("key in another case", "authorization: Bearer K1"),
        _keyed("key and blanks", "x-key:   k1  "),
        _keyed("two headers", "x-key: k1", "x-key: k2"),
        _keyed("header wrong and query right", "x-key: no", path="/?key=k1"),
        _keyed("off on a route", path="/open"),
        _keyed("only two", "x-key: k1", path="/two"),
        _keyed("only two, two", "x-key: k2", path="/two"),
        _keyed("only two, unknown", "x-key: no", path="/two"),
        _keyed("own keys", "x-own: k9", path="/own"),
        _keyed("own keys, the listener's", "x-key: k1", path="/own"),
        _keyed("own keys, only credentials", "x-key: k8", path="/credentials"),
        _keyed("own keys, only credentials, the listener's", "x-key: k1", path="/credentials"),
        _keyed("own keys of a host", "x-key: k7", host="own.test"),
        _keyed("own keys of a host, the listener's", "x-key: k1", host="own.test"),
        _keyed("route of that host", path="/open", host="own.test"),
        Case("body with a wrong key", lengths("POST", b"x" * 1000)[0]),
        Case("body in chunks with a wrong key", chunks(b"3\r\nabc\r\n0\r\n\r\n")[0]),
        Case(
            "wrong and right on one connection",
            [get("/", "a.test", "x-key: no"), get("/", "a.test", "x-key: k1")],
            finals=2,
            in_turn=True,
        ),
    ],
    manager={
        "route_config": {
            "name": "main",
            "virtual_hosts": [
                {
                    "name": "own",
                    "domains": ["own.test"],
                    "routes": [
                        {**to("a", "/open"), **_own(_KEYS, _FILTER_CONFIG, disabled=True)},
                        to("a"),
                    ],
                    **_own(_KEYS, _PER_ROUTE, credentials=_credentials(seven="k7")),
                },
                {
                    "name": "all",
                    "domains": ["*"],
                    "routes": [
                        {**to("a", "/open"), **_own(_KEYS, _FILTER_CONFIG, disabled=True)},
                        {**to("a", "/two"), **_own(_KEYS, _PER_ROUTE, allowed_clients=["two"])},
                        {
                            **to("a", "/own"),
                            **_own(_KEYS, _PER_ROUTE, **_key_auth({"header": "x-own"}, nine="k9")),
                        },
                        {
                            **to("a", "/credentials"),
                            **_own(_KEYS, _PER_ROUTE, credentials=_credentials(eight="k8")),
                        },
                        to("a"),
                    ],
                },
            ],
        }
    },
    filters=[
        filter_of(
            _KEYS,
            _KEY_AUTH,
            **_key_auth(
                _BEARER, {"header": "x-key"}, {"query": "key"}, {"cookie": "k"}, one="k1", two="k2"
            ),
        )
    ],
)


def _bucket(size, **fields):
    return {
        "stat_prefix": "limit",
        "filter_enabled": _ALL,
        "filter_enforced": _ALL,
        "token_bucket": {"max_tokens": size, "tokens_per_fill": size, "fill_interval": "3600s"},
        **fields,
    }


def _add(key, value):
    return {"header": {"key": key, "value": value}}


def _limited(path, **fields):
    return {**to("a", path), **_own(_LIMIT, _RATE_LIMIT, **fields)}


LIMITS = Config(
    "limits",
    [
        times("two of three", 3, "/two"),
        times("none is left on another connection", 1, "/two"),
        times("another route with the same limit", 3, "/also-two"),
        times("own status and fields", 2, "/status"),
        times("counted, not refused", 2, "/shadow"),
        times("not enabled", 3, "/not-enabled"),
        times("off on a route", 2, "/off"),
        Case("refused to HEAD", request("HEAD", path="/none")[0], methods=("HEAD",)),
        Case("refused with a body", lengths("POST", b"abc", path="/none")[0]),
        Case("refused in chunks", chunks(b"3\r\nabc\r\n0\r\n\r\n", path="/none")[0]),
        times("before a direct response", 2, "/direct"),
        times("before a redirect", 2, "/redirect"),
        times("no route", 2, "/unknown"),
        times("of a host", 2, "/1", "limited.test"),
        times("of a route of that host", 3, "/own", "limited.test"),
        times("of the listener", 3, "/listener"),
    ],
    manager={
        "route_config": {
            "name": "main",
            "virtual_hosts": [
                {
                    "name": "limited",
                    "domains": ["limited.test"],
                    "routes": [_limited("/own", **_bucket(2)), to("a")],
                    **_own(_LIMIT, _RATE_LIMIT, **_bucket(1)),
                },
                {
                    "name": "all",
                    "domains": ["*"],
                    "routes": [
                        _limited("/two", **_bucket(2)),
                        _limited("/also-two", **_bucket(2)),
                        _limited(
                            "/status",
                            **_bucket(
                                1,
                                status={"code": 503},
                                response_headers_to_add=[_add("x-limited", "1")],
                            ),
                        ),
                        _limited(
                            "/shadow",
                            **_bucket(
                                1,
                                filter_enforced=_NONE,
                                request_headers_to_add_when_not_enforced=[_add("x-over", "1")],
                            ),
                        ),
                        _limited("/not-enabled", **_bucket(1, filter_enabled=_NONE)),
                        {**to("a", "/off"), **_own(_LIMIT, _FILTER_CONFIG, disabled=True)},
                        _limited("/none", **_bucket(1, status={"code": 429})),
                        {
                            "match": {"prefix": "/direct"},
                            "direct_response": {"status": 200},
                            **_own(_LIMIT, _RATE_LIMIT, **_bucket(1)),
                        },
                        {
                            "match": {"prefix": "/redirect"},
                            "redirect": {"path_redirect": "/x"},
                            **_own(_LIMIT, _RATE_LIMIT, **_bucket(1)),
                        },
                        to("a", "/listener"),
                    ],
                },
            ],
        }
    },
    filters=[filter_of(_LIMIT, _RATE_LIMIT, **_bucket(2))],
)

_KEY_FILTER = filter_of(_KEYS, _KEY_AUTH, **_key_auth({"header": "x-key"}, one="k1"))
_LIMIT_FILTER = filter_of(_LIMIT, _RATE_LIMIT, **_bucket(1))


def _in_order(name, *filters):
    return Config(
        name,
        [
            _keyed("no key"),
            _keyed("a key", "x-key: k1"),
            _keyed("a key again", "x-key: k1"),
            _keyed("no key again"),
        ],
        filters=filters,
    )


def _direct(path, status, **body):
    response = {"status": status, **({"body": body} if body else {})}
    return {"match": {"prefix": path}, "direct_response": response}


_STATUSES = (200, 201, 204, 205, 304, 301, 400, 404, 418, 500, 503, 599)

DIRECT = Config(
    "direct",
    [
        *[case(f"status {status}", request(path=f"/{status}")) for status in _STATUSES],
        *[
            case(f"status {status} to HEAD", request("HEAD", path=f"/{status}"))
            for status in (200, 204, 304, 404)
        ],
        *[
            case(f"status {status} without a body", request(path=f"/bare/{status}"))
            for status in (200, 204, 304, 404)
        ],
        case("4096 bytes", request(path="/large")),
        case("4096 bytes to HEAD", request("HEAD", path="/large")),
        case("bytes", request(path="/bytes")),
        case("own fields", request(path="/fields")),
        case("to a body", lengths("POST", b"abc", path="/200")),
        case("to a large body", lengths("POST", b"a" * 300000, path="/200")),
        case("to chunks", chunks(b"3\r\nabc\r\n0\r\n\r\n", path="/200")),
        case("closed", request("GET", "connection: close", path="/200")),
        Case(
            "three in a row",
            [get(path, "a.test") for path in ("/200", "/404", "/bare/204")],
            finals=3,
            in_turn=True,
        ),
        Case(
            "to a body and then one more",
            [lengths("POST", b"abc", path="/200")[0], get("/404", "a.test")],
            finals=2,
            in_turn=True,
        ),
    ],
    routes=[
        *[_direct(f"/bare/{status}", status) for status in (200, 204, 304, 404)],
        *[_direct(f"/{status}", status, inline_string="text") for status in _STATUSES],
        _direct("/large", 200, inline_string="x" * 4096),
        _direct("/bytes", 200, inline_bytes="AAEC/w=="),
        {
            **_direct("/fields", 200, inline_string="{}"),
            "response_headers_to_add": [
                {
                    **_add("content-type", "application/json"),
                    "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
                },
                _add("x-a", "1"),
            ],
        },
    ],
)

_BODY_READ = "a body that has arrived is read to its end, so the connection can stay"
_NO_LOCATION = "a direct response is no redirect; Envoy adds a Location that leads back to itself"

ALLOWED = [
    Allowed("keys: body*with a wrong key", "*connection", _BODY_READ),
    Allowed("limits: refused *", "*connection", _BODY_READ),
    Allowed("direct: to *", "*connection", _BODY_READ),
    Allowed("direct: to a body and then one more", "responses", _BODY_READ),
    *[
        Allowed(f"direct: status {status}*", "header location", _NO_LOCATION)
        for status in (201, 301, 304)
    ],
    *[
        Allowed(
            f"direct: status {status}*",
            "header content-length",
            "no length where there is no body (RFC 9110 section 8.6)",
        )
        for status in (204, 304)
    ],
    Allowed(
        "direct: status 400",
        "*connection",
        "a 400 of the configuration says nothing about the connection",
    ),
]

CONFIGS = [
    KEYS,
    LIMITS,
    _in_order("keys, then limits", _KEY_FILTER, _LIMIT_FILTER),
    _in_order("limits, then keys", _LIMIT_FILTER, _KEY_FILTER),
    DIRECT,
]
