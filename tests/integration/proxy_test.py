"""fairlead-proxy on files: start, ready, admin, validate, reload, drain, stop."""

import json
import os
import re
import signal
import subprocess
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
    validate,
    virtual_host,
)
from support import http_client, paths
from support.processes import wait_until
from support.testcase import ProcessTest
from support.upstream import CLOSE, HANG, Upstream

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi"
REQUEST = b"GET / HTTP/1.1\r\nhost: test\r\n\r\n"


class ProxyTest(ProcessTest):
    def setUp(self):
        super().setUp()
        self.folder = self.processes.folder
        self.upstream = Upstream("a").__enter__()
        self.addCleanup(self.upstream.stop)

    def start(self, *entries, flags=(), **fields):
        config = routes(virtual_host("all", *entries))
        clusters = [cluster("a", self.upstream.port)]
        return StaticProxy.start(self.processes, config, clusters, *flags, **fields)


class StartTest(ProxyTest):
    def test_serves_on_every_worker(self):
        proxy = self.start(to("a"), flags=["--concurrency", "2"])
        for _ in range(20):
            self.assertEqual(proxy.get().body, b"upstream a")

    def test_version(self):
        command = [paths.program("fairlead-proxy"), "--version"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=10)
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout + done.stderr, r"\d+\.\d+")

    def test_an_unknown_flag_is_refused(self):
        command = [paths.program("fairlead-proxy"), "--no-such-flag"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=10)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("no-such-flag", done.stdout + done.stderr)

    def test_config_yaml_is_merged_over_the_file(self):
        merged = "node: {id: merged}"
        proxy = self.start(direct("/", "x"), flags=["--config-yaml", merged])
        _, text = proxy.admin_call("GET", "/server_info")
        self.assertEqual(json.loads(text)["node"]["id"], "merged")

    def test_a_port_that_is_taken_is_an_error(self):
        config = bootstrap([listener(self.upstream.port, routes(virtual_host("all")))], [])
        path = self.folder / "taken.json"
        path.write_text(json.dumps(config))
        command = [paths.program("fairlead-proxy"), "-c", str(path), "--concurrency", "1"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=20)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(str(self.upstream.port), done.stderr)

    def test_endpoints_by_name(self):
        fields = {"type": "STRICT_DNS", "host": "localhost", "dns_lookup_family": "V4_ONLY"}
        clusters = [cluster("named", self.upstream.port, **fields)]
        config = routes(virtual_host("all", to("named")))
        proxy = StaticProxy.start(self.processes, config, clusters)
        wait_until(lambda: proxy.get().status == 200, "the name is resolved", 10)


class ValidateTest(ProxyTest):
    def config(self, route_config, **fields):
        return bootstrap([listener(18080, route_config, **fields)], [cluster("a", 18081)])

    def test_a_good_configuration(self):
        status, text = validate(self.folder, self.config(routes(virtual_host("all", to("a")))))
        self.assertEqual(status, 0, text)
        self.assertIn("OK", text)

    def refuses(self, config, *words):
        status, text = validate(self.folder, config)
        self.assertNotEqual(status, 0, text)
        for word in words:
            self.assertIn(word, text)

    def test_an_unknown_field_is_named(self):
        config = self.config(routes(virtual_host("all", to("a"))))
        config["static_resources"]["clusters"][0]["conect_timeout"] = "1s"
        self.refuses(config, "conect_timeout")

    def test_what_is_not_implemented_is_named_by_its_path(self):
        config = self.config(routes(virtual_host("all", to("a"))))
        config["static_resources"]["clusters"][0]["lb_policy"] = "CLUSTER_PROVIDED"
        self.refuses(config, "lb_policy")

    def test_a_route_to_a_cluster_that_is_not_there(self):
        self.refuses(self.config(routes(virtual_host("all", to("absent")))), "absent")

    def test_two_virtual_hosts_with_one_domain(self):
        hosts = [virtual_host(name, to("a"), domains=["x.test"]) for name in "ab"]
        self.refuses(self.config(routes(*hosts)), "x.test")

    def test_a_regex_that_is_none(self):
        entry = {"match": {"safe_regex": {"regex": "(["}}, "route": {"cluster": "a"}}
        self.refuses(self.config(routes(virtual_host("all", entry))), "safe_regex")

    def test_rules_of_the_protos_are_enforced(self):
        config = self.config(routes(virtual_host("all", to("a"), domains=[])))
        self.refuses(config, "domains")


