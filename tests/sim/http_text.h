#ifndef FAIRLEAD_TESTS_SIM_HTTP_TEXT_H_
#define FAIRLEAD_TESTS_SIM_HTTP_TEXT_H_

// HTTP/1 as the simulated clients and upstreams speak it: plain, and sharing no line with the
// engine under test.
//
//     TextConnection connection(loop, std::move(socket));
//     if (co_await connection.ReadHead(head)) ...
//     BodyEnd end = co_await connection.ReadBody(framing, check);
//
// Thread: the loop's.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dataplane/event/loop.h"
#include "dataplane/event/task.h"

namespace fairlead::sim {

struct Head {
  std::string start;
  // Names in lower case.
  std::vector<std::pair<std::string, std::string>> fields;

  // Empty when it is not there.
  std::string_view Get(std::string_view name) const;
  uint64_t Number(std::string_view name) const;
  // Of a response.
  int status() const;
  // False when it is not well-formed.
  static bool Parse(std::string_view text, Head& head);
};

struct BodyFraming {
  enum class Kind : uint8_t { kNone, kLength, kChunked, kUntilEnd };
  Kind kind = Kind::kNone;
  uint64_t length = 0;

  // By the fields; without any, `otherwise`.
  static BodyFraming Of(const Head& head, Kind otherwise);
};

enum class BodyEnd : uint8_t { kWhole, kBrokenOff, kMalformed };

class TextConnection {
 public:
  // Called when a read has waited for `patience`: true to go on waiting.
  using OnImpatience = std::function<bool()>;

  TextConnection(event::Loop& loop, std::unique_ptr<event::Socket> socket)
      : loop_(loop), socket_(std::move(socket)) {}

  event::Socket& socket() { return *socket_; }
  void SetPatience(event::Duration patience, OnImpatience on_impatience);
  // Waits so long before each read, and reads less.
  void ReadSlowly(event::Duration pause) { pause_ = pause; }

  // False at the end of the stream, on an error, and when patience is lost.
  event::Task<bool> ReadHead(Head& head);
  // `take` gets the body's bytes as they come.
  event::Task<BodyEnd> ReadBody(BodyFraming framing,
                                std::function<void(std::string_view bytes)> take);
  // Reads until the end; false when there were bytes.
  event::Task<bool> ReadToEnd();
  // False when it could not be written.
  event::Task<bool> Write(std::string bytes);

  const std::string& unread() const { return buffer_; }
  // The last read that failed came to an orderly end.
  bool has_ended() const { return result_ == 0; }
  bool is_out_of_patience() const { return is_out_of_patience_; }

 private:
  event::Task<bool> Fill();
  event::Task<bool> ReadLine(std::string& line);

  event::Loop& loop_;
  std::unique_ptr<event::Socket> socket_;
  net::ReadBuffer in_;
  std::string buffer_;
  event::Duration patience_{};
  event::Duration pause_{};
  OnImpatience on_impatience_;
  int64_t result_ = 1;
  bool is_out_of_patience_ = false;
};

// A body in chunks of sizes that depend on the token.
std::string Chunked(std::string_view body, uint64_t token);

}  // namespace fairlead::sim

#endif  // FAIRLEAD_TESTS_SIM_HTTP_TEXT_H_
