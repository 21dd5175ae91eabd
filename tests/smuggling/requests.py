"""What a client sends. Each group is a class of attack; each row one message, or a few."""

from rows import AFTER, ANSWER, END, INTERIM, SMUGGLED, Row, broken, post, refused, request

CHUNKED = "transfer-encoding: chunked"
LAST = b"0\r\n\r\n"


def length(body=SMUGGLED):
    return f"content-length: {len(body)}"


# Transfer-Encoding that somebody might take for "chunked", and somebody else not.
OBFUSCATED = [
    b"transfer-encoding : chunked",
    b"transfer-encoding\t: chunked",
    b"transfer-encoding\x00: chunked",
    b"transfer-encoding\x0b: chunked",
    b"transfer encoding: chunked",
    b" transfer-encoding: chunked",
    b"\ttransfer-encoding: chunked",
    b"transfer-encoding: xchunked",
    b"transfer-encoding: chunkedx",
    b"transfer-encoding: chunked, identity",
    b"transfer-encoding: identity, chunked",
    b"transfer-encoding: identity",
    b"transfer-encoding: chunked, chunked",
    b"transfer-encoding: chunked,",
    b"transfer-encoding: ,chunked",
    b"transfer-encoding: chunked;q=1",
    b"transfer-encoding: chunked; a",
    b'transfer-encoding: "chunked"',
    b"transfer-encoding: 'chunked'",
    b"transfer-encoding: chunked chunked",
    b"transfer-encoding: chu nked",
    b"transfer-encoding: \x0bchunked",
    b"transfer-encoding: chunked\x0b",
    b"transfer-encoding: \x0cchunked",
    b"transfer-encoding: \x00chunked",
    b"transfer-encoding: chunked\x00",
    b"transfer-encoding: \x7fchunked",
    b"transfer-encoding: \xa0chunked",
    b"transfer-encoding: \x85chunked",
    b"transfer-encoding: \xff\xfechunked",
    b"transfer-encoding: cow",
    b"transfer-encoding: gzip",
    b"transfer-encoding:",
    b"transfer-encoding: chunked\r\ntransfer-encoding: chunked",
    b"transfer-encoding: chunked\r\ntransfer-encoding: identity",
    b"transfer-encoding: identity\r\ntransfer-encoding: chunked",
    b"transfer-encoding:\r\n chunked",
    b"transfer-encoding: \r\n\tchunked",
    b"transfer-encoding:\n chunked",
    b"transfer-encoding: chunked\n",
    b"transfer-encoding: chunked\r",
    b"x: y\ntransfer-encoding: chunked",
    b"x: y\rtransfer-encoding: chunked",
    b"x: y\r\rtransfer-encoding: chunked",
    b"x: y\n\rtransfer-encoding: chunked",
    b"x: y\r\n\rtransfer-encoding: chunked",
]

CODINGS = [
    *[refused(f"TE.TE {te!r}", post(te, body=LAST + SMUGGLED)) for te in OBFUSCATED],
    *[
        refused(f"CL.TE {te!r}", post("content-length: 5", te, body=LAST + SMUGGLED))
        for te in [CHUNKED.encode(), *OBFUSCATED]
    ],
    refused("TE.CL", post(CHUNKED, "content-length: 4", body=b"1\r\nZ\r\n" + LAST)),
    refused("CL.TE, length of all", post(length(), CHUNKED, body=LAST + SMUGGLED)),
    refused("CL 0 and TE", post("content-length: 0", CHUNKED, body=LAST + SMUGGLED)),
    refused("gzip before chunked", post("transfer-encoding: gzip, chunked", body=LAST), 501),
    refused("chunked in HTTP/1.0", post(CHUNKED, version="HTTP/1.0", body=LAST), listener="old"),
    refused(
        "chunked in kept HTTP/1.0",
        post(CHUNKED, "connection: keep-alive", version="HTTP/1.0", body=LAST + SMUGGLED),
        listener="old",
    ),
    Row("chunked in capitals", post("Transfer-Encoding: CHUNKED", body=LAST)),
    Row("chunked without a blank", post("transfer-encoding:chunked", body=LAST)),
    Row("chunked between blanks", post("transfer-encoding: \t chunked \t", body=LAST)),
    Row(
        "a field of another name",
        post("transfer_encoding: chunked", "content-length: 5", body=LAST) + AFTER,
        (200, 200),
        ("/a", "/after"),
    ),
]

