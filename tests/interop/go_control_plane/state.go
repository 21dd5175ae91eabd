package main

import (
	"fmt"
	"net"
	"strconv"
	"time"

	cluster "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	endpoint "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	router "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/router/v3"
	hcm "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	"github.com/envoyproxy/go-control-plane/pkg/cache/types"
	"github.com/envoyproxy/go-control-plane/pkg/cache/v3"
	"github.com/envoyproxy/go-control-plane/pkg/resource/v3"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
)

const (
	listenerName = "ingress"
	routesName   = "ingress-routes"
	routerName   = "envoy.filters.http.router"
)

// state is what PUT /snapshot takes: one listener, its routes in order, and EDS clusters.
type state struct {
	Version  string              `json:"version"`
	Listener string              `json:"listener"`
	Routes   []routeState        `json:"routes"`
	Clusters map[string][]string `json:"clusters"`
	// UnknownFilter puts a filter into the listener that no proxy has: it must be rejected.
	UnknownFilter bool `json:"unknown_filter"`
}

type routeState struct {
	Prefix  string `json:"prefix"`
	Cluster string `json:"cluster"`
}

func (s state) snapshot() (*cache.Snapshot, error) {
	var clusters, endpoints []types.Resource
	for name, addresses := range s.Clusters {
		assignment, err := newEndpoints(name, addresses)
		if err != nil {
			return nil, err
		}
		clusters = append(clusters, newCluster(name))
		endpoints = append(endpoints, assignment)
	}
	ingress, err := s.newListener()
	if err != nil {
		return nil, err
	}
	snapshot, err := cache.NewSnapshot(s.Version, map[resource.Type][]types.Resource{
		resource.ClusterType:  clusters,
		resource.EndpointType: endpoints,
		resource.ListenerType: {ingress},
		resource.RouteType:    {s.newRoutes()},
	})
	if err != nil {
		return nil, err
	}
	return snapshot, snapshot.Consistent()
}

func adsSource() *core.ConfigSource {
	return &core.ConfigSource{
		ResourceApiVersion:    core.ApiVersion_V3,
		ConfigSourceSpecifier: &core.ConfigSource_Ads{Ads: &core.AggregatedConfigSource{}},
	}
}

func socketAddress(text string) (*core.Address, error) {
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return nil, err
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", text, err)
	}
	return &core.Address{Address: &core.Address_SocketAddress{SocketAddress: &core.SocketAddress{
		Address:       host,
		PortSpecifier: &core.SocketAddress_PortValue{PortValue: uint32(number)},
	}}}, nil
}

func newCluster(name string) *cluster.Cluster {
	return &cluster.Cluster{
		Name:                 name,
		ConnectTimeout:       durationpb.New(time.Second),
		ClusterDiscoveryType: &cluster.Cluster_Type{Type: cluster.Cluster_EDS},
		EdsClusterConfig:     &cluster.Cluster_EdsClusterConfig{EdsConfig: adsSource()},
	}
}

func newEndpoints(name string, addresses []string) (*endpoint.ClusterLoadAssignment, error) {
	locality := &endpoint.LocalityLbEndpoints{}
	for _, text := range addresses {
		address, err := socketAddress(text)
		if err != nil {
			return nil, err
		}
		locality.LbEndpoints = append(locality.LbEndpoints, &endpoint.LbEndpoint{
			HostIdentifier: &endpoint.LbEndpoint_Endpoint{Endpoint: &endpoint.Endpoint{Address: address}},
		})
	}
	return &endpoint.ClusterLoadAssignment{
		ClusterName: name, Endpoints: []*endpoint.LocalityLbEndpoints{locality},
	}, nil
}

func (s state) newRoutes() *route.RouteConfiguration {
	host := &route.VirtualHost{Name: "all", Domains: []string{"*"}}
	for _, r := range s.Routes {
		host.Routes = append(host.Routes, &route.Route{
			Match: &route.RouteMatch{PathSpecifier: &route.RouteMatch_Prefix{Prefix: r.Prefix}},
			Action: &route.Route_Route{Route: &route.RouteAction{
				ClusterSpecifier: &route.RouteAction_Cluster{Cluster: r.Cluster},
			}},
		})
	}
	return &route.RouteConfiguration{Name: routesName, VirtualHosts: []*route.VirtualHost{host}}
}

func (s state) newListener() (*listener.Listener, error) {
	address, err := socketAddress(s.Listener)
	if err != nil {
		return nil, err
	}
	routerConfig, err := anypb.New(&router.Router{})
	if err != nil {
		return nil, err
	}
	filters := []*hcm.HttpFilter{{
		Name: routerName, ConfigType: &hcm.HttpFilter_TypedConfig{TypedConfig: routerConfig},
	}}
	if s.UnknownFilter {
		filters = append([]*hcm.HttpFilter{{
			Name: "no.such.filter", ConfigType: &hcm.HttpFilter_TypedConfig{TypedConfig: &anypb.Any{
				TypeUrl: "type.googleapis.com/no.such.Filter",
			}},
		}}, filters...)
	}
	manager, err := anypb.New(&hcm.HttpConnectionManager{
		StatPrefix: listenerName,
		RouteSpecifier: &hcm.HttpConnectionManager_Rds{Rds: &hcm.Rds{
			ConfigSource: adsSource(), RouteConfigName: routesName,
		}},
		HttpFilters: filters,
	})
	if err != nil {
		return nil, err
	}
	return &listener.Listener{
		Name:    listenerName,
		Address: address,
		FilterChains: []*listener.FilterChain{{Filters: []*listener.Filter{{
			Name:       "envoy.filters.network.http_connection_manager",
			ConfigType: &listener.Filter_TypedConfig{TypedConfig: manager},
		}}}},
	}, nil
}
