"""A proxy as a client of go-control-plane (Go): the real Envoy, and fairlead-proxy, by both ADS."""

import json

from support import Backend, Program, Proxy, Traffic, eventually, free_port, get, request

PREFIX = "type.googleapis.com/envoy.config."
LISTENER_TYPE = PREFIX + "listener.v3.Listener"


class Setting:
    """The Go control plane, a proxy on it, two backends."""

    def __init__(self, programs, scratch, subject, variant):
        self.scratch = scratch
        self.blue = scratch.add(Backend("blue"))
        self.green = scratch.add(Backend("green"))
        self.go = scratch.add(
            Program(
                "go-control-plane",
                [programs["go_control_plane"]],
                scratch.path,
                reads_ready_line=True,
            )
        )
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.version = 0
        self.proxy = scratch.add(
            Proxy("proxy-1", programs[subject], scratch.path, self.go.ready["xds"], variant)
        )

    def serve(self, routes, clusters, **more):
        """routes: [(prefix, cluster)]; clusters: {name: [backends]}."""
        self.version += 1
        state = {
            "version": str(self.version),
            "listener": self.address,
            "routes": [{"prefix": prefix, "cluster": cluster} for prefix, cluster in routes],
            "clusters": {
                name: [b.address for b in backends] for name, backends in clusters.items()
            },
        }
        status, answer = request(
            self.go.ready["http"], "PUT", "/snapshot", json.dumps({**state, **more})
        )
        assert status == 204, answer

    def status(self):
        return json.loads(get(self.go.ready["http"], "/status")[1])

    def wait_answer(self, path, body):
        eventually(lambda: get(self.address, path) == (200, body), f"{path} is answered {body!r}")


def gets_config_and_updates(setting):
    setting.serve([("/", "a")], {"a": [setting.blue]})
    setting.wait_answer("/", "blue")
    for name in (
        "cluster.v3.Cluster",
        "endpoint.v3.ClusterLoadAssignment",
        "listener.v3.Listener",
        "route.v3.RouteConfiguration",
    ):
        eventually(
            lambda: PREFIX + name in setting.status()["acknowledged"], f"{name} is acknowledged"
        )
    traffic = setting.scratch.add(Traffic(setting.address))
    setting.serve([("/", "a")], {"a": [setting.green]})
    setting.wait_answer("/", "green")
    setting.serve([("/other", "b"), ("/", "a")], {"a": [setting.green], "b": [setting.blue]})
    setting.wait_answer("/other", "blue")
    setting.serve(
        [("/other", "b"), ("/", "a")], {"a": [setting.green, setting.blue], "b": [setting.blue]}
    )
    eventually(lambda: traffic.count("blue") > 0, "the added endpoint is used")
    assert traffic.stop() == [], traffic.failures[:5]
    assert setting.status()["rejected"] == {}, setting.status()
    assert setting.status()["streams"] == 1, setting.status()


def rejects_and_keeps_the_last_good(setting):
    setting.serve([("/", "a")], {"a": [setting.blue]})
    setting.wait_answer("/", "blue")
    setting.serve([("/", "a")], {"a": [setting.blue]}, unknown_filter=True)
    eventually(lambda: setting.status()["rejected"].get(LISTENER_TYPE), "the listener is rejected")
    assert "no.such" in setting.status()["last_error"], setting.status()
    assert get(setting.address) == (200, "blue")
    # How often it was rejected is not compared: this server sends it again and again (SotW).
    setting.serve([("/", "a")], {"a": [setting.green]})
    setting.wait_answer("/", "green")


TESTS = [gets_config_and_updates, rejects_and_keeps_the_last_good]
