"""What an upstream sends. The client must get one whole answer or none, and nobody else's."""

import dataclasses

from rows import AFTER, SMUGGLED, Row, answer, post
from support.upstream import CLOSE, RESET

OK = b"HTTP/1.1 200 OK\r\n"
HI = OK + b"content-length: 2\r\n\r\nhi"
EVIL = b"HTTP/1.1 301 Moved\r\nlocation: http://evil/\r\ncontent-length: 4\r\n\r\nevil"
LATE = "when the answer has arrived"  # a step: goes on when the client has what was sent so far
HINTS = b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"
SIZE = b"content-length: 2\r\n"
CHUNKED = OK + b"transfer-encoding: chunked\r\n\r\n"

ANSWERS = {}


def _row(name, steps, statuses, **keys):
    key = str(len(ANSWERS))
    ANSWERS[key] = steps if isinstance(steps, list) else [steps]
    keys["is_late"] = LATE in ANSWERS[key]
    fields = keys.pop("fields", ())
    method = keys.get("methods", ("GET",))[0]
    return Row(name, answer(key, *fields, method=method), statuses, **keys)


def passes(name, steps, status=200, **keys):
    """A good answer, and nothing of what comes with it."""
    return _row(name, steps, (status,), **{"body": b"hi", **keys})


def refused(name, steps, **keys):
    """No answer that could be passed on."""
    return _row(name, steps, (502,), counted=True, **keys)


def cut(name, steps, **keys):
    """Begins well and does not end: the client must be able to tell."""
    return _row(name, steps, (), kept=False, is_cut=True, **keys)


HEADS = [
    *[
        refused(f"head {head!r}", head + b"\r\n" + SIZE + b"\r\nhi")
        for head in [
            b"",
            b"HELLO",
            b"ICY 200 OK",
            b"http/1.1 200 OK",
            b"HTTP/1.1",
            b"HTTP/1.1 ",
            b"HTTP/1.1 20 OK",
            b"HTTP/1.1 2 OK",
            b"HTTP/1.1 2000 OK",
            b"HTTP/1.1 +20 OK",
            b"HTTP/1.1 -20 OK",
            b"HTTP/1.1 0x2 OK",
            b"HTTP/1.1 099 OK",
            b"HTTP/1.1 abc OK",
            b"HTTP/1.1  200 OK",
            b"HTTP/1.1\t200 OK",
            b"HTTP/1.1 200\tOK",
            b"HTTP/1.1 200OK",
            b"HTTP/1.1200 OK",
            b"HTTP/1.1 200 O\x00K",
            b"HTTP/1.1 200 O\rK",
            b"HTTP/1.1 200 OK\r",
            b" HTTP/1.1 200 OK",
            b"\r\nHTTP/1.1 200 OK",
            b"HTTP/1.10 200 OK",
            b"HTTP/0.9 200 OK",
            b"HTTP/2.0 200 OK",
            b"HTTP/2 200",
            b"HTTP/1.1 200 OK\nx: y",
            b"HTTP/1.1 101 Switching Protocols",
            b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade",
        ]
    ],
    refused(
        "101 to who asked for it",
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
        fields=("connection: upgrade", "upgrade: websocket"),
    ),
    *[
        refused(f"field {field!r}", OK + field + b"\r\n" + SIZE + b"\r\nhi")
        for field in [
            b": y",
            b"x : y",
            b"x y: z",
            b"x\x00: y",
            b"x",
            b" x: y",
            b"x: \x00",
            b"x: \x0b",
            b"x: \x7f",
            b"x: a\rb",
            b"x: a\nset-cookie: evil=1",
            b"x: a\rset-cookie: evil=1",
            b"x: y\r\n z",
            b"x: y\r\n\tz",
            b"connection: a b",
        ]
    ],
    refused("all lines end with LF", b"HTTP/1.1 200 OK\ncontent-length: 2\n\nhi"),
    refused("head ends with LF", OK + b"content-length: 2\r\n\nhi"),
    passes("a field of 79 KiB", OK + b"x: " + b"y" * 79 * 1024 + b"\r\n" + SIZE + b"\r\nhi"),
    refused("a field of 81 KiB", OK + b"x: " + b"y" * 81 * 1024 + b"\r\n" + SIZE + b"\r\nhi"),
    refused("a field that never ends", OK + b"x: " + b"y" * 200 * 1024),
    refused("a status line that never ends", b"HTTP/1.1 200 " + b"y" * 200 * 1024),
    refused(
        "101 fields", OK + b"".join(b"x-%d: y\r\n" % i for i in range(100)) + SIZE + b"\r\nhi"
    ),
    passes("100 fields", OK + b"".join(b"x-%d: y\r\n" % i for i in range(99)) + SIZE + b"\r\nhi"),
    passes("no reason", b"HTTP/1.1 200\r\n" + SIZE + b"\r\nhi"),
    passes("a reason above ASCII", b"HTTP/1.1 200 \xe9t\xe9\r\n" + SIZE + b"\r\nhi"),
    passes("an unknown status", b"HTTP/1.1 299 Odd\r\n" + SIZE + b"\r\nhi", 299),
    _row("nothing", [CLOSE], (503,), methods=("POST",)),
    _row("a reset", [RESET], (503,), methods=("POST",)),
    refused("half a head", [OK + b"x: y\r\n", CLOSE]),
    _row("half a head and a reset", [OK + b"x: y\r\n", RESET], (503,), methods=("POST",)),
]

