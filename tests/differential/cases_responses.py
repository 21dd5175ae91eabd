"""What upstreams answer: responses, interim ones, faults, silence; and small buffers."""

from allowed import Allowed
from config import Case, Config, ROUTER, cluster, get, route_config, to
from messages import CHUNKED, HI, LARGE, OK, answered, case, chunks, in_chunks, lengths, pause
from messages import request, status
from support.upstream import CLOSE, HANG, RESET

_RESPONSES = {
    "empty": status(200, "content-length: 0"),
    "empty chunks": [CHUNKED + b"0\r\n\r\n"],
    "small chunks": [CHUNKED + in_chunks(LARGE[:300], 7)],
    "large chunks": [CHUNKED + in_chunks(LARGE, 50000)],
    "chunk extensions": [CHUNKED + b"2;x=y\r\nhi\r\n0;z\r\n\r\n"],
    "large": [OK + b"content-length: %d\r\n\r\n" % len(LARGE) + LARGE],
    "until the end": [OK + b"\r\nall of it", CLOSE],
    "nothing until the end": [OK + b"\r\n", CLOSE],
    "slow pieces": [
        OK[:9],
        pause(0.03),
        OK[9:] + b"content-le",
        pause(0.03),
        b"ngth: 4\r\n\r\nab",
        pause(0.03),
        b"cd",
    ],
    "slow chunks": [CHUNKED + b"1\r", pause(0.03), b"\na\r\n0\r\n", pause(0.03), b"\r\n"],
    "204": status(204),
    "204 with length 0": status(204, "content-length: 0"),
    "204 in chunks": status(204, "transfer-encoding: chunked", body=b"0\r\n\r\n"),
    "205": status(205, "content-length: 0"),
    "206": status(206, "content-range: bytes 0-1/9", "content-length: 2", body=b"hi"),
    "304": status(304, 'etag: "x"'),
    "304 with a length": status(304, 'etag: "x"', "content-length: 500"),
    "304 in chunks": status(304, 'etag: "x"', "transfer-encoding: chunked"),
    "a length": status(200, "content-length: 7"),
    "a coding": status(200, "transfer-encoding: chunked"),
    "no framing": status(200, "x-a: 1"),
    "HTTP/1.0 kept": [b"HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 2\r\n\r\nhi"],
    "HTTP/1.0 without a length": [b"HTTP/1.0 200 OK\r\n\r\nhi", CLOSE],
    "connection close": [OK + b"connection: close\r\ncontent-length: 2\r\n\r\nhi", CLOSE],
    "close but open": [OK + b"connection: close\r\ncontent-length: 2\r\n\r\nhi"],
    "no reason": [b"HTTP/1.1 200 \r\ncontent-length: 2\r\n\r\nhi"],
    "long reason": [b"HTTP/1.1 200 " + b"very " * 50 + b"\r\ncontent-length: 2\r\n\r\nhi"],
    "fields without a blank": [OK + b"x-a:1\r\nX-B:\t2\t\r\nx-c:\r\ncontent-length:2\r\n\r\nhi"],
    "two equal lengths": [OK + b"content-length: 2\r\ncontent-length: 2\r\n\r\nhi"],
    "connection names a length": [
        OK + b"connection: content-length\r\ncontent-length: 2\r\n\r\nhi"
    ],
    "20 cookies": [OK + b"".join(b"set-cookie: n%d=v\r\n" % i for i in range(20)) + HI[len(OK) :]],
    **{
        str(code): status(code, "content-length: 2", body=b"no")
        for code in (201, 299, 301, 400, 401, 404, 416, 418, 429, 500, 502, 504, 599)
    },
}

_TO_HEAD = ("a length", "a coding", "no framing", "204", "304 with a length", "404")

RESPONSES = Config(
    "responses",
    [
        *[
            answered(name)
            for name in _RESPONSES
            if name not in ("a length", "a coding", "no framing")
        ],
        *[answered(name, "HEAD") for name in _TO_HEAD],
        *[answered(name, "POST") for name in ("204", "304", "large", "until the end", "500")],
        Case(
            "HEAD and then GET",
            answered("a length", "HEAD").request + answered("empty").request,
            methods=("HEAD", "GET"),
            finals=2,
        ),
        Case(
            "304 and then GET",
            answered("304 with a length").request + answered("empty").request,
            finals=2,
        ),
        Case("204 and then GET", answered("204").request + answered("201").request, finals=2),
    ],
    answers=_RESPONSES,
)