LENGTHS = [
    *[
        refused(f"length {text!r}", post(b"content-length: " + text, body=b"hello" + SMUGGLED))
        for text in [
            b"",
            b"+5",
            b"-5",
            b"-0",
            b"5,5",
            b"5, 5",
            b"0, 5",
            b"5,",
            b"5 5",
            b"5;",
            b"0x5",
            b"5h",
            b"5.0",
            b"5e0",
            b"1_0",
            b"'5'",
            b'"5"',
            b"\x0b5",
            b"5\x00",
            b"5\xa0",
            b"\xd9\xa5",
            b"9223372036854775808",
            b"18446744073709551621",
            b"99999999999999999999999999999999",
            b"00000000000000000005",
        ]
    ],
    *[
        refused(f"lengths {first!r} and {second!r}", post(first, second, body=b"hello" + SMUGGLED))
        for first, second in [
            ("content-length: 5", "content-length: 5"),
            ("content-length: 0", "content-length: 5"),
            ("content-length: 5", "content-length: 0"),
            ("content-length:", "content-length: 5"),
            ("content-length: 5", "content-length:"),
            ("content-length: 5", "Content-Length: 005"),
            ("content-length : 5", "content-length: 0"),
            ("content-length: 5", " content-length: 0"),
        ]
    ],
    refused("a blank before the colon", post("content-length : 5", body=b"hello")),
    refused("a tab before the colon", post("content-length\t: 5", body=b"hello")),
    refused("a blank before the name", post(" content-length: 5", body=b"hello")),
    refused("folded", post("content-length:\r\n 5", body=b"hello")),
    Row("leading zeros are rewritten", post("content-length: 005", body=b"hello")),
    Row("no length, no body", post() + AFTER, (200, 200), ("/a", "/after")),
    Row(
        "a field of another name",
        post("content_length: 35", body=SMUGGLED),
        (200, 200),
        ("/a", "/smuggled"),
    ),
]


def chunks(name, body, **keys):
    return broken(f"chunk {name}", post(CHUNKED, body=body), **keys)


CHUNKS = [
    *[
        broken(f"chunk size {line!r}", post(CHUNKED, body=line + b"\r\nZ\r\n" + LAST + SMUGGLED))
        for line in [
            b"",
            b" ",
            b";",
            b";a",
            b"0x1",
            b"0X1",
            b"x1",
            b"+1",
            b"-1",
            b"-0",
            b" 1",
            b"\t1",
            b"1 ",
            b"1\t",
            b"1 1",
            b"1,1",
            b"1.0",
            b"1_0",
            b"1h",
            b"1zz",
            b"1\x00",
            b"1\x0b",
            b"\x001",
            b"1\r",
            b"\r1",
            b"1\x85",
            b"\xef\xbc\x91",
            b"00000000000000001",
            b"8000000000000001",
            b"ffffffffffffffff",
            b"10000000000000001",
            b"fffffffffffffffffffffffffffffff1",
            b"1;a\nb",
            b"1;a\rb",
            b"1;\n",
            b"1;\r",
            b"1;a\x00",
            b"1;a\x7f",
            b"1\n",
            b"1 \n;",
            b"1a;" + b"x" * 5000,
        ]
    ],
    chunks("line ends with LF", b"1\nZ\r\n" + LAST),
    chunks("data ends with LF", b"1\r\nZ\n" + LAST),
    chunks("data ends with CR", b"1\r\nZ\r" + LAST),
    chunks("data ends with blanks", b"1\r\nZ  " + LAST),
    chunks("data is too long", b"1\r\nZZ\r\n" + LAST),
    chunks("data is too short", b"2\r\nZ\r\n" + LAST),
    chunks("last one ends with LF", b"0\n\r\n" + SMUGGLED),
    chunks("body ends with LF", b"0\r\n\n" + SMUGGLED),
    chunks("body ends with CR", b"0\r\n\r" + SMUGGLED),
    chunks("extension hides a chunk from LF readers", b"1;\nZZ\r\n" + LAST),
    chunks("extension that never ends", b"1;" + b"x" * 100_000),
    chunks("many small ones with long extensions", (b"1;" + b"x" * 200 + b"\r\nZ\r\n") * 200),
    *[
        Row(f"chunk size {line!r}", post(CHUNKED, body=line + b"\r\nZ\r\n" + LAST))
        for line in [b"1", b"01", b"0000000000000001", b"1;a", b"1 ;a=b", b'1;a="b;c"', b"1;a=\xe9"]
    ],
    Row("chunk in capitals", post(CHUNKED, body=b"A\r\n0123456789\r\n" + LAST)),
    Row(
        "smuggled in a chunk",
        post(CHUNKED, body=b"%x\r\n%s\r\n" % (len(SMUGGLED), SMUGGLED) + LAST) + AFTER,
        (200, 200),
        ("/a", "/after"),
    ),
    Row(
        "smuggled in a body",
        post(length(), body=SMUGGLED) + AFTER,
        (200, 200),
        ("/a", "/after"),
    ),
]

