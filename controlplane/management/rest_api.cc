#include "controlplane/management/rest_api.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "controlplane/management/management.h"
#include "controlplane/management/rest_json.h"
#include "controlplane/model/document_parser.h"
#include "controlplane/model/resource_json.h"
#include "dataplane/base/status.h"
#include "fairlead/v1/management.pb.h"
#include "nlohmann/json.hpp"

namespace fairlead::control::management {
namespace {

using fairlead::v1::ChangeInfo;
using model::Kind;

constexpr char kBodySource[] = "request body";

int HttpStatus(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return 400;
    case absl::StatusCode::kUnauthenticated:
      return 401;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kFailedPrecondition:
      return 409;
    case absl::StatusCode::kAborted:
      return 412;
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kUnavailable:
      return 503;
    default:
      return 500;
  }
}

template <typename Message>
RestResponse Json(const Message& message, int status = 200) {
  return {.status = status, .body = absl::StrCat(model::JsonText(ToJson(message)), "\n")};
}

RestResponse MethodNotAllowed(const RestRequest& request, const std::string& allow) {
  RestResponse response = ErrorResponse(
      405, absl::UnimplementedError(absl::StrCat(request.method, " is not possible on ",
                                                 request.path, "; allowed: ", allow)));
  response.allow = allow;
  return response;
}

// Takes the parameters it knows out of the query; Finish refuses what is left.
class QueryReader {
 public:
  explicit QueryReader(const RestRequest& request) : left_(request.query) {}

  std::string Text(const std::string& name) {
    auto [begin, end] = left_.equal_range(name);
    if (begin == end) return "";
    if (std::next(begin) != end) Fail(name, "stands twice");
    std::string value = begin->second;
    left_.erase(begin, end);
    return value;
  }

  bool Bool(const std::string& name) {
    bool is_present = left_.contains(name);
    std::string value = Text(name);
    if (!is_present || value == "false") return false;
    if (value != "true")
      Fail(name, absl::StrCat("found ", model::Shown(value), "; allowed: true, false"));
    return true;
  }

  int64_t Number(const std::string& name) {
    bool is_present = left_.contains(name);
    std::string value = Text(name);
    int64_t number = 0;
    if (is_present && (!absl::SimpleAtoi(value, &number) || number < 0)) {
      Fail(name, absl::StrCat("found ", model::Shown(value), "; expected a number"));
    }
    return number;
  }

  void Info(ChangeInfo& info) {
    info.set_author(Text("author"));
    info.set_reason(Text("reason"));
    info.set_dry_run(Bool("dryRun"));
  }

  absl::Status Finish() {
    for (const auto& [name, value] : left_) Fail(name, "unknown parameter");
    return status_;
  }

 private:
  void Fail(const std::string& name, const std::string& what) {
    status_.Update(InvalidArgument("query parameter ", model::Shown(name), ": ", what));
  }

  std::multimap<std::string, std::string> left_;
  absl::Status status_;
};

// The etag in `"etag"`; empty for none and for "*".
absl::StatusOr<std::string> ReadIfMatch(const std::string& if_match) {
  if (if_match.empty() || if_match == "*") return "";
  absl::string_view etag = if_match;
  if (!absl::ConsumePrefix(&etag, "\"") || !absl::ConsumeSuffix(&etag, "\"") || etag.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("If-Match: found ", model::Shown(if_match), "; expected one etag in quotes"));
  }
  return std::string(etag);
}

struct Body {
  fairlead::v1::Resource resource;
  model::SourceMap sources;
};

// The one resource in the body. With `name`, the body may leave its name out, but not have another.
absl::StatusOr<Body> ReadBody(const RestRequest& request, Kind kind, const std::string* name) {
  model::Problems problems;
  std::vector<model::SourceText> texts = {{kBodySource, request.body}};
  model::ParsedSet set = model::ParseDocuments(texts, problems, kind);
  if (!problems.empty()) return problems.ToStatus(absl::StatusCode::kInvalidArgument);
  if (set.resources.size() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("the body holds ", set.resources.size(), " resources; expected one"));
  }
  Body body{std::move(set.resources[0]), std::move(set.sources)};
  if (name == nullptr) return body;
  const model::ResourceKey key = model::KeyOf(body.resource);
  google::protobuf::Message& message = *model::MutableBody(body.resource, kind);
  const auto* field = message.GetDescriptor()->FindFieldByName("name");
  const std::string& found = key.name;
  if (found.empty()) {
    message.GetReflection()->SetString(&message, field, *name);
    body.sources.Rename(key, model::KeyOf(body.resource));
  }
  if (!found.empty() && found != *name) {
    return absl::InvalidArgumentError(absl::StrCat("name: found ", model::Shown(found),
                                                   " in the body, ", model::Shown(*name),
                                                   " in the path"));
  }
  return body;
}