_INTERIM = {
    "100 first": [b"HTTP/1.1 100 Continue\r\n\r\n", HI],
    "102 first": [b"HTTP/1.1 102 Processing\r\n\r\n", HI],
    "103 twice": [b"HTTP/1.1 103 Early Hints\r\nlink: <a>\r\n\r\n" * 2, HI],
    "199 first": [b"HTTP/1.1 199 Own\r\nx-a: 1\r\n\r\n", HI],
    "100 with a length": [b"HTTP/1.1 100 Continue\r\ncontent-length: 5\r\n\r\n", HI],
    "only 100": [b"HTTP/1.1 100 Continue\r\n\r\n", CLOSE],
    "101 that nobody asked for": [
        b"HTTP/1.1 101 Switch\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n",
        CLOSE,
    ],
    "refused": status(417, "content-length: 0"),
    "too large": [b"HTTP/1.1 413 No\r\nconnection: close\r\ncontent-length: 0\r\n\r\n", CLOSE],
}
_EXPECT = ("expect: 100-continue", "content-length: 2")

INTERIM = Config(
    "interim",
    [
        *[answered(name) for name in _INTERIM],
        answered("100 first", "POST"),
        answered("103 twice", "HEAD"),
        case("wait for 100", request("POST", *_EXPECT, pieces=[b"hi"], awaits_continue=True)),
        case(
            "wait for 100, then chunks",
            request(
                "POST",
                "expect: 100-continue",
                "transfer-encoding: chunked",
                pieces=[b"2\r\nhi\r\n0\r\n\r\n"],
                awaits_continue=True,
            ),
        ),
        case(
            "expectation in capitals",
            request(
                "POST",
                "Expect: 100-Continue",
                "content-length: 2",
                pieces=[b"hi"],
                awaits_continue=True,
            ),
        ),
        case("expectation without a body", request("GET", "expect: 100-continue")),
        case(
            "expectation and length 0", request("POST", "expect: 100-continue", "content-length: 0")
        ),
        case(
            "expectation before a direct response",
            request("POST", *_EXPECT, path="/direct", body=b"hi"),
        ),
        case("expectation before no route", request("POST", *_EXPECT, path="/none", body=b"hi")),
        case(
            "expectation and an upstream that refuses",
            request("POST", *_EXPECT, path="/dead", body=b"hi"),
        ),
        case(
            "expectation of a 417",
            request("POST", *_EXPECT, "x-answer: refused", pieces=[b"hi"], awaits_continue=True),
        ),
        case(
            "expectation of a 413",
            request("POST", *_EXPECT, "x-answer: too large", pieces=[b"hi"], awaits_continue=True),
        ),
        case(
            "expectation over HTTP/1.0",
            request("POST", *_EXPECT, body=b"hi", version="1.0", strict=True),
        ),
    ],
    routes=[
        {"match": {"prefix": "/direct"}, "direct_response": {"status": 200}},
        {"match": {"prefix": "/none"}, "direct_response": {"status": 404}},
        to("dead", "/dead"),
        to("a"),
    ],
    answers=_INTERIM,
)

