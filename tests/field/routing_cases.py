"""Which route a request takes, what becomes of its path, and whose limit it counts for."""

from field_case import GatewayTest, StaticTest, route, rule
from static_config import TYPE, direct, to
from support import http_client

REWRITES = {"/p/hello": "/hello", "/p": "/", "/p/": "/", "/p?x=1": "/?x=1", "/p/hello/": "/hello/"}


class RoutingCases(GatewayTest):
    def test_O10_the_longest_prefix_wins(self):
        first = route("one", rule("a", "/rest/p/api/v1", "/rest/p"))
        second = route("two", rule("b", "/rest/p/aux"))
        self.gateway(first, second)
        expected = {"/rest/p/aux": "b", "/rest/p/aux/x": "b", "/rest/p/api/v1": "a"}
        expected |= {"/rest/p/other": "a", "/rest/p": "a"}
        for target, name in expected.items():
            self.assertEqual(self.served_by(target), name, target)

    def test_O11_a_prefix_becomes_the_root(self):
        self.gateway(route("one", rule("a", "/p", rewritePrefix="/")))
        self.assertEqual(self.get("/pq").status, 404)
        self.received()
        for target, upstream_target in REWRITES.items():
            self.assertEqual(self.get(target).status, 200)
            [message] = self.received()["a"]
            self.assertEqual(message.target, upstream_target, target)

    def test_O25_equal_limits_of_two_routes(self):
        limit = {"kind": "Policy", "name": "few", "rateLimit": {"requests": 3, "per": "3600s"}}
        one = route("one", rule("a", "/1", policies=["few"]))
        two = route("two", rule("a", "/2", policies=["few"]))
        self.gateway(limit, one, two)
        self.assertEqual(self.get("/1").status, 200)
        self.assertEqual([self.get("/2").status for _ in range(4)], [200, 200, 200, 429])
        self.assertEqual([self.get("/1").status for _ in range(3)], [200, 200, 429])


class RouteListCases(StaticTest):
    def test_O10_where_order_is_the_rule_the_first_match_wins(self):
        proxy = self.start(to("a", "/rest/p"), to("b", "/rest/p/aux"), direct("/", "x"))
        self.assertEqual(proxy.get("/rest/p/aux").first("x-upstream"), "a")

    def test_O11_a_prefix_becomes_the_root(self):
        entry = {"match": {"path_separated_prefix": "/p"}}
        proxy = self.start({**entry, "route": {"cluster": "a", "prefix_rewrite": "/"}})
        self.assertEqual(proxy.get("/pq").status, 404)
        for target, upstream_target in REWRITES.items():
            self.assertEqual(proxy.get(target).status, 200)
            [message] = self.received()["a"]
            self.assertEqual(message.target, upstream_target, target)

    def test_O25_equal_limits_of_two_routes(self):
        name = "envoy.filters.http.local_ratelimit"
        kind = TYPE + "extensions.filters.http.local_ratelimit.v3.LocalRateLimit"
        bucket = {"max_tokens": 3, "tokens_per_fill": 3, "fill_interval": "3600s"}
        whole = {"default_value": {"numerator": 100, "denominator": "HUNDRED"}}
        limit = {"@type": kind, "stat_prefix": "few", "token_bucket": bucket}
        limit |= {"filter_enabled": whole, "filter_enforced": whole}
        router = {"@type": TYPE + "extensions.filters.http.router.v3.Router"}
        filters = [
            {"name": name, "typed_config": {"@type": kind, "stat_prefix": "none"}},
            {"name": "envoy.filters.http.router", "typed_config": router},
        ]
        limited = {"typed_per_filter_config": {name: limit}}
        entries = [{**to("a", prefix), **limited} for prefix in ("/1", "/2")]
        proxy = self.start(*entries, http_filters=filters)
        self.assertEqual(proxy.get("/1").status, 200)
        self.assertEqual([proxy.get("/2").status for _ in range(4)], [200, 200, 200, 429])
        self.assertEqual([proxy.get("/1").status for _ in range(3)], [200, 200, 429])


class AmbiguousPathCases(GatewayTest):
    def test_O13_one_form_is_decided_on_and_forwarded(self):
        keys = {"credentials": [{"client": "ann", "key": "k"}], "sources": [{"header": "x-key"}]}
        policy = {"kind": "Policy", "name": "keys", "apiKeys": keys}
        inner = route("inner", rule("a", "/internal", policies=["keys"]))
        self.gateway(policy, inner, route("outer", rule("b", "/")))
        for target in (
            "/internal/path1",
            "//internal/path1",
            "/v1/../internal/path1",
            "/v1/%2e%2e/internal/path1",
            "/v1/./../internal/path1",
        ):
            self.assertEqual(self.served_by(target), 401, target)
        for target in ("/v1%2f..%2finternal", "/v1/..%2finternal/path1"):
            self.assertIn(self.served_by(target), (307, 400, 401), target)
        self.assertEqual(self.received(), {})
        exchange = http_client.send(
            self.port, b"GET /v1/../internal/x HTTP/1.1\r\nhost: a.test\r\nx-key: k\r\n\r\n"
        )
        self.assertEqual(exchange.status, 200)
        [message] = self.received()["a"]
        self.assertEqual(message.target, "/internal/x")