// The etag of the only resource that changed.
std::string EtagOf(const fairlead::v1::ChangeResponse& response) {
  return response.diffs_size() == 1 ? response.diffs(0).etag() : "";
}

}  // namespace

RestResponse ErrorResponse(int http_status, const absl::Status& status) {
  return {.status = http_status, .body = absl::StrCat(model::JsonText(ToJson(status)), "\n")};
}

RestResponse ErrorResponse(const absl::Status& status) {
  return ErrorResponse(HttpStatus(status.code()), status);
}

RestResponse RestApi::Handle(const RestRequest& request) {
  absl::StatusOr<RestResponse> response =
      absl::NotFoundError(absl::StrCat("there is nothing at ", model::Shown(request.path)));
  Path path = absl::StrSplit(request.path, '/');
  // "/v1/a/b" is "", "v1", "a", "b".
  if (path.size() >= 3 && path[0].empty() && path[1] == "v1") {
    path.erase(path.begin(), path.begin() + 2);
    if (path[0] == "apply" && path.size() == 1) {
      response = HandleApply(request);
    } else if (path[0] == "revisions") {
      response = HandleRevisions(request, path);
    } else if (path[0] == "proxies" && path.size() == 1) {
      response = HandleProxies(request);
    } else if (model::KindFromPlural(path[0]).has_value() && path.size() == 1) {
      response = HandleKind(request, path);
    } else if (model::KindFromPlural(path[0]).has_value() && path.size() == 2) {
      response = HandleResource(request, path);
    }
  }
  return response.ok() ? *std::move(response) : ErrorResponse(response.status());
}

absl::StatusOr<RestResponse> RestApi::HandleKind(const RestRequest& request, const Path& path) {
  Kind kind = *model::KindFromPlural(path[0]);
  QueryReader query(request);
  if (request.method == "GET") {
    FL_RETURN_IF_ERROR(query.Finish());
    fairlead::v1::ListRequest list;
    list.set_kind(std::string(model::KindName(kind)));
    FL_ASSIGN_OR_RETURN(fairlead::v1::ListResponse response, management_.List(list));
    return Json(response);
  }
  if (request.method != "POST") return MethodNotAllowed(request, "GET, POST");
  fairlead::v1::CreateRequest create;
  query.Info(*create.mutable_info());
  FL_RETURN_IF_ERROR(query.Finish());
  FL_ASSIGN_OR_RETURN(Body body, ReadBody(request, kind, nullptr));
  *create.mutable_resource() = std::move(body.resource);
  FL_ASSIGN_OR_RETURN(fairlead::v1::ChangeResponse response,
                      management_.Create(create, &body.sources));
  RestResponse out = Json(response, create.info().dry_run() ? 200 : 201);
  out.etag = EtagOf(response);
  return out;
}