class AdminTest(ProxyTest):
    def test_pages(self):
        proxy = self.start(to("a"))
        proxy.get()
        self.assertEqual(proxy.admin_call("GET", "/ready"), (200, "LIVE\n"))
        status, text = proxy.admin_call("GET", "/server_info")
        self.assertEqual((status, json.loads(text)["state"]), (200, "LIVE"))
        status, text = proxy.admin_call("GET", "/stats")
        self.assertEqual(status, 200)
        self.assertRegex(text, r"(?m)^http\.main\.downstream_rq_total: [1-9]")
        self.assertRegex(text, r"(?m)^cluster\.a\.upstream_rq_total: 1$")
        self.assertRegex(text, r"(?m)^cluster\.a\.external\.upstream_rq_200: 1$")
        self.assertRegex(text, r"(?m)^cluster\.a\.upstream_cx_rx_bytes_total: [1-9]")
        self.assertRegex(text, r"(?m)^cluster\.a\.upstream_rq_time: P0\(nan,\d")
        self.assertRegex(text, r"(?m)^listener\.127\.0\.0\.1_\d+\.downstream_cx_total: [1-9]")
        self.assertRegex(text, r"(?m)^http\.main\.downstream_cx_tx_bytes_total: [1-9]")
        status, text = proxy.admin_call("GET", "/stats?format=prometheus")
        self.assertEqual(status, 200)
        self.assertIn("# TYPE envoy_cluster_upstream_rq_total counter", text)
        self.assertRegex(text, r'envoy_cluster_upstream_rq_total\{[^}]*="a"[^}]*\} 1')
        status, text = proxy.admin_call("GET", "/clusters")
        self.assertIn(f"127.0.0.1:{self.upstream.port}", text)
        status, text = proxy.admin_call("GET", "/config_dump")
        self.assertEqual(status, 200)
        self.assertIn("configs", json.loads(text))
        self.assertEqual(proxy.admin_call("GET", "/no-such-page")[0], 404)

    def test_changes_need_post(self):
        proxy = self.start(to("a"))
        self.assertEqual(proxy.admin_call("GET", "/quitquitquit")[0], 405)
        self.assertTrue(proxy.process.is_running())
        self.assertEqual(proxy.admin_call("POST", "/quitquitquit")[0], 200)
        self.assertEqual(proxy.process.wait(20), 0)


class AccessLogTest(ProxyTest):
    def logger(self, **fields):
        kind = "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog"
        path = str(self.folder / "access.log")
        config = {"@type": kind, "path": path, **fields}
        return [{"name": "envoy.access_loggers.file", "typed_config": config}]

    def lines(self, proxy):
        self.assertEqual(self.processes.stop(proxy.process), 0)
        return (self.folder / "access.log").read_text().splitlines()

    def test_json(self):
        form = {"json_format": {"path": "%REQ(:PATH)%", "code": "%RESPONSE_CODE%", "a": "b"}}
        proxy = self.start(direct("/", "x"), access_log=self.logger(log_format=form))
        proxy.get('/q?"x"')
        lines = [line for line in self.lines(proxy)]
        self.assertEqual(json.loads(lines[0]), {"path": '/q?"x"', "code": 200, "a": "b"})

    def test_nothing_from_outside_ends_a_line(self):
        proxy = self.start(direct("/", "x"), access_log=self.logger())
        proxy.get("/", headers=['user-agent: a" 200\t"b'])
        self.assertEqual(len(self.lines(proxy)), 1)

    def test_the_file_is_opened_anew_on_usr1(self):
        proxy = self.start(direct("/", "x"), access_log=self.logger())
        proxy.get("/one")
        log = self.folder / "access.log"
        wait_until(lambda: proxy.get("/one").status, "it answers")
        log.rename(self.folder / "old.log")
        proxy.process.send_signal(signal.SIGUSR1)
        wait_until(log.exists, "a new file", 5)
        proxy.get("/two")
        self.assertTrue(any("/two" in line for line in self.lines(proxy)))


