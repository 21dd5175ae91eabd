"""What a row of the tables says, and the few words that rows are written in."""

import dataclasses

ANSWER = "wait for an answer"  # a piece: the next one is sent when one more answer is there
INTERIM = "wait for an interim answer"  # a piece: likewise, for one more 1xx
END = "end of what the client sends"  # a piece: the client closes its half


@dataclasses.dataclass(frozen=True)
class Row:
    """One conversation: what goes in, and all that may come of it.

    `targets` are the requests that an upstream may see, each of them whole and with one framing;
    None: the upstream sees what it sees (it ignores bodies), and only the next client is judged.
    """

    name: str
    send: object  # bytes, or a list of bytes, ANSWER, INTERIM and END
    statuses: tuple = (200,)
    targets: tuple = ("/a",)
    kept: bool = True  # the client's connection stays
    says_close: bool = False  # the last answer says "connection: close"
    methods: tuple = ()  # of the requests, where one is HEAD
    interim: tuple = ()  # statuses of the 1xx answers
    sees: tuple = ()  # (field, value or None for absent) of the last request at the upstream
    body: object = None  # of the last answer
    is_cut: bool = False  # an answer begins and does not end
    may_break: bool = False  # the upstream may see a request that is broken off
    counted: bool = False  # the upstream's fault is in upstream_cx_protocol_error
    listener: str = "main"
    upstream: str = "echo"  # echo, or naive: it never looks for a body
    is_late: bool = False  # the upstream sends something behind the answer
    one_piece: bool = False  # cutting the bytes elsewhere would make it another row


def request(*fields, target="/a", method="GET", version="HTTP/1.1", host="a", body=b""):
    """A request with Host first and `fields` as they are (str, or bytes for what no str says)."""
    lines = [f"{method} {target} {version}"] + ([f"host: {host}"] if host is not None else [])
    encoded = [line.encode("latin-1") if isinstance(line, str) else line for line in lines]
    encoded += [line.encode("latin-1") if isinstance(line, str) else line for line in fields]
    return b"\r\n".join(encoded) + b"\r\n\r\n" + body


def post(*fields, body=b"", **keys):
    return request(*fields, method="POST", body=body, **keys)


def answer(name, *fields, **keys):
    """A request that the upstream answers with ANSWERS[name]."""
    return request(f"x-answer: {name}", *fields, **keys)


# What must never be seen as a request of its own where it stands in a body.
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n"
AFTER = request(target="/after")


def refused(name, send, status=400, **keys):
    """Nothing reaches an upstream; one answer, then the end. What follows is not looked at."""
    return Row(name, send, (status,), (), kept=False, says_close=True, **keys)


def broken(name, send, status=400, **keys):
    """Found out in the body: an upstream never sees the whole of it."""
    return Row(name, send, (status,), (), kept=False, says_close=True, may_break=True, **keys)
