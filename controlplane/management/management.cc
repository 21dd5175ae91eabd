#include "controlplane/management/management.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "controlplane/management/api_messages.h"
#include "controlplane/model/document_parser.h"
#include "controlplane/model/references.h"
#include "controlplane/model/resource_diff.h"
#include "controlplane/model/validate.h"
#include "dataplane/base/status.h"

namespace fairlead::control::management {
namespace {

using fairlead::v1::ChangeResponse;
using model::Change;
using model::EntryPtr;
using model::Kind;
using model::Problems;
using model::ResourceKey;
using model::State;

constexpr size_t kAuthorBytesMax = 256;
constexpr size_t kReasonBytesMax = 4096;
constexpr int kRevisionsDefault = 50;
constexpr int kRevisionsMax = 1000;

absl::Status CheckInfo(const fairlead::v1::ChangeInfo& info) {
  if (info.author().size() > kAuthorBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("author has ", info.author().size(), " bytes; allowed: ", kAuthorBytesMax));
  }
  if (info.reason().size() > kReasonBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("reason has ", info.reason().size(), " bytes; allowed: ", kReasonBytesMax));
  }
  return absl::OkStatus();
}

absl::StatusOr<ResourceKey> ReadKey(const fairlead::v1::ResourceKey& key) {
  std::optional<Kind> kind = model::KindFromName(key.kind());
  if (!kind.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat("kind: found ", model::Shown(key.kind()),
                                                   "; allowed: Listener, Route, Service, Policy"));
  }
  return ResourceKey{*kind, key.name()};
}

// Empty: all kinds.
absl::StatusOr<std::optional<Kind>> ReadFilter(const std::string& kind) {
  if (kind.empty()) return std::nullopt;
  fairlead::v1::ResourceKey key;
  key.set_kind(kind);
  FL_ASSIGN_OR_RETURN(ResourceKey read, ReadKey(key));
  return read.kind;
}

absl::Status NotFound(const ResourceKey& key) {
  return absl::NotFoundError(absl::StrCat("there is no ", key.ToString()));
}

absl::Status CheckEtag(const model::StateEntry& entry, const std::string& etag) {
  if (etag.empty() || etag == entry.etag) return absl::OkStatus();
  return absl::AbortedError(absl::StrCat(entry.key.ToString(), " has changed: its etag is ",
                                         entry.etag, ", not ", model::Shown(etag),
                                         "; read it again"));
}

absl::Status Check(const fairlead::v1::Resource& resource, const model::SourceMap* sources) {
  Problems problems;
  model::ValidateResource(resource, problems);
  if (problems.empty()) return absl::OkStatus();
  if (sources != nullptr) problems.Locate(*sources);
  return problems.ToStatus(absl::StatusCode::kInvalidArgument);
}

// Adds the change to `resource`, unless it is stored so already.
void AddChange(const State& base, const fairlead::v1::Resource& resource, int64_t revision,
               std::vector<Change>& changes) {
  EntryPtr after = model::MakeEntry(resource, revision);
  EntryPtr before = base.Find(after->key);
  if (before != nullptr && before->etag == after->etag) return;
  changes.push_back({after->key, std::move(before), std::move(after)});
}

}  // namespace

Management::Management(store::RevisionStore& store, Fleet fleet)
    : store_(store), fleet_(std::move(fleet)) {}

absl::Status Management::Start() {
  absl::MutexLock lock(&write_mutex_);
  FL_ASSIGN_OR_RETURN(translation_, translate::Translate(store_.Current()));
  fleet_.publish(translation_.snapshot);
  return absl::OkStatus();
}

absl::StatusOr<ChangeResponse> Management::Change(const fairlead::v1::ChangeInfo& info,
                                                  const model::SourceMap* sources, Edit edit) {
  FL_RETURN_IF_ERROR(CheckInfo(info));
  absl::MutexLock lock(&write_mutex_);
  std::shared_ptr<const State> base = store_.Current();
  const int64_t next = base->revision() + 1;
  FL_ASSIGN_OR_RETURN(std::vector<model::Change> changes, edit(*base, next));
  std::sort(changes.begin(), changes.end(),
            [](const model::Change& a, const model::Change& b) { return a.key < b.key; });

  ChangeResponse response;
  response.set_revision(base->revision());
  ToDiffs(changes, response.mutable_diffs());
  if (changes.empty()) {
    AppendTo(translation_.warnings, *response.mutable_warnings());
    return response;
  }
  auto proposed = std::make_shared<const State>(base->With(changes, next));
  Problems problems;
  model::CheckReferences(*proposed, changes, problems);
  if (!problems.empty()) {
    if (sources != nullptr) problems.Locate(*sources);
    return problems.ToStatus(absl::StatusCode::kFailedPrecondition);
  }
  FL_ASSIGN_OR_RETURN(translate::Translation translation,
                      translate::Translate(std::move(proposed), &translation_));
  AppendTo(translation.warnings, *response.mutable_warnings());
  if (info.dry_run()) return response;
  FL_RETURN_IF_ERROR(Commit(*base, changes, info, std::move(translation)));
  response.set_revision(next);
  return response;
}

