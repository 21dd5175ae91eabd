#include "dataplane/codec/http1/byte_scan.h"

#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace fairlead::codec::http1 {
namespace internal {
namespace {

constexpr size_t kStep = 64;

// Bit i: byte i of a step is CR, is LF.
struct LineMasks {
  uint64_t cr = 0;
  uint64_t lf = 0;
};

inline LineMasks MasksPlain(const char* p) {
  LineMasks masks;
  for (size_t i = 0; i < kStep; ++i) {
    masks.cr |= static_cast<uint64_t>(p[i] == '\r') << i;
    masks.lf |= static_cast<uint64_t>(p[i] == '\n') << i;
  }
  return masks;
}

// The search, with line ends as bits: every LF must follow a CR and every CR be followed by LF, so
// the CRs moved by one are the LFs; and an empty line's LF stands two behind another LF. The masks
// of one step carry into the next.
template <LineMasks (*kMasks)(const char*)>
inline __attribute__((always_inline)) size_t Search(const char* data, size_t begin, size_t from,
                                                    size_t size) {
  const auto ends_line = [&](size_t behind) {  // the byte before data[behind]
    return behind == begin || (behind > begin && data[behind - 1] == '\n');
  };
  uint64_t carried_cr = from > begin && data[from - 1] == '\r' ? 1 : 0;
  uint64_t carried_lf = ends_line(from) ? 2 : 0;
  if (from > begin && ends_line(from - 1)) carried_lf |= 1;

  for (size_t at = from; at < size; at += kStep) {
    const size_t n = size - at;
    LineMasks masks;
    uint64_t valid = ~uint64_t{0};
    if (n >= kStep) {
      masks = kMasks(data + at);
    } else {
      char rest[kStep] = {};
      std::memcpy(rest, data + at, n);
      masks = kMasks(rest);
      valid = (uint64_t{1} << n) - 1;
    }
    const uint64_t bare = ((masks.cr << 1 | carried_cr) ^ masks.lf) & valid;
    const uint64_t end = masks.lf & (masks.lf << 2 | carried_lf);
    if ((bare | end) != 0) {
      const int bit = __builtin_ctzll(bare | end);
      if ((bare >> bit & 1) != 0) return kBareLineEnd;
      return at + static_cast<size_t>(bit) + 1;
    }
    carried_cr = masks.cr >> 63;
    carried_lf = masks.lf >> 62;
  }
  return kNoHeadEnd;
}

}  // namespace

size_t FindHeadEndPlain(const char* data, size_t begin, size_t from, size_t size) {
  return Search<MasksPlain>(data, begin, from, size);
}

#if defined(__x86_64__)

namespace {

inline LineMasks MasksSse2(const char* p) {
  const __m128i cr = _mm_set1_epi8('\r');
  const __m128i lf = _mm_set1_epi8('\n');
  LineMasks masks;
  for (int i = 0; i < 4; ++i) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p) + i);
    const auto crs = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, cr)));
    const auto lfs = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, lf)));
    masks.cr |= static_cast<uint64_t>(crs) << (16 * i);
    masks.lf |= static_cast<uint64_t>(lfs) << (16 * i);
  }
  return masks;
}

__attribute__((target("avx2"))) inline LineMasks MasksAvx2(const char* p) {
  const __m256i cr = _mm256_set1_epi8('\r');
  const __m256i lf = _mm256_set1_epi8('\n');
  LineMasks masks;
  for (int i = 0; i < 2; ++i) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p) + i);
    const auto crs = static_cast<unsigned>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, cr)));
    const auto lfs = static_cast<unsigned>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, lf)));
    masks.cr |= static_cast<uint64_t>(crs) << (32 * i);
    masks.lf |= static_cast<uint64_t>(lfs) << (32 * i);
  }
  return masks;
}

__attribute__((target("avx2"))) size_t SearchAvx2(const char* data, size_t begin, size_t from,
                                                  size_t size) {
  return Search<MasksAvx2>(data, begin, from, size);
}

}  // namespace

bool HasAvx2() {
  static const bool has = __builtin_cpu_supports("avx2") != 0;
  return has;
}

size_t FindHeadEndSse2(const char* data, size_t begin, size_t from, size_t size) {
  return Search<MasksSse2>(data, begin, from, size);
}

size_t FindHeadEndAvx2(const char* data, size_t begin, size_t from, size_t size) {
  if (!HasAvx2()) return FindHeadEndSse2(data, begin, from, size);
  return SearchAvx2(data, begin, from, size);
}

#else

bool HasAvx2() { return false; }

size_t FindHeadEndSse2(const char* data, size_t begin, size_t from, size_t size) {
  return FindHeadEndPlain(data, begin, from, size);
}

size_t FindHeadEndAvx2(const char* data, size_t begin, size_t from, size_t size) {
  return FindHeadEndPlain(data, begin, from, size);
}

#endif

}  // namespace internal

size_t FindHeadEnd(const char* data, size_t begin, size_t from, size_t size) {
  return internal::FindHeadEndAvx2(data, begin, from, size);
}

}  // namespace fairlead::codec::http1
