"""The words in which the cases of requests, bodies and responses are written."""

import time

from config import Case, get

OK = b"HTTP/1.1 200 OK\r\n"
HI = OK + b"content-length: 2\r\n\r\nhi"
CHUNKED = OK + b"transfer-encoding: chunked\r\n\r\n"
UPSTREAM_HTTP = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"


def pause(seconds):
    """A step of an upstream's answer."""
    return lambda: time.sleep(seconds)


def request(method="GET", *fields, path="/", body=b"", pieces=(), version="1.1", **options):
    """(bytes, options of Case)."""
    head = get(path, "a.test", *fields, method=method, version=version)
    if method == "HEAD":
        options.setdefault("methods", ("HEAD",))
    return ([head + body, *pieces] if pieces else head + body), options


def case(name, made):
    return Case(name, made[0], **made[1])


def answered(name, method="GET", *fields, **options):
    """The case of the upstream's answer `name`; its title says the method when it is not GET."""
    title = name if method == "GET" else f"{name} to {method}"
    if method in ("POST", "PUT") and "body" not in options and "pieces" not in options:
        options["body"] = b"abc"
        fields = (*fields, "content-length: 3")
    return case(title, request(method, f"x-answer: {name}", *fields, **options))


def lengths(method, body, **options):
    return request(method, f"content-length: {len(body)}", body=body, **options)


def chunks(body, method="POST", *fields, **options):
    return request(method, "transfer-encoding: chunked", *fields, body=body, **options)


def in_chunks(data, size):
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


LARGE = bytes(range(256)) * 1024


def status(code, *fields, body=b""):
    lines = [f"HTTP/1.1 {code} Why", *fields, "", ""]
    return [("\r\n".join(lines)).encode() + body]


def times(name, count, path, host="a.test", **options):
    """The same request so many times on one connection, each after the answer to the last."""
    return Case(name, [get(path, host)] * count, finals=count, in_turn=True, **options)
