#include "dataplane/wire/http1_body.h"

#include <algorithm>
#include <cerrno>

namespace fairlead::wire {

using codec::BodyPiece;
using codec::Framing;
using codec::http1::ChunkedDecoder;
using codec::http1::ParseError;

void Http1Body::Start(event::Socket& socket, net::ReadBuffer& in, Framing framing,
                      bool keeps_trailers, const codec::http1::HeadLimits& trailer_limits) {
  socket_ = &socket;
  in_ = &in;
  framing_ = framing;
  remaining_ = framing.kind == Framing::Kind::kLength ? framing.length : 0;
  bytes_read_ = 0;
  framing_bytes_ = 0;
  trailer_fields_max_ = trailer_limits.fields_max;
  keeps_trailers_ = keeps_trailers;
  if (!trailers_.empty()) trailers_.Clear();
  trailer_block_ = net::Slice();
  error_ = ParseError::kNone;
  is_out_of_buffers_ = false;
  state_ = framing.has_body() ? State::kReading : State::kComplete;
  if (framing.kind == Framing::Kind::kChunked) chunks_.Reset(trailer_limits.head_bytes_max);
}

void Http1Body::Clear() {
  socket_ = nullptr;
  in_ = nullptr;
  bytes_read_ = 0;
  framing_bytes_ = 0;
  if (!trailers_.empty()) trailers_.Clear();
  trailer_block_ = net::Slice();
  error_ = ParseError::kNone;
  is_out_of_buffers_ = false;
  state_ = State::kComplete;
}

bool Http1Body::End(BodyPiece& piece, State state) {
  state_ = state;
  piece.kind = state == State::kComplete ? BodyPiece::Kind::kEnd : BodyPiece::Kind::kFailed;
  piece.data = net::Slice();
  return true;
}

bool Http1Body::TryRead(BodyPiece& piece) {
  if (state_ != State::kReading) return End(piece, state_);
  if (framing_.kind == Framing::Kind::kChunked) return TakeChunked(piece);
  return TakeLength(piece);
}

bool Http1Body::TakeLength(BodyPiece& piece) {
  if (in_->empty()) return false;
  size_t size = in_->size();
  if (framing_.kind == Framing::Kind::kLength) {
    size = static_cast<size_t>(std::min<uint64_t>(size, remaining_));
    remaining_ -= size;
    if (remaining_ == 0) state_ = State::kComplete;
  }
  bytes_read_ += size;
  piece.kind = BodyPiece::Kind::kData;
  piece.data = in_->TakeSlice(size);
  return true;
}

bool Http1Body::TakeChunked(BodyPiece& piece) {
  while (true) {
    const ChunkedDecoder::Step step = chunks_.Next(in_->data(), in_->size());
    if (step.skip > 0) in_->Consume(step.skip);
    framing_bytes_ += step.skip;
    switch (step.kind) {
      case ChunkedDecoder::Kind::kNeedMore:
        return false;
      case ChunkedDecoder::Kind::kData:
        bytes_read_ += step.size;
        piece.kind = BodyPiece::Kind::kData;
        piece.data = in_->TakeSlice(step.size);
        return true;
      case ChunkedDecoder::Kind::kTrailers:
        trailer_block_ = in_->TakeSlice(step.size);
        framing_bytes_ += step.size;
        error_ = codec::http1::ParseTrailers(trailer_block_.data(), trailer_block_.size(),
                                             trailer_fields_max_, trailers_);
        return End(piece, error_ == ParseError::kNone ? State::kComplete : State::kFailed);
      case ChunkedDecoder::Kind::kError:
        error_ = step.error;
        return End(piece, State::kFailed);
    }
  }
}

size_t Http1Body::ReadSize() const {
  // Of unknown length: small until it has shown to be large.
  return net::ReadSizeFor(framing_.kind == Framing::Kind::kLength ? remaining_ : bytes_read_);
}

event::Task<BodyPiece> Http1Body::Read() {
  BodyPiece piece;
  while (!TryRead(piece)) {
    const int64_t n = co_await socket_->Read(*in_, ReadSize());
    if (n > 0) continue;
    is_out_of_buffers_ = n == -ENOBUFS;
    const bool is_end = n == 0 && framing_.kind == Framing::Kind::kUntilClose;
    End(piece, is_end ? State::kComplete : State::kFailed);
    break;
  }
  co_return piece;
}

}  // namespace fairlead::wire