class ReloadTest(ProxyTest):
    def write_routes(self, body):
        kind = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration"
        config = {"@type": kind, **routes(virtual_host("all", direct("/", body)))}
        self.write_text(json.dumps({"resources": [config]}))

    def write_text(self, text):
        scratch = self.folder / "new.json"
        scratch.write_text(text)
        os.rename(scratch, self.folder / "rds.json")

    def start_on_file(self):
        source = {"path": str(self.folder / "rds.json")}
        source["watched_directory"] = {"path": str(self.folder)}
        rds = {"route_config_name": "routes", "config_source": {"path_config_source": source}}
        return StaticProxy.start(self.processes, {"rds": rds}, [])

    def test_a_renamed_file_is_taken_and_a_broken_one_is_not(self):
        self.write_routes("one")
        proxy = self.start_on_file()
        self.assertEqual(proxy.get().body, b"one")
        self.write_routes("two")
        wait_until(lambda: proxy.get().body == b"two", "the second file is taken", 5)
        self.write_text('{"resources": [{')
        self.write_text('{"resources": [{"@type": "type.googleapis.com/no.such.Message"}]}')
        self.assertEqual(proxy.get().body, b"two")
        self.write_routes("three")
        wait_until(lambda: proxy.get().body == b"three", "a good file after a broken one", 5)


class ConnectionTest(ProxyTest):
    def test_a_kept_connection_that_died_costs_no_request(self):
        self.upstream.answers["last"] = [ANSWER, CLOSE]
        proxy = self.start(to("a"))
        for _ in range(30):
            self.assertEqual(proxy.get("/", headers=["x-answer: last"]).status, 200)

    def test_kept_connections_are_used_again(self):
        proxy = self.start(to("a"))
        for _ in range(10):
            self.assertEqual(proxy.get().status, 200)
        self.assertEqual(self.upstream.accepted, 1)

    def test_a_client_that_leaves_cancels_its_request(self):
        self.upstream.answers["never"] = [HANG]
        proxy = self.start(to("a", timeout="0s"))
        with http_client.Client(proxy.port) as client:
            client.write(REQUEST[:-2] + b"x-answer: never\r\n\r\n")
            wait_until(lambda: self.upstream.take(), "the request is upstream", 5)
            client.reset()
        name = "cluster.a.upstream_rq_active: 0"
        wait_until(lambda: name in proxy.admin_call("GET", "/stats")[1], name, 5)


class DrainTest(ProxyTest):
    def test_sigterm_finishes_what_runs_and_exits_0(self):
        head = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n"
        release = threading.Event()
        self.upstream.answers["half"] = [head, release.wait, b"whole"]
        proxy = self.start(to("a", timeout="0s"), flags=["--drain-time-s", "5"])
        with http_client.Client(proxy.port, seconds=15) as idle:
            idle.write(REQUEST)
            self.assertEqual(idle.read().responses[0].status, 200)
            with http_client.Client(proxy.port, seconds=15) as busy:
                busy.write(REQUEST[:-2] + b"x-answer: half\r\n\r\n")
                wait_until(lambda: len(self.upstream.take()) >= 1, "the request is upstream")
                proxy.process.send_signal(signal.SIGTERM)
                wait_until(lambda: self.is_refused(proxy.port), "new connections are refused", 5)
                release.set()
                self.assertEqual([m.body for m in busy.read().responses], [b"whole"])
            self.assertEqual(proxy.process.wait(20), 0)
            self.assertEqual(idle.settle().end, "closed")

    def is_refused(self, port):
        try:
            http_client.get(port, seconds=1)
            return False
        except OSError:
            return True

    def test_a_draining_connection_is_told_to_close(self):
        proxy = self.start(to("a"), flags=["--drain-time-s", "5"])
        with http_client.Client(proxy.port, seconds=10) as client:
            client.write(REQUEST)
            self.assertEqual(client.read().responses[0].all("connection"), [])
            proxy.process.send_signal(signal.SIGTERM)
            wait_until(lambda: self.is_refused(proxy.port), "new connections are refused", 5)
            if client.write(REQUEST) and len(client.read(finals=2).responses) == 2:
                self.assertEqual(client.exchange.responses[1].all("connection"), ["close"])
        self.assertEqual(proxy.process.wait(20), 0)
        self.assertIsNone(re.search(r"(?i)panic|assert|check failed", proxy.process.log_end()))


if __name__ == "__main__":
    unittest.main()
