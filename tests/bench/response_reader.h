#ifndef FAIRLEAD_TESTS_BENCH_RESPONSE_READER_H_
#define FAIRLEAD_TESTS_BENCH_RESPONSE_READER_H_

// Finds where an HTTP/1.1 response ends and what it says, without keeping its body.
//
//   reader.Start();
//   while (reader.state() == ReadState::kMore) reader.Feed(bytes from the socket);
//
// For the load generator: written apart from the proxy's codec, so that a fault in one is seen by
// the other. Thread: any, one at a time. Limits: heads up to 64 KiB. Source: RFC 9112 section 6.3.

#include <cstdint>
#include <string>
#include <string_view>

namespace fairlead::bench {

enum class ReadState {
  kMore,      // the response goes on
  kComplete,  // it ended exactly with the last byte fed
  kBroken,    // not a response, or bytes after its end
};

class ResponseReader {
 public:
  // `counted_header`: the lower-case name of a header whose value is kept; empty for none.
  explicit ResponseReader(std::string counted_header = {})
      : counted_header_(std::move(counted_header)) {}

  void Start();
  void Feed(std::string_view bytes);
  // The peer closed: completes a response that is framed by the close, else breaks it.
  void FeedEnd();

  ReadState state() const { return state_; }
  // True before the first byte of the response.
  bool is_empty() const { return !has_bytes_; }
  int status() const { return status_; }
  // The peer will close after this response.
  bool closes() const { return closes_; }
  const std::string& counted_value() const { return counted_value_; }

 private:
  enum class Part { kHead, kLength, kChunkSize, kChunkData, kChunkEnd, kTrailers, kUntilClose };

  size_t FeedHead(std::string_view bytes);
  void ParseHead(std::string_view head);
  void ParseField(std::string_view line);
  size_t FeedChunked(std::string_view bytes);
  void EndLine();
  void Finish() { state_ = ReadState::kComplete; }
  void Break() { state_ = ReadState::kBroken; }

  const std::string counted_header_;
  ReadState state_ = ReadState::kMore;
  Part part_ = Part::kHead;
  bool has_bytes_ = false;
  std::string text_;  // an incomplete head, or an incomplete line between chunks
  uint64_t left_ = 0;
  bool has_length_ = false;
  bool is_chunked_ = false;
  int status_ = 0;
  bool closes_ = false;
  std::string counted_value_;
};

}  // namespace fairlead::bench

#endif  // FAIRLEAD_TESTS_BENCH_RESPONSE_READER_H_
