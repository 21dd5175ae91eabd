#include "dataplane/wire/pump.h"

#include <array>
#include <span>
#include <utility>
#include <vector>

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

  void Add(net::Slice piece, bool is_body = false) {
    if (piece.empty()) return;
    progress_.wire_bytes += piece.size();
    if (is_body) body_pieces_ |= 1u << size_;
    if (size_ == 0) first_size_ = piece.size();
    pieces_[size_++] = std::move(piece);
  }
  void AddChunkLine(uint64_t chunk_size, bool is_first) {
    // With its data it is two pieces.
    char* const line = lines_[size_ / 2].data();
    const size_t n = codec::http1::WriteChunkLine(line, chunk_size, is_first);
    Add(net::Slice::Static({line, n}));
  }
  // Nothing of it has left, of which a write says that so many pieces are left.
  bool is_whole(size_t pieces_left) const {
    return pieces_left == size_ && size_ > 0 && pieces_[0].size() == first_size_;
  }
  void TakeBody(std::vector<net::Slice>& to) {
    for (size_t i = 0; i < size_; ++i) {
      if ((body_pieces_ >> i & 1) != 0) to.push_back(std::move(pieces_[i]));
    }
  }
  // Room for a chunk: its line, its data, and the end of the body.
  bool has_room() const { return size_ + 3 <= pieces_.size(); }
  bool empty() const { return size_ == 0; }
  std::span<net::Slice> pieces() { return {pieces_.data(), size_}; }
  void Clear() {
    for (size_t i = 0; i < size_; ++i) pieces_[i] = net::Slice();
    size_ = 0;
    body_pieces_ = 0;
  }

 private:
  static constexpr size_t kPieces = 16;
  PumpProgress& progress_;
  std::array<net::Slice, kPieces> pieces_;
  std::array<std::array<char, codec::http1::kChunkLineMax>, kPieces / 2> lines_;
  size_t size_ = 0;
  // By position.
  uint32_t body_pieces_ = 0;
  size_t first_size_ = 0;
};

// Looks, when a first write is over, fails or is given up, whether all of it is still here.
class FirstWrite {
 public:
  FirstWrite(const event::Socket::WriteAwaiter& write, Batch& batch, PumpProgress* progress)
      : write_(write), batch_(batch), progress_(progress) {}
  FirstWrite(const FirstWrite&) = delete;
  FirstWrite& operator=(const FirstWrite&) = delete;
  ~FirstWrite() {
    if (progress_ == nullptr || !batch_.is_whole(write_.pieces_left())) return;
    progress_->is_unsent = true;
    batch_.TakeBody(progress_->unsent.pieces);
  }

 private:
  const event::Socket::WriteAwaiter& write_;
  Batch& batch_;
  PumpProgress* const progress_;
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
    batch.Add(std::move(data), /*is_body=*/true);
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
  bool is_first = true;
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
      auto write = socket.Write(batch.pieces());
      // What could not be read in full is not to be sent again.
      const bool may_be_sent_again = is_first && result == PumpResult::kSent;
      progress.unsent.has_end = is_over;
      const FirstWrite first(write, batch, may_be_sent_again ? &progress : nullptr);
      if (co_await write != 0) co_return PumpResult::kWriteFailed;
      is_first = false;
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
