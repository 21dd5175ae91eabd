#include "dataplane/route/uri_template.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "dataplane/base/status.h"
#include "re2/re2.h"

namespace fairlead::route {
namespace {

constexpr size_t kNameMax = 16;
// What may stand in a segment: pchar of RFC 3986.
constexpr std::string_view kMarks = "._~%!$&'()*+,;=:@-";
constexpr std::string_view kSegment = "[a-zA-Z0-9._~%!$&'()*+,;=:@-]+";
constexpr std::string_view kSegments = "[a-zA-Z0-9._~%!$&'()*+,;=:@/-]*";

bool IsSegmentCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         kMarks.find(c) != std::string_view::npos;
}

std::string Quoted(std::string_view literal) {
  return re2::RE2::QuoteMeta(re2::StringPiece(literal.data(), literal.size()));
}

absl::Status CheckName(std::string_view name) {
  const auto is_in_name = [](unsigned char c) { return absl::ascii_isalnum(c) || c == '_'; };
  if (name.size() > kNameMax || name.empty() ||
      !absl::ascii_isalpha(static_cast<unsigned char>(name[0])) ||
      !std::all_of(name.begin(), name.end(), is_in_name)) {
    return InvalidArgument("'", name, "' is no variable's name: a letter, then letters, digits, ",
                           "'_', at most ", kNameMax, " characters");
  }
  return absl::OkStatus();
}

// Reads a template from left to right and writes its regex.
class Reader {
 public:
  explicit Reader(std::string_view uri_template) : rest_(uri_template) {}

  absl::Status Read() {
    if (!rest_.starts_with('/')) return InvalidArgument("does not start with '/'");
    while (!rest_.empty()) {
      Take("/");
      // A "/" at the end stands for itself.
      if (rest_.empty()) break;
      FL_RETURN_IF_ERROR(ReadSegment());
    }
    return absl::OkStatus();
  }

  std::string regex;
  std::vector<std::string_view> names;

 private:
  // Moves past `text`, which comes next and stands for itself.
  void Take(std::string_view text) {
    rest_.remove_prefix(text.size());
    regex += Quoted(text);
  }

  absl::Status ReadSegment() {
    if (rest_[0] == '*') {
      FL_RETURN_IF_ERROR(ReadWildcard(rest_));
      if (rest_.empty() || rest_[0] == '/') return absl::OkStatus();
      FL_RETURN_IF_ERROR(ReadLiteral(rest_));
      if (rest_.empty()) return absl::OkStatus();
      return InvalidArgument("has text behind a wildcard that is not at the end");
    }
    if (rest_[0] != '{') FL_RETURN_IF_ERROR(ReadLiteral(rest_));
    if (!rest_.starts_with('{')) return absl::OkStatus();
    FL_RETURN_IF_ERROR(ReadVariable());
    if (rest_.empty() || rest_[0] == '/') return absl::OkStatus();
    FL_RETURN_IF_ERROR(ReadLiteral(rest_));
    if (!rest_.starts_with('{')) return absl::OkStatus();
    return InvalidArgument("has a segment with two variables");
  }

  absl::Status ReadWildcard(std::string_view& text) {
    if (has_segments_) return InvalidArgument("has a wildcard after '**'");
    has_segments_ = text.starts_with("**");
    text.remove_prefix(has_segments_ ? 2 : 1);
    regex += has_segments_ ? kSegments : kSegment;
    return absl::OkStatus();
  }

  absl::Status ReadLiteral(std::string_view& text) {
    const std::string_view literal = text.substr(0, text.find_first_of("/{"));
    if (literal.empty()) {
      return InvalidArgument(text.starts_with('{') ? "has a segment with two variables"
                                                   : "has an empty segment");
    }
    // A "*" here is no wildcard, and nobody would mean it as itself.
    const auto bad = std::find_if_not(literal.begin(), literal.end(),
                                      [](char c) { return IsSegmentCharacter(c) && c != '*'; });
    if (bad != literal.end()) {
      return InvalidArgument("'", literal, "' has a '", std::string_view(&*bad, 1),
                             "', which is not allowed there");
    }
    text.remove_prefix(literal.size());
    regex += Quoted(literal);
    return absl::OkStatus();
  }

  absl::Status ReadVariable() {
    const size_t end = rest_.find('}');
    if (end == std::string_view::npos) return InvalidArgument("has a '{' without '}'");
    const std::string_view inside = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    const size_t equals = inside.find('=');
    const std::string_view name = inside.substr(0, equals);
    FL_RETURN_IF_ERROR(CheckName(name));
    if (std::find(names.begin(), names.end(), name) != names.end()) {
      return InvalidArgument("has variable '", name, "' twice");
    }
    if (names.size() == size_t{kUriTemplateVariablesMax}) {
      return InvalidArgument("has more than ", kUriTemplateVariablesMax, " variables");
    }
    names.push_back(name);
    regex += '(';
    std::string_view parts = equals == std::string_view::npos ? "*" : inside.substr(equals + 1);
    if (parts.empty()) return InvalidArgument("variable '", name, "' has nothing after '='");
    while (true) {
      FL_RETURN_IF_ERROR(parts.starts_with('*') ? ReadWildcard(parts) : ReadLiteral(parts));
      if (parts.empty()) break;
      if (parts[0] != '/') return InvalidArgument("variable '", name, "' has text after '*'");
      parts.remove_prefix(1);
      regex += '/';
    }
    regex += ')';
    return absl::OkStatus();
  }

  std::string_view rest_;
  bool has_segments_ = false;
};

}  // namespace

absl::StatusOr<std::string> UriTemplateRegex(std::string_view uri_template) {
  Reader reader(uri_template);
  FL_RETURN_IF_ERROR(Annotate(reader.Read(), StrCat("'", uri_template, "'")));
  return std::move(reader.regex);
}

absl::StatusOr<std::string> UriTemplateSubstitution(std::string_view rewrite,
                                                    std::string_view uri_template) {
  Reader reader(uri_template);
  FL_RETURN_IF_ERROR(reader.Read());
  const std::string where = StrCat("'", rewrite, "'");
  if (!rewrite.starts_with('/')) return InvalidArgument(where, ": does not start with '/'");
  if (rewrite.find("//") != std::string_view::npos) return InvalidArgument(where, ": has '//'");
  std::string substitution;
  while (!rewrite.empty()) {
    if (rewrite[0] == '/' || IsSegmentCharacter(rewrite[0])) {
      substitution += rewrite[0];
      rewrite.remove_prefix(1);
      continue;
    }
    const size_t end = rewrite.find('}');
    if (rewrite[0] != '{' || end == std::string_view::npos) {
      return InvalidArgument(where, ": has a '", rewrite.substr(0, 1),
                             "', which is not allowed there");
    }
    const std::string_view name = rewrite.substr(1, end - 1);
    const auto found = std::find(reader.names.begin(), reader.names.end(), name);
    if (found == reader.names.end()) {
      return InvalidArgument(where, ": '", name, "' is no variable of the match's path_template '",
                             uri_template, "'");
    }
    StrAppend(&substitution, "\\", found - reader.names.begin() + 1);
    rewrite.remove_prefix(end + 1);
  }
  return substitution;
}

}  // namespace fairlead::route
