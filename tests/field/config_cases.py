"""Configuration that changes, is refused, or was missed; the admin interface."""

import json
import os

from field_case import GatewayTest, StaticTest, listener, request, route, rule
from static_config import StaticProxy, bootstrap, cluster, direct, routes, virtual_host
from static_config import listener as static_listener
from support import http_client, ports
from support.gateway import ControlPlane
from support.processes import wait_until

REJECTED = "listener_manager.lds.update_rejected"
LISTENER = "type.googleapis.com/envoy.config.listener.v3.Listener"


def is_refused(port):
    try:
        http_client.get(port, seconds=1)
    except ConnectionRefusedError:
        return True
    except OSError:
        return False
    return False


class FleetCases(GatewayTest):
    def restart(self, **addresses):
        self.control.close()
        self.processes.stop(self.control.process)
        flags = [f"--{kind}-address={address}" for kind, address in addresses.items()]
        self.control = ControlPlane(self.processes, flags=flags)

    def test_O26_what_was_deleted_while_away_is_gone(self):
        gone = ports.free()
        self.gateway(listener("other", gone), route("one", rule("a", "/")))
        wait_until(lambda: not is_refused(gone) and self.served_by() == "a", "both serve", 10)
        first = self.control
        with http_client.Client(self.port) as kept:
            kept.write(request())
            self.assertEqual(kept.read().status, 200)
            self.restart()
            self.control.call("DELETE", "/v1/listeners/other")
            self.assertFalse(is_refused(gone), "the proxy has not heard of it yet")
            self.restart(xds=first.xds, management=first.management, http=first.http)
            wait_until(lambda: is_refused(gone), "the deleted listener is gone", 40)
            kept.write(request())
            self.assertEqual([m.status for m in kept.read(finals=2).responses], [200, 200])
        self.assertEqual(self.served_by(), "a")

    def test_O27_what_was_refused_is_not_pushed_again(self):
        self.gateway(route("one", rule("a", "/")))
        self.control.apply([listener("taken", self.a.port)])
        wait_until(lambda: self.proxy.counter(REJECTED) == 1, "the update is refused", 10)

        def told():
            types = [entry for proxy in self.control.proxies() for entry in proxy["types"]]
            return any(str(self.a.port) in entry.get("lastNack", "") for entry in types)

        wait_until(told, "the refusal is shown with its reason", 10)
        for name in "babab":
            self.control.put(route("one", rule(name, "/")))
            wait_until(lambda name=name: self.served_by() == name, f"{name} serves", 10)
        self.assertEqual(self.proxy.counter(REJECTED), 1)


class ListenerFileCases(StaticTest):
    def setUp(self):
        super().setUp()
        self.port = ports.free()
        self.path = self.processes.folder / "lds.json"

    def write(self, *entries):
        scratch = self.processes.folder / "new.json"
        resources = [{"@type": LISTENER, **entry} for entry in entries]
        scratch.write_text(json.dumps({"resources": resources}))
        os.rename(scratch, self.path)

    def listener(self, *entries, **fields):
        return static_listener(self.port, routes(virtual_host("all", *entries)), **fields)

    def start_on_file(self):
        config = bootstrap([], [cluster("a", self.a.port)])
        source = {"path": str(self.path), "watched_directory": {"path": str(self.path.parent)}}
        config["dynamic_resources"] = {"lds_config": {"path_config_source": source}}
        return StaticProxy(self.processes, config)

    def body(self):
        try:
            return http_client.get(self.port).body
        except OSError:
            return None

    def wait_for_refusal(self, proxy, before):
        wait_until(lambda: self.stat(proxy, REJECTED) > before, "the file is refused", 10)

    def test_O28_a_refused_listener_is_not_a_missing_one(self):
        regex = {"match": {"safe_regex": {"regex": "+"}}, "route": {"cluster": "a"}}
        bad = self.listener(regex)
        self.write(bad)
        proxy = self.start_on_file()
        self.wait_for_refusal(proxy, 0)
        for word in ("listener 'main'", "routes[0]: match: safe_regex.regex: '+'"):
            self.assertIn(word, proxy.process.log_end())
        self.assertTrue(is_refused(self.port))
        self.write(self.listener(direct("/", "good")))
        wait_until(lambda: self.body() == b"good", "a good listener serves", 10)
        refusals = self.stat(proxy, REJECTED)
        self.write(bad)
        self.wait_for_refusal(proxy, refusals)
        self.assertEqual(self.body(), b"good")
        self.assertEqual(self.stat(proxy, "listener_manager.lds.init_fetch_timeout"), 0)

    def test_O29_a_listener_changed_and_then_removed_is_closed(self):
        self.write(self.listener(direct("/", "one")))
        proxy = self.start_on_file()
        wait_until(lambda: self.body() == b"one", "it serves", 10)
        with http_client.Client(self.port) as kept:
            kept.write(request())
            self.assertEqual(kept.read().status, 200)
            changed = {"server_name": "changed", "stream_idle_timeout": "7s"}
            self.write(self.listener(direct("/", "two"), **changed))
            wait_until(lambda: self.body() == b"two", "the change serves", 10)
            self.write()
            wait_until(lambda: is_refused(self.port), "its port is closed", 10)
            self.assertTrue(proxy.process.is_running())
            kept.write(request())
            answers = kept.read(finals=2).responses
            self.assertIn([m.status for m in answers], ([200], [200, 200]))
            if len(answers) == 2:
                self.assertEqual(answers[1].all("connection"), ["close"])


class AdminCases(StaticTest):
    def post(self, proxy, target, *fields):
        data = request("Content-Length: 0", *fields, method="POST", target=target, host="127.0.0.1")
        return http_client.send(int(proxy.admin.rsplit(":", 1)[1]), data).status

    def test_O35_looking_changes_nothing(self):
        proxy = self.start()
        for target in ("/quitquitquit", "/logging?level=off", "/healthcheck/fail"):
            for method in ("GET", "HEAD"):
                self.assertEqual(proxy.admin_call(method, target)[0], 405, (method, target))
        foreign = "Origin: https://evil.test"
        for target in ("/quitquitquit", "/logging?level=off", "/healthcheck/fail"):
            self.assertEqual(self.post(proxy, target, foreign), 403, target)
        self.assertEqual(proxy.admin_call("GET", "/ready")[0], 200)
        self.assertEqual(self.post(proxy, "/logging?level=warning"), 200)
        self.assertTrue(proxy.process.is_running())

    def test_O35_the_admin_interface_is_for_this_machine(self):
        control = ControlPlane(self.processes)
        status, text, error = control.cli("bootstrap", "--xds-address", control.xds)
        self.assertEqual(status, 0, error)
        admin = text.split("admin:", 1)[1]
        self.assertIn("127.0.0.1", admin.split("port_value", 1)[0])
