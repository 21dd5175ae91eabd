#ifndef FAIRLEAD_DATAPLANE_CODEC_HTTP1_BYTE_SCAN_H_
#define FAIRLEAD_DATAPLANE_CODEC_HTTP1_BYTE_SCAN_H_

// The loops over bytes that an HTTP/1 parser spends its time in: 16 bytes at a time where the
// processor can (SSE2, which every x86-64 has; long stretches with AVX2, chosen once at run time),
// one by one elsewhere. `plain` holds the simple versions: what other processors use, and what the
// test compares with.
//
// No function reads or writes outside of [begin, end). Thread: any.

#include <cstddef>
#include <cstdint>

#include "dataplane/codec/http1/char_class.h"

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

namespace fairlead::codec::http1 {

namespace plain {

// The first control byte other than HTAB (and DEL is one); `end` when there is none.
inline const char* FindControl(const char* p, const char* end) {
  for (; p < end; ++p) {
    const auto c = static_cast<unsigned char>(*p);
    if ((c < 0x20 && c != '\t') || c == 0x7f) break;
  }
  return p;
}

// The first byte that may not stand in a request target; `end` when there is none.
inline const char* FindTargetEnd(const char* p, const char* end) {
  while (p < end && Is(*p, kTargetChar)) ++p;
  return p;
}

// Lower-cases a field name in place; returns the first byte that is not a token's.
inline char* LowerName(char* p, const char* end) {
  for (; p < end; ++p) {
    const char lower = TokenLower(*p);
    if (lower == 0) break;
    *p = lower;
  }
  return p;
}

}  // namespace plain

// FindHeadEnd: no empty line in there, or a CR without LF or a LF without CR before it.
inline constexpr size_t kNoHeadEnd = 0;
inline constexpr size_t kBareLineEnd = SIZE_MAX;

// Where the first empty line ends (the position behind its LF) in data[begin, size). A line starts
// at `begin`; [begin, from) has been searched before.
size_t FindHeadEnd(const char* data, size_t begin, size_t from, size_t size);

// The ways to do it, for the test and the benchmark.
namespace internal {
size_t FindHeadEndPlain(const char* data, size_t begin, size_t from, size_t size);
// Falls back to what the processor has.
size_t FindHeadEndSse2(const char* data, size_t begin, size_t from, size_t size);
size_t FindHeadEndAvx2(const char* data, size_t begin, size_t from, size_t size);
bool HasAvx2();
}  // namespace internal

#if defined(__x86_64__)

inline const char* FindControl(const char* p, const char* end) {
  const __m128i last_control = _mm_set1_epi8(0x1f);
  const __m128i tab = _mm_set1_epi8('\t');
  const __m128i del = _mm_set1_epi8(0x7f);
  for (; end - p >= 16; p += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(bytes, last_control), bytes);
    const __m128i bad =
        _mm_or_si128(_mm_andnot_si128(_mm_cmpeq_epi8(bytes, tab), low), _mm_cmpeq_epi8(bytes, del));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(bad));
    if (mask != 0) return p + __builtin_ctz(mask);
  }
  return plain::FindControl(p, end);
}

inline const char* FindTargetEnd(const char* p, const char* end) {
  for (; end - p >= 16; p += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    // As signed numbers, bytes from 0x80 on are below the space too.
    const __m128i low = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x21));
    const __m128i bad = _mm_or_si128(low, _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f)),
                                                       _mm_cmpeq_epi8(bytes, _mm_set1_epi8('#'))));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(bad));
    if (mask != 0) return p + __builtin_ctz(mask);
  }
  return plain::FindTargetEnd(p, end);
}

inline char* LowerName(char* p, const char* end) {
  const __m128i positions = _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const auto between = [](__m128i bytes, char first, char last) {
    return _mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8(static_cast<char>(first - 1))),
                         _mm_cmplt_epi8(bytes, _mm_set1_epi8(static_cast<char>(last + 1))));
  };
  while (end - p >= 16) {
    auto* at = reinterpret_cast<__m128i*>(p);
    const __m128i bytes = _mm_loadu_si128(at);
    const __m128i case_bit = _mm_and_si128(between(bytes, 'A', 'Z'), _mm_set1_epi8(0x20));
    const __m128i lower = _mm_or_si128(bytes, case_bit);
    // Letters, digits and "-" are what names are made of; other token bytes go through the table.
    const __m128i usual =
        _mm_or_si128(_mm_or_si128(between(lower, 'a', 'z'), between(lower, '0', '9')),
                     _mm_cmpeq_epi8(lower, _mm_set1_epi8('-')));
    const auto unusual = ~static_cast<unsigned>(_mm_movemask_epi8(usual));
    const int n = __builtin_ctz(unusual | 0x10000);
    const __m128i inside = _mm_cmplt_epi8(positions, _mm_set1_epi8(static_cast<char>(n)));
    _mm_storeu_si128(at, _mm_or_si128(bytes, _mm_and_si128(case_bit, inside)));
    p += n;
    if (n == 16) continue;
    if (TokenLower(*p) == 0) return p;
    ++p;
  }
  return plain::LowerName(p, end);
}

#else

inline const char* FindControl(const char* p, const char* end) {
  return plain::FindControl(p, end);
}
inline const char* FindTargetEnd(const char* p, const char* end) {
  return plain::FindTargetEnd(p, end);
}
inline char* LowerName(char* p, const char* end) { return plain::LowerName(p, end); }

#endif

}  // namespace fairlead::codec::http1

#endif  // FAIRLEAD_DATAPLANE_CODEC_HTTP1_BYTE_SCAN_H_