absl::StatusOr<RestResponse> RestApi::HandleResource(const RestRequest& request, const Path& path) {
  Kind kind = *model::KindFromPlural(path[0]);
  fairlead::v1::ResourceKey key;
  key.set_kind(std::string(model::KindName(kind)));
  key.set_name(path[1]);
  QueryReader query(request);
  if (request.method == "GET") {
    FL_RETURN_IF_ERROR(query.Finish());
    fairlead::v1::GetRequest get;
    *get.mutable_key() = key;
    FL_ASSIGN_OR_RETURN(fairlead::v1::StoredResource stored, management_.Get(get));
    RestResponse out = Json(stored);
    out.etag = stored.etag();
    return out;
  }
  FL_ASSIGN_OR_RETURN(std::string etag, ReadIfMatch(request.if_match));
  if (request.method == "PUT") {
    fairlead::v1::UpdateRequest update;
    query.Info(*update.mutable_info());
    FL_RETURN_IF_ERROR(query.Finish());
    update.set_etag(etag);
    FL_ASSIGN_OR_RETURN(Body body, ReadBody(request, kind, &path[1]));
    *update.mutable_resource() = std::move(body.resource);
    FL_ASSIGN_OR_RETURN(fairlead::v1::ChangeResponse response,
                        management_.Update(update, &body.sources));
    RestResponse out = Json(response);
    out.etag = EtagOf(response);
    return out;
  }
  if (request.method != "DELETE") return MethodNotAllowed(request, "GET, PUT, DELETE");
  fairlead::v1::DeleteRequest remove;
  query.Info(*remove.mutable_info());
  FL_RETURN_IF_ERROR(query.Finish());
  remove.set_etag(etag);
  *remove.mutable_key() = key;
  FL_ASSIGN_OR_RETURN(fairlead::v1::ChangeResponse response, management_.Delete(remove));
  return Json(response);
}

absl::StatusOr<RestResponse> RestApi::HandleApply(const RestRequest& request) {
  if (request.method != "POST") return MethodNotAllowed(request, "POST");
  fairlead::v1::ApplyRequest apply;
  QueryReader query(request);
  query.Info(*apply.mutable_info());
  apply.set_prune(query.Bool("prune"));
  FL_RETURN_IF_ERROR(query.Finish());
  fairlead::v1::Document& document = *apply.add_documents();
  document.set_source(kBodySource);
  document.set_text(request.body);
  FL_ASSIGN_OR_RETURN(fairlead::v1::ChangeResponse response, management_.Apply(apply));
  return Json(response);
}

absl::StatusOr<RestResponse> RestApi::HandleRevisions(const RestRequest& request,
                                                      const Path& path) {
  int64_t number = 0;
  if (path.size() > 3 || (path.size() > 1 && (!absl::SimpleAtoi(path[1], &number) || number < 0))) {
    return absl::NotFoundError(absl::StrCat("there is nothing at ", model::Shown(request.path)));
  }
  QueryReader query(request);
  if (path.size() == 3 && path[2] == "rollback") {
    if (request.method != "POST") return MethodNotAllowed(request, "POST");
    fairlead::v1::RollbackRequest rollback;
    rollback.set_number(number);
    query.Info(*rollback.mutable_info());
    FL_RETURN_IF_ERROR(query.Finish());
    FL_ASSIGN_OR_RETURN(fairlead::v1::ChangeResponse response, management_.Rollback(rollback));
    return Json(response);
  }
  if (request.method != "GET") return MethodNotAllowed(request, "GET");
  if (path.size() == 1) {
    fairlead::v1::ListRevisionsRequest list;
    list.set_limit(static_cast<int>(std::min<int64_t>(query.Number("limit"), 1000)));
    list.set_before(query.Number("before"));
    FL_RETURN_IF_ERROR(query.Finish());
    FL_ASSIGN_OR_RETURN(fairlead::v1::ListRevisionsResponse response,
                        management_.ListRevisions(list));
    return Json(response);
  }
  if (path.size() == 2) {
    FL_RETURN_IF_ERROR(query.Finish());
    fairlead::v1::GetRevisionRequest get;
    get.set_number(number);
    FL_ASSIGN_OR_RETURN(fairlead::v1::Revision revision, management_.GetRevision(get));
    return Json(revision);
  }
  if (path[2] != "diff") {
    return absl::NotFoundError(absl::StrCat("there is nothing at ", model::Shown(request.path)));
  }
  fairlead::v1::DiffRevisionsRequest diff;
  diff.set_from(number);
  diff.set_to(query.Number("to"));
  FL_RETURN_IF_ERROR(query.Finish());
  FL_ASSIGN_OR_RETURN(fairlead::v1::ChangeResponse response, management_.DiffRevisions(diff));
  return Json(response);
}

absl::StatusOr<RestResponse> RestApi::HandleProxies(const RestRequest& request) {
  if (request.method != "GET") return MethodNotAllowed(request, "GET");
  QueryReader query(request);
  FL_RETURN_IF_ERROR(query.Finish());
  return Json(management_.ListProxies());
}

}  // namespace fairlead::control::management
