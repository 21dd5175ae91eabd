"""The cases of bootstrap.yaml: domains, matches, actions, fields, bodies, filters, malformed
messages."""

import pathlib

from config import Case, Config, get, raw
from support.upstream import CLOSE, HANG, RESET


def answer(name, *fields, method="GET"):
    return get("/plain", "actions.test", f"x-answer: {name}", *fields, method=method)


OK = b"HTTP/1.1 200 OK\r\n"

# What the upstream sends to a request with `x-answer: NAME`.
ANSWERS = {
    "chunked": [
        OK + b"transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n"
    ],
    "trailers": [OK + b"transfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nx-sum: 1\r\n\r\n"],
    "no-content": [b"HTTP/1.1 204 No Content\r\nx-a: 1\r\n\r\n"],
    "not-modified": [b'HTTP/1.1 304 Not Modified\r\netag: "x"\r\ncontent-length: 500\r\n\r\n'],
    "until-close": [OK + b"x-a: 1\r\n\r\nto the end", CLOSE],
    "old": [b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nhi", CLOSE],
    "closes": [OK + b"connection: close\r\ncontent-length: 2\r\n\r\nhi", CLOSE],
    "early-hints": [
        b"HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\n" + OK + b"content-length: 2\r\n\r\nhi"
    ],
    "hop-by-hop": [
        OK + b"connection: x-private\r\nkeep-alive: timeout=5\r\nx-private: 1\r\n"
        b"proxy-connection: keep-alive\r\nupgrade: h2c\r\ncontent-length: 2\r\n\r\nhi"
    ],
    "own-fields": [
        OK + b"x-from-upstream: 1\r\nx-answered: no\r\nX-Config: 0\r\nserver: mine\r\n"
        b"date: Thu, 01 Jan 1970 00:00:00 GMT\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n"
        b"content-length: 2\r\n\r\nhi"
    ],
    "two-lengths": [OK + b"content-length: 2\r\ncontent-length: 3\r\n\r\nhi!", CLOSE],
    "both-framings": [
        OK + b"content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        CLOSE,
    ],
    "bad-chunk": [OK + b"transfer-encoding: chunked\r\n\r\n2z\r\nhi\r\n0\r\n\r\n", CLOSE],
    "no-http": [b"HELLO\r\n\r\n", CLOSE],
    "cut": [OK + b"content-length: 9\r\n\r\nhalf", CLOSE],
    "nothing": [CLOSE],
    "reset": [RESET],
    "hang": [HANG],
    "status-only": [b"HTTP/1.1 500\r\ncontent-length: 0\r\n\r\n"],
    "large": [OK + b"content-length: 200000\r\n\r\n" + b"x" * 200000],
    "many-fields": [
        OK + b"".join(b"x-%d: 1\r\n" % i for i in range(80)) + b"content-length: 0\r\n\r\n"
    ],
    "error": [b"HTTP/1.1 503 Sorry\r\ncontent-length: 3\r\nretry-after: 5\r\n\r\nno\n"],
}

DOMAINS = [
    Case("domain exact", get("/", "exact.test")),
    Case("domain in upper case", get("/", "EXACT.Test")),
    Case("domain with a listed port", get("/exact", "exact.test:8080")),
    Case("domain with another port", get("/", "exact.test:9090")),
    Case("domain by suffix", get("/", "a.wild.test")),
    Case("domain by the longer suffix", get("/", "a.deep.wild.test")),
    Case("suffix wants a label", get("/", "wild.test")),
    Case("domain by prefix", get("/", "front.example")),
    Case("domain unknown", get("/", "unknown.test")),
]

MATCHES = [
    Case("path exact", get("/exact", "exact.test")),
    Case("path exact ignores the query", get("/exact?a=b", "exact.test")),
    Case("path exact is exact", get("/exact/", "exact.test")),
    Case("first match in list order wins", get("/first/longer", "exact.test")),
    Case("separated prefix", get("/separated/x", "exact.test")),
    Case("separated prefix itself", get("/separated?x", "exact.test")),
    Case("separated prefix needs the slash", get("/separatedx", "exact.test")),
    Case("prefix without case", get("/CaseLess/x", "exact.test")),
    Case("prefix with case", get("/FIRST/longer", "exact.test")),
    Case("regex", get("/regex/42", "exact.test")),
    Case("regex covers the whole path", get("/regex/42x", "exact.test")),
    Case("regex ignores the query", get("/regex/42?x", "exact.test")),
    Case("header exact", get("/headers", "exact.test", "x-kind: gold")),
    Case("header prefix", get("/headers", "exact.test", "X-Kind: silver")),
    Case(
        "header absent is not absent", get("/headers", "exact.test", "x-kind: sil", "x-absent: 1")
    ),
    Case("header range", get("/headers", "exact.test", "x-kind: tin", "x-number: 10")),
    Case("header range end is open", get("/headers", "exact.test", "x-kind: tin", "x-number: 20")),
    Case("header twice", get("/headers", "exact.test", "x-kind: gold", "x-kind: old")),
    Case("query exact", get("/query?a=1&color=red", "exact.test")),
    Case("query present", get("/query?color=", "exact.test")),
    Case("query missing", get("/query?colors=red", "exact.test")),
    Case("query twice", get("/query?color=blue&color=red", "exact.test")),
    Case("query encoded", get("/query?color=r%65d", "exact.test")),
    Case("method", get("/method", "exact.test", "content-length: 0", method="POST")),
    Case("no route", get("/none", "actions.test")),
]

ACTIONS = [
    Case("direct response", get("/direct")),
    Case("direct response to HEAD", get("/direct", method="HEAD"), methods=("HEAD",)),
    Case(
        "direct response to a body",
        get("/direct", "actions.test", "content-length: 3", method="POST", body=b"abc"),
    ),
    Case("direct response without a body", get("/empty")),
    Case("redirect path keeps the query", get("/redirect/path?a=b")),
    Case("redirect strips the query", get("/redirect/query?a=b")),
    Case("redirect to https", get("/redirect/https/x?y")),
    Case("redirect to https drops port 80", get("/redirect/https/x", "actions.test:80")),
    Case("redirect host and port", get("/redirect/host/x")),
    Case("redirect with a new prefix", get("/redirect/prefix/x?y")),
    Case("rewrite the prefix", get("/rewrite/x?y=1")),
    Case("rewrite the bare prefix", get("/rewrite")),
    Case("rewrite to the root", get("/rewrite/root/x")),
    Case("rewrite the whole path", get("/whole?q")),
    Case("rewrite the host", get("/host")),
    Case("weights", get("/weighted/one")),
    Case("route timeout", get("/slow", "actions.test", "x-answer: hang")),
    Case("upstream refuses", get("/dead")),
    Case("cluster without endpoints", get("/nobody")),
    *[
        Case(f"ring by header: {user}", get("/ring", "actions.test", f"x-user: {user}"))
        for user in ("ann", "bob", "cy", "dee", "eve")
    ],
]

HEADERS = [
    Case(
        "headers edited at three levels",
        get(
            "/edited",
            "exact.test",
            "x-gone: 1",
            "x-gone-everywhere: 1",
            "x-set: old",
            "x-kept: old",
            "x-level: client",
            "x-answer: own-fields",
        ),
    ),
    Case("headers added when absent", get("/edited", "exact.test")),
    Case("response fields of the upstream", answer("own-fields")),
    Case("names in any case", get("/plain", "actions.test", "X-MiXed: Value", "ACCEPT: */*")),
    Case("field order and duplicates", get("/plain", "actions.test", "x-b: 1", "x-a: 2", "x-b: 3")),
    Case("cookies", get("/plain", "actions.test", "cookie: a=1", "cookie: b=2")),
    Case(
        "connection names a field",
        get("/plain", "actions.test", "connection: keep-alive, x-private", "x-private: 1"),
    ),
    Case(
        "hop-by-hop fields of a request",
        get("/plain", "actions.test", "keep-alive: 5", "proxy-connection: x", "te: trailers"),
    ),
    Case("hop-by-hop fields of a response", answer("hop-by-hop")),
    Case("forwarded-for of the client", get("/plain", "actions.test", "x-forwarded-for: 1.2.3.4")),
    Case(
        "forwarded-proto of the client", get("/plain", "actions.test", "x-forwarded-proto: https")
    ),
    Case("request id of the client", get("/plain", "actions.test", "x-request-id: mine")),
    Case(
        "envoy fields of the client",
        get(
            "/plain", "actions.test", "x-envoy-upstream-rq-timeout-ms: 9", "x-envoy-internal: true"
        ),
    ),
    Case(
        "empty value and blanks", get("/plain", "actions.test", "x-empty:", "x-blank: \t a b \t ")
    ),
    Case("bytes above ASCII", get("/plain", "actions.test", "x-high: caf\xe9")),
    Case("80 fields", get("/plain", "actions.test", *[f"x-{i}: v" for i in range(80)])),
    Case("connection close", get("/plain", "actions.test", "connection: close")),
    Case("connection close in upper case", get("/plain", "actions.test", "Connection: Close")),
]

BODIES = [
    Case(
        "body with a length",
        get("/plain", "actions.test", "content-length: 5", method="POST", body=b"hello"),
    ),
    Case(
        "body in pieces",
        [get("/plain", "actions.test", "content-length: 6", method="PUT"), b"hel", b"lo!"],
    ),
    Case(
        "body in chunks",
        get(
            "/plain",
            "actions.test",
            "transfer-encoding: chunked",
            method="POST",
            body=b"5\r\nhello\r\n3;a=b\r\nyou\r\n0\r\n\r\n",
        ),
    ),
    Case(
        "body in chunks with trailers",
        get(
            "/plain",
            "actions.test",
            "transfer-encoding: chunked",
            method="POST",
            body=b"2\r\nhi\r\n0\r\nx-sum: 1\r\n\r\n",
        ),
    ),
    Case(
        "PUT in chunks",
        get(
            "/plain",
            "actions.test",
            "transfer-encoding: chunked",
            method="PUT",
            body=b"1\r\na\r\n0\r\n\r\n",
        ),
    ),
    Case(
        "empty body in chunks",
        get(
            "/plain", "actions.test", "transfer-encoding: chunked", method="POST", body=b"0\r\n\r\n"
        ),
    ),
    Case("POST of length 0", get("/plain", "actions.test", "content-length: 0", method="POST")),
    Case("POST without a length", get("/plain", method="POST")),
    Case("DELETE", get("/plain", method="DELETE")),
    Case("OPTIONS *", raw("OPTIONS * HTTP/1.1", "host: exact.test")),
    Case("method of one's own", get("/plain", method="PURGE")),
    Case(
        "expect continue",
        [
            get(
                "/plain", "actions.test", "expect: 100-continue", "content-length: 2", method="POST"
            ),
            b"hi",
        ],
    ),
    Case(
        "expect continue and wait",
        [
            get(
                "/plain", "actions.test", "expect: 100-continue", "content-length: 2", method="POST"
            ),
            b"hi",
        ],
        awaits_continue=True,
    ),
    Case("pipelined", get("/plain?1") + get("/rewrite") + get("/plain?3"), finals=3),
    Case("pipelined with a direct response", get("/direct") + get("/plain?2"), finals=2),
    Case(
        "pipelined after a body",
        get("/plain", "actions.test", "content-length: 1", method="POST", body=b"x")
        + get("/plain?2"),
        finals=2,
    ),
    Case("HEAD", get("/plain", method="HEAD"), methods=("HEAD",)),
    Case("half-closed client", get("/plain"), half_close=True),
]

RESPONSES = [
    *[
        Case(f"response {name}", answer(name))
        for name in (
            "chunked",
            "trailers",
            "no-content",
            "not-modified",
            "until-close",
            "old",
            "closes",
            "early-hints",
            "status-only",
            "large",
            "many-fields",
            "error",
        )
    ],
    *[
        Case(f"bad response {name}", answer(name))
        for name in (
            "two-lengths",
            "both-framings",
            "bad-chunk",
            "no-http",
            "cut",
            "nothing",
            "reset",
        )
    ],
    Case("HEAD of a chunked response", answer("chunked", method="HEAD"), methods=("HEAD",)),
]

GUARDED = [
    Case("key in the header", get("/", "g", "x-api-key: key-one"), "guarded"),
    Case("key in the query", get("/?api_key=key-two", "g"), "guarded"),
    Case("key in a cookie", get("/", "g", "cookie: a=b; key=key-one"), "guarded"),
    Case("no key", get("/", "g"), "guarded"),
    Case("wrong key", get("/", "g", "x-api-key: nonsense"), "guarded"),
    Case("empty key", get("/", "g", "x-api-key:"), "guarded"),
    Case("two keys", get("/", "g", "x-api-key: key-one", "x-api-key: key-two"), "guarded"),
    Case("wrong key before a right one", get("/?api_key=key-one", "g", "x-api-key: no"), "guarded"),
    Case("client not allowed", get("/only-two", "g", "x-api-key: key-one"), "guarded"),
    Case("client allowed", get("/only-two", "g", "x-api-key: key-two"), "guarded"),
    Case("route's own key", get("/own-key", "g", "authorization: Bearer key-own"), "guarded"),
    Case(
        "route's own key is not the listener's",
        get("/own-key", "g", "x-api-key: key-one"),
        "guarded",
    ),
    Case("rate limit", get("/limited", "g", "x-api-key: key-one") * 3, "guarded", finals=3),
]

_CHUNKED_POST = ("POST /plain HTTP/1.1", "host: actions.test")
_SMUGGLED = b"GET /smuggled HTTP/1.1\r\nhost: actions.test\r\n\r\n"


def _framing(name, *fields, body=b"0\r\n\r\n"):
    return Case(name, raw(*_CHUNKED_POST, *fields, body=body + _SMUGGLED), strict=True)


MALFORMED = [
    _framing("length and chunked", "content-length: 5", "transfer-encoding: chunked"),
    _framing("chunked and length", "transfer-encoding: chunked", "content-length: 5"),
    _framing("two lengths", "content-length: 0", "content-length: 5"),
    _framing("two equal lengths", "content-length: 5", "content-length: 5"),
    _framing("list of lengths", "content-length: 5, 5"),
    _framing("signed length", "content-length: +5"),
    _framing("negative length", "content-length: -5"),
    _framing("hexadecimal length", "content-length: 0x5"),
    _framing("empty length", "content-length:"),
    _framing("empty length and another", "content-length:", "content-length: 5"),
    _framing("length beyond 64 bits", "content-length: 99999999999999999999"),
    _framing("chunked with a space before the colon", "transfer-encoding : chunked"),
    _framing("chunked misspelt", "transfer-encoding: xchunked"),
    _framing("chunked twice", "transfer-encoding: chunked", "transfer-encoding: chunked"),
    _framing("chunked then identity", "transfer-encoding: chunked, identity"),
    _framing("gzip and chunked", "transfer-encoding: gzip, chunked"),
    _framing("chunked in quotes", 'transfer-encoding: "chunked"'),
    _framing("chunked with a vertical tab", "transfer-encoding: \x0bchunked"),
    _framing("chunk size with junk", "transfer-encoding: chunked", body=b"1zz\r\nZ\r\n0\r\n\r\n"),
    _framing(
        "chunk size with a prefix", "transfer-encoding: chunked", body=b"0x1\r\nZ\r\n0\r\n\r\n"
    ),
    _framing("chunk size negative", "transfer-encoding: chunked", body=b"-1\r\nZ\r\n0\r\n\r\n"),
    _framing(
        "chunk size beyond 64 bits",
        "transfer-encoding: chunked",
        body=b"11111111111111111\r\nZ\r\n0\r\n\r\n",
    ),
    _framing("chunk with a bare line feed", "transfer-encoding: chunked", body=b"1\nZ\n0\n\n"),
    _framing(
        "chunk extension with a bare line feed",
        "transfer-encoding: chunked",
        body=b"1;a\nb\r\nZ\r\n0\r\n\r\n",
    ),
    _framing("chunk data too long", "transfer-encoding: chunked", body=b"1\r\nZZ\r\n0\r\n\r\n"),
    Case(
        "chunked over HTTP/1.0",
        raw(
            "POST /plain HTTP/1.0",
            "host: actions.test",
            "transfer-encoding: chunked",
            body=b"0\r\n\r\n" + _SMUGGLED,
        ),
        strict=True,
    ),
    Case("HTTP/1.0", get("/plain", version="1.0"), strict=True),
    Case("HTTP/1.2", get("/plain", version="1.2"), strict=True),
    Case("HTTP/2.0 in a request line", get("/plain", version="2.0"), strict=True),
    Case("no version", b"GET /plain\r\n\r\n", strict=True),
    Case("no host", raw("GET /plain HTTP/1.1", "x-a: 1"), strict=True),
    Case("two hosts", get("/plain", "actions.test", "host: exact.test"), strict=True),
    Case("empty host", get("/plain", ""), strict=True),
    Case("host with a path", get("/plain", "actions.test/x"), strict=True),
    Case("host with user information", get("/plain", "a@actions.test"), strict=True),
    Case("hosts in a list", get("/plain", "actions.test, exact.test"), strict=True),
    Case(
        "folded field",
        raw("GET /plain HTTP/1.1", "host: actions.test", "x-a: 1", " more"),
        strict=True,
    ),
    Case("space before the colon", get("/plain", "actions.test", "x-a : 1"), strict=True),
    Case(
        "space before a name",
        raw("GET /plain HTTP/1.1", " x-a: 1", "host: actions.test"),
        strict=True,
    ),
    Case("empty name", get("/plain", "actions.test", ": 1"), strict=True),
    Case("no colon", get("/plain", "actions.test", "nonsense"), strict=True),
    Case("NUL in a value", get("/plain", "actions.test", "x-a: a\x00b"), strict=True),
    Case("carriage return in a value", get("/plain", "actions.test", "x-a: a\rb"), strict=True),
    Case("control character in a value", get("/plain", "actions.test", "x-a: a\x01b"), strict=True),
    Case("bracket in a name", get("/plain", "actions.test", "x[a]: 1"), strict=True),
    Case("bare line feeds", b"GET /plain HTTP/1.1\nhost: actions.test\n\n", strict=True),
    Case(
        "two spaces in the request line",
        raw("GET  /plain HTTP/1.1", "host: actions.test"),
        strict=True,
    ),
    Case(
        "tab in the request line", raw("GET\t/plain\tHTTP/1.1", "host: actions.test"), strict=True
    ),
    Case("space in the target", raw("GET /pl ain HTTP/1.1", "host: actions.test"), strict=True),
    Case("fragment in the target", get("/plain#x"), strict=True),
    Case("target without a slash", get("plain"), strict=True),
    Case("absolute target", raw("GET http://actions.test/plain HTTP/1.1", "host: actions.test")),
    Case(
        "absolute target and another host",
        raw("GET http://actions.test/plain HTTP/1.1", "host: exact.test"),
        strict=True,
    ),
    Case("method with a bracket", get("/plain", method="GE(T"), strict=True),
    Case("lower-case method", get("/plain", method="get"), strict=True),
    Case("CONNECT", raw("CONNECT actions.test:80 HTTP/1.1", "host: actions.test:80"), strict=True),
    Case(
        "upgrade to h2c",
        get(
            "/plain",
            "actions.test",
            "connection: upgrade, http2-settings",
            "upgrade: h2c",
            "http2-settings: AAMAAABkAAQAAP__",
        ),
        strict=True,
    ),
    Case(
        "upgrade to a websocket",
        get("/plain", "actions.test", "connection: upgrade", "upgrade: websocket"),
        strict=True,
    ),
    Case(
        "expect something else",
        get("/plain", "actions.test", "expect: 200-ok", "content-length: 0", method="POST"),
        strict=True,
    ),
    Case("TLS on a plain port", bytes.fromhex("16030100050100000100"), strict=True),
    Case("an empty line first", b"\r\n" + get("/plain"), strict=True),
    Case("head too large", get("/plain", "actions.test", "x-a: " + "a" * 70000), strict=True),
    Case(
        "too many fields",
        get("/plain", "actions.test", *[f"x-{i}: v" for i in range(200)]),
        strict=True,
    ),
    Case(
        "connection names host and length",
        get(
            "/plain",
            "actions.test",
            "connection: host, content-length",
            "content-length: 2",
            method="POST",
            body=b"hi",
        ),
    ),
    Case("path with dots", get("/plain/../direct")),
    Case("path with encoded dots", get("/plain/%2e%2e/direct")),
    Case("path with two slashes", get("//plain")),
    Case("path with an encoded slash", get("/plain%2fx")),
]

# Sent last, with a user agent that names them: their lines in the access log are compared.
LOGGED = {
    "upstream": get("/plain?x=1", "actions.test", "user-agent: logged upstream"),
    "rewritten": get("/rewrite/x", "actions.test", "user-agent: logged rewritten"),
    "direct response": get("/direct", "actions.test", "user-agent: logged direct response"),
    "redirect": get("/redirect/path", "actions.test", "user-agent: logged redirect"),
    "no route": get("/none", "actions.test", "user-agent: logged no route"),
    "body": get(
        "/plain",
        "actions.test",
        "user-agent: logged body",
        "content-length: 5",
        method="POST",
        body=b"hello",
    ),
    "timeout": get("/slow", "actions.test", "user-agent: logged timeout", "x-answer: hang"),
    "upstream refuses": get("/dead", "actions.test", "user-agent: logged upstream refuses"),
    "no endpoints": get("/nobody", "actions.test", "user-agent: logged no endpoints"),
    "upstream resets": get(
        "/plain", "actions.test", "user-agent: logged upstream resets", "x-answer: reset"
    ),
    "forwarded": get(
        "/plain",
        "actions.test",
        "user-agent: logged forwarded",
        "x-forwarded-for: 1.2.3.4",
        'referer: "quoted"',
    ),
}

CASES = [*DOMAINS, *MATCHES, *ACTIONS, *HEADERS, *BODIES, *RESPONSES, *GUARDED, *MALFORMED]

CONFIGS = [
    Config(
        "main",
        CASES,
        text=(pathlib.Path(__file__).parent / "bootstrap.yaml").read_text(),
        listeners=("main", "guarded"),
        answers=ANSWERS,
        logged=LOGGED,
    )
]
