"""Differences from Envoy that are meant, each with its reason. Everything else is a failure.

An entry holds for the cases (`CONFIG: CASE`) and the aspects that its patterns match (fnmatch).
Aspects: status, header NAME, body, trailers, connection, responses, interim, upstream, upstream
line, upstream header NAME, upstream body, strictness, summary; for access logs: line.
A module of cases may have a list of its own, ALLOWED, beside its cases.
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Allowed:
    cases: str
    aspect: str
    reason: str


ALLOWED = [
    Allowed(
        "main: direct response to a body",
        "*connection",
        "a body that has arrived is read to its end, so the connection can stay",
    ),
    Allowed(
        "main: rewrite to the root",
        "upstream line",
        "a prefix replaced by / makes no second slash: //x is another path to many upstreams",
    ),
    Allowed(
        "main: hop-by-hop fields of a request",
        "upstream header connection",
        "who sends TE names it in Connection (RFC 9110 section 10.1.4)",
    ),
    Allowed(
        "main: hop-by-hop fields of a response",
        "header x-private",
        "what Connection names is for the next hop only (RFC 9110 section 7.6.1)",
    ),
    Allowed(
        "main: POST without a length",
        "upstream header content-length",
        "a request without a body goes upstream as it came (RFC 9112 section 6.3)",
    ),
    Allowed(
        "main: method of one's own",
        "upstream header content-length",
        "a request without a body goes upstream as it came (RFC 9112 section 6.3)",
    ),
    Allowed(
        "main: expect continue",
        "interim",
        "no 100 when the body is there already (RFC 9110 section 10.1.1)",
    ),
    Allowed(
        "main: half-closed client",
        "*",
        "a client that ends its side still gets its answer (RFC 9112 section 9.6)",
    ),
    Allowed(
        "main: response early-hints",
        "interim",
        "interim responses are passed on (RFC 9110 section 15.2)",
    ),
    Allowed(
        "main: HEAD of a chunked response",
        "header transfer-encoding",
        "framing is each hop's own; a response to HEAD has none (RFC 9112 section 6.1)",
    ),
    Allowed(
        "main: HTTP/1.2",
        "*",
        "a higher minor version is read as the highest known (RFC 9110 section 6.2)",
    ),
    Allowed("main: lower-case method", "*", "a method is any token (RFC 9110 section 9.1)"),
    Allowed(
        "main: upgrade to a websocket",
        "*",
        "an Upgrade that is not offered is dropped and the request served (RFC 9110 section 7.8)",
    ),
    Allowed(
        "main: expect something else",
        "*",
        "an expectation that is not known is answered with 417 (RFC 9110 section 10.1.1)",
    ),
    Allowed(
        "main: connection names host and length",
        "*",
        "Connection cannot name the fields that frame and route: they stay, the request is served",
    ),
]