TRAILERS = [
    *[
        broken(f"trailer {field!r}", post(CHUNKED, body=b"1\r\nZ\r\n0\r\n" + field + b"\r\n\r\n"))
        for field in [
            b"content-length: 5",
            b"transfer-encoding: chunked",
            b"host: b",
            b"connection: close",
            b"authorization: Bearer x",
            b"cookie: a=b",
            b"x-forwarded-for: 10.0.0.1",
            b"x-envoy-internal: true",
            b"expect: 100-continue",
            b"upgrade: h2c",
            b"trailer: x",
            b"x : y",
            b": y",
            b" x: y",
            b"x: y\r\n z",
            b"no colon",
            b"x: \x00",
            b"x: a\rb",
            b"x: a\n",
            b"GET /smuggled HTTP/1.1",
            b"x: " + b"y" * 70_000,
            b"\r\n".join(b"x-%d: y" % i for i in range(101)),
        ]
    ],
    Row(
        "trailer that is dropped",
        post(CHUNKED, body=b"1\r\nZ\r\n0\r\nx-sum: 1\r\n\r\n") + AFTER,
        (200, 200),
        ("/a", "/after"),
    ),
]

LINES = [
    *[
        refused(f"line {line!r}", line + b"\r\nhost: a\r\n\r\n" + SMUGGLED, status)
        for line, status in [
            (b"GET  /a HTTP/1.1", 400),
            (b"GET /a  HTTP/1.1", 400),
            (b"GET /a HTTP/1.1 ", 400),
            (b" GET /a HTTP/1.1", 400),
            (b"GET\t/a\tHTTP/1.1", 400),
            (b"GET\t/a HTTP/1.1", 400),
            (b"GET\x0b/a HTTP/1.1", 400),
            (b"GET\r/a HTTP/1.1", 400),
            (b"GET /a\rHTTP/1.1", 400),
            (b"GET /a\x00 HTTP/1.1", 400),
            (b"GET\x00 /a HTTP/1.1", 400),
            (b"\x00GET /a HTTP/1.1", 400),
            (b"G(T /a HTTP/1.1", 400),
            (b"GET: /a HTTP/1.1", 400),
            (b"GET /a b HTTP/1.1", 400),
            (b"GET /a#b HTTP/1.1", 400),
            (b"GET /\xc3\xa9 HTTP/1.1", 400),
            (b"GET /\x7f HTTP/1.1", 400),
            (b"GET a HTTP/1.1", 400),
            (b"GET ?a HTTP/1.1", 400),
            (b"GET \\a HTTP/1.1", 400),
            (b"GET * HTTP/1.1", 400),
            (b"GET http:/a HTTP/1.1", 400),
            (b"GET http:///a HTTP/1.1", 400),
            (b"GET http://u@a/a HTTP/1.1", 400),
            (b"GET http://u:p@a/a HTTP/1.1", 400),
            (b"GET http://a:99999/a HTTP/1.1", 400),
            (b"GET http://a,b/a HTTP/1.1", 400),
            (b"GET http://[::1/a HTTP/1.1", 400),
            (b"GET http://a%2fb/a HTTP/1.1", 400),
            (b"GET ftp://a/a HTTP/1.1", 400),
            (b"GET file:///a HTTP/1.1", 400),
            (b"OPTIONS a HTTP/1.1", 400),
            (b"CONNECT a:80 HTTP/1.1", 501),
            (b"CONNECT /a HTTP/1.1", 501),
            (b"CONNECT http://a/ HTTP/1.1", 501),
            (b"GET /a", 400),
            (b"GET", 400),
            (b"", 400),
            (b"GET /a HTTP/1.1\r", 400),
            (b"GET /a http/1.1", 400),
            (b"GET /a HTTP/1.1x", 400),
            (b"GET /a HTTP/1.10", 400),
            (b"GET /a HTTP/11", 400),
            (b"GET /a HTTP/1", 400),
            (b"GET /a HTTP/+1.1", 400),
            (b"GET /a HTTP/1.1,HTTP/1.0", 400),
            (b"GET /a XTTP/1.1", 400),
            (b"GET /a HTTP/0.9", 505),
            (b"GET /a HTTP/2.0", 505),
            (b"GET /a HTTP/3.0", 505),
            (b"PRI * HTTP/2.0", 505),
            (b"GET /" + b"x" * 70_000 + b" HTTP/1.1", 431),
            (b"G" * 70_000 + b" / HTTP/1.1", 431),
        ]
    ],
    refused("HTTP/0.9", b"GET /a\r\n"),
    refused("line ends with LF", b"GET /a HTTP/1.1\nhost: a\r\n\r\n" + SMUGGLED),
    refused("all lines end with LF", b"GET /a HTTP/1.1\nhost: a\n\n" + SMUGGLED),
    refused("a field ends with LF", request(b"x: y\nz: a")),
    refused("head ends with LF", b"GET /a HTTP/1.1\r\nhost: a\r\n\n" + SMUGGLED),
    refused("head ends with CR", b"GET /a HTTP/1.1\r\nhost: a\r\n\r" + SMUGGLED),
    refused("an empty line of LF in front", b"\n" + request()),
    refused("two empty lines in front", b"\r\n\r\n" + request()),
    refused("a blank line in front", b" \r\n" + request()),
    refused("a TLS greeting", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64),
    Row("an empty line in front", b"\r\n" + request()),
    Row("HTTP/1.2 is read as HTTP/1.1", request(version="HTTP/1.2")),
    Row("a method of one's own", request(method="GeT")),
    Row("two slashes", request(target="//a"), targets=("//a",)),
    Row("a query", request(target="/a?b=http://c/"), targets=("/a?b=http://c/",)),
    Row("encoded line ends stay encoded", request(target="/%0d%0a"), targets=("/%0d%0a",)),
    Row("OPTIONS *, which no prefix matches", request(method="OPTIONS", target="*"), (404,), ()),
    Row("OPTIONS of a host", request(method="OPTIONS", target="http://b"), (404,), ()),
]

