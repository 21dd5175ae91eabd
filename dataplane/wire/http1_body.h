#ifndef FAIRLEAD_DATAPLANE_WIRE_HTTP1_BODY_H_
#define FAIRLEAD_DATAPLANE_WIRE_HTTP1_BODY_H_

// The body of an HTTP/1 message, read from a socket as it is pulled: by length, in chunks, or until
// the end of the stream.
//
//     body.Start(socket, buffer, framing, keeps_trailers, limits);  // the head has been taken
//     ... TryRead / Read (codec/body.h) ...
//     body.is_complete()                                   // the next message starts at the
//     buffer's begin
//
// Reads grow with the body: what is known to be large is read 128 KiB at a time. One object serves
// one message after another. Thread: worker. Owned by the exchange; socket and buffer by the
// connection.

#include <cstdint>

#include "dataplane/codec/body.h"
#include "dataplane/codec/http1/chunked_decoder.h"
#include "dataplane/codec/http1/parser.h"
#include "dataplane/codec/message.h"
#include "dataplane/event/socket.h"
#include "dataplane/net/buffer.h"

namespace fairlead::wire {

class Http1Body final : public codec::BodyReader {
 public:
  void Start(event::Socket& socket, net::ReadBuffer& in, codec::Framing framing,
             bool keeps_trailers, const codec::http1::HeadLimits& trailer_limits);

  // Forgets the message, whose socket and buffer may go away: nothing more is read from them.
  void Clear();

  bool TryRead(codec::BodyPiece& piece) override;
  event::Task<codec::BodyPiece> Read() override;
  // Null when there were none, or they are not kept; checked they are always.
  codec::HeaderMap* trailers() override {
    return keeps_trailers_ && !trailers_.empty() ? &trailers_ : nullptr;
  }

  // The whole body has been read.
  bool is_complete() const { return state_ == State::kComplete; }
  uint64_t bytes_read() const { return bytes_read_; }
  // With the framing and trailers.
  uint64_t wire_bytes_read() const { return bytes_read_ + framing_bytes_; }
  // Why the last piece was kFailed: kNone when the stream broke off, else what was wrong with the
  // framing.
  codec::http1::ParseError error() const { return error_; }
  // It was because there was no buffer to read into.
  bool is_out_of_buffers() const { return is_out_of_buffers_; }

 private:
  enum class State : uint8_t { kReading, kComplete, kFailed };

  bool TakeLength(codec::BodyPiece& piece);
  bool TakeChunked(codec::BodyPiece& piece);
  bool End(codec::BodyPiece& piece, State state);
  size_t ReadSize() const;

  event::Socket* socket_ = nullptr;
  net::ReadBuffer* in_ = nullptr;
  codec::Framing framing_;
  uint64_t remaining_ = 0;
  uint64_t bytes_read_ = 0;
  uint64_t framing_bytes_ = 0;
  size_t trailer_fields_max_ = 0;
  bool keeps_trailers_ = false;
  bool is_out_of_buffers_ = false;
  codec::http1::ChunkedDecoder chunks_;
  codec::HeaderMap trailers_;
  // The bytes that the trailers point into.
  net::Slice trailer_block_;
  codec::http1::ParseError error_ = codec::http1::ParseError::kNone;
  State state_ = State::kComplete;
};

}  // namespace fairlead::wire

#endif  // FAIRLEAD_DATAPLANE_WIRE_HTTP1_BODY_H_
