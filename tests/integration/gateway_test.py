"""The control plane and its proxies as a whole: durability, reconnects, refusals, tokens."""

import json
import os
import signal
import subprocess
import unittest
import urllib.error
import urllib.request

from support import http_client, paths, ports
from support.gateway import ControlPlane, Proxy, Refused
from support.processes import wait_until
from support.testcase import ProcessTest
from support.upstream import Upstream


def service(name, *upstream_ports):
    endpoints = [{"address": "127.0.0.1", "port": port} for port in upstream_ports]
    return {"kind": "Service", "name": name, "endpoints": endpoints}


def route(name, *services, **fields):
    backends = [{"service": entry} for entry in services]
    return {"kind": "Route", "name": name, "rules": [{"forward": {"backends": backends}}], **fields}


class GatewayTest(ProcessTest):
    def setUp(self):
        super().setUp()
        self.upstreams = {}
        for name in "ab":
            self.upstreams[name] = Upstream(name).__enter__()
            self.addCleanup(self.upstreams[name].stop)
        self.port = ports.free()

    def resources(self, *backends):
        services = [service(name, self.upstreams[name].port) for name in "ab"]
        entry = {"kind": "Listener", "name": "web", "address": "127.0.0.1", "port": self.port}
        return [entry, *services, route("main", *backends)]

    def gateway(self, *backends):
        """(control plane, proxy) that serve these backends."""
        control = ControlPlane(self.processes)
        proxy = Proxy(self.processes, control, "proxy-1")
        revision = control.apply(self.resources(*backends))["revision"]
        control.wait_in_sync(revision, 1)
        wait_until(lambda: self.served_by() == backends[0], "the gateway serves", 10)
        return control, proxy

    def served_by(self):
        """The upstream that answers; the status when none does."""
        try:
            answer = http_client.get(self.port)
        except OSError:
            return None
        return answer.first("x-upstream") or answer.status


class ChangeTest(GatewayTest):
    def test_changes_follow_each_other(self):
        control, _ = self.gateway("a")
        for name in "babab":
            revision = control.put(route("main", name))["revision"]
            control.wait_in_sync(revision, 1)
            wait_until(lambda name=name: self.served_by() == name, f"{name} serves", 5)

    def test_an_empty_service_and_back(self):
        control, _ = self.gateway("a")
        revision = control.put(service("a"))["revision"]
        control.wait_in_sync(revision, 1)
        wait_until(lambda: self.served_by() == 503, "no endpoint is left", 5)
        revision = control.put(service("a", self.upstreams["a"].port))["revision"]
        control.wait_in_sync(revision, 1)
        wait_until(lambda: self.served_by() == "a", "the endpoint is back", 5)

    def test_a_listener_goes_and_comes(self):
        control, _ = self.gateway("a")
        revision = control.call("DELETE", "/v1/listeners/web")["revision"]
        control.wait_in_sync(revision, 1)
        wait_until(lambda: self.served_by() is None, "the port is closed", 5)
        revision = control.apply(self.resources("b"))["revision"]
        control.wait_in_sync(revision, 1)
        wait_until(lambda: self.served_by() == "b", "the port is open again", 5)

    def test_refusals_change_nothing(self):
        control, _ = self.gateway("a")
        before = control.call("GET", "/v1/revisions?limit=1")["revisions"][0]["number"]
        misspelt = route("main", "a", hostname=["x"])
        for broken in [route("main", "absent"), misspelt, service("b", 0)]:
            with self.assertRaises(Refused):
                control.apply([broken])
        with self.assertRaises(Refused):
            control.apply([service("b", 1), route("main", "absent")])
        after = control.call("GET", "/v1/revisions?limit=1")["revisions"][0]["number"]
        self.assertEqual(before, after)
        self.assertEqual(self.served_by(), "a")

    def test_two_writers_do_not_overwrite_each_other(self):
        control, _ = self.gateway("a")
        etag = control.call("GET", "/v1/routes/main")["etag"]
        control.put(route("main", "b"))
        status, _, error = control.cli("delete", "route", "main", "--etag", etag)
        self.assertEqual(status, 5, error)


