#include "dataplane/filters/router/router.h"

#include <charconv>

#include "dataplane/filters/router/replies.h"
#include "dataplane/route/header_edits.h"
#include "dataplane/route/request_field.h"
#include "dataplane/route/rewrite.h"
#include "dataplane/route/virtual_clusters.h"

namespace fairlead::filters {
namespace {

using codec::HeaderId;

void AddNumber(codec::HeaderMap& headers, HeaderId id, int64_t number) {
  char text[24];
  const auto [end, error] = std::to_chars(text, text + sizeof(text), number);
  headers.Set(id, std::string_view(text, static_cast<size_t>(end - text)));
}

// A direct response that is a redirect by its status, or says that something was made, names the
// request's own URL, as Envoy's do.
void AddOwnLocation(Stream& stream, uint16_t status) {
  if (status != 201 && (status < 300 || status >= 400)) return;
  stream.response.headers.Add(HeaderId::kLocation,
                              route::RedirectLocation({}, *stream.route, stream.request));
}

void ReplyRedirect(Stream& stream, const route::Redirect& redirect) {
  const std::string location = route::RedirectLocation(redirect, *stream.route, stream.request);
  if (location.empty()) {
    return stream.Reply({414, "", "redirect_too_long", 0});
  }
  stream.Reply({redirect.status, "", "direct_response", 0});
  stream.response.headers.Add(HeaderId::kLocation, location);
}

// The cluster of the route's choice; null when there is no such cluster.
cluster::WorkerCluster* FindCluster(const cluster::ClusterTable& clusters,
                                    const route::WeightedCluster& target,
                                    const codec::RequestHead& request) {
  if (target.slot != nullptr) return clusters.Get(target.slot->index);
  std::string text;
  const auto names = route::RequestField(target.extras->name_header).FindAll(request, text);
  return names.empty() ? nullptr : clusters.Find(names[0]);
}

// Where the request is counted beside its cluster.
void NoteScopes(const route::Route& route, Stream& stream) {
  if (route.extras != nullptr && route.extras->stats != nullptr) {
    stream.calls[0] = &route.extras->stats->Of(stream.worker);
  }
  if (route.host == nullptr || route.host->virtual_clusters == nullptr) return;
  const route::VirtualClusters::Entry& kind = route.host->virtual_clusters->Match(stream.request);
  stream.info.virtual_cluster = kind.name;
  if (kind.stats != nullptr) stream.calls[1] = &kind.stats->Of(stream.worker);
}

}  // namespace

event::Task<void> Router::Handle(Stream& stream, UpstreamCall& call,
                                 const cluster::ClusterTable& clusters) const {
  if (stream.route == nullptr) co_return stream.Reply(kRouteNotFound);
  const route::Route& route = *stream.route;
  if (const auto* redirect = std::get_if<route::Redirect>(&route.action)) {
    ReplyRedirect(stream, *redirect);
    stream.ApplyResponseEdits();
    co_return;
  }
  if (const auto* direct = std::get_if<route::DirectResponse>(&route.action)) {
    stream.Reply({direct->status, direct->body, "direct_response", 0});
    AddOwnLocation(stream, direct->status);
    stream.ApplyResponseEdits();
    co_return;
  }
  if (std::holds_alternative<route::NoForwarding>(route.action)) {
    co_return stream.Reply(kNoForwarding);
  }
  const auto& forward = std::get<route::Forward>(route.action);
  if (stream.target == nullptr) stream.PickTarget();
  const route::WeightedCluster& target = *stream.target;
  NoteScopes(route, stream);
  cluster::WorkerCluster* cluster = FindCluster(clusters, target, stream.request);
  if (cluster == nullptr) {
    co_return stream.Reply(
        {forward.cluster_not_found_status, "", "cluster_not_found", observe::kNoClusterFound});
  }
  if (cluster->config().http2) co_return stream.Reply(kHttp2Upstream);
  stream.info.upstream_cluster = cluster->name();
  stream.info.upstream_attempts = 1;
  if (!PrepareRequest(stream, forward, target)) co_return;
  co_await call.Run(stream, base::IntrusivePtr<cluster::WorkerCluster>(cluster), forward,
                    Traces(forward));
  FinishResponse(stream);
}

HostTraces Router::Traces(const route::Forward& forward) const {
  return {.forwarded_host = forward.append_x_forwarded_host,
          .original_host = !config_.suppress_envoy_headers};
}

bool Router::PrepareRequest(Stream& stream, const route::Forward& forward,
                            const route::WeightedCluster& target) const {
  codec::RequestHead& request = stream.request;
  if (forward.timeout.count() > 0 && !config_.suppress_envoy_headers) {
    AddNumber(request.headers, HeaderId::kXEnvoyExpectedRqTimeoutMs, forward.timeout.count());
  }
  if (stream.route->sends_attempt_count) request.headers.Set(HeaderId::kXEnvoyAttemptCount, "1");
  if (!target.request_edits.empty()) {
    route::ApplyEdits(target.request_edits, stream.log_entry(), request.headers);
  }
  if (target.extras != nullptr && !target.extras->host_rewrite.empty()) {
    request.authority = target.extras->host_rewrite;
  }
  if (!stream.route->request_edits.empty()) {
    route::ApplyEdits(stream.route->request_edits, stream.log_entry(), request.headers);
  }
  if (forward.host_rewrite != nullptr) {
    const std::string_view host =
        route::RewrittenHost(*forward.host_rewrite, request, request.headers);
    if (!host.empty()) ReplaceHost(request, host, Traces(forward));
  }
  if (forward.rewrite != nullptr) {
    const std::string_view path =
        route::RewrittenPath(forward, *stream.route, request.path, request.headers);
    if (path.data() == nullptr) {
      stream.Reply({414, "", "rewritten_path_too_long", 0});
      return false;
    }
    if (!config_.suppress_envoy_headers) {
      request.headers.Set(HeaderId::kXEnvoyOriginalPath, request.path);
    }
    request.path = path;
  }
  return true;
}

void Router::FinishResponse(Stream& stream) const {
  if (stream.route->returns_attempt_count) {
    AddNumber(stream.response.headers, HeaderId::kXEnvoyAttemptCount, 1);
  }
  if (stream.is_local_reply) return;
  // Values of headers may have it.
  stream.info.response_code = stream.response.status;
  if (!config_.suppress_envoy_headers) {
    const auto took = stream.info.upstream_first_byte - stream.info.start;
    AddNumber(stream.response.headers, HeaderId::kXEnvoyUpstreamServiceTime,
              std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
  }
  stream.ApplyResponseEdits();
}

}  // namespace fairlead::filters