absl::Status Management::Commit(const State& base, absl::Span<const model::Change> changes,
                                const fairlead::v1::ChangeInfo& info,
                                translate::Translation translation) {
  store::RevisionNote note{info.author(), info.reason()};
  FL_ASSIGN_OR_RETURN(store::Committed committed, store_.Commit(base, changes, note));
  translation_ = std::move(translation);
  // The same content; this one is what the next change starts from.
  translation_.state = committed.state;
  fleet_.publish(translation_.snapshot);
  store::RevisionRecord record{
      committed.state->revision(), committed.time, note, {changes.begin(), changes.end()}};
  auto revision = std::make_shared<fairlead::v1::Revision>();
  ToRevision(record, /*with_content=*/true, *revision);
  watch_hub_.Publish(std::move(revision));
  return absl::OkStatus();
}

absl::StatusOr<ChangeResponse> Management::Create(const fairlead::v1::CreateRequest& request,
                                                  const model::SourceMap* sources) {
  FL_RETURN_IF_ERROR(Check(request.resource(), sources));
  return Change(
      request.info(), sources,
      [&](const State& base, int64_t next) -> absl::StatusOr<std::vector<model::Change>> {
        EntryPtr after = model::MakeEntry(request.resource(), next);
        if (base.Find(after->key) != nullptr) {
          return absl::AlreadyExistsError(absl::StrCat(after->key.ToString(), " exists already"));
        }
        return std::vector<model::Change>{{after->key, nullptr, after}};
      });
}

absl::StatusOr<ChangeResponse> Management::Update(const fairlead::v1::UpdateRequest& request,
                                                  const model::SourceMap* sources) {
  FL_RETURN_IF_ERROR(Check(request.resource(), sources));
  return Change(request.info(), sources,
                [&](const State& base, int64_t next) -> absl::StatusOr<std::vector<model::Change>> {
                  ResourceKey key = model::KeyOf(request.resource());
                  EntryPtr before = base.Find(key);
                  if (before == nullptr) return NotFound(key);
                  FL_RETURN_IF_ERROR(CheckEtag(*before, request.etag()));
                  std::vector<model::Change> changes;
                  AddChange(base, request.resource(), next, changes);
                  return changes;
                });
}

absl::StatusOr<ChangeResponse> Management::Delete(const fairlead::v1::DeleteRequest& request) {
  FL_ASSIGN_OR_RETURN(ResourceKey key, ReadKey(request.key()));
  return Change(request.info(), nullptr,
                [&](const State& base, int64_t) -> absl::StatusOr<std::vector<model::Change>> {
                  EntryPtr before = base.Find(key);
                  if (before == nullptr) return NotFound(key);
                  FL_RETURN_IF_ERROR(CheckEtag(*before, request.etag()));
                  return std::vector<model::Change>{{key, before, nullptr}};
                });
}

absl::StatusOr<ChangeResponse> Management::Apply(const fairlead::v1::ApplyRequest& request) {
  Problems problems;
  std::vector<model::SourceText> texts;
  for (const fairlead::v1::Document& document : request.documents()) {
    texts.push_back({document.source(), document.text()});
  }
  model::ParsedSet set = model::ParseDocuments(texts, problems);
  for (const fairlead::v1::Resource& resource : request.resources()) {
    set.resources.push_back(resource);
  }
  std::set<ResourceKey> keys;
  for (const fairlead::v1::Resource& resource : set.resources) {
    model::ValidateResource(resource, problems);
    if (!model::KindOf(resource).has_value()) continue;
    ResourceKey key = model::KeyOf(resource);
    if (!keys.insert(key).second) problems.Add(key, "", "stands twice in this set");
  }
  problems.Locate(set.sources);
  if (!problems.empty()) return problems.ToStatus(absl::StatusCode::kInvalidArgument);
  if (request.prune() && keys.empty()) {
    return absl::InvalidArgumentError(
        "prune with an empty set would delete everything; name at least one resource");
  }
  return Change(request.info(), &set.sources,
                [&](const State& base, int64_t next) -> absl::StatusOr<std::vector<model::Change>> {
                  std::vector<model::Change> changes;
                  for (const fairlead::v1::Resource& resource : set.resources) {
                    AddChange(base, resource, next, changes);
                  }
                  if (!request.prune()) return changes;
                  for (Kind kind : model::kAllKinds) {
                    for (const EntryPtr& entry : base.All(kind)) {
                      if (!keys.contains(entry->key))
                        changes.push_back({entry->key, entry, nullptr});
                    }
                  }
                  return changes;
                });
}

