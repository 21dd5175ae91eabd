#ifndef FAIRLEAD_TOOLS_FAIRLEAD_RESOURCE_JSON_H_
#define FAIRLEAD_TOOLS_FAIRLEAD_RESOURCE_JSON_H_

// The management API's messages as the JSON that scripts read. The shapes are stable: fields may be
// added, none changes its name or type.
//
// A resource is written as users write it: `kind`, `name`, then its fields in lowerCamelCase in the
// order of the .proto; durations as "1.5s", enums by name, map keys sorted. So that what `get`
// prints can be applied. A hand-written walk rather than protobuf's JSON: that one has no stable
// order of map keys, and writes int64 as text.
//
// Thread: any.

#include <nlohmann/json.hpp>
#include <string>

namespace fairlead::v1 {
class ChangeResponse;
class ListProxiesResponse;
class Resource;
class ResourceDiff;
class ResourceKey;
class Revision;
class StoredResource;
}  // namespace fairlead::v1

namespace fairlead::cli {

using Json = nlohmann::ordered_json;

// Null for a resource of no kind.
Json ResourceJson(const v1::Resource& resource);

// {"resource", "etag", "revision"}
Json StoredJson(const v1::StoredResource& stored);

// {"kind", "name", "operation", "etag"}; with `has_bodies` also "before" and "after".
Json DiffJson(const v1::ResourceDiff& diff, bool has_bodies);

// {"revision", "time", "author", "reason", "changes", "resources"}; the last only if there are any.
Json RevisionJson(const v1::Revision& revision, bool has_bodies);

// {"revision", "proxies"}
Json ProxiesJson(const v1::ListProxiesResponse& response);

// "created", "updated", "deleted".
std::string OperationName(const v1::ResourceDiff& diff);

// What the resource is about, in a few words for a table.
std::string Summary(const v1::Resource& resource);

// Kind and name of a resource; empty for a resource of no kind.
std::string KindOf(const v1::Resource& resource);
std::string NameOf(const v1::Resource& resource);

}  // namespace fairlead::cli

#endif  // FAIRLEAD_TOOLS_FAIRLEAD_RESOURCE_JSON_H_
