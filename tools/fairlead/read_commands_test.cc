// get, history, show, proxies, watch, bootstrap: what is printed.

#include "tools/fairlead/command_line_fixture.h"

namespace fairlead::cli {
namespace {

constexpr char kService[] = R"(
  resource { service { name: "shop" endpoints { address: "10.0.0.7" port: 8080 } } }
  etag: "e7" revision: 3)";

constexpr char kRevision[] = R"(
  number: 7 time { seconds: 1699999820 } author: "ada" reason: "shop v2"
  diffs { key { kind: "Service" name: "shop" } operation: CREATED text: "+kind: Service\n" })";

class ReadCommandsTest : public CommandLineFixture {
 protected:
  ReadCommandsTest() {
    Parse(kService, server_.stored);
    Parse(std::string("revision: 7 resources {") + kService + R"(}
              resources { resource { listener { name: "web" port: 80 } } etag: "e1" revision: 1 })",
          server_.list);
    Parse(kRevision, server_.revision);
    Parse(std::string("revisions {") + kRevision + "}", server_.revisions);
    Parse(R"(revision: 7
             proxies { node_id: "edge-1" cluster: "fairlead" address: "10.0.0.1:4711"
                       connected_since { seconds: 1699999940 } user_agent: "envoy 1.36"
                       revision_acknowledged: 7 }
             proxies { node_id: "edge-2" revision_acknowledged: 6
                       types { type_url: "type.googleapis.com/envoy.config.cluster.v3.Cluster"
                               last_nack: "cluster 'x':\n\033[2J bad" nacks: 2 } })",
          server_.proxies);
  }
};

TEST_F(ReadCommandsTest, GetListsAsATable) {
  ASSERT_EQ(Run({"get"}), 0) << err();
  EXPECT_EQ(server_.list_request.kind(), "");
  EXPECT_EQ(out(),
            "KIND      NAME  REVISION  SUMMARY\n"
            "Service   shop  3         1 endpoint, ROUND_ROBIN\n"
            "Listener  web   1         0.0.0.0:80\n");
}

TEST_F(ReadCommandsTest, GetListIsCutToTheTerminal) {
  columns_ = 40;
  ASSERT_EQ(Run({"get"}), 0) << err();
  EXPECT_EQ(out(),
            "KIND      NAME  REVISION  SUMMARY\n"
            "Service   shop  3         1 endpoint, R…\n"
            "Listener  web   1         0.0.0.0:80\n");
}

TEST_F(ReadCommandsTest, GetAcceptsKindsAsPeopleWriteThem) {
  for (const char* kind : {"policy", "policies", "Policy", "POL"}) {
    ASSERT_EQ(Run({"get", kind}), 0) << err();
    EXPECT_EQ(server_.list_request.kind(), "Policy");
  }
}

TEST_F(ReadCommandsTest, GetOnePrintsYamlThatCanBeApplied) {
  ASSERT_EQ(Run({"get", "service", "shop"}), 0) << err();
  EXPECT_EQ(server_.get.key().kind(), "Service");
  EXPECT_EQ(out(),
            "# revision 3, etag e7\n"
            "kind: Service\n"
            "name: shop\n"
            "endpoints:\n"
            "- address: 10.0.0.7\n"
            "  port: 8080\n");
}

TEST_F(ReadCommandsTest, GetOneAsJsonHasEtagAndRevision) {
  ASSERT_EQ(Run({"get", "service", "shop", "-o", "json"}), 0) << err();
  EXPECT_EQ(out(), R"({
  "resource": {
    "kind": "Service",
    "name": "shop",
    "endpoints": [
      {
        "address": "10.0.0.7",
        "port": 8080
      }
    ]
  },
  "etag": "e7",
  "revision": 3
}
)");
}

TEST_F(ReadCommandsTest, GetListAsYamlIsAStreamOfDocuments) {
  ASSERT_EQ(Run({"get", "-o", "yaml"}), 0) << err();
  EXPECT_EQ(out(),
            "---\n# revision 3, etag e7\nkind: Service\nname: shop\nendpoints:\n"
            "- address: 10.0.0.7\n  port: 8080\n"
            "---\n# revision 1, etag e1\nkind: Listener\nname: web\nport: 80\n");
}

TEST_F(ReadCommandsTest, GetOfNothingSaysWhatToDo) {
  server_.list.clear_resources();
  ASSERT_EQ(Run({"get"}), 0);
  EXPECT_EQ(out(), "nothing is stored; fairlead apply -f FILE adds resources\n");
}

