#include "dataplane/observe/log_format.h"

#include <charconv>
#include <utility>

#include "absl/strings/ascii.h"
#include "dataplane/base/status.h"
#include "dataplane/observe/escape.h"

namespace fairlead::observe {
namespace {

// One operator as it is written: %name(parameters):length%.
struct WrittenOperator {
  std::string_view name;
  std::optional<std::string_view> parameters;
  std::optional<size_t> length;
  // With both percent signs.
  size_t size = 0;
};

bool IsNameCharacter(char c) {
  return absl::ascii_isupper(static_cast<unsigned char>(c)) ||
         absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '_';
}

// ":40%" or "%", after the parameters. Returns the length of what it took; 0 when it is not one.
size_t ReadEnd(std::string_view text, std::optional<size_t>& length) {
  length.reset();
  if (text.starts_with('%')) return 1;
  if (!text.starts_with(':')) return 0;
  size_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data() + 1, end, number);
  if (error != std::errc() || at == end || *at != '%') return 0;
  length = number;
  return static_cast<size_t>(at - text.data()) + 1;
}

// Parameters may have parentheses and percent signs in them: they go on to the first ")" that is
// followed by an end.
absl::StatusOr<WrittenOperator> ReadOperator(std::string_view text) {
  WrittenOperator op;
  size_t at = 1;
  while (at < text.size() && IsNameCharacter(text[at])) ++at;
  op.name = text.substr(1, at - 1);
  if (op.name.empty()) {
    return InvalidArgument("a lone %; an operator is written %NAME%, a percent sign %%");
  }
  if (at < text.size() && text[at] == '(') {
    const size_t begin = at + 1;
    size_t close = begin;
    while ((close = text.find(')', close)) != std::string_view::npos) {
      if (const size_t end = ReadEnd(text.substr(close + 1), op.length); end > 0) {
        op.parameters = text.substr(begin, close - begin);
        op.size = close + 1 + end;
        return op;
      }
      ++close;
    }
    return InvalidArgument("operator %", op.name,
                           "( has no )% to end it, or a length that is no "
                           "number");
  }
  const size_t end = ReadEnd(text.substr(at), op.length);
  if (end == 0) return InvalidArgument("operator %", op.name, " has no % to end it");
  op.size = at + end;
  return op;
}

}  // namespace

absl::StatusOr<LogFormat> LogFormat::Compile(std::string_view text, Empty empty) {
  LogFormat format;
  format.empty_ = empty;
  std::string literal;
  const auto end_literal = [&] {
    if (!literal.empty()) format.parts_.emplace_back(std::exchange(literal, std::string()));
  };
  for (size_t i = 0; i < text.size();) {
    if (text[i] != '%') {
      const size_t next = std::min(text.find('%', i), text.size());
      literal += text.substr(i, next - i);
      i = next;
      continue;
    }
    if (text.substr(i).starts_with("%%")) {
      literal += '%';
      i += 2;
      continue;
    }
    const std::string where = StrCat("at position ", i);
    auto written = ReadOperator(text.substr(i));
    if (!written.ok()) return Annotate(written.status(), where);
    auto op = LogOperator::Compile(written->name, written->parameters, written->length);
    if (!op.ok()) return Annotate(op.status(), where);
    end_literal();
    format.parts_.emplace_back(*std::move(op));
    i += written->size;
  }
  end_literal();
  return format;
}

namespace {

void AppendNumber(uint64_t number, std::string& out) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof(digits), number).ptr);
}

void AppendBytes(std::string_view text, std::string& out) { out += text; }

}  // namespace

template <LogFormat::AppendPart append_literal, LogFormat::AppendPart append_value>
void LogFormat::AppendTo(const LogEntry& entry, std::string& out) const {
  LogScratch scratch;
  for (const Part& part : parts_) {
    if (const auto* literal = std::get_if<std::string>(&part)) {
      append_literal(*literal, out);
      continue;
    }
    const LogValue value = std::get<LogOperator>(part).Evaluate(entry, scratch);
    switch (value.kind) {
      case LogValue::Kind::kMissing:
        if (empty_ == Empty::kDash) out += '-';
        break;
      case LogValue::Kind::kText:
        append_value(value.text, out);
        break;
      case LogValue::Kind::kJson:
        append_value(value.text.substr(0, value.shown_max), out);
        break;
      case LogValue::Kind::kNumber:
        AppendNumber(value.number, out);
        break;
    }
  }
}

void LogFormat::AppendText(const LogEntry& entry, std::string& out) const {
  AppendTo<&AppendBytes, &AppendLineText>(entry, out);
}

void LogFormat::AppendPlain(const LogEntry& entry, std::string& out) const {
  AppendTo<&AppendBytes, &AppendBytes>(entry, out);
}

void LogFormat::AppendJson(const LogEntry& entry, std::string& out) const {
  AppendTo<&AppendJsonText, &AppendJsonText>(entry, out);
}

bool LogFormat::is_constant() const {
  return parts_.empty() || (parts_.size() == 1 && std::holds_alternative<std::string>(parts_[0]));
}

std::string_view LogFormat::constant() const {
  return parts_.empty() ? std::string_view() : std::get<std::string>(parts_[0]);
}

const LogOperator* LogFormat::single() const {
  return parts_.size() == 1 ? std::get_if<LogOperator>(&parts_[0]) : nullptr;
}

}  // namespace fairlead::observe
