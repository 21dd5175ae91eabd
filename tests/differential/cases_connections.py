"""What a connection has to say: its options, HTTP/1.0, one request for each."""

from allowed import Allowed
from config import Case, Config, TYPES, cluster, get, raw, route_config, to
from messages import CHUNKED, HI, LARGE, OK, UPSTREAM_HTTP
from messages import answered, case, in_chunks, lengths, request, status
from support.upstream import CLOSE

_EXPECT = ("expect: 100-continue", "content-length: 2")

_OLD_ANSWERS = {
    "chunks": [CHUNKED + b"2\r\nhi\r\n1\r\n!\r\n0\r\n\r\n"],
    "large chunks": [CHUNKED + in_chunks(LARGE, 50000)],
    "until the end": [OK + b"\r\nall", CLOSE],
    "204": status(204),
    "304": status(304, "content-length: 500"),
    "103 first": [b"HTTP/1.1 103 Early Hints\r\nlink: <a>\r\n\r\n", HI],
    "trailers": [CHUNKED + b"2\r\nhi\r\n0\r\nx-sum: 1\r\n\r\n"],
}


def _old(title, method="GET", *fields, **options):
    return case(title, request(method, *fields, version="1.0", **options))


HTTP10 = Config(
    "HTTP 1.0",
    [
        _old("GET"),
        _old("GET kept alive", "GET", "connection: keep-alive"),
        _old("GET kept alive in capitals", "GET", "Connection: Keep-Alive"),
        _old("GET closed", "GET", "connection: close"),
        _old("GET with proxy-connection", "GET", "proxy-connection: keep-alive"),
        _old("HEAD", "HEAD"),
        _old("POST", "POST", "content-length: 2", body=b"hi"),
        _old("POST kept alive", "POST", "content-length: 2", "connection: keep-alive", body=b"hi"),
        _old("POST without a length", "POST"),
        _old("expectation", "POST", *_EXPECT, body=b"hi"),
        Case("no host", raw("GET /x HTTP/1.0")),
        Case("no host and absolute", raw("GET http://b.test/x HTTP/1.0")),
        Case(
            "two kept alive",
            request("GET", "connection: keep-alive", version="1.0")[0] * 2,
            finals=2,
        ),
        Case("two", request("GET", version="1.0")[0] * 2),
        *[_old(f"answer {name}", "GET", f"x-answer: {name}") for name in _OLD_ANSWERS],
        *[
            _old(f"answer {name} kept alive", "GET", f"x-answer: {name}", "connection: keep-alive")
            for name in ("chunks", "until the end", "204")
        ],
        _old("answer chunks to HEAD", "HEAD", "x-answer: chunks"),
        _old("direct response", path="/direct"),
        _old("direct response kept alive", "GET", "connection: keep-alive", path="/direct"),
        _old(
            "chunks", "POST", "transfer-encoding: chunked", body=b"1\r\na\r\n0\r\n\r\n", strict=True
        ),
        case("1.1 still", request()),
    ],
    routes=[
        {
            "match": {"prefix": "/direct"},
            "direct_response": {"status": 200, "body": {"inline_string": "direct"}},
        },
        to("a"),
    ],
    manager={
        "http_protocol_options": {"accept_http_10": True, "default_host_for_http_10": "old.test"}
    },
    answers=_OLD_ANSWERS,
)


def _connection(title, *fields, **options):
    return case(title, request("GET", *fields, **options))


