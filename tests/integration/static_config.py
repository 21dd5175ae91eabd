"""A proxy on a bootstrap file of its own, built from Python dictionaries."""

import http.client
import json
import subprocess

from support import http_client, paths, ports
from support.gateway import port_of

TYPE = "type.googleapis.com/envoy."
MANAGER = "envoy.filters.network.http_connection_manager"


def address(port, host="127.0.0.1"):
    return {"socket_address": {"address": host, "port_value": port}}


def cluster(name, port, **fields):
    endpoint = {"endpoint": {"address": address(port, fields.pop("host", "127.0.0.1"))}}
    assignment = {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]}
    common = {"name": name, "type": "STATIC", "connect_timeout": "1s"}
    return {**common, "load_assignment": assignment, **fields}


def routes(*virtual_hosts):
    return {"name": "routes", "virtual_hosts": list(virtual_hosts)}


def virtual_host(name, *entries, domains=("*",)):
    return {"name": name, "domains": list(domains), "routes": list(entries)}


def to(cluster_name, prefix="/", **action):
    return {"match": {"prefix": prefix}, "route": {"cluster": cluster_name, **action}}


def direct(prefix, body, status=200):
    response = {"status": status, "body": {"inline_string": body}}
    return {"match": {"prefix": prefix}, "direct_response": response}


def listener(port, route_config, **manager_fields):
    router = {"@type": TYPE + "extensions.filters.http.router.v3.Router"}
    source = {"route_config": route_config} if "virtual_hosts" in route_config else route_config
    manager = {
        "@type": TYPE
        + "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "main",
        **source,
        "http_filters": [{"name": "envoy.filters.http.router", "typed_config": router}],
        **manager_fields,
    }
    chain = {"filters": [{"name": MANAGER, "typed_config": manager}]}
    return {"name": "main", "address": address(port), "filter_chains": [chain]}


def bootstrap(listeners, clusters):
    return {
        "node": {"id": "test", "cluster": "tests"},
        "admin": {"address": address(0)},
        "static_resources": {"listeners": listeners, "clusters": clusters},
    }


class StaticProxy:
    """fairlead-proxy on `config`; listens on `port` when it was made by `start`."""

    def __init__(self, processes, config, *flags, name="proxy"):
        self.config = processes.folder / f"{name}.json"
        self.config.write_text(json.dumps(config))
        admin = processes.folder / f"{name}.admin"
        command = [
            paths.program("fairlead-proxy"),
            "-c",
            self.config,
            "--admin-address-path",
            admin,
        ]
        if "--concurrency" not in flags:
            command += ["--concurrency", "1"]
        self.process = processes.start(name, [*command, *flags])
        self.admin = self.process.file_text(admin)
        self.port = 0

    @classmethod
    def start(cls, processes, route_config, clusters, *flags, **manager_fields):
        """With one listener; waits until /ready says so."""
        port = ports.free()
        config = bootstrap([listener(port, route_config, **manager_fields)], clusters)
        proxy = cls(processes, config, *flags)
        proxy.port = port
        proxy.process.wait_for(lambda: proxy.admin_call("GET", "/ready")[0] == 200, "it is ready")
        return proxy

    def admin_call(self, method, path):
        """(status, text) of an admin page."""
        connection = http.client.HTTPConnection("127.0.0.1", port_of(self.admin), timeout=10)
        try:
            connection.request(method, path)
            response = connection.getresponse()
            return response.status, response.read().decode()
        except OSError:
            return 0, ""
        finally:
            connection.close()

    def get(self, path="/", host="test", headers=()):
        return http_client.get(self.port, path, host, headers)


def validate(folder, config, *flags):
    """(exit status, output) of --mode validate."""
    path = folder / "validate.json"
    path.write_text(json.dumps(config))
    command = [paths.program("fairlead-proxy"), "--mode", "validate", "-c", str(path), *flags]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    return done.returncode, done.stdout + done.stderr
