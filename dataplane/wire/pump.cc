#include "dataplane/wire/pump.h"

#include <array>
#include <span>

#include "dataplane/codec/http1/writer.h"

namespace fairlead::wire {
namespace {

using codec::BodyPiece;
using codec::BodyReader;
using codec::Framing;

// Pieces that go out in one write, and the chunks' lines among them.
class Batch {
 public:
  explicit Batch(PumpProgress& progress) : progress_(progress) {}

  void Add(net::Slice piece) {
    if (piece.empty()) return;
    progress_.wire_bytes += piece.size();
    pieces_[size_++] = std::move(piece);
  }
  void AddChunkLine(uint64_t chunk_size, bool is_first) {
    char* const line = lines_[size_].data();
    const size_t n = codec::http1::WriteChunkLine(line, chunk_size, is_first);
    Add(net::Slice::Static({line, n}));
  }
  // Room for a chunk: its line, its data, and the end of the body.
  bool has_room() const { return size_ + 3 <= pieces_.size(); }
  bool empty() const { return size_ == 0; }
  std::span<net::Slice> pieces() { return {pieces_.data(), size_}; }
  void Clear() {
    for (size_t i = 0; i < size_; ++i) pieces_[i] = net::Slice();
    size_ = 0;
  }

 private:
  static constexpr size_t kPieces = 16;
  PumpProgress& progress_;
  std::array<net::Slice, kPieces> pieces_;
  std::array<std::array<char, codec::http1::kChunkLineMax>, kPieces> lines_;
  size_t size_ = 0;
};

// Puts a message's pieces into batches, with the framing that belongs between them.
class Framer {
 public:
  explicit Framer(Framing framing) : is_chunked_(framing.kind == Framing::Kind::kChunked) {}

  void Add(Batch& batch, net::Slice data) {
    if (is_chunked_ && !data.empty()) {
      batch.AddChunkLine(data.size(), is_first_);
      is_first_ = false;
    }
    batch.Add(std::move(data));
  }
  // False when there is no buffer for the trailers.
  bool End(Batch& batch, const codec::HeaderMap* trailers) {
    if (!is_chunked_) return true;
    net::Slice end = codec::http1::WriteChunkedEnd(is_first_, trailers);
    const bool is_written = !end.empty();
    batch.Add(std::move(end));
    return is_written;
  }

 private:
  const bool is_chunked_;
  bool is_first_ = true;
};

}  // namespace

event::Task<PumpResult> SendMessage(net::Slice head, BodyReader& body, Framing framing,
                                    bool sends_trailers, event::Socket& socket,
                                    event::Watchdog& watchdog, PumpProgress& progress) {
  Batch batch(progress);
  Framer framer(framing);
  batch.Add(std::move(head));
  BodyPiece piece;
  bool is_over = !framing.has_body();
  bool has_piece = false;
  PumpResult result = PumpResult::kSent;
  while (true) {
    while (!is_over && batch.has_room() && (has_piece || body.TryRead(piece))) {
      has_piece = false;
      if (piece.kind == BodyPiece::Kind::kData) {
        if (progress.body_bytes == 0) progress.body_begin = watchdog.now();
        progress.body_bytes += piece.data.size();
        framer.Add(batch, std::move(piece.data));
        continue;
      }
      is_over = true;
      progress.body_end = watchdog.now();
      if (piece.kind == BodyPiece::Kind::kFailed) {
        result = PumpResult::kReadFailed;
      } else if (!framer.End(batch, sends_trailers ? body.trailers() : nullptr)) {
        result = PumpResult::kNoBuffer;
      }
    }
    if (!batch.empty()) {
      if (co_await socket.Write(batch.pieces()) != 0) {
        co_return PumpResult::kWriteFailed;
      }
      watchdog.Touch();
      batch.Clear();
    }
    if (is_over) co_return result;
    if (!body.TryRead(piece)) piece = co_await body.Read();
    watchdog.Touch();
    has_piece = true;
  }
}

}  // namespace fairlead::wire
