"""Separate xDS streams: types with a stream of their own, beside ADS and files."""

import json
import os
import unittest

from gateway_test import GatewayTest, route
from static_config import StaticProxy, address, cluster
from support.gateway import ControlPlane, port_of
from support.processes import wait_until

VARIANTS = ("GRPC", "DELTA_GRPC")


def api(variant, **fields):
    service = {"envoy_grpc": {"cluster_name": "control"}}
    config = {"api_type": variant, "transport_api_version": "V3", "grpc_services": [service]}
    return {"api_config_source": {**config, **fields}, "resource_api_version": "V3"}


class StreamsTest(GatewayTest):
    def bootstrap(self, control, **dynamic):
        ads = api("DELTA_GRPC")["api_config_source"]
        return {
            "node": {"id": "streams", "cluster": "tests"},
            "admin": {"address": address(0)},
            "static_resources": {"clusters": [cluster("control", port_of(control.xds))]},
            "dynamic_resources": {"ads_config": ads, **dynamic},
        }

    def start(self, name, **dynamic):
        control = ControlPlane(self.processes, name=f"control-{name}")
        control.apply(self.resources("a"))
        proxy = StaticProxy(self.processes, self.bootstrap(control, **dynamic), name=name)
        proxy.process.wait_for(lambda: self.served_by() == "a", "it serves", 20)
        return control, proxy

    def streams(self, control):
        """The types of each stream of the proxy."""
        found = []
        for entry in control.proxies():
            found.append(sorted(t["typeUrl"].rsplit(".", 1)[1] for t in entry.get("types", [])))
        return sorted(found)

    def test_clusters_and_listeners_by_streams_of_their_own_endpoints_and_routes_by_ads(self):
        for variant in VARIANTS:
            with self.subTest(variant=variant):
                sources = {"cds_config": api(variant), "lds_config": api(variant)}
                control, _ = self.start(variant.lower(), **sources)
                found = self.streams(control)
                self.assertIn(["Cluster"], found)
                self.assertIn(["Listener"], found)
                self.assertEqual(len(found), 3, found)
                control.put(route("main", "b"))
                wait_until(lambda: self.served_by() == "b", "a change arrives", 10)
                control.call("DELETE", "/v1/listeners/web")
                wait_until(lambda: self.served_by() is None, "a removal arrives", 10)
                self.processes.stop_all()

    def test_each_variant_beside_the_other(self):
        sources = {"cds_config": api("GRPC"), "lds_config": api("DELTA_GRPC")}
        control, _ = self.start("mixed", **sources)
        control.put(route("main", "b"))
        wait_until(lambda: self.served_by() == "b", "a change arrives", 10)

    def test_aggregated_types_share_the_stream(self):
        aggregated = api("AGGREGATED_DELTA_GRPC")
        aggregated["api_config_source"].pop("grpc_services")
        sources = {"cds_config": aggregated, "lds_config": {"ads": {}}}
        control, _ = self.start("aggregated", **sources)
        self.assertEqual(len(self.streams(control)), 1)

    def test_clusters_from_a_file_and_listeners_from_a_stream(self):
        kind = "type.googleapis.com/envoy.config.cluster.v3.Cluster"
        control = ControlPlane(self.processes)
        control.apply(self.resources("a"))
        first = StaticProxy(self.processes, self.bootstrap(control, cds_config={"ads": {}}))
        named = lambda: [
            entry["cluster"]
            for config in json.loads(first.admin_call("GET", "/config_dump")[1])["configs"]
            for entry in config.get("dynamic_active_clusters", [])
        ]
        wait_until(lambda: len(named()) >= 2, "the clusters are known", 10)
        resources = [{**entry, "@type": kind} for entry in named()]
        self.processes.stop(first.process)
        folder = self.processes.folder / "cds"
        folder.mkdir()
        (self.processes.folder / "new.json").write_text(json.dumps({"resources": resources}))
        os.rename(self.processes.folder / "new.json", folder / "cds.json")
        source = {"path": str(folder / "cds.json"), "watched_directory": {"path": str(folder)}}
        sources = {"cds_config": {"path_config_source": source}, "lds_config": api("GRPC")}
        config = self.bootstrap(control, **sources)
        proxy = StaticProxy(self.processes, config, name="second")
        proxy.process.wait_for(lambda: self.served_by() == "a", "it serves", 20)
        control.put(route("main", "b"))
        wait_until(lambda: self.served_by() == "b", "a change of routes arrives", 10)


if __name__ == "__main__":
    unittest.main()
