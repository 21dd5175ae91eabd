#ifndef FAIRLEAD_DATAPLANE_XDS_SUPPORT_TABLE_H_
#define FAIRLEAD_DATAPLANE_XDS_SUPPORT_TABLE_H_

// The declared table of what this proxy implements of the xDS API: messages, their fields, and the
// enum values it knows. What is not in the table is refused by its path (ProtoCheck), so nothing
// that is set is ever silently ignored.
//
// Each decoder declares its part as data, in a file beside it:
//
//     // dataplane/route/supported.cc
//     void DeclareSupport(SupportTable& table) {
//       table.Allow("envoy.config.route.v3.RouteMatch", {"prefix", "path", "headers"});
//       table.AllowEnum("envoy.config.cluster.v3.Cluster.lb_policy", {"ROUND_ROBIN", "RANDOM"});
//     }
//
// Declarations add up: two folders may allow different fields of one message. google.protobuf's
// well-known types need no entry. A message that is carried in an Any must have an entry, if only
// an empty one: Allow("envoy.extensions.filters.http.router.v3.Router", {}).
//
// Thread: any, once built. Owner: the server's start-up code. Names are verified against the
// compiled-in protos by VerifyNames (proto_check.h), which start-up and a test call.

#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace fairlead::xds {

class SupportTable {
 public:
  struct Message {
    // All fields that are not deprecated are allowed; their own messages need entries still.
    bool all_fields = false;
    // The message and everything below it is accepted (for opaque data such as metadata).
    bool whole_tree = false;
    std::set<std::string, std::less<>> fields;
    // Field name -> the value names allowed. Fields without an entry take every value.
    std::map<std::string, std::set<std::string>, std::less<>> enums;
  };
  using Messages = std::map<std::string, Message, std::less<>>;

  // Allows `fields` (proto names) of the message. A deprecated field that is named is allowed.
  void Allow(std::string_view message, std::initializer_list<std::string_view> fields);
  // Allows every field of the message that is not deprecated.
  void AllowAll(std::string_view message);
  // Allows the message with all that can be below it, unseen.
  void AllowTree(std::string_view message);
  // Restricts a field to some values: `field` is its full name ("package.Message.field"), allowed
  // hereby too. Several calls for one field add up.
  void AllowEnum(std::string_view field, std::initializer_list<std::string_view> values);

  // Null if nothing was declared for the message.
  const Message* Find(std::string_view message) const;
  const Messages& messages() const { return messages_; }

  enum class Format { kTable, kJson, kMarkdown };
  // The table for people (one line per message and field) or as JSON:
  // {"messages": {"<name>": {"fields": [...], "enums": {"<field>": [...]}}}}, or as a page of
  // documentation.
  std::string Print(Format format) const;

 private:
  Message& At(std::string_view message);
  std::string PrintTable() const;
  std::string PrintJson() const;
  std::string PrintMarkdown() const;

  Messages messages_;
};

// The table as text, for `fairlead-proxy --supported`.
inline std::string PrintSupported(const SupportTable& table, SupportTable::Format format) {
  return table.Print(format);
}

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_SUPPORT_TABLE_H_
