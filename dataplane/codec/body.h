#ifndef FAIRLEAD_DATAPLANE_CODEC_BODY_H_
#define FAIRLEAD_DATAPLANE_CODEC_BODY_H_

// A message's body, pulled by whoever consumes it. Pulling is the back-pressure: what is not asked
// for is not read.
//
//     BodyPiece piece;
//     if (!body.TryRead(piece)) piece = co_await body.Read();
//     switch (piece.kind) { kData: piece.data ... kEnd: body.trailers() ... kFailed: the sender
//     broke off or lied }
//
// TryRead yields what is there without waiting, and costs no coroutine. After kEnd or kFailed
// neither is called again. A filter that changes a body wraps the reader in one of its own.
//
// Thread: worker. Owned by the exchange.

#include <cstdint>

#include "dataplane/codec/header_map.h"
#include "dataplane/event/task.h"
#include "dataplane/net/buffer.h"

namespace fairlead::codec {

struct BodyPiece {
  enum class Kind : uint8_t { kData, kEnd, kFailed };
  Kind kind = Kind::kEnd;
  net::Slice data;
};

class BodyReader {
 public:
  virtual ~BodyReader() = default;
  virtual bool TryRead(BodyPiece& piece) = 0;
  virtual event::Task<BodyPiece> Read() = 0;
  // Fields after the body; null when there were none. Known after kEnd.
  virtual HeaderMap* trailers() { return nullptr; }
};

// A body that is all there: of local replies.
class BytesBody final : public BodyReader {
 public:
  void Set(net::Slice bytes) { bytes_ = std::move(bytes); }
  bool TryRead(BodyPiece& piece) override {
    piece.kind = bytes_.empty() ? BodyPiece::Kind::kEnd : BodyPiece::Kind::kData;
    piece.data = std::exchange(bytes_, net::Slice());
    return true;
  }
  event::Task<BodyPiece> Read() override {
    BodyPiece piece;
    TryRead(piece);
    co_return piece;
  }

 private:
  net::Slice bytes_;
};

}  // namespace fairlead::codec

#endif  // FAIRLEAD_DATAPLANE_CODEC_BODY_H_