CONNECTION = Config(
    "connection",
    [
        _connection("close", "connection: close"),
        _connection("close among others", "connection: x-a, close , x-b", "x-a: 1", "x-b: 2"),
        _connection("close in a second line", "connection: keep-alive", "connection: close"),
        _connection("keep-alive", "connection: keep-alive", "keep-alive: timeout=9"),
        _connection("close and keep-alive", "connection: close, keep-alive"),
        _connection("empty", "connection:"),
        _connection("commas", "connection: ,, ,"),
        _connection("names a field that is not there", "connection: x-none"),
        _connection("names a field twice", "connection: x-a, x-a", "x-a: 1", "x-a: 2"),
        _connection("names a field in capitals", "Connection: X-A", "x-a: 1"),
        _connection("names te", "connection: te", "te: trailers"),
        _connection("te without trailers", "connection: te", "te: gzip"),
        _connection("te with a list", "te: gzip, trailers"),
        _connection("names cookie", "connection: cookie", "cookie: a=1"),
        _connection("names authorization", "connection: authorization", "authorization: x"),
        _connection(
            "names x-forwarded-for", "connection: x-forwarded-for", "x-forwarded-for: 1.2.3.4"
        ),
        _connection("names forwarded proto", "connection: x-forwarded-proto"),
        _connection("names an added field", "connection: x-added"),
        _connection("proxy-connection close", "proxy-connection: close"),
        _connection("proxy-authorization", "proxy-authorization: basic eA=="),
        _connection("trailer", "trailer: x-sum"),
        _connection("upgrade without connection", "upgrade: websocket"),
        Case("close ends a pipeline", request("GET", "connection: close")[0] + get("/2", "a.test")),
        Case(
            "close after the second",
            get("/1", "a.test") + request("GET", "connection: close", path="/2")[0],
            finals=2,
        ),
        Case("ten in a row", get("/", "a.test") * 10, finals=10),
        Case(
            "blank lines between",
            get("/1", "a.test") + b"\r\n" + get("/2", "a.test"),
            finals=2,
            strict=True,
        ),
        *[
            answered(f"answer {name}")
            for name in (
                "keep-alive",
                "names a field",
                "names server",
                "proxy-close",
                "upgrade",
                "trailer",
            )
        ],
    ],
    manager={
        "route_config": route_config(
            [to("a")],
            request_headers_to_add=[{"header": {"key": "x-added", "value": "1"}}],
        )
    },
    answers={
        "answer keep-alive": [
            OK + b"connection: keep-alive\r\nkeep-alive: timeout=1\r\n" + HI[len(OK) :]
        ],
        "answer names a field": [OK + b"connection: x-a\r\nx-a: 1\r\nx-b: 2\r\n" + HI[len(OK) :]],
        "answer names server": [OK + b"connection: server, date\r\nserver: s\r\n" + HI[len(OK) :]],
        "answer proxy-close": [OK + b"proxy-connection: close\r\n" + HI[len(OK) :]],
        "answer upgrade": [OK + b"connection: upgrade\r\nupgrade: h2c\r\n" + HI[len(OK) :]],
        "answer trailer": [OK + b"trailer: x-sum\r\n" + HI[len(OK) :]],
    },
)

_REQUESTS_MAX = {
    UPSTREAM_HTTP: {
        "@type": TYPES + "upstreams.http.v3.HttpProtocolOptions",
        "common_http_protocol_options": {"max_requests_per_connection": 1},
        "explicit_http_config": {"http_protocol_options": {}},
    }
}

ONE_EACH = Config(
    "one request a connection",
    [
        case("upstream", request()),
        case("upstream with a body", lengths("POST", b"abc")),
        Case("three in a row", get("/", "a.test") * 3, finals=3),
        answered("chunks"),
        answered("until the end"),
    ],
    clusters=[cluster("a", "$A_PORT", typed_extension_protocol_options=_REQUESTS_MAX)],
    answers=_OLD_ANSWERS,
)

_FOR_NEXT_HOP = "what Connection names is for the next hop only (RFC 9110 section 7.6.1)"
_NEVER_NAMED = (
    "Connection cannot name credentials, cookies or where a request comes from: they stay"
)

ALLOWED = [
    Allowed(
        "connection: names te",
        "upstream header connection",
        "who sends TE names it in Connection (RFC 9110 section 10.1.4)",
    ),
    Allowed(
        "connection: te with a list",
        "upstream header connection",
        "who sends TE names it in Connection (RFC 9110 section 10.1.4)",
    ),
    Allowed("connection: names cookie", "upstream header cookie", _NEVER_NAMED),
    Allowed("connection: names authorization", "upstream header authorization", _NEVER_NAMED),
    Allowed("connection: names x-forwarded-for", "*", _NEVER_NAMED),
    Allowed("connection: names forwarded proto", "*", _NEVER_NAMED),
    Allowed(
        "connection: proxy-connection close",
        "*connection",
        "Proxy-Connection is no field of HTTP/1.1 (RFC 9112 appendix C.2.2)",
    ),
    Allowed("connection: answer names a field", "header x-a", _FOR_NEXT_HOP),
    Allowed(
        "HTTP 1.0: POST without a length",
        "upstream header content-length",
        "a request without a body goes upstream as it came (RFC 9112 section 6.3)",
    ),
    Allowed(
        "HTTP 1.0: expectation",
        "interim",
        "100 is not for an HTTP/1.0 client (RFC 9110 section 10.1.1)",
    ),
    Allowed(
        "HTTP 1.0: answer 204 kept alive",
        "*connection",
        "a 204 has no body, so its end is known and the connection can stay",
    ),
    Allowed(
        "one request a connection: *",
        "upstream header connection",
        "who will close a connection says so (RFC 9112 section 9.6)",
    ),
]

CONFIGS = [HTTP10, CONNECTION, ONE_EACH]
