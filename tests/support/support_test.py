#!/usr/bin/env python3
"""The support code against itself: the client talks to the recording upstream without a proxy."""

import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support import http1, http_client, ports
from support.processes import Failed, Processes, wait_until
from support.upstream import CLOSE, HANG, RESET, Upstream

REQUEST = b"GET /x HTTP/1.1\r\nhost: a\r\n\r\n"


class Http1Test(unittest.TestCase):
    def test_incomplete_messages_are_none(self):
        whole = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nt: 1\r\n\r\n"
        for size in range(len(whole)):
            self.assertIsNone(http1.parse(whole[:size]))
        message, used = http1.parse(whole + b"rest")
        self.assertEqual(used, len(whole))
        self.assertEqual((message.body, message.trailers), (b"hi", [("t", "1")]))

    def test_two_framings_are_refused(self):
        for fields in [
            b"content-length: 1\r\ntransfer-encoding: chunked",
            b"content-length: 1\r\ncontent-length: 2",
            b"content-length: x",
            b"transfer-encoding: gzip",
        ]:
            with self.assertRaises(http1.Malformed):
                http1.parse(b"POST / HTTP/1.1\r\n" + fields + b"\r\n\r\n", is_response=False)


class ExchangeTest(unittest.TestCase):
    def test_records_what_was_sent(self):
        with Upstream("a") as upstream:
            exchange = http_client.send(
                upstream.port,
                b"POST /p HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nhi" + REQUEST,
                2,
            )
            self.assertEqual([answer.status for answer in exchange.responses], [200, 200])
            self.assertEqual(exchange.responses[0].body, b"upstream a")
            self.assertEqual(exchange.end, "kept")
            received = upstream.take()
            self.assertEqual([request.target for request in received], ["/p", "/x"])
            self.assertEqual(received[0].body, b"hi")
            self.assertEqual(received[1].raw, REQUEST)
            self.assertEqual(upstream.take(), [])

    def test_tells_how_connections_end(self):
        cut = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc"
        answers = {"close": [cut, CLOSE], "reset": [RESET], "hang": [HANG]}
        with Upstream("a", answers=answers) as upstream:
            for name, end in [("close", "closed"), ("reset", "reset"), ("hang", "kept")]:
                request = REQUEST[:-2] + f"x-answer: {name}\r\n\r\n".encode()
                exchange = http_client.send(upstream.port, request, seconds=0.3)
                self.assertEqual((exchange.end, exchange.responses), (end, []), name)
            self.assertEqual(http_client.get(upstream.port).status, 200)

    def test_requests_that_are_none_are_recorded_as_faults(self):
        with Upstream("a") as upstream:
            http_client.send(upstream.port, b"GET / HTTP/1.1\r\nno colon\r\n\r\n")
            self.assertIn("fault: not a header field", upstream.take()[0].start_line)


class ProcessesTest(unittest.TestCase):
    def test_ready_line_log_and_stop(self):
        with Processes("test") as processes:
            script = "echo noise; echo '{\"ready\":true}'; sleep 60 & wait"
            process = processes.start("shell", ["bash", "-c", script])
            self.assertEqual(process.json_line(lambda line: "ready" in line), {"ready": True})
            self.assertEqual(len(process.pids()), 2)
            pids = process.pids()
            folder = processes.folder
        self.assertFalse(folder.exists())
        for pid in pids:
            self.assertFalse(pathlib.Path(f"/proc/{pid}/exe").exists())

    def test_a_process_that_ends_early_tells_why(self):
        with Processes("test") as processes:
            process = processes.start("shell", ["bash", "-c", "echo reason >&2; exit 3"])
            with self.assertRaisesRegex(Failed, "(?s)status 3 .*reason"):
                process.json_line(lambda line: True)

    def test_waiting_has_an_end(self):
        with self.assertRaisesRegex(Failed, "still not: it rains"):
            wait_until(lambda: False, "it rains", seconds=0.05)

    def test_ports_are_free_and_different(self):
        self.assertEqual(len(set(ports.free(20))), 20)


if __name__ == "__main__":
    unittest.main()
