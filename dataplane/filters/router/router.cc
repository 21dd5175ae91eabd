#include "dataplane/filters/router/router.h"

#include <charconv>

#include "dataplane/filters/router/replies.h"
#include "dataplane/route/header_edits.h"
#include "dataplane/route/rewrite.h"
#include "dataplane/route/weighted_choice.h"

namespace fairlead::filters {
namespace {

using codec::HeaderId;

void AddNumber(codec::HeaderMap& headers, HeaderId id, int64_t number) {
  char text[24];
  const auto [end, error] = std::to_chars(text, text + sizeof(text), number);
  headers.Set(id, std::string_view(text, static_cast<size_t>(end - text)));
}

void ReplyRedirect(Stream& stream, const route::Redirect& redirect) {
  const std::string location = route::RedirectLocation(redirect, *stream.route, stream.request);
  if (location.empty()) {
    return stream.Reply({414, "", "redirect_too_long", 0});
  }
  stream.Reply({redirect.status, "", "direct_response", 0});
  stream.response.headers.Add(HeaderId::kLocation, location);
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
    stream.ApplyResponseEdits();
    co_return;
  }
  const auto& forward = std::get<route::Forward>(route.action);
  const route::WeightedCluster& target = route::PickCluster(forward, stream.loop.random().Next());
  stream.target = &target;
  cluster::WorkerCluster* cluster = clusters.Get(target.slot->index);
  if (cluster == nullptr) {
    co_return stream.Reply(
        {forward.cluster_not_found_status, "", "cluster_not_found", observe::kNoClusterFound});
  }
  if (cluster->config().http2) co_return stream.Reply(kHttp2Upstream);
  stream.info.upstream_cluster = cluster->name();
  stream.info.upstream_attempts = 1;
  if (!PrepareRequest(stream, forward, target)) co_return;
  co_await call.Run(stream, base::IntrusivePtr<cluster::WorkerCluster>(cluster), forward);
  FinishResponse(stream);
}

bool Router::PrepareRequest(Stream& stream, const route::Forward& forward,
                            const route::WeightedCluster& target) const {
  codec::RequestHead& request = stream.request;
  if (forward.timeout.count() > 0 && !config_.suppress_envoy_headers) {
    AddNumber(request.headers, HeaderId::kXEnvoyExpectedRqTimeoutMs, forward.timeout.count());
  }
  if (!target.request_edits.empty())
    route::ApplyEdits(target.request_edits, stream.log_entry(), request.headers);
  if (!stream.route->request_edits.empty()) {
    route::ApplyEdits(stream.route->request_edits, stream.log_entry(), request.headers);
  }
  if (forward.host_rewrite.has_value()) {
    if (forward.append_x_forwarded_host && !request.authority.empty()) {
      request.headers.Add(HeaderId::kXForwardedHost, request.authority);
    }
    if (!config_.suppress_envoy_headers) {
      request.headers.Set(HeaderId::kXEnvoyOriginalHost, request.authority);
    }
    request.authority = *forward.host_rewrite;
  }
  if (forward.rewrite != nullptr) {
    const std::string_view path =
        route::RewrittenPath(forward, *stream.route, request.path, request.headers);
    if (path.data() == nullptr) {
      stream.Reply({414, "", "rewritten_path_too_long", 0});
      return false;
    }
    if (path != request.path && !config_.suppress_envoy_headers) {
      request.headers.Set(HeaderId::kXEnvoyOriginalPath, request.path);
    }
    request.path = path;
  }
  return true;
}

void Router::FinishResponse(Stream& stream) const {
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