TEST_F(ReadCommandsTest, HistoryHasRelativeTimes) {
  ASSERT_EQ(Run({"history", "--limit", "5", "--before", "9"}), 0) << err();
  EXPECT_EQ(server_.revisions_request.limit(), 5);
  EXPECT_EQ(server_.revisions_request.before(), 9);
  EXPECT_EQ(out(),
            "REVISION  AGE     AUTHOR  CHANGES    REASON\n"
            "7         3m ago  ada     1 created  shop v2\n");
}

TEST_F(ReadCommandsTest, HistoryForScriptsHasTimestamps) {
  ASSERT_EQ(Run({"history", "-o", "yaml"}), 0) << err();
  EXPECT_EQ(out(),
            "revisions:\n"
            "- revision: 7\n"
            "  time: \"2023-11-14T22:10:20Z\"\n"
            "  author: ada\n"
            "  reason: \"shop v2\"\n"
            "  changes:\n"
            "  - kind: Service\n"
            "    name: shop\n"
            "    operation: created\n");
}

TEST_F(ReadCommandsTest, ShowPrintsWhoWhenWhyAndWhat) {
  ASSERT_EQ(Run({"show", "7"}), 0) << err();
  EXPECT_EQ(server_.revision_request.number(), 7);
  EXPECT_EQ(out(),
            "revision 7\n"
            "time:    2023-11-14T22:10:20Z (3m ago)\n"
            "author:  ada\n"
            "reason:  shop v2\n"
            "changes: 1 created\n"
            "\n"
            "created Service/shop\n"
            "+kind: Service\n");
}

TEST_F(ReadCommandsTest, ShowResourcesPrintsTheWholeState) {
  Parse(std::string("resources {") + kService + "}", server_.revision);
  ASSERT_EQ(Run({"show", "7", "--resources"}), 0) << err();
  EXPECT_TRUE(out().starts_with("---\nkind: Service\nname: shop\n")) << out();
}

TEST_F(ReadCommandsTest, ProxiesShowRejectionsWithoutTheirEscapes) {
  ASSERT_EQ(Run({"proxies"}), 0) << err();
  EXPECT_EQ(
      out(),
      "NODE    CLUSTER   ADDRESS        AGENT       CONNECTED  REVISION  RESOURCES  STATE\n"
      "edge-1  fairlead  10.0.0.1:4711  envoy 1.36  1m ago     7/7       -          in sync\n"
      "edge-2                                       never      6/7       -          rejected\n"
      "rejected by edge-2, Cluster: cluster 'x': ?[2J bad\n");
}

TEST_F(ReadCommandsTest, ProxiesShowWhatIsNotLive) {
  Parse(R"(revision: 7
           proxies { node_id: "edge-1" revision_acknowledged: 7 resources {
             counts { type_url: "a.b.Cluster" accepted: 3 live: 2 rejected: 1 }
             counts { type_url: "a.b.Listener" accepted: 1 live: 1 }
             not_live { type_url: "a.b.Cluster" name: "new" version: "v1" }
             not_live { type_url: "a.b.Cluster" name: "old" version: "v1" is_live: true
                        live_since { seconds: 1699999940 } rejected_version: "v2"
                        error: "no\n" } } }
           proxies { node_id: "edge-2" })",
        server_.proxies);
  ASSERT_EQ(Run({"proxies"}), 0) << err();
  EXPECT_NE(out().find("  3 live, 1 waiting, 1 rejected  in sync\n"), std::string::npos) << out();
  EXPECT_EQ(out().find("NAME"), std::string::npos) << out();
  ASSERT_EQ(Run({"proxies", "edge-1"}), 0) << err();
  EXPECT_NE(out().find("\n\n"
                       "NODE    TYPE     NAME  STATE     VERSION  SERVING          ERROR\n"
                       "edge-1  Cluster  new   waiting   v1       nothing\n"
                       "edge-1  Cluster  old   rejected  v2       v1 since 1m ago  no"),
            std::string::npos)
      << out();
  EXPECT_EQ(out().find("edge-2"), std::string::npos) << out();
  ASSERT_EQ(Run({"proxies", "--wide"}), 0) << err();
  EXPECT_NE(out().find("nothing"), std::string::npos) << out();
  ASSERT_EQ(Run({"proxies", "-o", "json", "edge-1"}), 0) << err();
  EXPECT_NE(out().find(R"("rejectedVersion": "v2")"), std::string::npos) << out();
  EXPECT_NE(Run({"proxies", "edge-3"}), 0);
  EXPECT_NE(err().find("'edge-3'"), std::string::npos) << err();
}

