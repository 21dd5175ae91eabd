"""Brings what two proxies did with one case into comparable form, and names the differences."""

import collections
import dataclasses

# Fields whose values differ from run to run: only their presence is compared.
VARYING = {"date", "x-request-id", "x-envoy-upstream-service-time"}


@dataclasses.dataclass
class Outcome:
    """What one proxy did with a case."""

    exchange: object  # http_client.Exchange
    received: dict  # upstream name: [http1.Message]

    @property
    def closes(self):
        """It closed the connection, or said that it will: Envoy waits a second for the client."""
        last = self.exchange.responses[-1:]
        said = any("close" in value.lower() for m in last for value in m.all("connection"))
        return said or self.exchange.end != "kept"

    @property
    def refuses(self):
        """It closed the connection, with an error as the last answer or without a word."""
        if not self.closes:
            return False
        return all(400 <= answer.status < 600 for answer in self.exchange.responses[-1:])


def fields(headers):
    """{lower-case name: [values]}; varying values as `*`."""
    out = collections.defaultdict(list)
    for name, value in headers:
        name = name.lower()
        out[name].append("*" if name in VARYING else value)
    return out


def _differing_fields(prefix, left, right):
    left, right = fields(left), fields(right)
    for name in sorted(set(left) | set(right)):
        if left.get(name) != right.get(name):
            yield f"{prefix} {name}", left.get(name), right.get(name)


def _short(body):
    text = body if len(body) <= 120 else body[:100] + b"... (%d bytes)" % len(body)
    return text.decode("latin-1")


def _messages(prefix, left, right, is_response):
    """Differences of two messages of the same kind."""
    if is_response:
        if left.status != right.status:
            yield f"{prefix}status", left.status, right.status
    elif left.start_line != right.start_line:
        yield f"{prefix}line", left.start_line, right.start_line
    yield from _differing_fields(f"{prefix}header", left.headers, right.headers)
    if left.body != right.body:
        yield f"{prefix}body", _short(left.body), _short(right.body)
    if fields(left.trailers) != fields(right.trailers):
        yield f"{prefix}trailers", left.trailers, right.trailers


def differences(left, right):
    """(aspect, left's value, right's value) for all that differs."""
    ours, theirs = right.exchange, left.exchange
    if len(theirs.responses) != len(ours.responses):
        yield "responses", _statuses(theirs), _statuses(ours)
    if [m.status for m in theirs.interim] != [m.status for m in ours.interim]:
        yield "interim", [m.status for m in theirs.interim], [m.status for m in ours.interim]
    for one, two in zip(theirs.responses, ours.responses):
        yield from _messages("", one, two, True)
    if left.closes != right.closes:
        yield "connection", theirs.end, ours.end
    for name in sorted(set(left.received) | set(right.received)):
        yield from _upstream(left.received.get(name, []), right.received.get(name, []), name)


def _upstream(left, right, name):
    if len(left) != len(right):
        yield "upstream", f"{len(left)} at {name}", f"{len(right)} at {name}"
        return
    for one, two in zip(left, right):
        yield from _messages("upstream ", one, two, False)


def _statuses(exchange):
    return [answer.status for answer in exchange.responses] + (
        [exchange.rest] if exchange.rest else []
    )


# What a refusal may say.
REFUSALS = {400, 413, 414, 417, 426, 431, 501, 505}


def strict_verdict(left, right):
    """For a malformed case: None when ours refuses it well, `compare` when both serve it, else
    what is wrong."""
    ours = right.exchange
    if ours.fault:
        return f"ours sent no HTTP: {ours.fault}"
    if right.refuses:
        statuses = {answer.status for answer in ours.responses[-1:]}
        if not statuses <= REFUSALS | {left.exchange.status}:
            return f"ours refuses with {statuses}"
        if any(smuggled(received) for received in right.received.values()):
            return "the upstream received a request that was part of another's body"
        return None
    if left.refuses:
        theirs = _statuses(left.exchange)
        return f"Envoy refuses with {theirs}, ours answers {_statuses(ours)} and is {ours.end}"
    return "compare"


def smuggled(received):
    return any(" /smuggled " in message.start_line for message in received)


def strict_note(left, right):
    """How the refusals differ, for the table."""
    theirs, ours = _statuses(left.exchange), _statuses(right.exchange)
    if not left.refuses:
        return f"Envoy lets it pass with {theirs}"
    return "" if theirs == ours else f"Envoy {theirs}, ours {ours}"
