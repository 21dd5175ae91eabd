"""HTTP/1.1 as tests need it: exact bytes out, and everything that comes back, framing included.

The parser is strict about what it accepts, since what it reads was made by a proxy under test.
"""

import dataclasses


class Malformed(Exception):
    """Bytes that are not the message they should be."""


@dataclasses.dataclass
class Message:
    """A request or a response. Header names keep their case; values lose surrounding blanks."""

    start_line: str
    headers: list
    body: bytes = b""
    framing: str = "none"  # none, length, chunked or close
    trailers: list = dataclasses.field(default_factory=list)
    raw: bytes = b""

    @property
    def status(self):
        return int(self.start_line.split(" ")[1])

    @property
    def method(self):
        return self.start_line.split(" ")[0]

    @property
    def target(self):
        return self.start_line.split(" ")[1]

    def all(self, name):
        """The values of every field with this name, in order."""
        return [value for field, value in self.headers if field.lower() == name.lower()]

    def first(self, name):
        return next(iter(self.all(name)), None)


def _fields(lines):
    fields = []
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise Malformed(f"not a header field: {line!r}")
        fields.append((name, value.strip(" \t")))
    return fields


def parse_head(data):
    """(message without a body, bytes used), or None while the head is incomplete."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    lines = data[:end].decode("latin-1").split("\r\n")
    return Message(lines[0], _fields(lines[1:]), raw=data[: end + 4]), end + 4


def _framing_of(message, has_no_body, is_response):
    """(framing, length) by RFC 9112 section 6.3."""
    codings = [value.lower() for value in message.all("transfer-encoding")]
    lengths = message.all("content-length")
    if codings and lengths:
        raise Malformed("Transfer-Encoding and Content-Length in one message")
    if has_no_body:
        return "none", 0
    if codings:
        if codings != ["chunked"]:
            raise Malformed(f"transfer codings {codings}")
        return "chunked", 0
    if lengths:
        if len(lengths) > 1 or not lengths[0].isdigit():
            raise Malformed(f"content lengths {lengths}")
        return "length", int(lengths[0])
    return ("close", 0) if is_response else ("none", 0)


def _read_chunks(data, at):
    """(body, trailers, position after), or None while it is incomplete."""
    body = b""
    while True:
        end = data.find(b"\r\n", at)
        if end < 0:
            return None
        size = int(data[at:end].split(b";")[0].strip() or b"x", 16)
        at = end + 2
        if size == 0:
            break
        if len(data) < at + size + 2:
            return None
        body += data[at : at + size]
        if data[at + size : at + size + 2] != b"\r\n":
            raise Malformed("no line end after a chunk")
        at += size + 2
    lines = []
    while True:
        end = data.find(b"\r\n", at)
        if end < 0:
            return None
        line, at = data[at:end], end + 2
        if not line:
            return body, _fields(lines), at
        lines.append(line.decode("latin-1"))


def parse(data, is_response=True, to_head=False, is_ended=False):
    """(message, bytes used) of the message at the front of `data`; None while it is incomplete.

    `to_head`: a response to HEAD. `is_ended`: no more bytes will come.
    """
    head = parse_head(data)
    if head is None:
        return None
    message, at = head
    bodiless = False
    if is_response:
        if not message.start_line.startswith("HTTP/1."):
            raise Malformed(f"not a status line: {message.start_line!r}")
        bodiless = to_head or message.status < 200 or message.status in (204, 304)
    message.framing, length = _framing_of(message, bodiless, is_response)
    if message.framing == "length":
        if len(data) < at + length:
            return None
        message.body, at = data[at : at + length], at + length
    elif message.framing == "chunked":
        try:
            found = _read_chunks(data, at)
        except ValueError:
            raise Malformed(f"not a chunk size in {data[at:at + 40]!r}") from None
        if found is None:
            return None
        message.body, message.trailers, at = found
    elif message.framing == "close":
        if not is_ended:
            return None
        message.body, at = data[at:], len(data)
    message.raw = data[:at]
    return message, at
