#include <chrono>

#include "dataplane/xds/pipeline_test_support.h"
#include "gmock/gmock.h"

namespace fairlead::xds {
namespace {

using envoy::config::listener::v3::Listener;
using envoy::config::route::v3::RouteConfiguration;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::string Inline(const std::string& text, const std::string& more = "") {
  return StrCat("route_config: {virtual_hosts: [{name: ", text, ", domains: ['*']", more, "}]}");
}

class ListenersTest : public PipelineTest {
 protected:
  ListenersTest() { StartEmpty(); }
};

TEST_F(ListenersTest, InlineRoutesComeBeforeTheirListener) {
  EXPECT_THAT(SendListeners({ListenerWith("l", "1", Inline("r1"))}), IsEmpty());
  EXPECT_THAT(sink.Take(), ElementsAre("routes listener/l/#0 r1", "listener l 1"));
}

TEST_F(ListenersTest, ChangeOfInlineRoutesLeavesTheListenerAlone) {
  SendListeners({ListenerWith("l", "1", Inline("r1"))});
  sink.Take();
  SendListeners({ListenerWith("l", "1", Inline("r2"))});
  EXPECT_THAT(sink.Take(), ElementsAre("routes listener/l/#0 r2"));
  EXPECT_EQ(compiler.previous_routes, "r1");
  EXPECT_EQ(compiler.listeners, 1);
  // And the other way round: the table is not compiled again for the listener's sake.
  SendListeners({ListenerWith("l", "2", Inline("r2"))});
  EXPECT_THAT(sink.Take(), ElementsAre("listener l 2"));
  EXPECT_EQ(compiler.route_tables, 2);
}

TEST_F(ListenersTest, InlineRouteNamesFollowTheRule) {
  EXPECT_EQ(InlineRouteName("l", "chain", 3), "listener/l/chain");
  EXPECT_EQ(InlineRouteName("l", "", 3), "listener/l/#3");
  EXPECT_EQ(InlineRouteName("l", "chain", -1), "listener/l/default");
  Listener listener = ListenerWith("l", "1", Inline("a"));
  listener.add_filter_chains()->CopyFrom(listener.filter_chains(0));
  listener.mutable_filter_chains(1)->set_name("named");
  listener.mutable_default_filter_chain()->CopyFrom(listener.filter_chains(0));
  SendListeners({listener});
  EXPECT_THAT(sink.Take(),
              UnorderedElementsAre("routes listener/l/#0 a", "routes listener/l/named a",
                                   "routes listener/l/default a", "listener l 1"));
  listener.mutable_filter_chains(0)->set_name("named");
  const auto errors = SendListeners({listener});
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_THAT(errors[0].message,
              HasSubstr("listener 'l': filter_chains[1]: filters[0].typed_config("
                        "HttpConnectionManager): is a second route_config for 'listener/l/named'"));
}

Listener OnPort(Listener listener, uint32_t port) {
  listener.mutable_address()->mutable_socket_address()->set_port_value(port);
  return listener;
}

TEST_F(ListenersTest, AnAddressHasOneListener) {
  const Listener l = OnPort(ListenerWith("l", "1", Inline("r")), 80);
  const Listener m = OnPort(ListenerWith("m", "1", Inline("r")), 80);
  const auto errors = SendListeners({l, m});
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].message,
            "listener 'm': address: 127.0.0.1:80 is the address of listener 'l' already");
  EXPECT_THAT(sink.Take(), ElementsAre("routes listener/l/#0 r", "listener l 1"));
  EXPECT_THAT(SendListeners({l, OnPort(m, 81)}), IsEmpty());
  // One that only warms has its address too.
  EXPECT_THAT(SendListeners({l, m, OnPort(RdsListener("n", "1", "late"), 82)}).size(), 1u);
  EXPECT_EQ(SendListeners({l, OnPort(m, 82)}).size(), 0u);  // Without n, the address is free.
}

TEST_F(ListenersTest, AnAddressMayGoToAListenerThatTakesTheOthersPlace) {
  SendListeners({OnPort(ListenerWith("l", "1", Inline("r")), 80)});
  sink.Take();
  EXPECT_THAT(SendListeners({OnPort(ListenerWith("m", "1", Inline("r")), 80)}), IsEmpty());
  EXPECT_THAT(sink.Take(), ElementsAre("routes listener/m/#0 r", "listener m 1", "-listener l",
                                       "-routes listener/l/#0"));
}

TEST_F(ListenersTest, DroppedInlineRoutesAreRemovedAfterTheListener) {
  SendListeners({ListenerWith("l", "1", Inline("r1"))});
  SendListeners({RdsListener("l", "2", "edge")});
  sink.Take();
  SendRoutes({RouteConfig("edge", "e")});
  EXPECT_THAT(sink.Take(), ElementsAre("routes edge e", "listener l 2", "-routes listener/l/#0"));
}