TEST_F(ReadCommandsTest, ProxiesForScripts) {
  ASSERT_EQ(Run({"proxies", "-o", "json"}), 0) << err();
  EXPECT_NE(out().find(R"("revisionAcknowledged": 6,)"), std::string::npos) << out();
  EXPECT_NE(out().find(R"("connectedSince": "2023-11-14T22:12:20Z")"), std::string::npos) << out();
}

TEST_F(ReadCommandsTest, WatchPrintsEventsUntilTheStreamEnds) {
  server_.events.resize(3);
  Parse(kService, *server_.events[0].mutable_present());
  server_.events[1].set_synced(true);
  Parse(kRevision, *server_.events[2].mutable_changed()->mutable_revision());
  ASSERT_EQ(Run({"watch", "services"}), 0) << err();
  EXPECT_EQ(server_.watch.kind(), "Service");
  EXPECT_EQ(out(),
            "present  Service/shop  1 endpoint, ROUND_ROBIN\n"
            "-- that is all there is; changes follow --\n"
            "revision 7 by ada (shop v2): 1 created\n"
            "  created  Service/shop\n");
  ASSERT_EQ(Run({"watch", "-o", "json"}), 0) << err();
  EXPECT_EQ(
      out(),
      R"({"event":"present","resource":{"kind":"Service","name":"shop",)"
      R"("endpoints":[{"address":"10.0.0.7","port":8080}]},"etag":"e7","revision":3})"
      "\n"
      R"({"event":"synced"})"
      "\n"
      R"({"event":"changed","revision":7,"time":"2023-11-14T22:10:20Z","author":"ada",)"
      R"("reason":"shop v2","changes":[{"kind":"Service","name":"shop","operation":"created"}]})"
      "\n");
}

TEST_F(ReadCommandsTest, WatchWithATimeoutEndsWell) {
  server_.hangs = true;
  EXPECT_EQ(Run({"watch", "--timeout", "50ms"}), 0) << err();
}

TEST_F(ReadCommandsTest, BootstrapIsWhatAProxyReads) {
  ASSERT_EQ(RunBare({"bootstrap", "--xds-address", "[::1]:18000", "--node-id", "edge 1"}), 0)
      << err();
  EXPECT_EQ(out(), R"(node:
  id: "edge 1"
  cluster: fairlead
admin:
  address:
    socket_address:
      address: 127.0.0.1
      port_value: 0
dynamic_resources:
  ads_config:
    api_type: DELTA_GRPC
    transport_api_version: V3
    grpc_services:
    - envoy_grpc:
        cluster_name: fairlead_control
  cds_config:
    resource_api_version: V3
    ads: {}
  lds_config:
    resource_api_version: V3
    ads: {}
static_resources:
  clusters:
  - name: fairlead_control
    type: STATIC
    connect_timeout: 5s
    typed_extension_protocol_options:
      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
        explicit_http_config:
          http2_protocol_options: {}
    load_assignment:
      cluster_name: fairlead_control
      endpoints:
      - lb_endpoints:
        - endpoint:
            address:
              socket_address:
                address: "::1"
                port_value: 18000
)");
  EXPECT_EQ(RunBare({"bootstrap", "--with-token"}), 2);
  variables_["FAIRLEAD_TOKEN"] = "s3cret";
  ASSERT_EQ(RunBare({"bootstrap"}), 0);
  EXPECT_EQ(out().find("s3cret"), std::string::npos);
  ASSERT_EQ(RunBare({"bootstrap", "--with-token"}), 0);
  EXPECT_NE(out().find("        cluster_name: fairlead_control\n"
                       "      initial_metadata:\n"
                       "      - key: authorization\n"
                       "        value: \"Bearer s3cret\"\n"),
            std::string::npos)
      << out();
  ASSERT_EQ(RunBare({"bootstrap", "--xds-address", "control.local:1"}), 0);
  EXPECT_NE(out().find("type: STRICT_DNS\n"), std::string::npos);
  EXPECT_EQ(RunBare({"bootstrap", "--xds-address", "nowhere"}), 2);
}

}  // namespace
}  // namespace fairlead::cli