class RestartTest(GatewayTest):
    def restart(self, control, number):
        """Ends the control plane with a signal and starts one on the same data and addresses."""
        control.process.send_signal(number)
        control.process.wait(10)
        addresses = [
            f"--{kind}-address={getattr(control, kind)}" for kind in ("xds", "management", "http")
        ]
        return ControlPlane(self.processes, flags=addresses)

    def test_the_proxy_serves_on_and_comes_back(self):
        for number in (signal.SIGTERM, signal.SIGKILL):
            with self.subTest(signal=number):
                self.processes.stop_all()
                control, _ = self.gateway("a")
                revision = control.put(route("main", "b"))["revision"]
                control.wait_in_sync(revision, 1)
                control.process.send_signal(number)
                control.process.wait(10)
                self.assertEqual(self.served_by(), "b")
                control = self.restart(control, number)
                revisions = control.call("GET", "/v1/revisions")["revisions"]
                self.assertEqual(int(revisions[0]["number"]), int(revision))
                control.wait_in_sync(revision, 1, seconds=40)
                revision = control.put(route("main", "a"))["revision"]
                control.wait_in_sync(revision, 1)
                wait_until(lambda: self.served_by() == "a", "changes arrive again", 5)

    def test_a_proxy_that_restarts_gets_everything(self):
        control, proxy = self.gateway("a")
        self.processes.stop(proxy.process)
        revision = control.put(route("main", "b"))["revision"]
        Proxy(self.processes, control, "proxy-1")
        control.wait_in_sync(revision, 1)
        wait_until(lambda: self.served_by() == "b", "the new process serves", 10)


class FleetTest(GatewayTest):
    def test_proxies_are_listed_with_what_they_run(self):
        control, _ = self.gateway("a")
        listed = control.proxies()
        self.assertEqual([entry["nodeId"] for entry in listed], ["proxy-1"])
        kinds = {entry["typeUrl"].rsplit(".", 1)[1]: entry for entry in listed[0]["types"]}
        for kind in ("Cluster", "Listener", "RouteConfiguration"):
            self.assertEqual(kinds[kind]["versionSent"], kinds[kind]["versionAcknowledged"], kind)
        self.assertIn("fairlead", listed[0]["userAgent"].lower())

    def test_a_port_the_proxy_cannot_take_is_told(self):
        control, _ = self.gateway("a")
        taken = {"kind": "Listener", "name": "taken", "address": "127.0.0.1"}
        control.apply([{**taken, "port": self.upstreams["a"].port}])

        def is_told():
            types = [entry for proxy in control.proxies() for entry in proxy["types"]]
            return any(str(self.upstreams["a"].port) in t.get("lastNack", "") for t in types)

        wait_until(is_told, "the rejection is shown", 10)
        self.assertEqual(self.served_by(), "a")


class ReportTest(GatewayTest):
    def report(self, control):
        """What the one proxy says of its resources: (accepted, live, rejected), those not live."""
        proxies = control.proxies()
        report = proxies[0].get("resources") if proxies else None
        if report is None:
            return None, []
        keys = ("accepted", "live", "rejected")
        return tuple(sum(c[key] for c in report["counts"]) for key in keys), report["notLive"]

    def await_live(self, control):
        """The counts once everything is live: clusters, endpoints, listener, routes."""
        live = lambda counts: counts and counts[0] >= 4 and counts == (counts[0], counts[0], 0)
        wait_until(lambda: live(self.report(control)[0]), "everything is live", 10)
        return self.report(control)[0]

    def test_the_proxy_tells_what_is_live_and_what_was_refused(self):
        control, _ = self.gateway("a")
        accepted = self.await_live(control)[0]
        self.assertEqual(self.report(control)[1], [])
        status, text, _ = control.cli("proxies")
        self.assertEqual(status, 0)
        self.assertIn(f"{accepted} live  ", text)

        taken = {"kind": "Listener", "name": "taken", "address": "127.0.0.1"}
        control.apply([{**taken, "port": self.upstreams["a"].port}])
        wait_until(lambda: (self.report(control)[0] or (0, 0, 0))[2] == 1, "it is told", 10)
        counts, not_live = self.report(control)
        self.assertEqual(counts[:2], (counts[0], counts[0]))
        self.assertEqual([entry["name"] for entry in not_live], ["taken"])
        self.assertIn(str(self.upstreams["a"].port), not_live[0]["error"])
        status, text, _ = control.cli("proxies", "proxy-1")
        self.assertEqual(status, 0)
        self.assertRegex(text, r"Listener +taken +rejected")

        control.call("DELETE", "/v1/listeners/taken")
        wait_until(lambda: self.report(control)[0][2] == 0, "it is told", 10)
        self.assertEqual(self.report(control)[1], [])

    def test_a_restarted_control_plane_is_told_again(self):
        control, _ = self.gateway("a")
        counts = self.await_live(control)
        control.process.send_signal(signal.SIGKILL)
        control.process.wait(10)
        addresses = [
            f"--{kind}-address={getattr(control, kind)}" for kind in ("xds", "management", "http")
        ]
        control = ControlPlane(self.processes, flags=addresses)
        wait_until(lambda: self.report(control)[0] == counts, "the proxy reports again", 40)


