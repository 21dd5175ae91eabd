#include "dataplane/route/supported.h"

namespace fairlead::route {
namespace {

using xds::SupportTable;

void DeclareTable(SupportTable& table) {
  table.Allow("envoy.config.route.v3.RouteConfiguration",
              {"name", "virtual_hosts", "request_headers_to_add", "request_headers_to_remove",
               "response_headers_to_add", "response_headers_to_remove",
               "most_specific_header_mutations_wins", "max_direct_response_body_size_bytes",
               "ignore_port_in_host_matching", "ignore_path_parameters_in_path_matching",
               "typed_per_filter_config"});
  table.Allow("envoy.config.route.v3.VirtualHost",
              {"name", "domains", "routes", "request_headers_to_add", "request_headers_to_remove",
               "response_headers_to_add", "response_headers_to_remove", "typed_per_filter_config"});
  table.Allow("envoy.config.route.v3.Route",
              {"name", "match", "route", "redirect", "direct_response", "request_headers_to_add",
               "request_headers_to_remove", "response_headers_to_add", "response_headers_to_remove",
               "typed_per_filter_config"});
  table.Allow("envoy.config.route.v3.FilterConfig", {"config", "is_optional", "disabled"});
}

void DeclareMatches(SupportTable& table) {
  table.Allow("envoy.config.route.v3.RouteMatch",
              {"prefix", "path", "path_separated_prefix", "safe_regex", "case_sensitive",
               "runtime_fraction", "headers", "query_parameters"});
  // No runtime layer can set the key, so that the default value always holds.
  table.Allow("envoy.config.core.v3.RuntimeFractionalPercent", {"default_value", "runtime_key"});
  table.Allow("envoy.type.v3.FractionalPercent", {"numerator", "denominator"});
  table.Allow("envoy.config.route.v3.HeaderMatcher",
              {"name", "string_match", "present_match", "range_match", "exact_match",
               "safe_regex_match", "prefix_match", "suffix_match", "contains_match", "invert_match",
               "treat_missing_header_as_empty"});
  table.Allow("envoy.type.v3.Int64Range", {"start", "end"});
  table.Allow("envoy.config.route.v3.QueryParameterMatcher",
              {"name", "string_match", "present_match"});
  table.Allow("envoy.type.matcher.v3.StringMatcher",
              {"exact", "prefix", "suffix", "safe_regex", "contains", "ignore_case"});
  // google_re2 names the only engine there is.
  table.Allow("envoy.type.matcher.v3.RegexMatcher", {"regex", "google_re2"});
  table.Allow("envoy.type.matcher.v3.RegexMatcher.GoogleRE2", {});
}

void DeclareActions(SupportTable& table) {
  table.Allow("envoy.config.route.v3.RouteAction",
              {"cluster", "weighted_clusters", "cluster_not_found_response_code", "prefix_rewrite",
               "regex_rewrite", "host_rewrite_literal", "auto_host_rewrite",
               "append_x_forwarded_host", "timeout", "idle_timeout", "hash_policy"});
  table.Allow("envoy.config.route.v3.WeightedCluster", {"clusters"});
  table.Allow("envoy.config.route.v3.WeightedCluster.ClusterWeight",
              {"name", "weight", "request_headers_to_add", "request_headers_to_remove",
               "response_headers_to_add", "response_headers_to_remove"});
  table.Allow("envoy.type.matcher.v3.RegexMatchAndSubstitute", {"pattern", "substitution"});
  table.Allow("envoy.config.route.v3.RouteAction.HashPolicy",
              {"header", "cookie", "connection_properties", "query_parameter", "terminal"});
  table.Allow("envoy.config.route.v3.RouteAction.HashPolicy.Header", {"header_name"});
  table.Allow("envoy.config.route.v3.RouteAction.HashPolicy.Cookie", {"name"});
  table.Allow("envoy.config.route.v3.RouteAction.HashPolicy.ConnectionProperties", {"source_ip"});
  table.Allow("envoy.config.route.v3.RouteAction.HashPolicy.QueryParameter", {"name"});
  table.Allow("envoy.config.route.v3.RedirectAction",
              {"https_redirect", "scheme_redirect", "host_redirect", "port_redirect",
               "path_redirect", "prefix_rewrite", "regex_rewrite", "response_code", "strip_query"});
  table.Allow("envoy.config.route.v3.DirectResponseAction", {"status", "body"});
  table.Allow("envoy.config.core.v3.DataSource", {"filename", "inline_bytes", "inline_string"});
  table.Allow("envoy.config.core.v3.HeaderValueOption",
              {"header", "append", "append_action", "keep_empty_value"});
  table.Allow("envoy.config.core.v3.HeaderValue", {"key", "value"});
}

}  // namespace

void DeclareSupport(SupportTable& table) {
  DeclareTable(table);
  DeclareMatches(table);
  DeclareActions(table);
}

}  // namespace fairlead::route
