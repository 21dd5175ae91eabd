"""HTTP/1: framing in both directions, interim responses, fields for one hop."""

import time

from field_case import ANSWER, StaticTest, post, request
from static_config import to
from support import http_client
from support.upstream import HANG

CHUNKED = "Transfer-Encoding: chunked"
MOVED = b"HTTP/1.1 301 Moved\r\nlocation: http://evil.test/\r\ncontent-length: 0\r\n\r\n"


class H1Cases(StaticTest):
    def refused(self, proxy, data):
        """One 400, the connection is closed, and no whole request is upstream; what is there."""
        exchange = http_client.send(proxy.port, data)
        self.assertEqual([answer.status for answer in exchange.responses], [400])
        self.assertEqual(exchange.end, "closed")
        received = self.received().get("a", [])
        for message in received:
            self.assertTrue(message.start_line.startswith("fault:"), message)
        return b"".join(message.raw for message in received)

    def test_O01_chunk_size_letters(self):
        proxy = self.start()
        data = request(CHUNKED, method="POST", body=b"1zz\r\nZ\r\n0\r\n\r\n")
        self.assertNotIn(b"1zz", self.refused(proxy, data))

    def test_O01_chunk_size_letters_of_an_upstream(self):
        proxy = self.start()
        head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
        self.a.first = [[head + b"1zz\r\nZ\r\n0\r\n\r\n"]]
        exchange = http_client.send(proxy.port, request())
        self.assertNotIn(200, [answer.status for answer in exchange.responses])
        self.assertNotIn(b"1zz", exchange.rest)
        self.assertEqual(exchange.end, "closed")

    def test_O02_empty_content_length(self):
        proxy = self.start()
        for lengths in (
            ["Content-Length:", "Content-Length: 5"],
            ["Content-Length: 5", "Content-Length:"],
            ["Content-Length:"],
            ["Content-Length: +5"],
            ["Content-Length: 5, 5"],
        ):
            with self.subTest(lengths=lengths):
                self.refused(proxy, request(*lengths, method="POST", body=b"hello"))

    def test_O03_both_framings(self):
        proxy = self.start()
        admin = request(target="/admin")
        for fields, body in (
            (["Content-Length: 13", CHUNKED], b"0\r\n\r\n"),
            ([CHUNKED, "Content-Length: 4"], b"5c\r\n"),
        ):
            with self.subTest(fields=fields):
                data = request(*fields, method="POST", body=body + admin)
                self.assertNotIn(b"/admin", self.refused(proxy, data))

    def test_O04_interim_response_with_a_length(self):
        proxy = self.start()
        for first in (b"100 Continue", b"102 Processing", b"103 Early Hints"):
            with self.subTest(first=first):
                interim = b"HTTP/1.1 " + first + b"\r\nContent-Length: 168\r\n\r\n"
                final = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
                self.a.first = [[interim + final + MOVED]]
                accepted = self.a.accepted
                pipeline = request(target="/1") + request(target="/2")
                exchange = http_client.send(proxy.port, pipeline, finals=2)
                self.assertEqual([m.status for m in exchange.responses], [200, 200])
                self.assertEqual(exchange.responses[1].body, b"upstream a")
                self.assertGreater(self.a.accepted, accepted, "a connection of its own for /2")

    def test_O05_no_body_is_awaited(self):
        proxy = self.start()
        for status, fields in (
            ("304 Not Modified", 'ETag: "x"'),
            ("304 Not Modified", "Content-Length: 500"),
            ("204 No Content", "X-A: 1"),
            ("200 OK", "Content-Length: 0"),
        ):
            with self.subTest(status=status, fields=fields):
                self.a.first = [[f"HTTP/1.1 {status}\r\n{fields}\r\n\r\n".encode()]]
                started = time.monotonic()
                pipeline = request(target="/1") + request(target="/2")
                exchange = http_client.send(proxy.port, pipeline, finals=2)
                self.assertLess(time.monotonic() - started, 4)
                statuses = [answer.status for answer in exchange.responses]
                self.assertEqual(statuses, [int(status[:3]), 200])
                name, value = fields.split(": ")
                self.assertEqual(exchange.responses[0].first(name), value)
        self.assertEqual(self.a.accepted, 1, "the connection was used again each time")

    def test_O06_chunked_put(self):
        proxy = self.start()
        data = request(CHUNKED, method="PUT", target="/x", body=b"5\r\nhello\r\n0\r\n\r\n")
        exchange = http_client.send(proxy.port, data)
        self.assertEqual(exchange.status, 200)
        [message] = self.received()["a"]
        self.assertEqual((message.method, message.body), ("PUT", b"hello"))
        self.assertEqual(message.all("content-length"), [])

    def expect_504_after_100(self, proxy):
        pieces = [post("Expect: 100-continue")[:-5], b"hello"]
        exchange = http_client.send(proxy.port, pieces, awaits_continue=True)
        self.assertEqual([answer.status for answer in exchange.interim], [100])
        self.assertEqual([answer.status for answer in exchange.responses], [504])
        self.assertEqual(self.stat(proxy, "cluster.a.upstream_rq_timeout"), 1)
        self.assertEqual(self.stat(proxy, "http.main.downstream_rq_5xx"), 1)

    def test_O07_timeout_after_100_continue(self):
        proxy = self.start(to("a", timeout="0.3s"))
        self.a.first = [[HANG]]
        self.expect_504_after_100(proxy)

    def test_O07_timeout_after_a_forwarded_100(self):
        proxy = self.start(to("a", timeout="0.3s"), proxy_100_continue=True)
        self.a.answers_heads = True
        self.a.first = [[b"HTTP/1.1 100 Continue\r\n\r\n", HANG]]
        self.expect_504_after_100(proxy)

    def test_O07_timeout_after_an_interim_response(self):
        proxy = self.start(to("a", timeout="0.3s"))
        self.a.first = [[b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n", HANG]]
        exchange = http_client.send(proxy.port, request())
        self.assertEqual([answer.status for answer in exchange.interim], [103])
        self.assertEqual([answer.status for answer in exchange.responses], [504])
        self.assertEqual(self.stat(proxy, "cluster.a.upstream_rq_timeout"), 1)

    def test_O09_fields_for_one_hop(self):
        proxy = self.start()
        fields = b"Connection: close, X-Own\r\nKeep-Alive: x\r\nUpgrade: h2c\r\n"
        fields += b"Proxy-Connection: y\r\nX-Own: 1\r\nLink: </x>\r\n"
        final = b"HTTP/1.1 200 OK\r\n" + fields + ANSWER[len(b"HTTP/1.1 200 OK\r\n") :]
        self.a.first = [[b"HTTP/1.1 103 Early Hints\r\n" + fields + b"\r\n", final]]
        exchange = http_client.send(proxy.port, request())
        self.assertEqual((len(exchange.interim), exchange.status), (1, 200))
        for message in [*exchange.interim, *exchange.responses]:
            names = {name.lower() for name, _ in message.headers}
            self.assertIn("link", names)
            hop = {"connection", "keep-alive", "upgrade", "proxy-connection", "x-own"}
            self.assertEqual(names & hop, set())

    def test_O14_connection_does_not_name_what_the_proxy_adds(self):
        user = {"header": {"key": "x-auth-user", "value": "ann"}}
        user["append_action"] = "OVERWRITE_IF_EXISTS_OR_ADD"
        entry = {**to("a"), "request_headers_to_add": [user]}
        proxy = self.start(entry, use_remote_address=True)
        exchange = http_client.send(
            proxy.port,
            request(
                "Connection: close, X-Forwarded-For, X-Auth-User, X-Mine",
                "X-Auth-User: root",
                "X-Mine: 1",
            ),
        )
        self.assertEqual(exchange.status, 200)
        [message] = self.received()["a"]
        self.assertEqual(message.all("x-auth-user"), ["ann"])
        self.assertEqual(len(message.all("x-forwarded-for")), 1)
        self.assertEqual(message.all("x-mine"), [])

    def test_O30_no_length_is_added_to_an_upgrade(self):
        proxy = self.start()
        fields = ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"]
        exchange = http_client.send(proxy.port, request(*fields, target="/ws"))
        self.assertEqual(exchange.status, 200)
        [message] = self.received()["a"]
        self.assertEqual(message.all("content-length"), [])
        self.assertEqual(message.all("transfer-encoding"), [])
