#ifndef FAIRLEAD_DATAPLANE_OBSERVE_PROMETHEUS_TEXT_H_
#define FAIRLEAD_DATAPLANE_OBSERVE_PROMETHEUS_TEXT_H_

// A list of numbers in Prometheus's text format, with Envoy's names and labels, so that dashboards
// made for Envoy work:
//
//     # HELP envoy_cluster_upstream_rq_total cluster.upstream_rq_total
//     # TYPE envoy_cluster_upstream_rq_total counter
//     envoy_cluster_upstream_rq_total{envoy_cluster_name="backend"} 5
//
// HELP and TYPE stand once, before all lines of their family. Thread: any.
// Source: Prometheus exposition format 0.0.4; Envoy's /stats/prometheus.

#include <string>

#include "dataplane/observe/stats_list.h"

namespace fairlead::observe {

// The list is finished.
std::string PrometheusText(const StatsList& list);

}  // namespace fairlead::observe

#endif  // FAIRLEAD_DATAPLANE_OBSERVE_PROMETHEUS_TEXT_H_