FRAMINGS = [
    *[
        refused(f"framing {fields!r}", OK + fields + b"\r\n\r\n2\r\nhi\r\n0\r\n\r\n")
        for fields in [
            b"content-length: 2\r\ntransfer-encoding: chunked",
            b"transfer-encoding: chunked\r\ncontent-length: 2",
            b"content-length: 2\r\ncontent-length: 3",
            b"content-length: 2\r\ncontent-length: 2",
            b"content-length: 2, 3",
            b"content-length:",
            b"content-length: +2",
            b"content-length: -2",
            b"content-length: 0x2",
            b"content-length: 2 2",
            b"content-length: 18446744073709551618",
            b"content-length : 2",
            b"transfer-encoding : chunked",
            b"transfer-encoding: xchunked",
            b"transfer-encoding: chunked, identity",
            b"transfer-encoding: identity",
            b"transfer-encoding: gzip",
            b"transfer-encoding: gzip, chunked",
            b"transfer-encoding: chunked\r\ntransfer-encoding: chunked",
            b"transfer-encoding: \x0bchunked",
            b"transfer-encoding:\r\n chunked",
        ]
    ],
    refused(
        "chunked in HTTP/1.0", b"HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"
    ),
    passes("a length", HI),
    passes("chunks", CHUNKED + b"1;a=b\r\nh\r\n01\r\ni\r\n0\r\nx-sum: 1\r\n\r\n"),
    passes("to the end", [OK + b"\r\nhi", CLOSE]),
    passes("HTTP/1.0 to the end", [b"HTTP/1.0 200 OK\r\n\r\nhi", CLOSE]),
    passes("HTTP/1.0 with a length", b"HTTP/1.0 200 OK\r\n" + SIZE + b"\r\nhi"),
    passes("Connection names what it must not", OK + b"connection: content-length, set-cookie\r\n"
           + b"set-cookie: a=b\r\n" + SIZE + b"\r\nhi"),
    cut("a length that is not reached", [OK + b"content-length: 9\r\n\r\nhalf", CLOSE]),
    cut("a reset below the length", [OK + b"content-length: 9\r\n\r\nhalf", LATE, RESET]),
    cut("a reset in a body to the end", [OK + b"\r\nhalf", LATE, RESET]),
    *[
        cut(f"chunks that end after {text!r}", [CHUNKED + text, CLOSE])
        for text in [
            b"",
            b"2",
            b"2\r",
            b"2\r\n",
            b"2\r\nh",
            b"2\r\nhi",
            b"2\r\nhi\r\n",
            b"2\r\nhi\r\n0",
            b"2\r\nhi\r\n0\r\n",
            b"2\r\nhi\r\n0\r\nx: y\r\n",
        ]
    ],
    *[
        cut(
            f"broken chunks {text!r}",
            CHUNKED + b"1\r\nh\r\n" + text + b"\r\n0\r\n\r\n" + EVIL,
            counted=True,
        )
        for text in [
            b"",
            b"1z\r\ni",
            b"0x1\r\ni",
            b"+1\r\ni",
            b"-1\r\ni",
            b" 1\r\ni",
            b"1 \r\ni",
            b"1\ni",
            b"1\r\nii",
            b"1;a\nb\r\ni",
            b"1;a\rb\r\ni",
            b"10000000000000001\r\ni",
            b"ffffffffffffffff\r\ni",
            b"0\r\ncontent-length: 5",
            b"0\r\nx : y",
            b"0\r\nx: \x00",
            b"0\r\nx: " + b"y" * 90_000,
        ]
    ],
]