TEST_F(ListenersTest, ListenerWarmsUntilItsRoutesAreKnown) {
  SendListeners({RdsListener("l", "1", "edge")});
  EXPECT_THAT(sink.Take(), IsEmpty());
  EXPECT_EQ(sources.ads.Wanted(ResourceType::kRoute), "edge");
  SendRoutes({RouteConfig("edge", "e1"), RouteConfig("unasked", "x")});
  EXPECT_THAT(sink.Take(), ElementsAre("routes edge e1", "listener l 1"));
  // What is known suffices for another listener, and for an update of this one.
  SendListeners({RdsListener("l", "2", "edge"), RdsListener("m", "1", "edge")});
  EXPECT_THAT(sink.Take(), ElementsAre("listener l 2", "listener m 1"));
}

TEST_F(ListenersTest, RouteUpdateTouchesNothingElse) {
  SendListeners({RdsListener("l", "1", "a"), RdsListener("m", "1", "b")});
  SendRoutes({RouteConfig("a", "1"), RouteConfig("b", "1")});
  sink.Take();
  SendRoutes({RouteConfig("a", "2"), RouteConfig("b", "1")});
  EXPECT_THAT(sink.Take(), ElementsAre("routes a 2"));
  EXPECT_EQ(compiler.previous_routes, "1");
  EXPECT_EQ(compiler.route_tables, 3);
  EXPECT_EQ(compiler.listeners, 2);
}

TEST_F(ListenersTest, RefusedRoutesKeepTheOldOnes) {
  SendListeners({RdsListener("l", "1", "a")});
  SendRoutes({RouteConfig("a", "1")});
  sink.Take();
  const auto errors = SendRoutes({RouteConfig("a", "bad")});
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].message, "route configuration 'a': virtual_hosts[0].name: is 'bad'");
  EXPECT_THAT(sink.Take(), IsEmpty());
}

TEST_F(ListenersTest, NewListenerStartsWithoutRoutesThatAreRefusedOrLate) {
  SendListeners(
      {RdsListener("l", "1", "a"), RdsListener("m", "1", "b"), RdsListener("n", "1", "c")});
  SendRoutes({RouteConfig("a", "bad")});
  EXPECT_THAT(sink.Take(), ElementsAre("listener l 1"));
  Send<RouteConfiguration>(ResourceType::kRoute, {}, {"c"}, /*is_delta=*/true);
  EXPECT_THAT(sink.Take(), ElementsAre("listener n 1"));
  Advance(seconds(16));
  EXPECT_THAT(sink.Take(), ElementsAre("listener m 1"));
  EXPECT_EQ(Counters(ResourceType::kRoute).init_fetch_timeout, 1u);
  SendRoutes({RouteConfig("b", "1")});
  EXPECT_THAT(sink.Take(), ElementsAre("routes b 1"));
}

TEST_F(ListenersTest, UpdateWhoseRoutesDoNotComeLeavesTheOldListenerServing) {
  SendListeners({RdsListener("l", "1", "a")});
  SendRoutes({RouteConfig("a", "1")});
  SendListeners({RdsListener("l", "2", "b")});
  EXPECT_EQ(sources.ads.Wanted(ResourceType::kRoute), "a,b");
  sink.Take();
  SendRoutes({RouteConfig("b", "bad")});
  Advance(seconds(20));
  EXPECT_THAT(sink.Take(), IsEmpty());
  SendRoutes({RouteConfig("b", "1")});
  EXPECT_THAT(sink.Take(), ElementsAre("routes b 1", "listener l 2", "-routes a"));
  EXPECT_EQ(sources.ads.Wanted(ResourceType::kRoute), "b");
}

TEST_F(ListenersTest, RefusedListenerKeepsTheOldOne) {
  SendListeners({ListenerWith("l", "1", Inline("r1"))});
  sink.Take();
  EXPECT_EQ(SendListeners({ListenerWith("l", "bad", Inline("r2"))}).size(), 1u);
  // Neither its routes nor the listener: a bad change changes nothing.
  EXPECT_THAT(sink.Take(), IsEmpty());
  EXPECT_EQ(SendListeners({ListenerWith("l", "2", Inline("bad"))}).size(), 1u);
  EXPECT_THAT(sink.Take(), IsEmpty());
}

