#include "dataplane/xds/support_table.h"

#include "dataplane/base/check.h"
#include "dataplane/base/strings.h"

namespace fairlead::xds {
namespace {

std::string Quoted(std::string_view name) { return StrCat("\"", name, "\""); }

// Names are identifiers: nothing in them needs an escape.
std::string QuotedList(const std::set<std::string>& names) {
  std::string out = "[";
  for (const std::string& name : names) {
    StrAppend(&out, out.size() > 1 ? ", " : "", Quoted(name));
  }
  return out + "]";
}

}  // namespace

SupportTable::Message& SupportTable::At(std::string_view message) {
  const auto it = messages_.find(message);
  return it != messages_.end() ? it->second : messages_[std::string(message)];
}

void SupportTable::Allow(std::string_view message, std::initializer_list<std::string_view> fields) {
  Message& entry = At(message);
  for (const std::string_view field : fields) entry.fields.emplace(field);
}

void SupportTable::AllowAll(std::string_view message) { At(message).all_fields = true; }

void SupportTable::AllowTree(std::string_view message) { At(message).whole_tree = true; }

void SupportTable::AllowEnum(std::string_view field,
                             std::initializer_list<std::string_view> values) {
  const size_t dot = field.rfind('.');
  FL_CHECK(dot != std::string_view::npos);  // A fault of the table, not of any input.
  const std::string name(field.substr(dot + 1));
  Message& entry = At(field.substr(0, dot));
  entry.fields.insert(name);
  for (const std::string_view value : values) entry.enums[name].emplace(value);
}

const SupportTable::Message* SupportTable::Find(std::string_view message) const {
  const auto it = messages_.find(message);
  return it == messages_.end() ? nullptr : &it->second;
}

std::string SupportTable::Print(Format format) const {
  switch (format) {
    case Format::kJson:
      return PrintJson();
    case Format::kMarkdown:
      return PrintMarkdown();
    case Format::kTable:
      break;
  }
  return PrintTable();
}

std::string SupportTable::PrintTable() const {
  std::string out;
  for (const auto& [name, message] : messages_) {
    StrAppend(&out, name, "\n");
    if (message.whole_tree) StrAppend(&out, "  (everything, unseen)\n");
    if (message.all_fields) StrAppend(&out, "  (every field that is not deprecated)\n");
    if (message.fields.empty() && !message.all_fields && !message.whole_tree) {
      StrAppend(&out, "  (without fields)\n");
    }
    for (const std::string& field : message.fields) {
      StrAppend(&out, "  ", field);
      if (const auto it = message.enums.find(field); it != message.enums.end()) {
        std::string_view separator = ": ";
        for (const std::string& value : it->second) {
          StrAppend(&out, separator, value);
          separator = ", ";
        }
      }
      out += "\n";
    }
  }
  return out;
}

std::string SupportTable::PrintMarkdown() const {
  std::string out =
      "# What xDS fairlead-proxy takes\n\n"
      "Made by `fairlead-proxy --supported=markdown` from the tables beside the decoders; a test "
      "holds it to them.\nWhat is not named here is refused by its path.\n\n"
      "| message | fields |\n| --- | --- |\n";
  for (const auto& [name, message] : messages_) {
    StrAppend(&out, "| `", name, "` |");
    std::string_view separator = " ";
    if (message.whole_tree) StrAppend(&out, " everything, unseen");
    if (message.all_fields) StrAppend(&out, " every field that is not deprecated");
    if (message.whole_tree || message.all_fields) separator = ", ";
    for (const std::string& field : message.fields) {
      StrAppend(&out, separator, "`", field, "`");
      separator = ", ";
      const auto values = message.enums.find(field);
      if (values == message.enums.end()) continue;
      std::string_view between = " (";
      for (const std::string& value : values->second) {
        StrAppend(&out, between, value);
        between = ", ";
      }
      StrAppend(&out, ")");
    }
    StrAppend(&out, " |\n");
  }
  return out;
}

std::string SupportTable::PrintJson() const {
  std::string out = "{\"messages\": {";
  std::string_view separator = "\n";
  for (const auto& [name, message] : messages_) {
    std::string fields = "[";
    for (const std::string& field : message.fields) {
      StrAppend(&fields, fields.size() > 1 ? ", " : "", Quoted(field));
    }
    StrAppend(&out, separator, "  ", Quoted(name), ": {\"fields\": ", fields, "]");
    separator = ",\n";
    if (message.all_fields) StrAppend(&out, ", \"all_fields\": true");
    if (message.whole_tree) StrAppend(&out, ", \"whole_tree\": true");
    if (!message.enums.empty()) {
      std::string enums;
      for (const auto& [field, values] : message.enums) {
        StrAppend(&enums, enums.empty() ? "" : ", ", Quoted(field), ": ", QuotedList(values));
      }
      StrAppend(&out, ", \"enums\": {", enums, "}");
    }
    out += "}";
  }
  return out + "\n}}\n";
}

}  // namespace fairlead::xds
