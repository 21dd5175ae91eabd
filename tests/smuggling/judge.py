"""Plays a row against a proxy and says what was wrong: an upstream that records bytes is the judge.

After each row another client asks for /victim through the same pool: it must get its own answer.
"""

import threading

import rows
from responses import LATE
from support import http1, http_client
from support.upstream import Upstream

SECONDS = 10
VICTIM = rows.request(target="/victim")
STILL = rows.request(target="/still")


class Recorder(Upstream):
    """Answers with the request's target, or as ANSWERS says; records what it was sent.

    A naive one never looks for a body: what follows a head is the next request to it, unless the
    head said that the connection ends.
    """

    def __init__(self, name, answers, is_naive):
        super().__init__(name, answers=answers)
        self.is_naive = is_naive
        self.has_arrived = threading.Event()
        self.has_answered = threading.Event()

    def _serve_one(self, connection, data):
        try:
            return super()._serve_one(connection, data)
        finally:
            self.has_answered.set()

    def _wait(self):
        self.has_arrived.wait(SECONDS)

    def _read(self, connection, data):
        if not self.is_naive:
            return super()._read(connection, data)
        try:
            while (found := http1.parse_head(data)) is None:
                more = connection.recv(1 << 16)
                if not more:
                    return None, b""
                data += more
        except http1.Malformed as malformed:
            return http1.Message(f"fault: {malformed}", [], raw=data), b""
        message, used = found
        closes = "close" in (message.first("connection") or "")
        return message, b"" if closes else data[used:]

    def _answer(self, message):
        named = message.first("x-answer")
        if named in self.answers:
            steps = [self._wait if step == LATE else step for step in self.answers[named]]
            return steps
        body = b"" if message.method == "HEAD" else message.target.encode("latin-1")
        head = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(message.target)
        closes = self.is_naive and "close" in (message.first("connection") or "")
        return [head + body] + (["close"] if closes else [])


def _pieces(row, is_bytewise):
    given = [row.send] if isinstance(row.send, bytes) else row.send
    for piece in given:
        if is_bytewise and isinstance(piece, bytes):
            yield from (piece[i : i + 1] for i in range(len(piece)))
        else:
            yield piece


def _converse(row, port, upstream, is_bytewise):
    """The exchange of the row itself, and of one more request when the connection should stay."""
    with http_client.Client(port, SECONDS) as client:
        answers = interim = 0
        for piece in _pieces(row, is_bytewise):
            if piece == rows.ANSWER:
                answers += 1
                client.read(answers, row.methods)
            elif piece == rows.INTERIM:
                interim += 1
                client.read(answers, row.methods, interim)
            elif piece == rows.END:
                client.end_writing()
            else:
                client.write(piece)
        if row.is_cut:
            client.read_some()
            upstream.has_arrived.set()
        client.read(len(row.statuses), row.methods)
        upstream.has_arrived.set()
        if row.is_late:
            upstream.has_answered.wait(SECONDS)
        if row.kept and client.exchange.end == "kept":
            client.write(STILL)
            client.read(len(row.statuses) + 1, row.methods)
        else:
            client.settle(row.methods, SECONDS)
        return client.exchange


def _faults_of_answers(row, exchange):
    finals = list(exchange.responses)
    if row.kept:
        last = finals.pop() if len(finals) > len(row.statuses) else None
        if last is None or last.body != b"/still":
            yield f"the connection does not serve another request ({exchange.end})"
    elif exchange.end == "kept":
        yield "the connection stays open"
    statuses = tuple(answer.status for answer in finals)
    if statuses != row.statuses:
        yield f"statuses {statuses}, not {row.statuses}"
    interim = tuple(answer.status for answer in exchange.interim)
    if interim != row.interim:
        yield f"interim answers {interim}, not {row.interim}"
    if exchange.fault:
        yield f"an answer is malformed: {exchange.fault}"
    if row.is_cut != bool(exchange.rest):
        yield f"left over at the end: {exchange.rest[:60]!r}"
    if row.is_cut and not exchange.rest.startswith(b"HTTP/1.1 200 "):
        yield f"not the beginning of the answer: {exchange.rest[:60]!r}"
    if finals and row.says_close != ("close" in finals[-1].all("connection")):
        yield f"the last answer says connection: {finals[-1].all('connection')}"
    if finals and row.body is not None and finals[-1].body != row.body:
        yield f"body {finals[-1].body[:60]!r}"
    for answer in [*finals, *exchange.interim]:
        yield from _forbidden(answer)


def _forbidden(answer):
    raw = answer.raw.split(b"\r\n\r\n")[0] + answer.body
    if b"evil" in raw:
        yield f"somebody else's bytes in {answer.start_line!r}"
    for name in ("keep-alive", "upgrade", "x-private"):
        if answer.first(name) is not None:
            yield f"{name} was passed on"


def _faults_of_requests(row, received, served):
    whole = [message for message in received if not message.start_line.startswith("fault:")]
    broken = [message for message in received if message.start_line.startswith("fault:")]
    for message in broken:
        if not (row.may_break and message.start_line == "fault: incomplete"):
            yield f"the upstream saw {message.start_line!r}"
    if row.targets is None:
        return
    targets = tuple(message.target for message in whole)
    if targets != (*row.targets, *served):
        yield f"the upstream saw {targets}, not {row.targets} and {served}"
        return
    if not row.targets:
        return
    last = whole[len(row.targets) - 1]
    for message in whole:
        if len(message.all("host")) != 1:
            yield f"hosts {message.all('host')}"
    for name, value in row.sees:
        if last.first(name) != value:
            yield f"the upstream saw {name}: {last.first(name)!r}, not {value!r}"


def play(row, port, upstream, is_bytewise=False):
    """What was wrong; an empty list when all was well."""
    upstream.has_arrived.clear()
    upstream.has_answered.clear()
    upstream.take()
    exchange = _converse(row, port, upstream, is_bytewise)
    victim = http_client.send(port, VICTIM, seconds=SECONDS, settle=0)
    faults = list(_faults_of_answers(row, exchange))
    if [(answer.status, answer.body) for answer in victim.responses] != [(200, b"/victim")]:
        faults.append(f"the next client got {victim.responses or victim.end}")
    served = (("/still",) if row.kept else ()) + ("/victim",)
    faults.extend(_faults_of_requests(row, upstream.take(), served))
    return faults