FIELDS = [
    *[
        refused(f"field {line!r}", request(line) + SMUGGLED)
        for line in [
            b": y",
            b" : y",
            b"x : y",
            b"x\t: y",
            b"x y: z",
            b"x\x00: y",
            b"\x00x: y",
            b"x\x0b: y",
            b"x(: y",
            b"x/y: z",
            b"x@y: z",
            b"x\xe9: y",
            b"x",
            b"x;y",
            b"GET /smuggled HTTP/1.1",
            b"x: \x00",
            b"x: \x01",
            b"x: a\x08b",
            b"x: a\x0bb",
            b"x: \x1b[2J",
            b"x: \x7f",
            b"x: a\rb",
            b"x: a\r",
            b"x: y\r\n z",
            b"x: y\r\n\tz",
            b"x:\r\n y",
        ]
    ],
    refused("fold before any field", b"GET /a HTTP/1.1\r\n x: y\r\nhost: a\r\n\r\n"),
    refused("101 fields", request(*[f"x-{i}: y" for i in range(100)]), 431),
    refused("10,000 fields", request(*[f"x-{i}: y" for i in range(10_000)]), 431),
    refused("a field of 61 KiB", request("x: " + "y" * 61 * 1024), 431),
    refused("a field of 1 MiB", request("x: " + "y" * 1024 * 1024), 431),
    refused("a field that never ends", b"GET /a HTTP/1.1\r\nx: " + b"y" * 61 * 1024, 431),
    Row("100 fields", request(*[f"x-{i}: y" for i in range(99)])),
    Row("a field of 50 KiB", request("x: " + "y" * 50 * 1024)),
    Row("bytes above ASCII", request(b"x: caf\xe9"), sees=(("x", "caf\xe9"),)),
    Row("an empty value", request("x:"), sees=(("x", ""),)),
]

