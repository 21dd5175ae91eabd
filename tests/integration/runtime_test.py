"""Runtime values change what a running proxy does, from the next request on."""

import json
import re

from static_config import StaticProxy, bootstrap, direct, listener, routes, validate, virtual_host
from support import ports
from support.testcase import ProcessTest

LAYERS = [
    {"name": "base", "static_layer": {"routing": {"new": 0}}},
    {"name": "operator", "admin_layer": {}},
]
NEW = {
    "match": {
        "prefix": "/",
        "runtime_fraction": {"default_value": {"numerator": 100}, "runtime_key": "routing.new"},
    },
    "direct_response": {"status": 200, "body": {"inline_string": "new"}},
    "stat_prefix": "new",
}


class RuntimeTest(ProcessTest):
    def config(self, layers, **manager):
        host = virtual_host("all", NEW, direct("/", "old"))
        config = bootstrap([listener(self.port, routes(host), **manager)], [])
        return {**config, "layered_runtime": {"layers": layers}}

    def start(self, **manager):
        self.port = ports.free()
        proxy = StaticProxy(self.processes, self.config(LAYERS, **manager))
        proxy.port = self.port
        proxy.process.wait_for(lambda: proxy.admin_call("GET", "/ready")[0] == 200, "it is ready")
        return proxy

    def modify(self, proxy, query):
        self.assertEqual(proxy.admin_call("POST", f"/runtime_modify?{query}"), (200, "OK\n"))

    def test_a_share_of_the_traffic_is_moved_and_moved_back(self):
        proxy = self.start()
        self.assertEqual(proxy.get("/").body, b"old")
        self.modify(proxy, "routing.new=100")
        self.assertEqual(proxy.get("/").body, b"new")
        values = json.loads(proxy.admin_call("GET", "/runtime")[1])
        self.assertEqual(values["layers"], ["base", "operator"])
        entry = {"layer_values": ["0", "100"], "final_value": "100"}
        self.assertEqual(values["entries"], {"routing.new": entry})
        self.modify(proxy, "routing.new=")
        self.assertEqual(proxy.get("/").body, b"old")
        stats = proxy.admin_call("GET", "/stats?filter=^runtime")[1]
        self.assertEqual(re.findall(r"load_success: (\d+)", stats), ["3"])

    def test_what_is_logged_follows_its_key(self):
        log = self.processes.folder / "access.log"
        file_log = "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog"
        share = {"runtime_key": "logged", "percent_sampled": {"numerator": 0}}
        entry = {
            "name": "file",
            "filter": {"runtime_filter": share},
            "typed_config": {
                "@type": file_log,
                "path": str(log),
                "log_format": {"text_format_source": {"inline_string": "%REQ(:PATH)%\n"}},
            },
        }
        proxy = self.start(access_log=[entry])
        proxy.get("/1")
        self.modify(proxy, "logged=100")
        proxy.get("/2")
        self.modify(proxy, "logged=0")
        proxy.get("/3")
        proxy.process.wait_for(lambda: log.exists() and log.read_text(), "a line is written")
        proxy.process.stop()
        self.assertEqual(log.read_text(), "/2\n")

    def test_layers_that_would_do_nothing_are_refused(self):
        self.port = ports.free()
        for layer, words in (
            ({"name": "d", "disk_layer": {"symlink_root": "/x"}}, "disk_layer"),
            ({"name": "r", "rtds_layer": {"name": "n"}}, "rtds_layer"),
            ({"name": "s", "static_layer": {"overload": {"x": 1}}}, "'overload.x'"),
            ({"name": "s", "static_layer": {"a": [1]}}, "'a' is neither"),
        ):
            status, text = validate(self.processes.folder, self.config([layer]))
            self.assertEqual(status, 1, text)
            self.assertIn("layered_runtime", text)
            self.assertIn(words, text)
