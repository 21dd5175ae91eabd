"""Bodies and trailers of requests, whatever their framing."""

from allowed import Allowed
from config import Case, Config, TYPES, cluster, get
from messages import CHUNKED, LARGE, UPSTREAM_HTTP, answered, case, chunks, in_chunks, lengths
from messages import request

BODIES = Config(
    "bodies",
    [
        *[
            case(f"{method} of {size} bytes", lengths(method, LARGE[:size]))
            for method, size in [
                ("POST", 1),
                ("POST", 16384),
                ("PUT", 65537),
                ("POST", 262144),
                ("GET", 3),
                ("DELETE", 3),
                ("OPTIONS", 3),
                ("PATCH", 3),
                ("HEAD", 3),
            ]
        ],
        *[
            case(f"chunks of {size}", chunks(in_chunks(LARGE[:total], size)))
            for size, total in [(1, 40), (15, 100), (255, 5000), (4096, 65536), (65536, 262144)]
        ],
        case("GET in chunks", chunks(b"2\r\nhi\r\n0\r\n\r\n", "GET")),
        case("DELETE in chunks", chunks(b"2\r\nhi\r\n0\r\n\r\n", "DELETE")),
        case("HEAD in chunks", chunks(b"2\r\nhi\r\n0\r\n\r\n", "HEAD")),
        case(
            "coding in capitals",
            request("POST", "Transfer-Encoding: CHUNKED", body=b"2\r\nhi\r\n0\r\n\r\n"),
        ),
        case("chunk size in capitals", chunks(b"A\r\n0123456789\r\n0\r\n\r\n")),
        case("chunk size with zeros in front", chunks(b"0002\r\nhi\r\n000\r\n\r\n")),
        case("chunk size and blanks", chunks(b"2  \r\nhi\r\n0\r\n\r\n", strict=True)),
        case("chunk extensions", chunks(b'2;a\r\nhi\r\n1;b=c;d="e;f"\r\n!\r\n0;end\r\n\r\n')),
        case(
            "chunk extension of 5000 bytes",
            chunks(b"2;a=" + b"x" * 5000 + b"\r\nhi\r\n0\r\n\r\n", strict=True),
        ),
        case(
            "a body byte by byte",
            request("POST", "content-length: 5", pieces=[b"h", b"e", b"l", b"l", b"o"]),
        ),
        case(
            "chunks byte by byte",
            request(
                "POST",
                "transfer-encoding: chunked",
                pieces=[bytes([byte]) for byte in b"3\r\nabc\r\n0\r\n\r\n"],
            ),
        ),
        case("a head byte by byte", ([bytes([byte]) for byte in get("/x", "a.test")], {})),
        case("a length with zeros in front", request("POST", "content-length: 0002", body=b"hi")),
        case("a length between blanks", request("POST", "content-length: \t 2 \t", body=b"hi")),
        case("an empty body and a coding", chunks(b"0\r\n\r\n", "GET")),
        Case(
            "three bodies in a row",
            lengths("POST", b"one")[0]
            + chunks(b"3\r\ntwo\r\n0\r\n\r\n")[0]
            + lengths("PUT", b"three")[0],
            finals=3,
        ),
        Case(
            "bodies of a length and then of none",
            lengths("POST", b"x" * 20000)[0] + get("/2", "a.test"),
            finals=2,
        ),
        case(
            "a body that is cut",
            request("POST", "content-length: 9", body=b"half", half_close=True, strict=True),
        ),
        case("chunks that are cut", chunks(b"5\r\nhe", half_close=True, strict=True)),
        case("no last chunk", chunks(b"2\r\nhi\r\n", half_close=True, strict=True)),
        case("trailers that are not wanted", chunks(b"2\r\nhi\r\n0\r\nx-sum: 1\r\n\r\n")),
        case(
            "a trailer that frames",
            chunks(b"2\r\nhi\r\n0\r\ncontent-length: 5\r\n\r\n", strict=True),
        ),
        case("a trailer without a colon", chunks(b"2\r\nhi\r\n0\r\nnonsense\r\n\r\n", strict=True)),
    ],
)

_BOTH_TRAILERS = {
    UPSTREAM_HTTP: {
        "@type": TYPES + "upstreams.http.v3.HttpProtocolOptions",
        "explicit_http_config": {"http_protocol_options": {"enable_trailers": True}},
    }
}

TRAILERS = Config(
    "trailers",
    [
        case("of a request", chunks(b"2\r\nhi\r\n0\r\nx-sum: 1\r\nX-More: a\r\n\r\n")),
        case("of a request without a body", chunks(b"0\r\nx-sum: 1\r\n\r\n")),
        case("of a GET", chunks(b"1\r\na\r\n0\r\nx-sum: 1\r\n\r\n", "GET")),
        case("twice the same", chunks(b"1\r\na\r\n0\r\nx-sum: 1\r\nx-sum: 2\r\n\r\n")),
        case("announced", chunks(b"1\r\na\r\n0\r\nx-sum: 1\r\n\r\n", "POST", "trailer: x-sum")),
        case("with te", chunks(b"1\r\na\r\n0\r\nx-sum: 1\r\n\r\n", "POST", "te: trailers")),
        *[
            case(
                f"of a request that names {name.decode()}",
                chunks(b"1\r\na\r\n0\r\n" + name + b": 5\r\n\r\n", strict=True),
            )
            for name in (b"content-length", b"transfer-encoding", b"host", b"connection", b":path")
        ],
        answered("response trailers"),
        answered("response trailers", "HEAD"),
        answered("response trailers", "POST"),
        answered("only trailers"),
        answered("trailers that frame", strict=True),
        answered("many trailers"),
        Case(
            "of two requests",
            chunks(b"1\r\na\r\n0\r\nx-n: 1\r\n\r\n")[0]
            + chunks(b"1\r\nb\r\n0\r\nx-n: 2\r\n\r\n")[0],
            finals=2,
        ),
    ],
    manager={"http_protocol_options": {"enable_trailers": True}},
    clusters=[cluster("a", "$A_PORT", typed_extension_protocol_options=_BOTH_TRAILERS)],
    answers={
        "response trailers": [CHUNKED + b"2\r\nhi\r\n0\r\nx-sum: 1\r\nX-Sum: 2\r\n\r\n"],
        "only trailers": [CHUNKED + b"0\r\nx-sum: 1\r\n\r\n"],
        "trailers that frame": [CHUNKED + b"1\r\na\r\n0\r\ncontent-length: 3\r\n\r\n"],
        "many trailers": [
            CHUNKED + b"1\r\na\r\n0\r\n" + b"".join(b"x-%d: v\r\n" % i for i in range(50)) + b"\r\n"
        ],
    },
)

ALLOWED = [
    Allowed(
        "trailers: with te",
        "upstream header connection",
        "who sends TE names it in Connection (RFC 9110 section 10.1.4)",
    ),
    Allowed(
        "trailers: response trailers to HEAD",
        "header transfer-encoding",
        "framing is each hop's own; a response to HEAD has none (RFC 9112 section 6.1)",
    ),
    Allowed(
        "bodies: a length with zeros in front",
        "upstream header content-length",
        "a length is written anew, in its one canonical form",
    ),
    *[
        Allowed(
            cases,
            "upstream header connection",
            "the connection is not used again after a body that many servers do not read",
        )
        for cases in (
            "bodies: * of 3 bytes",
            "bodies: * in chunks",
            "bodies: an empty body and a coding",
            "trailers: of a GET",
        )
    ],
]

CONFIGS = [BODIES, TRAILERS]
