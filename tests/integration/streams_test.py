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
        control = ControlPlane(self.processes)
        control.apply(self.resources("a"))
        clusters = self.dumped(control, "dynamic_active_clusters", "cluster", 2)
        source = self.write("cds", "envoy.config.cluster.v3.Cluster", clusters)
        sources = {"cds_config": source, "lds_config": api("GRPC")}
        proxy = StaticProxy(self.processes, self.bootstrap(control, **sources), name="second")
        proxy.process.wait_for(lambda: self.served_by() == "a", "it serves", 20)
        control.put(route("main", "b"))
        wait_until(lambda: self.served_by() == "b", "a change of routes arrives", 10)

    def test_a_stream_that_is_first_named_by_a_dynamic_listener(self):
        for variant in VARIANTS:
            with self.subTest(variant=variant):
                control = ControlPlane(self.processes, name=f"control-rds-{variant.lower()}")
                control.apply(self.resources("a"))
                found = self.dumped(control, "dynamic_listeners", "active_state", 1)
                entry = found[0]["listener"]
                manager = entry["filter_chains"][0]["filters"][0]["typed_config"]
                manager["rds"]["config_source"] = api(variant)
                source = self.write("lds", "envoy.config.listener.v3.Listener", [entry])
                sources = {"cds_config": {"ads": {}}, "lds_config": source}
                config = self.bootstrap(control, **sources)
                proxy = StaticProxy(self.processes, config, name=f"rds-{variant.lower()}")
                proxy.process.wait_for(lambda: self.served_by() == "a", "it serves", 20)
                self.assertIn(["RouteConfiguration"], self.streams(control))
                self.processes.stop_all()

    def dumped(self, control, kind, field, count):
        """What a proxy on ADS has of a kind, from its configuration dump; it is ended then."""
        sources = {"cds_config": {"ads": {}}, "lds_config": {"ads": {}}}
        config = self.bootstrap(control, **sources)
        proxy = StaticProxy(self.processes, config, name=f"dumped-{control.name}")

        def entries():
            status, text = proxy.admin_call("GET", "/config_dump")
            dump = json.loads(text) if status == 200 else {"configs": []}
            return [e[field] for c in dump["configs"] for e in c.get(kind, []) if field in e]

        wait_until(lambda: len(entries()) >= count, f"{count} {kind} are known", 10)
        found = entries()
        self.processes.stop(proxy.process)
        return found

    def write(self, name, kind, messages):
        """The config source of a file with these resources."""
        folder = self.processes.folder / name
        folder.mkdir(exist_ok=True)
        resources = [{**m, "@type": f"type.googleapis.com/{kind}"} for m in messages]
        scratch = self.processes.folder / f"{name}.new"
        scratch.write_text(json.dumps({"resources": resources}))
        os.rename(scratch, folder / f"{name}.json")
        source = {"path": str(folder / f"{name}.json")}
        return {"path_config_source": {**source, "watched_directory": {"path": str(folder)}}}


if __name__ == "__main__":
    unittest.main()
