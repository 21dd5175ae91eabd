"""What an update of a listener does to the connections that are open on it.

A listener comes from a file (LDS), is replaced, and kept connections are watched meanwhile.
"""

import json
import os
import threading
import unittest

from static_config import (
    StaticProxy,
    bootstrap,
    cluster,
    direct,
    listener,
    routes,
    to,
    virtual_host,
)
from support import http_client, ports
from support.processes import wait_until
from support.testcase import ProcessTest
from support.upstream import Upstream

LISTENER = "type.googleapis.com/envoy.config.listener.v3.Listener"
KEYS = "type.googleapis.com/envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuth"
REQUEST = b"GET / HTTP/1.1\r\nhost: test\r\n\r\n"


class ListenerUpdateTest(ProcessTest):
    WORKERS = 2

    def setUp(self):
        super().setUp()
        self.folder = self.processes.folder
        self.upstream = Upstream("a").__enter__()
        self.addCleanup(self.upstream.stop)
        self.port = ports.free()
        self.file = self.folder / "lds" / "lds.json"
        self.file.parent.mkdir()
        self.clients = []
        self.addCleanup(lambda: [client.__exit__() for client in self.clients])

    def listener(self, *entries, port=None, **fields):
        entries = entries or (to("a"),)
        return listener(port or self.port, routes(virtual_host("all", *entries)), **fields)

    def publish(self, *listeners):
        resources = [{"@type": LISTENER, **entry} for entry in listeners]
        scratch = self.folder / "new.json"
        scratch.write_text(json.dumps({"resources": resources}))
        os.rename(scratch, self.file)

    def start(self, *listeners):
        self.publish(*listeners)
        config = bootstrap([], [cluster("a", self.upstream.port)])
        source = {"path": str(self.file), "watched_directory": {"path": str(self.file.parent)}}
        config["dynamic_resources"] = {"lds_config": {"path_config_source": source}}
        self.proxy = StaticProxy(self.processes, config, "--concurrency", str(self.WORKERS))
        ready = lambda: self.proxy.admin_call("GET", "/ready")[0] == 200
        self.proxy.process.wait_for(ready, "it is ready")

    def open(self, count=8, port=None):
        """Kept connections that have had one answer each; so many that every worker has some."""
        for _ in range(count):
            client = http_client.Client(port or self.port, seconds=10)
            self.clients.append(client)
            self.ask(client)
        return self.clients[-count:]

    def ask(self, client, request=REQUEST):
        self.assertTrue(client.write(request))
        answered = len(client.exchange.responses)
        exchange = client.read(finals=answered + 1)
        self.assertEqual(len(exchange.responses), answered + 1, exchange)
        return exchange.responses[-1]

    def stat(self, name):
        for line in self.proxy.admin_call("GET", "/stats")[1].splitlines():
            key, _, value = line.partition(": ")
            if key == name:
                return int(value)
        return 0

    def assert_follow(self, clients, has_changed, what):
        """Each kept connection sees the update with one of its next requests, and stays."""
        for client in clients:
            wait_until(lambda client=client: has_changed(self.ask(client)), what, 10)
            self.assertEqual(client.exchange.end, "kept")
            self.assertEqual(client.exchange.responses[-1].all("connection"), [])


