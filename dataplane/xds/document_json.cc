// The JSON side of Document: RFC 8259, strictly, in one pass.

#include "absl/strings/ascii.h"
#include "dataplane/base/status.h"
#include "dataplane/xds/document.h"

namespace fairlead::xds {
namespace {

class JsonReader {
 public:
  JsonReader(std::string_view text, DocumentBuilder& builder) : text_(text), builder_(builder) {}

  absl::Status Read() {
    FL_RETURN_IF_ERROR(ReadValue());
    SkipSpace();
    return at_ == text_.size() ? absl::OkStatus() : Fault("something follows the document's end");
  }

 private:
  absl::Status Fault(std::string_view what) const {
    const size_t line_start = text_.rfind('\n', at_ == 0 ? 0 : at_ - 1);
    const size_t column = line_start == std::string_view::npos ? at_ + 1 : at_ - line_start;
    return InvalidArgument(line_, ":", column, ": ", what);
  }

  void SkipSpace() {
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\n') {
        ++line_;
      } else if (c != ' ' && c != '\t' && c != '\r') {
        return;
      }
    }
  }
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool Take(char c) {
    SkipSpace();
    if (Peek() != c || at_ >= text_.size()) return false;
    ++at_;
    return true;
  }

  absl::Status ReadValue() {
    SkipSpace();
    if (builder_.depth() >= Document::kDepthMax) {
      return Fault(StrCat("nested more than ", Document::kDepthMax, " levels deep"));
    }
    if (builder_.IsOverLimit()) return Fault(StrCat("more than ", Document::kNodesMax, " values"));
    switch (Peek()) {
      case '{':
        return ReadMap();
      case '[':
        return ReadList();
      case '"':
        return ReadString();
      default:
        return ReadWord();
    }
  }

  absl::Status ReadMap() {
    builder_.Open(Document::Kind::kMap, line_);
    ++at_;
    if (!Take('}')) {
      do {
        SkipSpace();
        if (Peek() != '"') return Fault("a name in double quotes is expected");
        FL_RETURN_IF_ERROR(ReadString());
        if (!Take(':')) return Fault("':' is expected");
        FL_RETURN_IF_ERROR(ReadValue());
      } while (Take(','));
      if (!Take('}')) return Fault("',' or '}' is expected");
    }
    builder_.Close();
    return absl::OkStatus();
  }

  absl::Status ReadList() {
    builder_.Open(Document::Kind::kList, line_);
    ++at_;
    if (!Take(']')) {
      do {
        FL_RETURN_IF_ERROR(ReadValue());
      } while (Take(','));
      if (!Take(']')) return Fault("',' or ']' is expected");
    }
    builder_.Close();
    return absl::OkStatus();
  }

  // null, true, false or a number; the last is judged in full where its field's type is known.
  absl::Status ReadWord() {
    const size_t start = at_;
    while (at_ < text_.size() && (absl::ascii_isalnum(static_cast<unsigned char>(text_[at_])) ||
                                  text_[at_] == '-' || text_[at_] == '+' || text_[at_] == '.')) {
      ++at_;
    }
    const std::string_view word = text_.substr(start, at_ - start);
    const char c = word.empty() ? '\0' : word.front();
    if (word == "null") {
      builder_.Scalar(Document::Kind::kNull, line_, "");
    } else if (word == "true" || word == "false" || c == '-' ||
               absl::ascii_isdigit(static_cast<unsigned char>(c))) {
      builder_.Scalar(Document::Kind::kPlain, line_, word);
    } else {
      at_ = start;
      return Fault("a value is expected");
    }
    return absl::OkStatus();
  }

  absl::Status ReadString() {
    ++at_;
    const size_t start = at_;
    while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
           static_cast<unsigned char>(text_[at_]) >= 0x20) {
      ++at_;
    }
    if (Peek() == '"' && at_ < text_.size()) {  // Nothing to unescape.
      builder_.Scalar(Document::Kind::kQuoted, line_, text_.substr(start, at_ - start));
      ++at_;
      return absl::OkStatus();
    }
    std::string value(text_.substr(start, at_ - start));
    while (true) {
      if (at_ >= text_.size()) return Fault("a string does not end");
      const char c = text_[at_++];
      if (c == '"') break;
      if (static_cast<unsigned char>(c) < 0x20) return Fault("a control character in a string");
      if (c != '\\') {
        value.push_back(c);
      } else if (!Unescape(value)) {
        return Fault("a bad escape in a string");
      }
    }
    builder_.Scalar(Document::Kind::kQuoted, line_, value);
    return absl::OkStatus();
  }

  bool Unescape(std::string& value) {
    if (at_ >= text_.size()) return false;
    const char c = text_[at_++];
    switch (c) {
      case '"':
      case '\\':
      case '/':
        value.push_back(c);
        return true;
      case 'b':
        value.push_back('\b');
        return true;
      case 'f':
        value.push_back('\f');
        return true;
      case 'n':
        value.push_back('\n');
        return true;
      case 'r':
        value.push_back('\r');
        return true;
      case 't':
        value.push_back('\t');
        return true;
      case 'u':
        return UnescapeUnicode(value);
      default:
        return false;
    }
  }

  bool ReadHex(uint32_t& code) {
    code = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const auto c = static_cast<unsigned char>(Peek());
      if (!absl::ascii_isxdigit(c)) return false;
      code = code * 16 + (absl::ascii_isdigit(c) ? c - '0' : absl::ascii_tolower(c) - 'a' + 10);
    }
    return true;
  }

  // A surrogate pair is one character (RFC 8259 section 7); a lone half is refused.
  bool UnescapeUnicode(std::string& value) {
    uint32_t code;
    if (!ReadHex(code) || (code >= 0xdc00 && code < 0xe000)) return false;
    if (code >= 0xd800 && code < 0xdc00) {
      uint32_t low;
      if (text_.substr(at_, 2) != "\\u") return false;
      at_ += 2;
      if (!ReadHex(low) || low < 0xdc00 || low >= 0xe000) return false;
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    const auto put = [&](uint32_t byte) { value.push_back(static_cast<char>(byte)); };
    if (code < 0x80) {
      put(code);
    } else if (code < 0x800) {
      put(0xc0 | code >> 6);
      put(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
      put(0xe0 | code >> 12);
      put(0x80 | (code >> 6 & 0x3f));
      put(0x80 | (code & 0x3f));
    } else {
      put(0xf0 | code >> 18);
      put(0x80 | (code >> 12 & 0x3f));
      put(0x80 | (code >> 6 & 0x3f));
      put(0x80 | (code & 0x3f));
    }
    return true;
  }

  const std::string_view text_;
  DocumentBuilder& builder_;
  size_t at_ = 0;
  int line_ = 1;
};

}  // namespace

absl::StatusOr<Document> Document::ParseJson(std::string_view text, std::string_view name,
                                             Rules rules) {
  FL_RETURN_IF_ERROR(CheckText(text, name));
  DocumentBuilder builder(name, rules);
  if (absl::Status status = JsonReader(text, builder).Read(); !status.ok()) {
    return InvalidArgument(name, ":", status.message());
  }
  return builder.Take();
}

}  // namespace fairlead::xds
