"""A proxy as a client of fairlead-control: the real Envoy, and fairlead-proxy, over both ADS."""

import json

from support import Backend, Program, Proxy, Traffic, eventually, free_port, get, request

LISTENER_TYPE = "type.googleapis.com/envoy.config.listener.v3.Listener"


class Control(Program):
    """fairlead-control on a data folder; a second one on the same folder and port goes on."""

    def __init__(self, binary, folder, xds_address="127.0.0.1:0", name="fairlead-control"):
        command = [binary, f"--data-dir={folder / 'data'}", f"--xds-address={xds_address}"]
        command += ["--management-address=127.0.0.1:0", "--http-address=127.0.0.1:0"]
        super().__init__(name, command, folder, reads_ready_line=True)
        self.xds = self.ready["xds"]
        self.http = self.ready["http"]

    def apply(self, documents):
        """Makes `documents` the whole state; returns the revision."""
        text = "\n---\n".join(json.dumps(document) for document in documents)
        status, answer = request(self.http, "POST", "/v1/apply?prune=true", text)
        assert status == 200, f"apply: {status} {answer}"
        return int(json.loads(answer)["revision"])

    def proxies(self):
        status, answer = get(self.http, "/v1/proxies")
        assert status == 200, f"proxies: {status} {answer}"
        return json.loads(answer).get("proxies", [])

    def wait_accepted(self, revision, count=1):
        def is_accepted():
            proxies = self.proxies()
            return len(proxies) == count and all(
                int(p.get("revisionAcknowledged", 0)) >= revision for p in proxies
            )

        eventually(is_accepted, f"revision {revision} is acknowledged")


def service(name, *backends):
    return {
        "kind": "Service",
        "name": name,
        "endpoints": [{"address": backend.host, "port": backend.port} for backend in backends],
    }


def listener(port, name="ingress"):
    return {"kind": "Listener", "name": name, "address": "127.0.0.1", "port": port}


def route(service_name, path="/"):
    return {
        "kind": "Route",
        "name": "all",
        "rules": [
            {
                "matches": [{"pathPrefix": path}],
                "forward": {"backends": [{"service": service_name}]},
            }
        ],
    }


class Setting:
    """A control plane, a proxy on it, two backends."""

    def __init__(self, programs, scratch, subject, variant):
        self.programs = programs
        self.scratch = scratch
        self.blue = scratch.add(Backend("blue"))
        self.green = scratch.add(Backend("green"))
        self.control = scratch.add(Control(programs["control"], scratch.path))
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.proxy = scratch.add(
            Proxy("proxy-1", programs[subject], scratch.path, self.control.xds, variant)
        )

    def state(self, service_name, *backends):
        return [listener(self.port), route(service_name), service(service_name, *backends)]

    def wait_answer(self, body):
        eventually(lambda: get(self.address) == (200, body), f"the proxy answers {body!r}")


def gets_config_and_updates(setting):
    revision = setting.control.apply(setting.state("shop", setting.blue))
    setting.wait_answer("blue")
    setting.control.wait_accepted(revision)
    proxy = setting.control.proxies()[0]
    assert proxy["nodeId"] == "proxy-1", proxy
    assert proxy["cluster"] == "interop", proxy
    assert proxy.get("userAgent"), proxy
    assert {t["typeUrl"].rsplit(".", 1)[1] for t in proxy["types"]} == {
        "Cluster",
        "ClusterLoadAssignment",
        "Listener",
        "RouteConfiguration",
    }, proxy
    assert all(t["versionSent"] == t["versionAcknowledged"] for t in proxy["types"]), proxy

    # Endpoints.
    traffic = setting.scratch.add(Traffic(setting.address))
    revision = setting.control.apply(setting.state("shop", setting.green))
    setting.control.wait_accepted(revision)
    setting.wait_answer("green")
    # The route, to a cluster that is new in the same revision, while the old one goes away in it.
    revision = setting.control.apply(setting.state("shop-2", setting.blue))
    setting.control.wait_accepted(revision)
    setting.wait_answer("blue")
    assert traffic.stop() == [], traffic.failures[:5]