HOSTS = [
    refused("no host", request(host=None)),
    *[
        refused(f"host {host!r}", request(host=host))
        for host in [
            "",
            "a, b",
            "a,b",
            "a b",
            "a/b",
            "a?b",
            "a#b",
            "a@b",
            "u:p@a",
            "a\\b",
            "a:",
            ":80",
            "a:80:80",
            "a:x",
            "a:99999",
            "a:-1",
            "[::1",
            "::1",
            "[a]",
            "[::1]x",
            "a%00",
            "http://a/",
            "a\x00b",
            '"a"',
            "<a>",
        ]
    ],
    refused("two hosts", request("host: b")),
    refused("two equal hosts", request("host: a")),
    refused("host and a broken one", request("host : b")),
    refused("host and a folded one", request(" host: b")),
    refused("absolute form without Host", request(host=None, target="http://b/a")),
    refused("absolute form with a bad Host", request(host="a@b", target="http://b/a")),
    refused("absolute form with two", request("host: b", target="http://b/a")),
    Row("absolute form", request(target="http://b/a"), sees=(("host", "b"),)),
    Row("absolute form without a path", request(target="http://b"), targets=("/",)),
    Row("absolute form with a query only", request(target="http://b?c"), targets=("/?c",)),
    Row("absolute form in capitals", request(target="HTTP://B/a"), sees=(("host", "B"),)),
    Row("host with a port", request(host="a:8080"), sees=(("host", "a:8080"),)),
    Row("host in brackets", request(host="[::1]:80"), sees=(("host", "[::1]:80"),)),
    refused("a scheme that is not the connection's", request(target="https://b/a"), 403),
    Row(
        "HTTP/1.0 with a host",
        request(version="HTTP/1.0"),
        kept=False,
        says_close=True,
        listener="old",
    ),
    refused("HTTP/1.0 without a host", request(host=None, version="HTTP/1.0"), listener="old"),
    refused("HTTP/1.0 where it is not served", request(version="HTTP/1.0"), 426),
]


def named(option, *fields, sees):
    return Row(f"Connection names {option}", request(f"connection: {option}", *fields), sees=sees)


CONNECTION = [
    named("host", sees=(("host", "a"),)),
    named("authorization", "authorization: x", sees=(("authorization", "x"),)),
    named("cookie", "cookie: a=b", sees=(("cookie", "a=b"),)),
    named("x-request-id", "x-request-id: 1", sees=(("x-request-id", "1"),)),
    named("X-Forwarded-For", "x-forwarded-for: 1.2.3.4", sees=(("x-forwarded-for", "1.2.3.4"),)),
    named("x-forwarded-proto", sees=(("x-forwarded-proto", "http"),)),
    named("x-private", "x-private: 1", sees=(("x-private", None), ("connection", None))),
    named("X-PRIVATE, y", "x-private: 1", "y: 2", sees=(("x-private", None), ("y", None))),
    Row(
        "Connection names Content-Length",
        post("connection: content-length", length(), body=SMUGGLED) + AFTER,
        (200, 200),
        ("/a", "/after"),
    ),
    Row(
        "Connection names Transfer-Encoding",
        post("connection: transfer-encoding", CHUNKED, body=LAST) + AFTER,
        (200, 200),
        ("/a", "/after"),
    ),
    Row(
        "close ends the conversation",
        request("connection: close") + SMUGGLED,
        kept=False,
        says_close=True,
        sees=(("connection", None),),
    ),
    Row(
        "close among others",
        request("connection: x, Close ,y", "x: 1") + SMUGGLED,
        kept=False,
        says_close=True,
        sees=(("x", None),),
    ),
    refused("Connection is no list of tokens", request("connection: a b")),
    refused("Connection names too much", request("connection: " + "a, " * 40 + "a")),
    Row(
        "hop-by-hop fields",
        request("keep-alive: 5", "proxy-connection: keep-alive", "te: trailers, gzip;q=1"),
        sees=(("keep-alive", None), ("proxy-connection", None), ("te", "trailers")),
    ),
]