TEST_F(ListenersTest, RemovalTakesListenerThenRoutes) {
  SendListeners({ListenerWith("l", "1", Inline("r")), RdsListener("m", "1", "a")});
  SendRoutes({RouteConfig("a", "1")});
  sink.Take();
  SendListeners({});
  EXPECT_THAT(sink.Take(), UnorderedElementsAre("-listener l", "-routes listener/l/#0",
                                                "-listener m", "-routes a"));
  EXPECT_EQ(sources.ads.Wanted(ResourceType::kRoute), "");
}

TEST_F(ListenersTest, RoutesThatAreTakenAwayStayWhileReferredTo) {
  SendListeners({RdsListener("l", "1", "a")});
  SendRoutes({RouteConfig("a", "1")});
  sink.Take();
  Send<RouteConfiguration>(ResourceType::kRoute, {}, {"a"}, /*is_delta=*/true);
  EXPECT_THAT(sink.Take(), IsEmpty());
}

TEST_F(ListenersTest, InlineRoutesToUnknownClustersAreRefused) {
  const std::string routes = ", routes: [{match: {prefix: /}, route: {cluster: c}}]";
  auto errors = SendListeners({ListenerWith("l", "1", Inline("r", routes))});
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(
      errors[0].message,
      "listener 'l': route_config: virtual_hosts[0].routes[0].route.cluster: is 'c', which is "
      "no known cluster (validate_clusters: false allows it)");
  SendClusters({Eds("c", "1")});  // Warming is known.
  EXPECT_THAT(SendListeners({ListenerWith("l", "1", Inline("r", routes))}), IsEmpty());
}

TEST_F(ListenersTest, RdsChecksClustersOnlyWhenTold) {
  SendListeners({RdsListener("l", "1", "a")});
  RouteConfiguration routes = RouteConfig("a", "1");
  auto* route = routes.mutable_virtual_hosts(0)->add_routes();
  route->mutable_match()->set_prefix("/");
  route->mutable_route()->mutable_weighted_clusters()->add_clusters()->set_name("c");
  EXPECT_THAT(SendRoutes({routes}), IsEmpty());
  routes.mutable_validate_clusters()->set_value(true);
  const auto errors = SendRoutes({routes});
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_THAT(errors[0].message, HasSubstr("route.weighted_clusters.clusters[0].name: is 'c'"));
}

// Only virtual hosts with new bytes are checked; a fault in one has its place in the whole.
TEST_F(ListenersTest, FaultInANewVirtualHostIsNamedByItsPlaceInTheWhole) {
  SendListeners({RdsListener("l", "1", "a")});
  RouteConfiguration routes = RouteConfig("a", "v0");
  for (int i = 1; i < 5; ++i) {
    auto* host = routes.add_virtual_hosts();
    host->set_name(StrCat("v", i));
    host->add_domains(StrCat("h", i));
  }
  EXPECT_THAT(SendRoutes({routes}), IsEmpty());
  routes.mutable_virtual_hosts(3)->clear_domains();
  const auto errors = SendRoutes({routes});
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(
      errors[0].message,
      "route configuration 'a': virtual_hosts[3].domains: has 0 elements, allowed is at least "
      "1");
  // Refused, it is not taken for good the next time.
  EXPECT_EQ(SendRoutes({routes}).size(), 1u);
  routes.mutable_virtual_hosts(3)->add_domains("again");
  EXPECT_THAT(SendRoutes({routes}), IsEmpty());
}

TEST_F(ListenersTest, OneRouteConfigurationHasOneSource) {
  SendListeners({RdsListener("l", "1", "a")});
  const auto errors = Send(
      ResourceType::kListener,
      std::vector{ListenerWith("m", "1",
                               "rds: {route_config_name: a, config_source: {path_config_source: "
                               "{path: f.yaml}}}")},
      {}, /*is_delta=*/true);
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_THAT(errors[0].message, HasSubstr("'a' is subscribed to from another config source"));
}

TEST_F(ListenersTest, OneChangedRouteConfigurationOfTenThousandIsCompiledAlone) {
  std::vector<Listener> listeners;
  std::vector<RouteConfiguration> routes;
  for (int i = 0; i < 10000; ++i) {
    if (i < 100) listeners.push_back(RdsListener(StrCat("l", i), "1", StrCat("r", i)));
    routes.push_back(RouteConfig(StrCat("r", i), "1"));
  }
  SendListeners(listeners);
  SendRoutes(routes);
  EXPECT_EQ(compiler.route_tables, 100);  // The others are not referred to.
  sink.Take();
  routes[50].mutable_virtual_hosts(0)->set_name("2");
  SendRoutes(routes);
  EXPECT_EQ(compiler.route_tables, 101);
  EXPECT_THAT(sink.Take(), ElementsAre("routes r50 2"));
}

}  // namespace
}  // namespace fairlead::xds
