"""Which endpoint serves a request, and what happens when it does not."""

from field_case import ANSWER, GatewayTest, StaticTest, post, request, route, rule, service
from static_config import address, cluster, to
from support import http_client
from support.processes import wait_until
from support.upstream import CLOSE, HANG, RESET, Upstream


def endpoints(name, *entries, **fields):
    """A cluster of (port, fields of LbEndpoint)."""
    lb = [{"endpoint": {"address": address(port)}, **more} for port, more in entries]
    made = cluster(name, 1, **fields)
    made["load_assignment"]["endpoints"] = [{"lb_endpoints": lb}]
    return made


class BalanceCases(StaticTest):
    def test_O17_the_order_of_endpoints_does_not_move_keys(self):
        hosts = [Upstream(f"host{number}").__enter__() for number in range(10)]
        for host in hosts:
            self.addCleanup(host.stop)
        turned = [hosts[number] for number in (3, 9, 0, 7, 1, 8, 2, 6, 4, 5)]
        by_key = [{"header": {"header_name": "x-key"}}]
        placed = []
        for order in (hosts, turned):
            entries = [(host.port, {}) for host in order]
            ring = endpoints("ring", *entries, lb_policy="RING_HASH")
            proxy = self.start(to("ring", hash_policy=by_key), clusters=[ring])
            pipeline = b"".join(request(f"x-key: {key}") for key in range(1000))
            exchange = http_client.send(proxy.port, pipeline, finals=1000, seconds=30)
            placed.append([answer.first("x-upstream") for answer in exchange.responses])
            self.processes.stop(proxy.process)
            (self.processes.folder / "proxy.admin").unlink()
        self.assertEqual(len(placed[0]), 1000)
        self.assertEqual(placed[0], placed[1])
        self.assertEqual(len(set(placed[0])), 10)

    def test_O18_every_host_is_unhealthy(self):
        sick = [(host.port, {"health_status": "UNHEALTHY"}) for host in (self.a, self.b)]
        never = {"common_lb_config": {"healthy_panic_threshold": {"value": 0}}}
        clusters = [endpoints("panics", *sick), endpoints("refuses", *sick, **never)]
        proxy = self.start(to("refuses", "/refuses"), to("panics"), clusters=clusters)
        served = {proxy.get().first("x-upstream") for _ in range(10)}
        self.assertEqual(served, {"a", "b"})
        self.assertGreaterEqual(self.stat(proxy, "cluster.panics.lb_healthy_panic"), 10)
        self.assertEqual(self.stat(proxy, "cluster.panics.membership_healthy"), 0)
        answer = proxy.get("/refuses")
        self.assertEqual((answer.status, answer.body), (503, b"no healthy upstream"))
        self.assertEqual(self.stat(proxy, "cluster.refuses.upstream_cx_none_healthy"), 1)
        text = proxy.admin_call("GET", "/clusters")[1]
        self.assertIn(f"127.0.0.1:{self.a.port}::health_flags::/failed_eds_health", text)


class RetryCases(StaticTest):
    def test_O21_what_was_sent_is_not_sent_again_after_a_timeout(self):
        both = endpoints("both", (self.a.port, {}), (self.b.port, {}))
        proxy = self.start(to("both", timeout="0.3s"), clusters=[both])
        for data in (post(target="/pay"), request(target="/look")):
            self.a.first, self.b.first = [[HANG]], [[HANG]]
            exchange = http_client.send(proxy.port, data)
            self.assertEqual([answer.status for answer in exchange.responses], [504])
            received = self.received()
            self.assertEqual(sum(map(len, received.values())), 1, received)

    def test_O22_a_kept_connection_that_was_closed_is_not_used(self):
        proxy = self.start()
        for data in (request(), post()):
            for _ in range(20):
                self.a.first = [[ANSWER, CLOSE]]
                self.assertEqual(proxy.get().status, 200)
                self.wait_for_stat(proxy, "cluster.a.upstream_cx_active", 0)
                exchange = http_client.send(proxy.port, data, settle=0)
                self.assertEqual(exchange.status, 200)

    def test_O22_a_reset_before_the_response_repeats_a_get(self):
        proxy = self.start()
        self.assertEqual(proxy.get().status, 200)
        self.received()
        self.a.first = [[RESET]]
        self.assertEqual(proxy.get("/again").status, 200)
        self.assertEqual([m.target for m in self.received()["a"]], ["/again"] * 2)

    def test_O22_a_reset_before_the_response_does_not_repeat_a_post(self):
        proxy = self.start()
        self.assertEqual(proxy.get().status, 200)
        self.received()
        self.a.first = [[RESET]]
        exchange = http_client.send(proxy.port, post(target="/pay"))
        self.assertIn([answer.status for answer in exchange.responses], ([502], [503]))
        self.assertEqual([m.target for m in self.received()["a"]], ["/pay"])

    def test_O22_another_host_serves_when_the_first_is_gone(self):
        both = endpoints("both", (self.a.port, {}), (self.b.port, {}))
        proxy = self.start(to("both"), clusters=[both])
        served = [proxy.get().first("x-upstream") for _ in range(4)]
        self.assertEqual(sorted(served), ["a", "a", "b", "b"])
        # The next request for a goes out on a kept connection, which dies; so does its host.
        self.a.first = [[self.a.refuse, RESET]]
        self.received()
        for _ in range(2):
            self.assertEqual(proxy.get().first("x-upstream"), "b")
            if "a" in self.received():
                return
        self.fail("no request was for a")


class LastEndpointCases(GatewayTest):
    def test_O20_the_only_endpoint_goes_and_comes_back(self):
        self.gateway(route("one", rule("a", "/")))
        wait_until(lambda: self.served_by() == "a", "it serves", 10)
        for _ in range(3):
            self.apply(service("a"))
            wait_until(lambda: self.served_by() == 503, "it is empty", 5)
            self.apply(service("a", self.a.port))
            wait_until(lambda: self.served_by() == "a", "it is back", 5)
