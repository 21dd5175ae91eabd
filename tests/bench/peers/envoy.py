"""Envoy and Fairlead, on the very same files: JSON text, read as the YAML that it also is."""

import json
import os

from support import paths

from .peer import Peer, write

_TYPE = "type.googleapis.com/envoy."
_ROUTES = "rds.yaml"


def _route(prefix, action):
    return {"match": {"prefix": prefix}, **action}


def _virtual_hosts(plan):
    def to(cluster):
        return {"route": {"cluster": cluster}}

    hosts = [
        {"name": host, "domains": [host], "routes": [_route("/svc/", to(cluster))]}
        for host, cluster in plan.hosts
    ]
    if plan.prefixes:
        hosts.append(
            {
                "name": "prefixes",
                "domains": ["bench.test"],
                "routes": [_route(prefix, to(cluster)) for prefix, cluster in plan.prefixes],
            }
        )
    other = to("backend") if plan.catch_all else {"direct_response": {"status": 404}}
    hosts.append({"name": "other", "domains": ["*"], "routes": [_route("/", other)]})
    return hosts


def _cluster(name, port):
    endpoint = {
        "endpoint": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": port}}}
    }
    return {
        "name": name,
        "type": "STATIC",
        "connect_timeout": "5s",
        "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]},
    }


def _manager(plan, folder):
    routes = {"route_config": {"name": "routes", "virtual_hosts": _virtual_hosts(plan)}}
    if plan.reloadable:
        source = {"path": str(folder / _ROUTES), "watched_directory": {"path": str(folder)}}
        routes = {
            "rds": {"route_config_name": "routes", "config_source": {"path_config_source": source}}
        }
    router = {"@type": _TYPE + "extensions.filters.http.router.v3.Router"}
    return {
        "@type": _TYPE
        + "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "http",
        **routes,
        "http_filters": [{"name": "envoy.filters.http.router", "typed_config": router}],
    }


class Envoy(Peer):
    name = "envoy"

    def program(self):
        return paths.envoy()

    def version_command(self):
        return [self.program(), "--version"]

    def command(self, plan, folder):
        return [
            self.program(),
            "-c",
            folder / "bootstrap.yaml",
            "--concurrency",
            1,
            "--disable-hot-restart",
            "--log-level",
            "error",
        ]

    def configure(self, plan, folder):
        if plan.reloadable:
            write(folder, _ROUTES, self._routes(plan))
        listener = {
            "name": "http",
            "tcp_backlog_size": 4096,
            "address": {"socket_address": {"address": "127.0.0.1", "port_value": plan.port}},
            "filter_chains": [
                {
                    "filters": [
                        {
                            "name": "envoy.filters.network.http_connection_manager",
                            "typed_config": _manager(plan, folder),
                        }
                    ]
                }
            ],
        }
        clusters = [_cluster(name, plan.backend_port) for name in ("backend",) + plan.clusters]
        write(
            folder,
            "bootstrap.yaml",
            json.dumps(
                {
                    "node": {"id": "bench", "cluster": "bench"},
                    "static_resources": {"listeners": [listener], "clusters": clusters},
                }
            ),
        )

    @staticmethod
    def _routes(plan):
        configuration = {
            "@type": _TYPE + "config.route.v3.RouteConfiguration",
            "name": "routes",
            "virtual_hosts": _virtual_hosts(plan),
        }
        return json.dumps({"resources": [configuration]})

    def prepare_reload(self, plan, folder):
        # In a folder of its own: the other one is watched.
        (folder / "next").mkdir(exist_ok=True)
        write(folder / "next", _ROUTES, self._routes(plan))

    def reload(self, folder, process):
        os.rename(folder / "next" / _ROUTES, folder / _ROUTES)


class Fairlead(Envoy):
    name = "fairlead"

    def program(self):
        return paths.program("fairlead-proxy")

    def command(self, plan, folder):
        return [
            self.program(),
            "-c",
            folder / "bootstrap.yaml",
            "--concurrency",
            1,
            "--log-level",
            "error",
        ]