def makes_before_it_breaks(setting):
    """Each revision replaces the cluster behind a route under load; no request may fail."""
    setting.control.wait_accepted(setting.control.apply(setting.state("s0", setting.blue)))
    setting.wait_answer("blue")
    traffic = setting.scratch.add(Traffic(setting.address))
    for step in range(1, 21):
        backend = setting.green if step % 2 else setting.blue
        revision = setting.control.apply(setting.state(f"s{step}", backend))
        if step % 5 == 0:
            setting.control.wait_accepted(revision)
            # Updates may follow each other faster than requests do.
            name = "green" if step % 2 else "blue"
            before = traffic.count(name)
            eventually(lambda: traffic.count(name) > before, f"{name} is asked")
    assert traffic.stop() == [], traffic.failures[:5]


def a_changed_cluster_warms_at_once(setting):
    """The cluster changes and its endpoints do not: the client waits for them all the same."""
    state = setting.state("shop", setting.blue)
    setting.control.wait_accepted(setting.control.apply(state))
    setting.wait_answer("blue")
    for seconds in range(2, 6):
        state[-1]["connectTimeout"] = f"{seconds}s"
        revision = setting.control.apply(state)
        # Much less than the 15 s after which a client gives up.
        eventually(
            lambda: int(setting.control.proxies()[0]["revisionAcknowledged"]) >= revision,
            "acknowledged",
            4,
        )
        eventually(
            lambda: setting.proxy.stat("cluster_manager.warming_clusters") == 0,
            "no cluster warms",
            4,
        )
    setting.wait_answer("blue")


def shows_a_rejection(setting):
    setting.control.wait_accepted(setting.control.apply(setting.state("shop", setting.blue)))
    setting.wait_answer("blue")
    # Right to the control plane, wrong on the proxy's machine: the port is the backend's.
    state = setting.state("shop", setting.blue)
    rejected = setting.control.apply(state + [listener(setting.green.port, "taken")])

    def nack():
        types = {t["typeUrl"]: t for t in setting.control.proxies()[0]["types"]}
        return types[LISTENER_TYPE] if types[LISTENER_TYPE].get("lastNack") else None

    found = eventually(nack, "the rejection is shown")
    assert "taken" in found["lastNack"] or str(setting.green.port) in found["lastNack"], found
    assert found.get("lastNackTime"), found
    assert int(setting.control.proxies()[0]["revisionAcknowledged"]) < rejected
    assert get(setting.address) == (200, "blue")
    # What was rejected is not sent again and again.
    nacks = int(found["nacks"])
    revision = setting.control.apply(
        setting.state("shop", setting.green) + [listener(setting.green.port, "taken")]
    )
    setting.wait_answer("green")
    assert int(nack()["nacks"]) == nacks, nack()
    revision = setting.control.apply(setting.state("shop", setting.green))
    setting.control.wait_accepted(revision)
    assert nack() is None


def survives_a_restart_of_the_control_plane(setting):
    state = setting.state("shop", setting.blue)
    setting.control.wait_accepted(setting.control.apply(state + [service("extra", setting.green)]))
    setting.wait_answer("blue")
    traffic = setting.scratch.add(Traffic(setting.address))
    setting.control.stop()
    # Without the fleet, something is removed and something changes.
    offline = setting.scratch.add(
        Control(setting.programs["control"], setting.scratch.path, name="offline")
    )
    revision = offline.apply(setting.state("shop", setting.green))
    offline.stop()
    control = setting.scratch.add(
        Control(
            setting.programs["control"], setting.scratch.path, setting.control.xds, "control-again"
        )
    )
    control.wait_accepted(revision)
    setting.wait_answer("green")
    eventually(
        lambda: "extra::" not in get(setting.proxy.admin, "/clusters")[1],
        "the removed cluster is gone",
    )
    assert traffic.stop() == [], traffic.failures[:5]


TESTS = [
    gets_config_and_updates,
    makes_before_it_breaks,
    a_changed_cluster_warms_at_once,
    shows_a_rejection,
    survives_a_restart_of_the_control_plane,
]
