"""The last good configuration on disk: a proxy starts from it without its control plane."""

import random
import signal
import threading
import unittest

from gateway_test import GatewayTest, route
from support import paths, ports
from support.gateway import ControlPlane, Proxy, port_of
from support.processes import wait_until

GAUGE = "control_plane.last_good_config_in_use"


class LastGoodTest(GatewayTest):
    def setUp(self):
        super().setUp()
        self.kept = self.processes.folder / "kept"
        self.file = self.kept / "last_good.xds"
        self.more = ["--last-good-config", self.kept]

    def gateway(self, *backends):
        control = ControlPlane(self.processes)
        proxy = Proxy(self.processes, control, "proxy-1", more=self.more)
        revision = control.apply(self.resources(*backends))["revision"]
        control.wait_in_sync(revision, 1)
        wait_until(lambda: self.served_by() == backends[0], "the gateway serves", 10)
        return control, proxy

    def kill(self, process):
        process.send_signal(signal.SIGKILL)
        process.wait(10)

    def start_again(self, proxy, name):
        """The same proxy as a new process."""
        admin = self.processes.folder / f"{name}.admin"
        flags = ["-c", proxy.bootstrap, "--concurrency", 1, "--admin-address-path", admin]
        command = [paths.program("fairlead-proxy"), *flags, *self.more]
        proxy.process = self.processes.start(name, command)
        proxy.admin = proxy.process.file_text(admin)
        return proxy

    def test_serves_without_its_control_plane_until_that_answers(self):
        control, proxy = self.gateway("a")
        wait_until(self.file.exists, "it is written", 10)
        self.kill(control.process)
        self.assertEqual(self.processes.stop(proxy.process), 0)
        self.assertIsNone(self.served_by())

        self.start_again(proxy, "second")
        wait_until(lambda: self.served_by() == "a", "it serves", 10)
        self.assertIn("last good configuration", proxy.admin_get("/ready"))
        self.assertTrue(proxy.admin_get("/ready").startswith("LIVE\n"))
        self.assertEqual(proxy.counter(GAUGE), 1)

        addresses = [
            f"--{kind}-address={getattr(control, kind)}" for kind in ("xds", "management", "http")
        ]
        control = ControlPlane(self.processes, flags=addresses)
        wait_until(lambda: proxy.counter(GAUGE) == 0, "the control plane has answered", 40)
        self.assertEqual(proxy.admin_get("/ready"), "LIVE\n")
        revision = control.put(route("main", "b"))["revision"]
        control.wait_in_sync(revision, 1)
        wait_until(lambda: self.served_by() == "b", "changes arrive", 5)

    def test_what_was_deleted_meanwhile_goes_when_the_control_plane_is_back(self):
        control, proxy = self.gateway("a")
        wait_until(self.file.exists, "it is written", 10)
        self.processes.stop(proxy.process)
        control.call("DELETE", "/v1/listeners/web")
        self.kill(control.process)
        self.start_again(proxy, "second")
        wait_until(lambda: self.served_by() == "a", "it serves", 10)
        addresses = [
            f"--{kind}-address={getattr(control, kind)}" for kind in ("xds", "management", "http")
        ]
        ControlPlane(self.processes, flags=addresses)
        wait_until(lambda: self.served_by() is None, "the listener is gone", 40)

    def test_a_damaged_file_is_named_and_ignored(self):
        control, proxy = self.gateway("a")
        wait_until(self.file.exists, "it is written", 10)
        self.kill(control.process)
        self.processes.stop(proxy.process)
        data = bytearray(self.file.read_bytes())
        data[len(data) // 2] ^= 1
        self.file.write_bytes(data)
        self.start_again(proxy, "second")
        log = proxy.process.log_path
        proxy.process.wait_for(lambda: "its checksum" in log.read_text(), "it is named", 10)
        self.assertIn("last_good.xds is ignored", log.read_text())
        self.assertFalse(proxy.admin_get("/ready").startswith("LIVE"))
        self.assertTrue(proxy.process.is_running())

    def test_a_kill_at_any_moment_leaves_a_whole_file(self):
        chance = random.Random(7)
        control, proxy = self.gateway("a")
        wait_until(self.file.exists, "it is written", 10)
        dead = self.processes.folder / "dead.yaml"
        text = proxy.bootstrap.read_text()
        self.assertIn(str(port_of(control.xds)), text)
        dead.write_text(text.replace(str(port_of(control.xds)), str(ports.free())))
        alive = proxy.bootstrap
        for turn in range(5):
            ended = threading.Event()

            def change():
                for name in "ab" * 500:
                    if ended.wait(0.02):
                        return
                    control.put(route("main", name))

            writer = threading.Thread(target=change)
            writer.start()
            ended.wait(1 + chance.random())
            self.kill(proxy.process)
            ended.set()
            writer.join()
            proxy.bootstrap = dead
            self.start_again(proxy, f"dead-{turn}")
            wait_until(lambda: self.served_by() in ("a", "b"), "it serves from the file", 10)
            self.assertEqual(proxy.counter(GAUGE), 1)
            self.kill(proxy.process)
            proxy.bootstrap = alive
            self.start_again(proxy, f"alive-{turn}")
            wait_until(lambda: proxy.counter(GAUGE) == 0 and self.served_by(), "it is back", 10)


if __name__ == "__main__":
    unittest.main()
