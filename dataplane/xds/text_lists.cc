#include "dataplane/xds/text_lists.h"

#include <optional>
#include <utility>

namespace fairlead::xds {
namespace {

constexpr std::string_view kJsonSpace = " \t\r\n";

std::string_view Trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(kJsonSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kJsonSpace) - first + 1);
}

// Follows strings and brackets. Where the text is JSON, nothing else is needed.
class JsonLists {
 public:
  JsonLists(std::string_view text, std::string_view key) : text_(text), key_(key) {}

  std::vector<TextList> Find() {
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      bool is_good = true;
      if (c == '"') {
        is_good = SkipString();
      } else if (c == '{' || c == '[') {
        depth_ += list_.has_value() ? 1 : 0;
      } else if ((c == '}' || c == ']') && list_.has_value()) {
        is_good = depth_-- > 0 || Close();
      } else if (c == ',' && list_.has_value() && depth_ == 0) {
        is_good = EndEntry();
      }
      if (!is_good) return {};
    }
    return std::move(lists_);
  }

 private:
  // From behind its first quote; opens the list when this was its key.
  bool SkipString() {
    const size_t start = at_;
    while (true) {
      at_ = text_.find('"', at_);
      if (at_ == std::string_view::npos) return false;
      // It is part of the string behind an odd number of backslashes.
      size_t before = at_;
      while (before > start && text_[before - 1] == '\\') --before;
      if ((at_ - before) % 2 == 0) break;
      ++at_;
    }
    const std::string_view name = text_.substr(start, at_++ - start);
    if (list_.has_value() || name != key_) return true;
    if (TakeSign(':') && TakeSign('[')) {
      list_.emplace().begin = at_;
      entry_ = at_;
      depth_ = 0;
    }
    return true;
  }
  bool TakeSign(char sign) {
    const size_t next = text_.find_first_not_of(kJsonSpace, at_);
    if (next == std::string_view::npos || text_[next] != sign) return false;
    at_ = next + 1;
    return true;
  }
  // Behind the sign that ends it.
  bool EndEntry() {
    const std::string_view entry = Trimmed(text_.substr(entry_, at_ - 1 - entry_));
    entry_ = at_;
    list_->entries.push_back(entry);
    return !entry.empty();
  }
  bool Close() {
    list_->end = at_ - 1;
    const bool is_good = EndEntry();
    // Nothing in it at all: an empty list.
    if (is_good) lists_.push_back(*std::move(list_));
    const bool was_empty = !is_good && list_->entries.size() == 1;
    list_.reset();
    return is_good || was_empty;
  }

  const std::string_view text_;
  const std::string_view key_;
  size_t at_ = 0;
  // The list it is in, where its present entry begins, and how deep in that.
  std::optional<TextList> list_;
  size_t entry_ = 0;
  int depth_ = 0;
  std::vector<TextList> lists_;
};

// Follows lines and their indentation.
class BlockLists {
 public:
  BlockLists(std::string_view text, std::string_view key) : text_(text), key_(key) {}

  std::vector<TextList> Find() {
    // With anchors an entry may need another one; without a last line break a scalar may lack one.
    if (text_.find('&') != std::string_view::npos || text_.find('\r') != std::string_view::npos ||
        !text_.ends_with('\n')) {
      return {};
    }
    for (size_t start = 0; start < text_.size(); start = next_) {
      next_ = text_.find('\n', start) + 1;
      const size_t first = text_.find_first_not_of(' ', start);
      const std::string_view line = text_.substr(first, next_ - first);
      if (line[0] == '\n' || line[0] == '#') continue;
      if (line[0] == '\t' || !Line(start, first - start, line)) return {};
    }
    CloseAt(text_.size());
    return std::move(lists_);
  }

 private:
  // One with something on it, at `start`. False: this is not a text to find lists in.
  bool Line(size_t start, size_t indent, std::string_view line) {
    const bool is_first = !std::exchange(had_line_, true);
    if (indent == 0 && (line[0] == '%' || line.starts_with("...") || line.starts_with("---"))) {
      return is_first && line == "---\n";
    }
    if (is_awaited_) {
      is_awaited_ = false;
      if (indent >= key_indent_ && line.starts_with("- ")) {
        list_.emplace().begin = start;
        list_->indent = text_.substr(start, indent);
        entry_ = start;
        return true;
      }
    } else if (list_.has_value()) {
      if (indent > list_->indent.size()) return true;
      if (indent == list_->indent.size() && line[0] == '-') {
        EndEntryAt(start);
        return line.starts_with("- ");
      }
      CloseAt(start);
    }
    if (IsKey(line)) {
      is_awaited_ = true;
      key_indent_ = indent;
    }
    return true;
  }
  // "key:", with nothing but space or a comment behind it.
  bool IsKey(std::string_view line) const {
    if (!line.starts_with(key_) || line[key_.size()] != ':') return false;
    const std::string_view rest = line.substr(key_.size() + 1);
    const size_t first = rest.find_first_not_of(' ');
    return rest[first] == '\n' || (rest[first] == '#' && first > 0);
  }
  void EndEntryAt(size_t end) {
    list_->entries.push_back(text_.substr(entry_, end - entry_));
    entry_ = end;
  }
  void CloseAt(size_t end) {
    if (!list_.has_value()) return;
    EndEntryAt(end);
    list_->end = end;
    lists_.push_back(*std::exchange(list_, std::nullopt));
  }

  const std::string_view text_;
  const std::string_view key_;
  size_t next_ = 0;
  bool had_line_ = false;
  // The line before was the key.
  bool is_awaited_ = false;
  size_t key_indent_ = 0;
  std::optional<TextList> list_;
  size_t entry_ = 0;
  std::vector<TextList> lists_;
};

}  // namespace

bool LooksLikeJson(std::string_view text) {
  const size_t first = text.find_first_not_of(kJsonSpace);
  return first != std::string_view::npos && text[first] == '{';
}

std::vector<TextList> FindTextLists(std::string_view text, std::string_view key) {
  return LooksLikeJson(text) ? JsonLists(text, key).Find() : BlockLists(text, key).Find();
}

}  // namespace fairlead::xds