INTERIM = [
    passes("103 is passed on", HINTS + HI, interim=(103,)),
    passes("102 is passed on", b"HTTP/1.1 102 Processing\r\n\r\n" + HI, interim=(102,)),
    passes("100 that nobody waits for", b"HTTP/1.1 100 Continue\r\n\r\n" + HI),
    passes(
        "interim answers have no body",
        b"HTTP/1.1 100 Continue\r\ncontent-length: 168\r\n\r\n" + HI + EVIL,
        counted=True,
    ),
    passes(
        "nor a chunked one",
        b"HTTP/1.1 103 X\r\ntransfer-encoding: chunked\r\n\r\n" + HI,
        interim=(103,),
    ),
    passes("what Connection names is not in a 103", b"HTTP/1.1 103 X\r\nconnection: x\r\nx: y\r\n"
           b"keep-alive: 5\r\n\r\n" + HI, interim=(103,)),
    refused("103 with a body", b"HTTP/1.1 103 X\r\ncontent-length: 5\r\n\r\nhello" + HI,
            interim=(103,)),
    refused("100 with a body", b"HTTP/1.1 100 X\r\ncontent-length: 5\r\n\r\nhello" + HI),
    refused("100 with a chunked body", b"HTTP/1.1 100 X\r\ntransfer-encoding: chunked\r\n\r\n"
            b"0\r\n\r\n" + HI),
    refused("100 without end", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    refused("103 without end", HINTS * 1000, interim=(103,) * 33),
    _row("100, then nothing", [b"HTTP/1.1 100 Continue\r\n\r\n", CLOSE], (503,)),
]

JUNK = [
    passes("an answer behind a length", HI + EVIL, counted=True),
    passes("an answer behind chunks", CHUNKED + b"2\r\nhi\r\n0\r\n\r\n" + EVIL, counted=True),
    passes("a line end behind a length", HI + b"\r\n", counted=True),
    passes("an answer that comes late", [HI, LATE, EVIL], counted=True),
    passes("an interim answer that comes late", [HI, LATE, HINTS], counted=True),
    passes("the end, late", [HI, LATE, CLOSE]),
    passes("a reset, late", [HI, LATE, RESET]),
    passes("an answer behind a 204", b"HTTP/1.1 204 No Content\r\n\r\n" + EVIL, 204, body=b"",
           counted=True),
    passes("204 with a body", b"HTTP/1.1 204 No Content\r\n" + SIZE + b"\r\nhi", 204, body=b"",
           counted=True),
    passes("204 with a chunked body", b"HTTP/1.1 204 No Content\r\ntransfer-encoding: chunked"
           b"\r\n\r\n2\r\nhi\r\n0\r\n\r\n", 204, body=b"", counted=True),
    passes("304 with a body", b"HTTP/1.1 304 Not Modified\r\n" + SIZE + b"\r\nhi", 304, body=b"",
           counted=True),
    passes("304 with a length", b"HTTP/1.1 304 Not Modified\r\ncontent-length: 500\r\n\r\n", 304,
           body=b""),
    passes("HEAD with a body", HI, methods=("HEAD",), body=b"", counted=True),
    passes("HEAD with chunks", CHUNKED + b"2\r\nhi\r\n0\r\n\r\n", methods=("HEAD",), body=b"",
           counted=True),
    passes("HEAD with an answer behind", OK + SIZE + b"\r\n" + EVIL, methods=("HEAD",), body=b"",
           counted=True),
    passes("HEAD without a length", OK + b"\r\n", methods=("HEAD",), body=b""),
    passes("the upstream's end behind close", [OK + b"connection: close\r\n" + SIZE + b"\r\nhi"
           + EVIL, CLOSE]),
]

ANSWERS["continues"] = [b"HTTP/1.1 100 Continue\r\n\r\n" + HI]
ANSWERS["refuses"] = [b"HTTP/1.1 417 No\r\n" + SIZE + b"\r\nno"]


def _waiting(name, answer_name, status, **keys):
    head = post("expect: 100-continue", f"content-length: {len(SMUGGLED)}",
                f"x-answer: {answer_name}")
    return Row(name, head, (status,), listener="continue", one_piece=True, **keys)


CONTINUE = [
    dataclasses.replace(
        _waiting("the upstream's 100 is passed on", "continues", 200, interim=(100,)),
        send=post("expect: 100-continue", f"content-length: {len(SMUGGLED)}",
                  "x-answer: continues", body=SMUGGLED) + AFTER,
        statuses=(200, 200), targets=("/a", "/after"),
    ),
    _waiting("the upstream's refusal is passed on", "refuses", 417, kept=False, says_close=True,
             upstream="naive", targets=None),
    _waiting("100 to who waits", "continues", 200, interim=(100,), kept=False, says_close=True,
             upstream="naive", targets=None),
]

GROUPS = {
    "upstream head": HEADS,
    "upstream framing": FRAMINGS,
    "upstream interim": INTERIM,
    "upstream junk": JUNK,
    "upstream continue": CONTINUE,
}