class KeptTest(ListenerUpdateTest):
    def test_open_connections_outlive_every_update_that_keeps_the_address(self):
        self.start(self.listener())
        clients = self.open()
        sockets = self.listening()
        plain = {"server_name": "plain"}
        renamed = self.listener(direct("/", "x"), stat_prefix="other", **plain)
        renamed["filter_chains"][0]["name"] = "chain"
        router = self.listener()["filter_chains"][0]["filters"][0]["typed_config"]["http_filters"]
        keys = {
            "@type": KEYS,
            "credentials": [{"key": "k", "client": "c"}],
            "key_sources": [{"header": "x-key"}],
        }
        guarded = [{"name": "keys", "typed_config": keys}, *router]
        log = {
            "@type": "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog",
            "path": str(self.folder / "access.log"),
        }
        logger = [{"name": "envoy.access_loggers.file", "typed_config": log}]
        steps = [
            ("routes", self.listener(direct("/", "one")), lambda r: r.body == b"one"),
            (
                "the connection manager",
                self.listener(direct("/", "one"), **plain),
                lambda r: r.first("server") == "plain",
            ),
            ("a policy", self.listener(http_filters=guarded), lambda r: r.status == 401),
            ("no policy", self.listener(**plain), lambda r: r.body == b"upstream a"),
            ("the chain's name, the stat prefix", renamed, lambda r: r.body == b"x"),
            ("the access log", self.listener(access_log=logger), lambda r: r.status == 200),
        ]
        for what, entry, has_changed in steps:
            with self.subTest(change=what):
                self.publish(entry)
                self.assert_follow(clients, has_changed, what)
        self.assertEqual(self.listening(), sockets)
        self.assertEqual(self.stat("http.main.downstream_cx_drain_close"), 0)

    def listening(self):
        """The inodes of the sockets that listen on the port."""
        found = set()
        with open("/proc/net/tcp", encoding="ascii") as table:
            for line in table.read().splitlines()[1:]:
                fields = line.split()
                if fields[3] == "0A" and int(fields[1].rsplit(":", 1)[1], 16) == self.port:
                    found.add(fields[9])
        self.assertEqual(len(found), self.WORKERS)
        return found

    def test_a_request_that_runs_ends_as_it_began(self):
        release = threading.Event()
        head = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n"
        self.upstream.answers["half"] = [head, release.wait, b"whole"]
        self.start(self.listener(to("a", timeout="0s")))
        with http_client.Client(self.port, seconds=15) as busy:
            busy.write(REQUEST[:-2] + b"x-answer: half\r\n\r\n")
            wait_until(self.upstream.take, "the request is upstream")
            self.publish(self.listener(direct("/", "new")))
            probe = self.open(1)
            self.assert_follow(probe, lambda r: r.body == b"new", "the update is there")
            release.set()
            self.assertEqual([m.body for m in busy.read().responses], [b"whole"])
            self.assertEqual(self.ask(busy).body, b"new")

    def test_a_refused_update_leaves_everything(self):
        self.start(self.listener())
        clients = self.open()
        broken = self.listener(direct("/", "broken"), skip_xff_append="no such value")
        bad = [self.listener(to("absent")), {**self.listener(), "filter_chains": []}, broken]
        for entry in bad:
            before = self.stat("listener_manager.lds.update_attempt")
            self.publish(entry)
            name = "listener_manager.lds.update_attempt"
            wait_until(lambda: self.stat(name) > before, "the update is read", 10)
            for client in clients:
                self.assertEqual(self.ask(client).body, b"upstream a")


class DrainedTest(ListenerUpdateTest):
    def is_refused(self, port):
        try:
            http_client.get(port, seconds=1)
            return False
        except OSError:
            return True

    def assert_drains(self, change):
        """An idle connection ends, a request that runs is finished and told to close."""
        release = threading.Event()
        tail = b"\r\ncontent-length: 5\r\n\r\nwhole"
        self.upstream.answers["late"] = [release.wait, b"HTTP/1.1 200 OK" + tail]
        idle = self.open()
        with http_client.Client(self.port, seconds=15) as busy:
            busy.write(REQUEST[:-2] + b"x-answer: late\r\n\r\n")
            held = lambda: any(r.first("x-answer") == "late" for r in self.upstream.take())
            wait_until(held, "the request is upstream")
            change()
            wait_until(lambda: self.is_refused(self.port), "the old address is closed", 10)
            for client in idle:
                self.assertEqual(client.settle(seconds=5).end, "closed")
            release.set()
            response = busy.read().responses[0]
            self.assertEqual((response.body, response.all("connection")), (b"whole", ["close"]))
            self.assertEqual(busy.settle(seconds=5).end, "closed")

    def test_a_deleted_listener_drains_and_no_other_does(self):
        other = ports.free()
        beside = {**self.listener(port=other), "name": "beside"}
        self.start(self.listener(to("a", timeout="0s")), beside)
        kept = self.open(port=other)
        self.assert_drains(lambda: self.publish(beside))
        for client in kept:
            self.assertEqual(self.ask(client).body, b"upstream a")

    def test_a_changed_address_drains_the_old_one(self):
        self.start(self.listener(to("a", timeout="0s")))
        new = ports.free()
        self.assert_drains(lambda: self.publish(self.listener(port=new)))
        wait_until(lambda: not self.is_refused(new), "the new address serves", 10)


if __name__ == "__main__":
    unittest.main()
