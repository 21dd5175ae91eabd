"""Attacks that are no matter of framing (those are tests/smuggling): slow and large ones, paths,
and headers. With each an honest client is served, and a counter names the cause."""

import contextlib

from field_case import StaticTest, post, request
from static_config import direct, to
from support import http_client
from support.upstream import CLOSE

EDGE = {
    "use_remote_address": True,
    "normalize_path": True,
    "merge_slashes": True,
    "path_with_escaped_slashes_action": "UNESCAPE_AND_REDIRECT",
    "common_http_protocol_options": {"headers_with_underscores_action": "REJECT_REQUEST"},
}
MAIN = "http.main."


class SlowCases(StaticTest):
    def clients(self, proxy, count, data=b""):
        """So many connections that have sent `data`; closed at the end."""
        stack = self.enterContext(contextlib.ExitStack())
        clients = [stack.enter_context(http_client.Client(proxy.port)) for _ in range(count)]
        for client in clients:
            client.write(data)
        return clients

    def expect_honest_client_is_served(self, proxy):
        self.assertEqual(proxy.get("/").status, 200)

    def test_heads_that_never_end(self):
        proxy = self.start(request_headers_timeout="0.5s")
        clients = self.clients(proxy, 50, b"GET / HTTP/1.1\r\nhost: a.test\r\nx: ")
        self.expect_honest_client_is_served(proxy)
        for client in clients:
            client.write(b"y")  # which does not begin the time anew
            exchange = client.settle(seconds=5) if client.read().status else client.exchange
            self.assertEqual((exchange.status, exchange.end), (408, "closed"))
        self.assertEqual(self.stat(proxy, MAIN + "downstream_rq_header_timeout"), 50)
        self.assertEqual([m.start_line for m in self.a.take()], ["GET / HTTP/1.1"])

    def test_bodies_that_never_end(self):
        proxy = self.start(request_timeout="0.5s")
        head = request("content-length: 100", method="POST")
        clients = self.clients(proxy, 20, head + b"abc")
        self.expect_honest_client_is_served(proxy)
        for client in clients:
            self.assertEqual(client.read().status, 408)
            self.assertEqual(client.settle(seconds=5).end, "closed")
        self.assertEqual(self.stat(proxy, MAIN + "downstream_rq_timeout"), 20)
        self.wait_for_stat(proxy, MAIN + "downstream_rq_active", 0)

    def test_bodies_in_which_nothing_moves(self):
        proxy = self.start(stream_idle_timeout="0.5s")
        [client] = self.clients(proxy, 1, request("content-length: 100", method="POST") + b"abc")
        self.assertEqual(client.read().status, 408)
        self.assertEqual(self.stat(proxy, MAIN + "downstream_rq_idle_timeout"), 1)

    def test_a_client_that_does_not_read(self):
        size = 256 * 1024 * 1024
        self.a.answers["large"] = [
            f"HTTP/1.1 200 OK\r\ncontent-length: {size}\r\n\r\n".encode(),
            *[bytes(1 << 20)] * 256,
        ]
        proxy = self.start(stream_idle_timeout="0.5s")
        self.clients(proxy, 4, request("x-answer: large"))
        self.expect_honest_client_is_served(proxy)
        self.wait_for_stat(proxy, MAIN + "downstream_rq_idle_timeout", 4)
        self.wait_for_stat(proxy, MAIN + "downstream_cx_active", 0)
        # What was read for them waited in the kernel, not here.
        self.assertLess(self.stat(proxy, "server.memory_physical_size"), 200 << 20)
        self.assertLess(self.stat(proxy, "cluster.a.upstream_cx_rx_bytes_total"), 4 * size // 4)

    def test_connections_that_say_nothing(self):
        proxy = self.start(common_http_protocol_options={"idle_timeout": "1s"})
        self.expect_honest_client_is_served(proxy)
        before = self.stat(proxy, "server.memory_physical_size")
        clients = self.clients(proxy, 500)
        self.wait_for_stat(proxy, MAIN + "downstream_cx_total", 501)
        self.expect_honest_client_is_served(proxy)
        self.assertLess(self.stat(proxy, "server.memory_physical_size") - before, 8 << 20)
        for client in clients:
            self.assertEqual(client.settle(seconds=5).end, "closed")
        self.assertEqual(self.stat(proxy, MAIN + "downstream_cx_idle_timeout"), 500)

    def test_targets_up_to_the_limit_of_heads(self):
        proxy = self.start()
        for size, status in ((8 << 10, 200), (59 << 10, 200), (61 << 10, 431), (1 << 20, 431)):
            target = "/" + "u" * (size - 1)
            exchange = http_client.send(proxy.port, request(target=target), settle=0)
            self.assertEqual(exchange.status, status, size)
        self.assertEqual([len(m.target) for m in self.a.take()], [8 << 10, 59 << 10])


class PathCases(StaticTest):
    # What is forwarded, or the status of the answer.
    FORMS = {
        "/a/../b": "/b",
        "/a/%2e%2e/b": "/b",
        "/a/%2E./b": "/b",
        "/../../b": "/b",
        "/./": "/",
        "//a": "/a",
        "/a///b": "/a/b",
        "/a%2fb": 307,
        "/a%2Fb": 307,
        "/a%5cb": 307,
        "/a/..;/b": "/b",
        "/a;x/..;/b": "/b",
        "/a/%2e%2e;x/b": "/b",
        "/%61dmin": "/admin",
        "/ADMIN": "/ADMIN",
        "/a?": "/a?",
        "/a?x=/../y": "/a?x=/../y",
        "/%c0%ae%c0%ae/b": "/%c0%ae%c0%ae/b",
        "/%252e%252e/b": "/%252e%252e/b",
        "/a./b": "/a./b",
        "/a%20": "/a%20",
        "/a;jsessionid=1": "/a;jsessionid=1",
    }

    def test_one_form_is_matched_and_forwarded(self):
        proxy = self.start(direct("/admin", "guarded", 403), to("a"), **EDGE)
        seen = {}
        for target in self.FORMS:
            status = http_client.send(proxy.port, request(target=target), settle=0).status
            forwarded = [message.target for message in self.a.take()]
            seen[target] = forwarded[0] if forwarded else status
        expected = {**self.FORMS, "/%61dmin": 403}  # the route of what it is, not of how it looks
        self.assertEqual(seen, expected)

    def test_targets_that_are_none(self):
        proxy = self.start(**EDGE)
        for target in ("/a%00", "/a\x00", "a", "/a b", "/a\x7f", "/a\t", ""):
            self.assertEqual(http_client.send(proxy.port, request(target=target)).status, 400)
        self.assertEqual(self.received(), {})


class HeaderCases(StaticTest):
    def forwarded(self, proxy, *fields, **options):
        self.received()
        exchange = http_client.send(proxy.port, request(*fields, **options), settle=0)
        self.assertEqual(exchange.status, 200)
        [message] = self.received()["a"]
        return message

    def test_what_a_client_says_of_itself_is_not_believed(self):
        proxy = self.start(**EDGE)
        message = self.forwarded(
            proxy,
            "x-forwarded-for: 10.1.2.3",
            "x-forwarded-proto: https",
            "x-envoy-internal: true",
            "x-envoy-external-address: 1.2.3.4",
            "x-envoy-decorator-operation: o",
            "x-envoy-expected-rq-timeout-ms: 1",
            "x-envoy-upstream-rq-timeout-ms: 1",
            "x-envoy-retry-on: 5xx",
            "x-envoy-original-path: /admin",
            "x-request-id: 11111111-2222-4333-8444-555555555555",
        )
        fields = dict(message.headers)
        self.assertEqual(fields["x-forwarded-proto"], "http")
        self.assertTrue(fields["x-forwarded-for"].startswith("10.1.2.3,"))
        self.assertEqual(fields["x-envoy-expected-rq-timeout-ms"], "15000")
        self.assertNotEqual(fields["x-request-id"], "11111111-2222-4333-8444-555555555555")
        kept = {name for name in fields if name.startswith("x-envoy-")}
        self.assertLessEqual(kept, {"x-envoy-expected-rq-timeout-ms", "x-envoy-external-address"})
        self.assertNotEqual(fields.get("x-envoy-external-address"), "1.2.3.4")

    def test_a_twin_with_underscores_is_refused(self):
        proxy = self.start(**EDGE)
        for name in ("X_Forwarded_For", "x-forwarded_proto", "_x", "content_length"):
            self.assertEqual(http_client.send(proxy.port, request(f"{name}: 1")).status, 400, name)
        self.assertEqual(self.received(), {})

    def test_forms_of_host(self):
        names = ("shop.test", "[2001:db8::1]")
        options = {"strip_any_host_port": True, "strip_trailing_host_dot": True}
        proxy = self.start(domains=names, **options)
        for host in ("shop.test", "SHOP.test", "shop.test:8080", "shop.test.", "[2001:db8::1]:80"):
            self.assertEqual(self.forwarded(proxy, host=host).target, "/", host)
        for host in ("u@shop.test", "u:p@shop.test", "[fe80::1%25eth0]", "shop.test/x", "a b"):
            self.assertEqual(http_client.send(proxy.port, request(host=host)).status, 400, host)
        self.assertEqual(http_client.send(proxy.port, request(host="other.test")).status, 404)

    def test_a_response_is_not_split_by_what_a_client_wrote(self):
        pattern = {"pattern": {"regex": "^/go/(.*)$"}, "substitution": "/to/\\1"}
        entry = {"match": {"prefix": "/go/"}, "redirect": {"regex_rewrite": pattern}}
        proxy = self.start(entry, to("a"))
        target = "/go/%0d%0aset-cookie:%20evil=1"
        exchange = http_client.send(proxy.port, request(target=target), settle=0)
        [answer] = exchange.responses
        self.assertEqual(answer.status, 301)
        self.assertTrue(answer.first("location").endswith("/to/%0d%0aset-cookie:%20evil=1"))
        self.assertIsNone(answer.first("set-cookie"))

    def test_a_body_for_an_upstream_that_leaves(self):
        self.a.answers["leave"] = [CLOSE]
        proxy = self.start()
        exchange = http_client.send(proxy.port, post("x-answer: leave"), settle=0)
        self.assertEqual(exchange.status, 503)
        self.assertEqual(self.stat(proxy, "cluster.a.upstream_rq_rx_reset"), 1)
