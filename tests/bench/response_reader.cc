#include "tests/bench/response_reader.h"

#include <strings.h>

#include <algorithm>
#include <cstdlib>

namespace fairlead::bench {
namespace {

constexpr size_t kHeadMax = 64 << 10;

// The value of the field `line` if its name is `name`.
bool FieldIs(std::string_view line, std::string_view name, std::string_view& value) {
  if (line.size() <= name.size() || line[name.size()] != ':') return false;
  if (strncasecmp(line.data(), name.data(), name.size()) != 0) return false;
  value = line.substr(name.size() + 1);
  while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  while (!value.empty() && value.back() == ' ') value.remove_suffix(1);
  return true;
}

}  // namespace

void ResponseReader::Start() {
  state_ = ReadState::kMore;
  part_ = Part::kHead;
  has_bytes_ = false;
  text_.clear();
  closes_ = false;
}

void ResponseReader::Feed(std::string_view bytes) {
  if (!bytes.empty()) has_bytes_ = true;
  while (!bytes.empty()) {
    if (state_ != ReadState::kMore) return Break();
    size_t used = bytes.size();
    if (part_ == Part::kHead) {
      used = FeedHead(bytes);
    } else if (part_ == Part::kLength) {
      used = std::min<uint64_t>(left_, bytes.size());
      left_ -= used;
      if (left_ == 0) Finish();
    } else if (part_ != Part::kUntilClose) {
      used = FeedChunked(bytes);
    }
    bytes.remove_prefix(used);
  }
}

void ResponseReader::FeedEnd() {
  if (part_ == Part::kUntilClose) return Finish();
  Break();
}

size_t ResponseReader::FeedHead(std::string_view bytes) {
  if (text_.empty()) {
    size_t end = bytes.find("\r\n\r\n");
    if (end != std::string_view::npos) {
      ParseHead(bytes.substr(0, end + 2));
      return end + 4;
    }
  }
  // The end may lie across the seam.
  size_t before = text_.size();
  text_.append(bytes);
  size_t end = text_.find("\r\n\r\n", before < 3 ? 0 : before - 3);
  if (end == std::string::npos) {
    if (text_.size() > kHeadMax) Break();
    return bytes.size();
  }
  ParseHead(std::string_view(text_).substr(0, end + 2));
  text_.clear();
  return end + 4 - before;
}

void ResponseReader::ParseHead(std::string_view head) {
  size_t line_end = head.find("\r\n");
  if (head.substr(0, 7) != "HTTP/1." || line_end < 12) return Break();
  status_ = std::atoi(head.data() + 9);
  has_length_ = is_chunked_ = false;
  left_ = 0;
  closes_ = head[7] == '0';
  counted_value_.clear();
  for (size_t at = line_end + 2; at < head.size(); at = line_end + 2) {
    line_end = head.find("\r\n", at);
    ParseField(head.substr(at, line_end - at));
  }
  if (status_ >= 100 && status_ < 200) return;  // interim: another head follows
  if (status_ == 204 || status_ == 304) return Finish();
  if (is_chunked_) {
    part_ = Part::kChunkSize;
  } else if (!has_length_) {
    part_ = Part::kUntilClose;
    closes_ = true;
  } else if (left_ == 0) {
    Finish();
  } else {
    part_ = Part::kLength;
  }
}

void ResponseReader::ParseField(std::string_view line) {
  std::string_view value;
  if (FieldIs(line, "content-length", value)) {
    has_length_ = true;
    left_ = std::strtoull(value.data(), nullptr, 10);
  } else if (FieldIs(line, "transfer-encoding", value)) {
    is_chunked_ = strncasecmp(value.data(), "chunked", value.size()) == 0;
  } else if (FieldIs(line, "connection", value)) {
    closes_ = closes_ || strncasecmp(value.data(), "close", value.size()) == 0;
  } else if (!counted_header_.empty() && FieldIs(line, counted_header_, value)) {
    counted_value_ = value;
  }
}

size_t ResponseReader::FeedChunked(std::string_view bytes) {
  if (part_ == Part::kChunkData) {
    size_t used = std::min<uint64_t>(left_, bytes.size());
    left_ -= used;
    if (left_ == 0) part_ = Part::kChunkEnd;
    return used;
  }
  size_t end = bytes.find('\n');
  size_t used = end == std::string_view::npos ? bytes.size() : end + 1;
  text_.append(bytes.substr(0, used));
  if (text_.size() > kHeadMax) Break();
  if (end != std::string_view::npos) EndLine();
  return used;
}

void ResponseReader::EndLine() {
  bool is_blank = text_ == "\r\n";
  if (part_ == Part::kChunkSize) {
    char* stop = nullptr;
    left_ = std::strtoull(text_.c_str(), &stop, 16);
    if (stop == text_.c_str()) return Break();
    part_ = left_ == 0 ? Part::kTrailers : Part::kChunkData;
  } else if (part_ == Part::kChunkEnd) {
    if (!is_blank) return Break();
    part_ = Part::kChunkSize;
  } else if (is_blank) {
    Finish();
  }
  text_.clear();
}

}  // namespace fairlead::bench
