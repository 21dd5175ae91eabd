"""The scenes of the demo, in the order they are played. Each changes one thing under load, shows
what comes of it, and checks it."""

import time

from support import http_client

TOLERANCE = 6  # percent points that a share may be off
KEY = "demo-key"

LISTENER = """\
kind: Listener
name: web
address: 127.0.0.1
port: {port}
"""

SERVICE = """\
kind: Service
name: {name}
endpoints: [{endpoint}]
"""

SHOP = """\
kind: Route
name: shop
rules:
- forward:
    backends:
{backends}{policies}"""

REVIEWS = """\
kind: Route
name: reviews
rules:
- matches: [{pathPrefix: /reviews}]
  forward:
    backends: [{service: reviews}]
"""

LIMIT = """\
kind: Policy
name: limit
rateLimit: {requests: 30, per: 1s}
"""

KEYS = """\
kind: Policy
name: keys
apiKeys:
  credentials: [{client: demo, key: %s}]
""" % KEY

BROKEN = """\
kind: Route
name: shop
rules:
- forward:
    backends:
    - {service: shop-v3, weight: 100}
"""


def shop(weights, policies=()):
    """The shop's route with weights by service."""
    backends = "".join(f"    - {{service: {s}, weight: {w}}}\n" for s, w in weights.items())
    line = f"  policies: [{', '.join(policies)}]\n" if policies else ""
    return SHOP.format(backends=backends, policies=line)


def start(show, port, backends):
    show.title("Start: a gateway for a shop, 90% to version 1, 10% to version 2")
    services = [SERVICE.format(name=b.name, endpoint=b.endpoint()) for b in backends]
    first = shop({"shop-v1": 90, "shop-v2": 10})
    documents = "---\n".join([LISTENER.format(port=port), *services, first])
    show.apply(show.document("gateway.yaml", documents), "the first configuration")
    show.command("get", "routes")


def _check_shares(show, seen, wanted):
    text = ", ".join(
        f"{name} {seen.share(name):.1f}% of {share}%" for name, share in wanted.items()
    )
    is_near = all(
        abs(seen.share(name) - share) <= (TOLERANCE if 0 < share < 100 else 0)
        for name, share in wanted.items()
    )
    show.check(is_near and sum(seen.backends.values()) > 100, f"shares: {text}")


def shift(show, one, two, seconds):
    weights = {"shop-v1": one, "shop-v2": two}
    show.title(f"Traffic shift: {one}% to version 1, {two}% to version 2")
    path = show.document("shop.yaml", shop(weights))
    show.command("diff", "-f", path)
    show.apply(path, f"shift to {one}/{two}")
    _check_shares(show, show.watch(seconds, settle=1), weights)


def first_shares(show, seconds):
    _check_shares(show, show.watch(seconds), {"shop-v1": 90, "shop-v2": 10})


def add_route(show, seconds):
    show.title("A new route: /reviews to the Python application")
    show.apply(show.document("reviews.yaml", REVIEWS), "add reviews")
    show.traffic.start("load-reviews", "/reviews/42", rate=60, connections=4)
    seen = show.watch(seconds)
    show.check(
        seen.backends["reviews"] > 20, f"reviews answered {seen.backends['reviews']} requests"
    )


def remove_backend(show, old, seconds):
    show.title("A backend goes: version 1 is taken out, then its process is ended")
    status, text = show.command("delete", "service", old.name)
    show.check(status != 0 and "shop" in text, "refused while the route still names it")
    show.apply(show.document("shop.yaml", shop({"shop-v2": 100})), "version 1 is retired")
    status, _ = show.command("delete", "service", old.name, "--reason", "nobody uses it")
    show.check(status == 0, "deleted once nothing refers to it")
    show.wait_in_sync()
    old.process.stop()
    show.say(f"    (nginx of {old.name} has ended)")
    seen = show.watch(seconds)
    show.check(
        seen.backends[old.name] == 0 and seen.backends["shop-v2"] > 100, "version 2 has it all"
    )


def _policy(show, name, document, status, seconds):
    """Switches a policy of the shop's route on and off; `status` appears and vanishes."""
    show.expect(status)
    policy = show.document(f"{name}.yaml", document + "---\n" + shop({"shop-v2": 100}, [name]))
    show.apply(policy, f"{name} on")
    seen = show.watch(seconds, settle=1)
    show.check(seen.statuses[status] > 20, f"{status} appears: {seen.statuses[status]} times")
    yield seen
    show.say("    and off again")
    show.apply(show.document("shop.yaml", shop({"shop-v2": 100})), f"{name} off")
    time.sleep(1)
    show.expect()
    seen = show.watch(seconds)
    show.check(seen.statuses[status] == 0, f"{status} has vanished")
    yield seen


def rate_limit(show, seconds):
    show.title("A rate limit: 30 requests a second in each proxy, on and off")
    steps = _policy(show, "limit", LIMIT, 429, seconds)
    limited = next(steps)
    show.check(
        limited.statuses[200] > 20, f"what is within the limit passes: {limited.statuses[200]}"
    )
    show.check(limited.backends["reviews"] > 20, "the other route is not limited")
    next(steps)


def api_key(show, port, seconds):
    show.title("An API key: on, and off again")
    steps = _policy(show, "keys", KEYS, 401, seconds)
    keyed = next(steps)
    show.check(keyed.backends["shop-v2"] == 0, "nobody without a key gets through")
    answer = http_client.get(port, "/", headers=[f"x-api-key: {KEY}"])
    show.check(
        answer.status == 200, f"with the key: {answer.status} from {answer.first('x-backend')}"
    )
    next(steps)


def broken_change(show, seconds):
    show.title("A broken change: the route names a service that is not there")
    before = show.revision()
    path = show.document("broken.yaml", BROKEN)
    status, text = show.command("apply", "-f", path, "--reason", "a mistake")
    show.check(status == 3, f"refused with exit status {status}")
    show.check("shop-v3" in text and "backends" in text, "the refusal names service and field")
    show.check(show.revision() == before, f"nothing changed: still revision {before}")
    show.wait_in_sync()
    seen = show.watch(seconds)
    show.check(seen.backends["shop-v2"] > 100, "the traffic did not notice")


def rollback(show, seconds):
    show.title("A wrong change that is valid: the shop's traffic goes to reviews; roll back")
    good = show.revision()
    show.apply(show.document("shop.yaml", shop({"reviews": 100})), "a slip of the hand")
    seen = show.watch(seconds, settle=1)
    show.check(seen.backends["shop-v2"] == 0, "the shop's customers see reviews")
    show.command("history", "--limit", 5)
    status, _ = show.command("rollback", good, "--reason", "that was wrong")
    show.check(status == 0, f"rolled back to revision {good}")
    show.wait_in_sync()
    seen = show.watch(seconds, settle=1)
    show.check(seen.backends["shop-v2"] > 100, "the shop is back")


def ending(show):
    show.title("The end of the performance")
    show.command("proxies")
    totals = show.traffic.totals()
    show.line()
    show.check(
        show.failed == 0, f"{show.failed} of {sum(totals.statuses.values())} requests failed"
    )
    show.check(totals.closed == 0, f"{totals.closed} kept connections were closed")
    for proxy in show.proxies:
        count = proxy.counter("http.web.downstream_rq_total")
        show.check(count > 0, f"{proxy.node} served {count} requests")
    witness = show.traffic.stop_witness()
    if witness:
        statuses, errors = witness
        wrong = {s: n for s, n in statuses.items() if s not in (200, 401, 429)}
        show.check(
            not wrong and not errors and statuses, f"hey counted {statuses} and errors {errors}"
        )
