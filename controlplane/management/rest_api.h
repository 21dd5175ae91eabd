#ifndef FAIRLEAD_CONTROLPLANE_MANAGEMENT_REST_API_H_
#define FAIRLEAD_CONTROLPLANE_MANAGEMENT_REST_API_H_

// The REST twin of the management API, without a socket: a request in, a response out.
//
//     RestApi api(management);
//     RestResponse response = api.Handle({.method = "GET", .path = "/v1/routes/shop"});
//
// /v1/watch is the one path that is not here: it streams (rest_server.h).
// Thread: any. Source: api/fairlead/v1/management.md.

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fairlead::control::management {

class Management;

struct RestRequest {
  std::string method;
  // Decoded, without the query.
  std::string path;
  std::multimap<std::string, std::string> query;
  // Value of If-Match; empty when there is none.
  std::string if_match;
  std::string body;
};

struct RestResponse {
  int status = 200;
  // JSON with a line end; empty for none.
  std::string body;
  // Value of ETag; empty for none.
  std::string etag;
  // Value of Allow, with status 405.
  std::string allow;
};

class RestApi {
 public:
  explicit RestApi(Management& management) : management_(management) {}

  RestResponse Handle(const RestRequest& request);

 private:
  using Path = std::vector<std::string>;

  absl::StatusOr<RestResponse> HandleKind(const RestRequest& request, const Path& path);
  absl::StatusOr<RestResponse> HandleResource(const RestRequest& request, const Path& path);
  absl::StatusOr<RestResponse> HandleApply(const RestRequest& request);
  absl::StatusOr<RestResponse> HandleRevisions(const RestRequest& request, const Path& path);
  absl::StatusOr<RestResponse> HandleProxies(const RestRequest& request);

  Management& management_;
};

// The response that tells of an error.
RestResponse ErrorResponse(const absl::Status& status);
RestResponse ErrorResponse(int http_status, const absl::Status& status);

}  // namespace fairlead::control::management

#endif  // FAIRLEAD_CONTROLPLANE_MANAGEMENT_REST_API_H_