_FAULTS = {
    "closes at once": [CLOSE],
    "resets at once": [RESET],
    "closes in the status line": [b"HTTP/1.1 2", CLOSE],
    "closes in a field": [OK + b"x-a: ", CLOSE],
    "resets in a field": [OK + b"x-a: ", pause(0.03), RESET],
    "closes in the body": [OK + b"content-length: 9\r\n\r\nhalf", CLOSE],
    "resets in the body": [OK + b"content-length: 9\r\n\r\nhalf", pause(0.05), RESET],
    "closes before the body": [OK + b"content-length: 9\r\n\r\n", CLOSE],
    "closes in a chunk": [CHUNKED + b"5\r\nhe", CLOSE],
    "closes between chunks": [CHUNKED + b"2\r\nhi\r\n", CLOSE],
    "closes in the last chunk": [CHUNKED + b"2\r\nhi\r\n0\r\n", CLOSE],
    "resets while it sends to the end": [OK + b"\r\nhalf", pause(0.05), RESET],
    "closes after a cookie": [OK + b"set-cookie: a=1\r\n", CLOSE],
    "is no HTTP": [b"SSH-2.0-OpenSSH_9\r\n", CLOSE],
    "says HTTP/2.0": [b"HTTP/2.0 200 OK\r\ncontent-length: 2\r\n\r\nhi", CLOSE],
    "says HTTP/1.2": [b"HTTP/1.2 200 OK\r\ncontent-length: 2\r\n\r\nhi", CLOSE],
    "has status 99": [b"HTTP/1.1 99 Low\r\ncontent-length: 2\r\n\r\nhi", CLOSE],
    "has status 1000": [b"HTTP/1.1 1000 High\r\ncontent-length: 2\r\n\r\nhi", CLOSE],
    "has status 2x0": [b"HTTP/1.1 2x0 Odd\r\ncontent-length: 2\r\n\r\nhi", CLOSE],
    "has a space in a name": [OK + b"x a: 1\r\ncontent-length: 2\r\n\r\nhi", CLOSE],
    "has a field without a colon": [OK + b"nonsense\r\ncontent-length: 2\r\n\r\nhi", CLOSE],
    "folds a field": [OK + b"x-a: 1\r\n more\r\ncontent-length: 2\r\n\r\nhi", CLOSE],
    "has a NUL in a value": [OK + b"x-a: a\x00b\r\ncontent-length: 2\r\n\r\nhi", CLOSE],
    "has bare line feeds": [b"HTTP/1.1 200 OK\ncontent-length: 2\n\nhi", CLOSE],
    "has a length that is none": [OK + b"content-length: two\r\n\r\nhi", CLOSE],
    "has a negative length": [OK + b"content-length: -2\r\n\r\nhi", CLOSE],
    "has a huge length": [OK + b"content-length: 99999999999999999999\r\n\r\nhi", CLOSE],
    "has two lengths": [OK + b"content-length: 2\r\ncontent-length: 3\r\n\r\nhi!", CLOSE],
    "has both framings": [
        OK + b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n" b"2\r\nhi\r\n0\r\n\r\n",
        CLOSE,
    ],
    "has an unknown coding": [OK + b"transfer-encoding: gzip\r\n\r\nhi", CLOSE],
    "has a coding over HTTP/1.0": [
        b"HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" b"2\r\nhi\r\n0\r\n\r\n",
        CLOSE,
    ],
    "has no chunk size": [CHUNKED + b"\r\nhi\r\n0\r\n\r\n", CLOSE],
    "has letters in a chunk size": [CHUNKED + b"2g\r\nhi\r\n0\r\n\r\n", CLOSE],
    "has a chunk that is too long": [CHUNKED + b"2\r\nhi!\r\n0\r\n\r\n", CLOSE],
    "has a huge chunk size": [CHUNKED + b"ffffffffffffffffff\r\nhi\r\n0\r\n\r\n", CLOSE],
    "has a body in a 204": [b"HTTP/1.1 204 No\r\ncontent-length: 2\r\n\r\nhi", CLOSE],
    "has 150 fields": [
        OK + b"".join(b"x-%d: 1\r\n" % i for i in range(150)) + b"content-length: 0\r\n\r\n"
    ],
    "has a field of 90 KiB": [OK + b"x-a: " + b"a" * 92160 + b"\r\ncontent-length: 0\r\n\r\n"],
    "sends more than it said": [HI + b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil"],
    "sends more later": [HI, pause(0.03), b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil"],
}

FAULTS = Config(
    "faults",
    [
        *[answered(name) for name in _FAULTS],
        *[
            answered(name, "POST")
            for name in ("closes at once", "resets at once", "closes in the body", "is no HTTP")
        ],
        *[answered(name, "HEAD") for name in ("closes at once", "sends more than it said")],
        *[
            Case(
                f"{name}, then one more", answered(name).request + get("/next", "a.test"), finals=2
            )
            for name in (
                "sends more than it said",
                "sends more later",
                "closes at once",
                "has letters in a chunk size",
            )
        ],
        case("refuses connections", request(path="/dead")),
        case("refuses connections for POST", lengths("POST", b"abc", path="/dead")),
        case("refuses connections for HEAD", request("HEAD", path="/dead")),
        case("has no endpoints", request(path="/nobody")),
        case("has no endpoints for POST", lengths("POST", b"abc", path="/nobody")),
        case("is not known", request(path="/unknown")),
        case("is not known, by its own status", request(path="/gone")),
    ],
    manager={
        "route_config": route_config(
            [
                to("dead", "/dead"),
                to("nobody", "/nobody"),
                to("unknown", "/unknown"),
                to("unknown", "/gone", cluster_not_found_response_code="NOT_FOUND"),
                to("a"),
            ],
            validate_clusters=False,
        )
    },
    answers=_FAULTS,
)

_TIMED = {
    "never": [HANG],
    "head late": [pause(0.6), HI],
    "head in time": [pause(0.1), HI],
    "body late": [OK + b"content-length: 4\r\n\r\nhi", pause(0.6), b"hi"],
    "body never": [OK + b"content-length: 4\r\n\r\nhi", HANG],
    "chunk never": [CHUNKED + b"2\r\nhi\r\n", HANG],
    "half a head": [OK + b"x-a: 1\r\n", HANG],
    "only 100": [b"HTTP/1.1 100 Continue\r\n\r\n", HANG],
    "drips": [OK + b"content-length: 6\r\n\r\n", *[pause(0.1), b"x"] * 6],
}

TIMEOUTS = Config(
    "timeouts",
    [
        *[
            case(f"route, {name}", request("GET", f"x-answer: {name}", path="/route"))
            for name in _TIMED
        ],
        case("route, never, POST", lengths("POST", b"abc", path="/route-hangs")),
        case("route, never, HEAD", request("HEAD", "x-answer: never", path="/route")),
        *[
            case(f"idle, {name}", request("GET", f"x-answer: {name}", path="/idle"))
            for name in ("never", "body never", "drips", "head in time")
        ],
        case("off, head late", request("GET", "x-answer: head late", path="/off")),
        case(
            "asked for, never",
            request("GET", "x-answer: never", "x-envoy-upstream-rq-timeout-ms: 200", path="/off"),
        ),
        Case(
            "route, then one more",
            request("GET", "x-answer: never", path="/route")[0] + get("/route", "a.test"),
            finals=2,
        ),
    ],
    routes=[
        to("a", "/route-hangs", timeout="0.3s"),
        to("a", "/route", timeout="0.3s"),
        to("a", "/idle", timeout="0s", idle_timeout="0.3s"),
        to("a", "/off", timeout="0s"),
        to("a"),
    ],
    answers=_TIMED,
)

WAITS = Config(
    "waits",
    [
        Case("half a head", b"GET / HTTP/1.1\r\nhost: a"),
        Case("half a second head", get("/", "a.test") + b"GET / HTT", finals=2),
        case("half a body", request("POST", "content-length: 9", body=b"half")),
        case("half a chunk", chunks(b"5\r\nhe")),
        case("a body that drips", request("POST", "content-length: 2", pieces=[b"h", b"i"])),
        case("an upstream that never answers", request("GET", "x-answer: never")),
        case("an upstream that stops", request("GET", "x-answer: body never")),
        case("nothing after a response", request()),
    ],
    routes=[to("a", timeout="0s")],
    manager={
        "request_headers_timeout": "0.4s",
        "stream_idle_timeout": "0.5s",
        "common_http_protocol_options": {"idle_timeout": "2s"},
    },
    answers=_TIMED,
)

BUFFERS = Config(
    "small buffers",
    [
        case("a large body", lengths("POST", LARGE)),
        case("a body in large chunks", chunks(in_chunks(LARGE, 60000))),
        case("a body in small chunks", chunks(in_chunks(LARGE[:20000], 10))),
        *[
            answered(name)
            for name in (
                "large",
                "large chunks",
                "small chunks",
                "head and body",
                "200 fields of 20 bytes",
            )
        ],
        case("large both ways", lengths("POST", LARGE, path="/echo")),
        Case("four in a row", lengths("POST", LARGE[:50000])[0] * 4, finals=4),
        case(
            "early answer",
            request("POST", "x-answer: early", "content-length: 100000", body=LARGE[:100000]),
        ),
    ],
    listener={"per_connection_buffer_limit_bytes": 1024},
    clusters=[cluster("a", "$A_PORT", per_connection_buffer_limit_bytes=1024)],
    answers={
        **_RESPONSES,
        "head and body": [
            OK + b"x-a: " + b"a" * 3000 + b"\r\ncontent-length: 4000\r\n\r\n" + b"b" * 4000
        ],
        "200 fields of 20 bytes": [
            OK
            + b"".join(b"x-%04d: 0123456789\r\n" % i for i in range(90))
            + b"content-length: 0\r\n\r\n"
        ],
        "early": status(200, "content-length: 2", body=b"hi"),
    },
)

PLAIN_ROUTER = Config(
    "router without envoy fields",
    [
        case("GET", request()),
        case(
            "fields of the client",
            request(
                "GET",
                "x-envoy-expected-rq-timeout-ms: 5",
                "x-envoy-attempt-count: 7",
                "x-envoy-original-path: /o",
                "x-envoy-max-retries: 3",
            ),
        ),
        case("rewritten", request(path="/rewritten/x")),
        answered("closes at once"),
        answered("own fields"),
        answered("never"),
        case("no endpoints", request(path="/nobody")),
    ],
    routes=[
        to("a", "/rewritten", prefix_rewrite="/new"),
        to("nobody", "/nobody"),
        to("a", timeout="0.3s"),
    ],
    manager={
        "http_filters": [
            {
                "name": "envoy.filters.http.router",
                "typed_config": {"@type": ROUTER, "suppress_envoy_headers": True},
            }
        ]
    },
    answers={
        **_FAULTS,
        **_TIMED,
        "own fields": [
            OK + b"x-envoy-upstream-service-time: 9\r\nx-envoy-overloaded: true\r\n"
            b"x-envoy-immediate-health-check-fail: 1\r\n" + HI[len(OK) :]
        ],
    },
)

_CUT_HEAD = "the connection was reset: that is what the 503 says, whether or not bytes had come"
_NO_HTTP1 = "no version, status or framing of HTTP/1.1 (RFC 9112 sections 2.3, 4 and 6)"
_ENDS_WITH_HEAD = (
    "a 204 ends with its head (RFC 9112 section 6.3); what follows costs the connection"
)
_PASSED_ON = "interim responses are passed on (RFC 9110 section 15.2)"
_NO_100 = "no 100 when the body is there already (RFC 9110 section 10.1.1)"
_OWN_FRAMING = "framing is each hop's own; a response to HEAD has none (RFC 9112 section 6.1)"
_BODY_READ = "a body that has arrived is read to its end, so the connection can stay"

ALLOWED = [
    *[
        Allowed("faults: resets in a field", aspect, _CUT_HEAD)
        for aspect in ("status", "header content-length", "body")
    ],
    *[
        Allowed(f"faults: {name}", "*", _NO_HTTP1)
        for name in ("says HTTP/2.0", "has status 1000", "has a coding over HTTP/1.0")
    ],
    *[
        Allowed(f"faults: {name}", "*", "no message by RFC 9112 (sections 2.2, 5.2 and 7.1)")
        for name in ("folds a field", "has bare line feeds", "has a chunk that is too long")
    ],
    Allowed(
        "faults: resets while it sends to the end",
        "*",
        "a reset is not the end of a response (RFC 9112 section 8)",
    ),
    Allowed("faults: has a body in a 204", "*", _ENDS_WITH_HEAD),
    Allowed("responses: 204 in chunks", "*", _ENDS_WITH_HEAD),
    Allowed("faults: has no endpoints for POST", "*connection", _BODY_READ),
    Allowed("responses: a coding to HEAD", "header transfer-encoding", _OWN_FRAMING),
    Allowed("responses: no framing to HEAD", "header transfer-encoding", _OWN_FRAMING),
    *[
        Allowed(f"interim: {name}", "interim", _PASSED_ON)
        for name in ("102 first", "103 twice*", "199 first")
    ],
    Allowed(
        "interim: 100 with a length",
        "*",
        "an interim response has no body, whatever its length says (RFC 9110 section 15.2)",
    ),
    Allowed(
        "interim: 101 that nobody asked for",
        "*",
        "101 answers an Upgrade only (RFC 9110 section 15.2.2)",
    ),
    Allowed("interim: expectation before *", "interim", _NO_100),
    Allowed("interim: expectation before *", "*connection", _BODY_READ),
    Allowed("interim: expectation and an upstream that refuses", "interim", _NO_100),
    Allowed(
        "* without envoy fields: closes at once",
        "upstream",
        "a request is sent again when a kept connection ends before a byte of the response",
    ),
]

CONFIGS = [RESPONSES, INTERIM, FAULTS, TIMEOUTS, WAITS, BUFFERS, PLAIN_ROUTER]
