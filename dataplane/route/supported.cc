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
               "typed_per_filter_config", "internal_only_headers", "metadata"});
  table.Allow("envoy.config.route.v3.VirtualHost",
              {"name", "domains", "routes", "matcher", "require_tls", "request_headers_to_add",
               "request_headers_to_remove", "response_headers_to_add", "response_headers_to_remove",
               "typed_per_filter_config", "include_request_attempt_count",
               "include_attempt_count_in_response", "metadata", "virtual_clusters"});
  table.Allow("envoy.config.route.v3.VirtualCluster", {"name", "headers"});
  // Kept for logs (%METADATA%); typed_filter_metadata is read by nothing that is supported.
  table.AllowTree("envoy.config.core.v3.Metadata");
  // Of tracing, which a connection manager cannot have here.
  table.Allow("envoy.config.route.v3.Decorator", {"operation", "propagate"});
  table.Allow(
      "envoy.config.route.v3.Route",
      {"name", "match", "route", "redirect", "direct_response", "non_forwarding_action", "metadata",
       "decorator", "stat_prefix", "request_headers_to_add", "request_headers_to_remove",
       "response_headers_to_add", "response_headers_to_remove", "typed_per_filter_config"});
  table.Allow("envoy.config.route.v3.FilterConfig", {"config", "is_optional", "disabled"});
}

void DeclareMatches(SupportTable& table) {
  table.Allow("envoy.config.route.v3.RouteMatch",
              {"prefix", "path", "path_separated_prefix", "safe_regex", "path_match_policy",
               "case_sensitive", "runtime_fraction", "headers", "query_parameters", "grpc"});
  table.Allow("envoy.config.route.v3.RouteMatch.GrpcRouteMatchOptions", {});
  table.Allow("envoy.config.core.v3.TypedExtensionConfig", {"name", "typed_config"});
  table.Allow("envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig",
              {"path_template"});
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

void DeclareTrees(SupportTable& table) {
  table.Allow("xds.type.matcher.v3.Matcher", {"matcher_list", "matcher_tree", "on_no_match"});
  table.Allow("xds.type.matcher.v3.Matcher.OnMatch", {"matcher", "action"});
  table.Allow("xds.type.matcher.v3.Matcher.MatcherList", {"matchers"});
  table.Allow("xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher", {"predicate", "on_match"});
  table.Allow("xds.type.matcher.v3.Matcher.MatcherList.Predicate",
              {"single_predicate", "or_matcher", "and_matcher", "not_matcher"});
  table.Allow("xds.type.matcher.v3.Matcher.MatcherList.Predicate.SinglePredicate",
              {"input", "value_match"});
  table.Allow("xds.type.matcher.v3.Matcher.MatcherList.Predicate.PredicateList", {"predicate"});
  table.Allow("xds.type.matcher.v3.Matcher.MatcherTree",
              {"input", "exact_match_map", "prefix_match_map"});
  table.Allow("xds.type.matcher.v3.Matcher.MatcherTree.MatchMap", {"map"});
  table.Allow("xds.type.matcher.v3.StringMatcher",
              {"exact", "prefix", "suffix", "safe_regex", "contains", "ignore_case"});
  table.Allow("xds.type.matcher.v3.RegexMatcher", {"regex", "google_re2"});
  table.Allow("xds.type.matcher.v3.RegexMatcher.GoogleRE2", {});
  table.Allow("xds.core.v3.TypedExtensionConfig", {"name", "typed_config"});
  table.Allow("envoy.type.matcher.v3.HttpRequestHeaderMatchInput", {"header_name"});
  table.Allow("envoy.config.route.v3.RouteList", {"routes"});
}

void DeclareActions(SupportTable& table) {
  table.Allow(
      "envoy.config.route.v3.RouteAction",
      {"cluster", "cluster_header", "weighted_clusters", "cluster_not_found_response_code",
       "prefix_rewrite", "regex_rewrite", "path_rewrite_policy", "host_rewrite_literal",
       "auto_host_rewrite", "host_rewrite_header", "host_rewrite_path_regex",
       "append_x_forwarded_host", "timeout", "idle_timeout", "max_stream_duration", "hash_policy"});
  table.Allow("envoy.config.route.v3.RouteAction.MaxStreamDuration", {"max_stream_duration"});
  table.Allow("envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig",
              {"path_template_rewrite"});
  table.Allow("envoy.config.route.v3.NonForwardingAction", {});
  // total_weight has no effect, as in Envoy.
  table.Allow("envoy.config.route.v3.WeightedCluster",
              {"clusters", "total_weight", "runtime_key_prefix", "header_name"});
  table.Allow("envoy.config.route.v3.WeightedCluster.ClusterWeight",
              {"name", "cluster_header", "weight", "host_rewrite_literal", "request_headers_to_add",
               "request_headers_to_remove", "response_headers_to_add", "response_headers_to_remove",
               "typed_per_filter_config"});
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
  table.Allow("envoy.config.core.v3.DataSource",
              {"filename", "inline_bytes", "inline_string", "environment_variable"});
  table.Allow("envoy.config.core.v3.HeaderValueOption",
              {"header", "append", "append_action", "keep_empty_value"});
  table.Allow("envoy.config.core.v3.HeaderValue", {"key", "value"});
}

}  // namespace

void DeclareSupport(SupportTable& table) {
  DeclareTable(table);
  DeclareMatches(table);
  DeclareTrees(table);
  DeclareActions(table);
}

}  // namespace fairlead::route