UPGRADES = [
    Row(
        "h2c",
        request("connection: upgrade, http2-settings", "upgrade: h2c", "http2-settings: AAMAAABk"),
        sees=(("upgrade", None), ("http2-settings", None), ("connection", None)),
    ),
    Row(
        "h2c without naming it",
        request("upgrade: h2c", "http2-settings: AAMAAABk"),
        sees=(("upgrade", None), ("http2-settings", None)),
    ),
    Row(
        "h2c and its preface",
        request("connection: upgrade", "upgrade: h2c") + b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        (200, 505),
        kept=False,
        says_close=True,
    ),
    Row(
        "bytes ahead of a 101",
        request("connection: upgrade", "upgrade: websocket") + SMUGGLED,
        (200, 200),
        ("/a", "/smuggled"),
    ),
    Row(
        "websocket frames ahead of a 101",
        request("connection: upgrade", "upgrade: websocket") + b"\x81\x85abcdefghi",
        (200, 400),
        kept=False,
        says_close=True,
    ),
]

CONTINUE = "expect: 100-continue"
EXPECT = [
    Row("100 when the body is waited for", [post(CONTINUE, length()), INTERIM, SMUGGLED + AFTER],
        (200, 200), ("/a", "/after"), interim=(100,), sees=(), one_piece=True),
    Row("no 100 when the body is there", post(CONTINUE, length(), body=SMUGGLED) + AFTER,
        (200, 200), ("/a", "/after"), one_piece=True),
    Row("Expect is not passed on", post(CONTINUE, "content-length: 2", body=b"hi"),
        sees=(("expect", None),), one_piece=True),
    Row("the upstream decides", post(CONTINUE, "content-length: 2", body=b"hi"),
        sees=(("expect", "100-continue"),), listener="continue"),
    *[
        Row(f"Expect {text!r}", request(b"expect: " + text), (417,), ())
        for text in [b"", b"100-continu", b"x 100-continue", b"100-continue, x", b"100 continue"]
    ],
    refused("Expect of a value that is folded", post("expect:\r\n 100-continue", length())),
    refused("Expect with a blank before the colon", post("expect : 100-continue", length())),
    refused("Expect with a control", post("expect: \x0b100-continue", length())),
    Row("an unknown expectation with a body that is there",
        post("expect: x", length(), body=SMUGGLED) + AFTER, (417, 200), ("/after",),
        one_piece=True),
    Row("an unknown expectation with a body to come",
        [post("expect: x", length()), ANSWER, SMUGGLED], (417,), (), kept=False,
        says_close=True, one_piece=True),
    Row("an expectation that no upstream need see",
        [post(CONTINUE, length(), target="/direct"), ANSWER, SMUGGLED], (200,), (), kept=False,
        says_close=True, one_piece=True),
]

