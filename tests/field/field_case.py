"""What the field cases share: a proxy on a file or behind a control plane, and its upstreams."""

import re

from static_config import StaticProxy, cluster, routes, to, virtual_host
from support import http1, http_client, ports
from support.gateway import ControlPlane, Proxy
from support.processes import wait_until
from support.testcase import ProcessTest
from support.upstream import Upstream

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi"


def request(*fields, method="GET", target="/", body=b"", host="a.test"):
    """A request's bytes; the fields are lines."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", *fields, "", ""]
    return "\r\n".join(lines).encode() + body


def post(*fields, body=b"hello", **options):
    length = f"Content-Length: {len(body)}"
    return request(length, *fields, method="POST", body=body, **options)


class ChangingUpstream(Upstream):
    """An upstream that takes the steps of `first` for as long as there are any, one list for each
    request, and answers as always afterwards. With `answers_heads` it does not wait for bodies."""

    def __init__(self, name):
        super().__init__(name)
        self.first = []
        self.answers_heads = False

    def _read(self, connection, data):
        if not self.answers_heads:
            return super()._read(connection, data)
        while (found := http1.parse_head(data)) is None:
            more = connection.recv(1 << 16)
            if not more:
                return None, b""
            data += more
        message, used = found
        return message, data[used:]

    def _answer(self, message):
        return self.first.pop(0) if self.first else super()._answer(message)


class FieldTest(ProcessTest):
    """Has upstreams a and b."""

    def setUp(self):
        super().setUp()
        self.upstreams = {name: ChangingUpstream(name) for name in "ab"}
        for upstream in self.upstreams.values():
            upstream.__enter__()
            self.addCleanup(upstream.stop)
        self.a, self.b = self.upstreams["a"], self.upstreams["b"]

    def received(self):
        """{upstream: requests} since the last call, whole or not."""
        taken = {name: upstream.take() for name, upstream in self.upstreams.items()}
        return {name: messages for name, messages in taken.items() if messages}


class StaticTest(FieldTest):
    """A proxy on a file, with the clusters a and b."""

    def start(self, *entries, clusters=(), flags=(), domains=("*",), **manager_fields):
        config = routes(virtual_host("all", *(entries or [to("a")]), domains=domains))
        common = [cluster(name, upstream.port) for name, upstream in self.upstreams.items()]
        names = {entry["name"] for entry in clusters}
        common = [entry for entry in common if entry["name"] not in names]
        all_clusters = [*common, *clusters]
        return StaticProxy.start(self.processes, config, all_clusters, *flags, **manager_fields)

    def stat(self, proxy, name):
        found = re.search(rf"(?m)^{re.escape(name)}: (\d+)$", proxy.admin_call("GET", "/stats")[1])
        self.assertIsNotNone(found, f"no statistic {name}")
        return int(found[1])

    def wait_for_stat(self, proxy, name, value):
        wait_until(lambda: self.stat(proxy, name) == value, f"{name} is {value}", 10)


class GatewayTest(FieldTest):
    """A control plane and a proxy; the listener `web` is on self.port."""

    def setUp(self):
        super().setUp()
        self.port = ports.free()

    def gateway(self, *resources):
        self.control = ControlPlane(self.processes)
        self.proxy = Proxy(self.processes, self.control, "proxy-1")
        services = [service(name, self.upstreams[name].port) for name in "ab"]
        self.apply(listener("web", self.port), *services, *resources)
        wait_until(lambda: self.served_by() is not None, "the listener is open", 10)
        self.received()

    def apply(self, *resources):
        """Applies them and waits until the proxy serves them."""
        revision = self.control.apply(list(resources))["revision"]
        self.control.wait_in_sync(revision, 1)

    def get(self, target="/", host="a.test", *fields):
        return http_client.get(self.port, target, host, fields)

    def served_by(self, target="/", host="a.test"):
        """The upstream's name, the status when none answered, None when nobody listens."""
        try:
            answer = self.get(target, host)
        except OSError:
            return None
        return answer.first("x-upstream") or answer.status


def listener(name, port, **fields):
    return {"kind": "Listener", "name": name, "address": "127.0.0.1", "port": port, **fields}


def service(name, *upstream_ports, **fields):
    endpoints = [{"address": "127.0.0.1", "port": port} for port in upstream_ports]
    return {"kind": "Service", "name": name, "endpoints": endpoints, **fields}


def rule(backend, *prefixes, policies=(), **forward):
    matches = [{"pathPrefix": prefix} for prefix in prefixes]
    made = {"forward": {"backends": [{"service": backend}], **forward}}
    return {**made, "matches": matches, "policies": list(policies)}


def route(name, *rules, **fields):
    return {"kind": "Route", "name": name, "rules": list(rules), **fields}