class TokenTest(GatewayTest):
    def status(self, control, *headers):
        request = urllib.request.Request(f"http://{control.http}/v1/routes", headers=dict(headers))
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return response.status
        except urllib.error.HTTPError as error:
            return error.code

    def test_with_a_token_file_the_token_is_needed(self):
        token = self.processes.folder / "token"
        token.write_text("correct-horse-battery\n")
        control = ControlPlane(self.processes, flags=["--token-file", token])
        self.assertEqual(self.status(control), 401)
        self.assertEqual(self.status(control, ("authorization", "Bearer wrong")), 401)
        good = ("authorization", "Bearer correct-horse-battery")
        self.assertEqual(self.status(control, good), 200)
        self.assertEqual(control.cli("get")[0], 7)
        self.assertEqual(control.cli("get", "--token-file", token)[0], 0)

    def test_with_a_token_file_proxies_need_it_too(self):
        token = self.processes.folder / "token"
        token.write_text("correct-horse-battery\n")
        control = ControlPlane(self.processes, flags=["--token-file", token])
        Proxy(self.processes, control, "stranger")
        flags = ("--with-token", "--token-file", token)
        Proxy(self.processes, control, "known", bootstrap_flags=flags)

        def connected():
            _, text, _ = control.cli("proxies", "-o", "json", "--token-file", token)
            return "known" in text and text

        text = wait_until(connected, "the proxy with the token is connected", 10)
        self.assertNotIn("stranger", text)

    def test_without_a_token_only_the_loopback(self):
        command = [paths.program("fairlead-control"), "--data-dir", self.processes.folder / "data"]
        command += ["--xds-address", "127.0.0.1:0", "--management-address", "127.0.0.1:0"]
        command += ["--http-address", "0.0.0.0:0"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=20)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("token", done.stderr)


class RunTest(GatewayTest):
    def test_fairlead_run_follows_its_file(self):
        document = self.processes.folder / "gateway.json"

        def write(*backends):
            scratch = self.processes.folder / "new.json"
            scratch.write_text("\n---\n".join(map(json.dumps, self.resources(*backends))))
            os.rename(scratch, document)

        write("a")
        folder = self.processes.folder / "bin"
        folder.mkdir()
        for name in ("fairlead-proxy", "fairlead-control"):
            (folder / name).symlink_to(os.path.realpath(paths.program(name)))
        command = [paths.program("fairlead"), "run", "-f", document, "--bin-dir", folder]
        command += ["--data", self.processes.folder / "data"]
        for kind in ("xds", "management", "http"):
            command += [f"--{kind}-address", "127.0.0.1:0"]
        process = self.processes.start("run", command)
        process.wait_for(lambda: self.served_by() == "a", "it serves", 20)
        write("b")
        process.wait_for(lambda: self.served_by() == "b", "it follows the file", 10)
        write("absent")
        process.wait_for(lambda: "absent" in process.output() + process.log_end(), "it tells", 10)
        self.assertEqual(self.served_by(), "b")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(20), 0)


if __name__ == "__main__":
    unittest.main()