# Bodies where many servers do not look for one (TE.0, CL.0): the connection behind is used once.
UNUSUAL = [
    *[
        Row(f"{method} with a {name}", request(*fields, method=method, body=body) + AFTER,
            (200, 200), ("/a", "/after"), methods=(method, "GET"), upstream=upstream,
            one_piece=upstream == "naive")
        for method in ["GET", "HEAD", "DELETE", "OPTIONS"]
        for name, fields, body in [
            ("length", [length()], SMUGGLED),
            ("chunked body", [CHUNKED], b"%x\r\n%s\r\n" % (len(SMUGGLED), SMUGGLED) + LAST),
        ]
        for upstream in ["echo", "naive"]
    ],
    *[
        Row(f"{method} with a body closes behind",
            request("content-length: 2", method=method, body=b"hi"), methods=(method,),
            sees=(("connection", "close"),))
        for method in ["GET", "HEAD", "DELETE", "OPTIONS"]
    ],
    Row("GET with an empty body", request("content-length: 0"), sees=(("connection", None),)),
    Row("POST to an upstream that ignores bodies",
        post(length(), body=SMUGGLED), targets=None, upstream="naive", one_piece=True),
    refused("TRACE with a body", request(length(), method="TRACE", body=SMUGGLED)),
    refused("TRACE with a chunked body", request(CHUNKED, method="TRACE", body=LAST)),
    *[
        refused(f"{method} with a body in HTTP/1.0",
                request(length(), method=method, version="HTTP/1.0", body=SMUGGLED),
                methods=(method,), listener="old")
        for method in ["GET", "HEAD", "DELETE", "OPTIONS"]
    ],
    Row("POST with a body in HTTP/1.0",
        post("connection: keep-alive", length(), version="HTTP/1.0", body=SMUGGLED),
        listener="old"),
]

# Answers that come before the body (0.CL): what is still to come is never a request.
EARLY = [
    Row("a direct response to a body that is there",
        post(length(), target="/direct", body=SMUGGLED) + AFTER, (200, 200), ("/after",),
        one_piece=True),
    Row("a direct response to a body to come",
        [post(length(), target="/direct"), ANSWER, SMUGGLED], (200,), (), kept=False,
        says_close=True, one_piece=True),
    Row("a direct response to chunks to come",
        [post(CHUNKED, target="/direct", body=b"5\r\nhello"), ANSWER, b"\r\n0\r\n\r\n" + SMUGGLED],
        (200,), (), kept=False, says_close=True, one_piece=True),
    Row("an upstream's answer to a body to come",
        [post(length()), ANSWER, SMUGGLED], (200,), None, kept=False, says_close=True,
        upstream="naive", one_piece=True),
    Row("an upstream's answer to a long body",
        [post("content-length: 1000000", body=b"x" * 1000), ANSWER, SMUGGLED], (200,), None,
        kept=False, says_close=True, upstream="naive", one_piece=True),
    Row("no route for a body to come",
        [post(length(), host="none"), ANSWER, SMUGGLED], (404,), (), kept=False,
        says_close=True, one_piece=True),
    Row("a refused path with a body to come",
        [post(length(), target="/a%2fb"), ANSWER, SMUGGLED], (400,), (), kept=False,
        says_close=True, listener="edge", one_piece=True),
]

PIPELINES = [
    Row("in order", request(target="/1") + request(target="/2") + request(target="/3"),
        (200, 200, 200), ("/1", "/2", "/3")),
    Row("mixed with direct responses",
        request(target="/direct") + request(target="/2") + request(target="/direct"),
        (200, 200, 200), ("/2",)),
    Row("nothing after an error", request() + request("x : y") + AFTER, (200, 400),
        kept=False, says_close=True),
    Row("nothing after a broken body",
        request() + post(CHUNKED, body=b"zz\r\n") + AFTER, (200, 400), kept=False,
        says_close=True, may_break=True),
    Row("an empty line between", request() + b"\r\n" + AFTER, (200, 200), ("/a", "/after")),
    Row("a half-closed client gets its answer", [request(), END], kept=False),
    Row("a half-closed client gets both", [request() + AFTER, END], (200, 200),
        ("/a", "/after"), kept=False),
    Row("a body that ends too soon", [post(length(), body=b"GET"), END], (), (), kept=False,
        may_break=True),
    Row("a head that ends too soon", [b"GET /a HTTP/1.1\r\nhost: a\r\n", END], (), (), kept=False),
    Row("HEAD, then GET", request(method="HEAD") + AFTER, (200, 200), ("/a", "/after"),
        methods=("HEAD", "GET")),
]

GROUPS = {
    "coding": CODINGS,
    "length": LENGTHS,
    "chunks": CHUNKS,
    "trailers": TRAILERS,
    "lines": LINES,
    "fields": FIELDS,
    "hosts": HOSTS,
    "connection": CONNECTION,
    "upgrade": UPGRADES,
    "expect": EXPECT,
    "unusual body": UNUSUAL,
    "early answer": EARLY,
    "pipeline": PIPELINES,
}
