#include "dataplane/route/compile_edits.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "dataplane/base/status.h"
#include "dataplane/codec/header_names.h"
#include "dataplane/observe/log_format.h"
#include "envoy/config/core/v3/base.pb.h"

// Deprecated forms are supported, as Envoy supports them.
#pragma clang diagnostic ignored "-Wdeprecated-declarations"

namespace fairlead::route {
namespace {

using codec::HeaderId;
using envoy::config::core::v3::HeaderValueOption;

// What the proxy writes itself from the message's framing and the connection's state.
bool IsOwn(HeaderId id) {
  switch (id) {
    case HeaderId::kHost:
    case HeaderId::kContentLength:
    case HeaderId::kTransferEncoding:
    case HeaderId::kTe:
    case HeaderId::kTrailer:
    case HeaderId::kExpect:
      return true;
    default:
      return false;
  }
}

// What never goes beyond a connection: removed anyway, so that removing it is no fault.
bool IsHopByHop(HeaderId id) {
  switch (id) {
    case HeaderId::kConnection:
    case HeaderId::kKeepAlive:
    case HeaderId::kProxyConnection:
    case HeaderId::kUpgrade:
    case HeaderId::kHttp2Settings:
      return true;
    default:
      return false;
  }
}

// RFC 9110 section 5.6.2.
bool IsToken(std::string_view text) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  for (const char c : text) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) &&
        kOthers.find(c) == std::string_view::npos) {
      return false;
    }
  }
  return !text.empty();
}

// The lower-case name.
absl::StatusOr<std::string> CompileName(std::string_view name, bool is_added) {
  if (name.starts_with(':')) {
    return InvalidArgument("'", name,
                           "' is a pseudo-header, which may not be changed here; use "
                           "the route's rewrites");
  }
  if (!IsToken(name)) return InvalidArgument("'", name, "' is not a header name");
  std::string lower = absl::AsciiStrToLower(ToAbsl(name));
  const HeaderId id = codec::LookupHeaderId(lower);
  if (IsOwn(id) || (is_added && IsHopByHop(id))) {
    return InvalidArgument("'", name, "' is written by the proxy itself and may not be changed",
                           id == HeaderId::kHost ? "; use host_rewrite_literal" : "");
  }
  return lower;
}

// A constant, or a format when there are command operators in it.
absl::Status CompileValue(std::string_view value, HeaderEdit& edit) {
  for (size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (c == '\0' || c == '\r' || c == '\n') {
      return InvalidArgument("has a line break or a zero byte at position ", i);
    }
  }
  auto format = observe::LogFormat::Compile(value, observe::LogFormat::Empty::kOmit);
  if (!format.ok()) return Annotate(format.status(), StrCat("'", value, "'"));
  if (format->is_constant()) {
    edit.value = format->constant();
  } else {
    edit.format = std::make_shared<const observe::LogFormat>(*std::move(format));
  }
  return absl::OkStatus();
}

absl::StatusOr<HeaderEdit::Action> CompileAction(const HeaderValueOption& proto) {
  if (proto.has_append()) {
    if (proto.append_action() != HeaderValueOption::APPEND_IF_EXISTS_OR_ADD) {
      return InvalidArgument("append_action: is set together with append; only one may be");
    }
    return proto.append().value() ? HeaderEdit::Action::kAppend : HeaderEdit::Action::kOverwrite;
  }
  switch (proto.append_action()) {
    case HeaderValueOption::APPEND_IF_EXISTS_OR_ADD:
      return HeaderEdit::Action::kAppend;
    case HeaderValueOption::ADD_IF_ABSENT:
      return HeaderEdit::Action::kAddIfAbsent;
    case HeaderValueOption::OVERWRITE_IF_EXISTS_OR_ADD:
      return HeaderEdit::Action::kOverwrite;
    case HeaderValueOption::OVERWRITE_IF_EXISTS:
      return HeaderEdit::Action::kOverwriteIfExists;
    default:
      return InvalidArgument("append_action: ", static_cast<int>(proto.append_action()),
                             " is not an action");
  }
}

absl::StatusOr<HeaderEdit> CompileEdit(const HeaderValueOption& proto) {
  HeaderEdit edit;
  auto name = CompileName(proto.header().key(), /*is_added=*/true);
  if (!name.ok()) return Annotate(name.status(), "header.key");
  edit.name = *std::move(name);
  FL_RETURN_IF_ERROR(Annotate(CompileValue(proto.header().value(), edit), "header.value"));
  edit.keeps_empty = proto.keep_empty_value();
  FL_ASSIGN_OR_RETURN(edit.action, CompileAction(proto));
  return edit;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const HeaderEdits>> CompileEdits(
    const google::protobuf::RepeatedPtrField<HeaderValueOption>& to_add,
    const google::protobuf::RepeatedPtrField<std::string>& to_remove, std::string_view field) {
  if (to_add.empty() && to_remove.empty()) return nullptr;
  auto edits = std::make_shared<HeaderEdits>();
  edits->add.reserve(static_cast<size_t>(to_add.size()));
  for (int i = 0; i < to_add.size(); ++i) {
    auto edit = CompileEdit(to_add[i]);
    if (!edit.ok()) return Annotate(edit.status(), StrCat(field, "_to_add[", i, "]"));
    if (edit->format == nullptr && edit->value.empty() && !edit->keeps_empty) continue;
    edits->add.push_back(*std::move(edit));
  }
  edits->remove.reserve(static_cast<size_t>(to_remove.size()));
  for (int i = 0; i < to_remove.size(); ++i) {
    auto name = CompileName(to_remove[i], /*is_added=*/false);
    if (!name.ok()) return Annotate(name.status(), StrCat(field, "_to_remove[", i, "]"));
    edits->remove.push_back(*std::move(name));
  }
  if (edits->empty()) return nullptr;
  return edits;
}

}  // namespace fairlead::route
