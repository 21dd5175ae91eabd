#ifndef FAIRLEAD_DATAPLANE_WIRE_REPLAY_BODY_H_
#define FAIRLEAD_DATAPLANE_WIRE_REPLAY_BODY_H_

// A body of which the first pieces have been pulled already, for a second attempt to send it.
//
//     body.Set(std::move(progress.unsent), source);     // pump.h
//     ... TryRead / Read: the pieces, then what the source still has ...
//
// Thread: worker. The source outlives it.

#include <utility>
#include <vector>

#include "dataplane/codec/body.h"
#include "dataplane/wire/pump.h"

namespace fairlead::wire {

class ReplayBody final : public codec::BodyReader {
 public:
  // `source` may be this object: then only the pieces are new.
  void Set(PumpProgress::Unsent unsent, codec::BodyReader& source) {
    if (&source != this) source_ = &source;
    unsent_ = std::move(unsent);
    next_ = 0;
  }
  void Clear() {
    unsent_ = {};
    next_ = 0;
    source_ = nullptr;
  }

  bool TryRead(codec::BodyPiece& piece) override {
    if (next_ < unsent_.pieces.size()) {
      piece.kind = codec::BodyPiece::Kind::kData;
      piece.data = std::move(unsent_.pieces[next_++]);
      return true;
    }
    if (!unsent_.has_end) return source_->TryRead(piece);
    piece.kind = codec::BodyPiece::Kind::kEnd;
    piece.data = net::Slice();
    return true;
  }
  event::Task<codec::BodyPiece> Read() override {
    codec::BodyPiece piece;
    if (TryRead(piece)) co_return piece;
    co_return co_await source_->Read();
  }
  codec::HeaderMap* trailers() override { return source_->trailers(); }

 private:
  PumpProgress::Unsent unsent_;
  size_t next_ = 0;
  codec::BodyReader* source_ = nullptr;
};

}  // namespace fairlead::wire

#endif  // FAIRLEAD_DATAPLANE_WIRE_REPLAY_BODY_H_