absl::StatusOr<ChangeResponse> Management::Rollback(const fairlead::v1::RollbackRequest& request) {
  FL_ASSIGN_OR_RETURN(State old, store_.StateAt(request.number()));
  fairlead::v1::ChangeInfo info = request.info();
  if (info.reason().empty()) {
    info.set_reason(absl::StrCat("roll back to revision ", request.number()));
  }
  return Change(info, nullptr,
                [&](const State& base, int64_t next) -> absl::StatusOr<std::vector<model::Change>> {
                  std::vector<model::Change> changes = model::ChangesBetween(base, old);
                  for (model::Change& change : changes) {
                    if (change.after == nullptr) continue;
                    change.after = model::MakeEntry(change.after->resource, next);
                  }
                  return changes;
                });
}

absl::StatusOr<fairlead::v1::StoredResource> Management::Get(
    const fairlead::v1::GetRequest& request) const {
  FL_ASSIGN_OR_RETURN(ResourceKey key, ReadKey(request.key()));
  EntryPtr entry = store_.Current()->Find(key);
  if (entry == nullptr) return NotFound(key);
  fairlead::v1::StoredResource stored;
  model::ToStoredResource(*entry, stored);
  return stored;
}

absl::StatusOr<fairlead::v1::ListResponse> Management::List(
    const fairlead::v1::ListRequest& request) const {
  FL_ASSIGN_OR_RETURN(std::optional<Kind> filter, ReadFilter(request.kind()));
  std::shared_ptr<const State> state = store_.Current();
  fairlead::v1::ListResponse response;
  response.set_revision(state->revision());
  AppendResources(*state, filter, *response.mutable_resources());
  return response;
}

absl::StatusOr<std::shared_ptr<Watcher>> Management::Watch(
    const fairlead::v1::WatchRequest& request) {
  FL_ASSIGN_OR_RETURN(std::optional<Kind> filter, ReadFilter(request.kind()));
  // The lock keeps the state and the revisions that follow together.
  absl::MutexLock lock(&write_mutex_);
  return watch_hub_.Watch(store_.Current(), filter);
}

absl::StatusOr<fairlead::v1::ListRevisionsResponse> Management::ListRevisions(
    const fairlead::v1::ListRevisionsRequest& request) {
  if (request.limit() < 0 || request.before() < 0) {
    return absl::InvalidArgumentError("limit and before cannot be negative");
  }
  int limit = request.limit() == 0 ? kRevisionsDefault : std::min(request.limit(), kRevisionsMax);
  FL_ASSIGN_OR_RETURN(std::vector<store::RevisionRecord> records,
                      store_.List(request.before(), limit));
  fairlead::v1::ListRevisionsResponse response;
  for (const store::RevisionRecord& record : records) {
    ToRevision(record, /*with_content=*/false, *response.add_revisions());
  }
  return response;
}

absl::StatusOr<fairlead::v1::Revision> Management::GetRevision(
    const fairlead::v1::GetRevisionRequest& request) {
  FL_ASSIGN_OR_RETURN(store::RevisionRecord record, store_.Get(request.number()));
  FL_ASSIGN_OR_RETURN(State state, store_.StateAt(request.number()));
  fairlead::v1::Revision revision;
  ToRevision(record, /*with_content=*/true, revision);
  AppendResources(state, std::nullopt, *revision.mutable_resources());
  return revision;
}

absl::StatusOr<ChangeResponse> Management::DiffRevisions(
    const fairlead::v1::DiffRevisionsRequest& request) {
  FL_ASSIGN_OR_RETURN(State from, store_.StateAt(request.from()));
  int64_t number = request.to() == 0 ? store_.Current()->revision() : request.to();
  FL_ASSIGN_OR_RETURN(State to, store_.StateAt(number));
  ChangeResponse response;
  response.set_revision(number);
  ToDiffs(model::ChangesBetween(from, to), response.mutable_diffs());
  return response;
}

fairlead::v1::ListProxiesResponse Management::ListProxies() const {
  fairlead::v1::ListProxiesResponse response;
  response.set_revision(store_.Current()->revision());
  for (const fleet::ProxyStatus& status : fleet_.proxies())
    ToProxy(status, *response.add_proxies());
  return response;
}

}  // namespace fairlead::control::management
