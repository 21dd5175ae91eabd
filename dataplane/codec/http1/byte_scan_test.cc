#include "dataplane/codec/http1/byte_scan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace fairlead::codec::http1 {
namespace {

constexpr uint32_t kSeed = 20240229;

// Texts in which the bytes that matter are frequent, of every length around the vector sizes.
class RandomTexts {
 public:
  explicit RandomTexts(std::string_view alphabet) : alphabet_(alphabet), random_(kSeed) {}

  std::string Next() {
    std::string text(random_() % 150, ' ');
    const bool is_plain = random_() % 2 == 0;  // long stretches without anything special
    for (char& c : text) {
      c = is_plain && random_() % 32 != 0 ? 'a' : alphabet_[random_() % alphabet_.size()];
    }
    return text;
  }

 private:
  const std::string alphabet_;
  std::mt19937 random_;
};

std::string AllBytes() {
  std::string all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<char>(i));
  return all;
}

// The rule of FindHeadEnd, byte by byte.
size_t FindHeadEndSlowly(std::string_view text, size_t begin) {
  size_t line = begin;
  for (size_t i = begin; i < text.size(); ++i) {
    const bool after_cr = i > begin && text[i - 1] == '\r';
    if (after_cr != (text[i] == '\n')) return kBareLineEnd;
    if (text[i] != '\n') continue;
    if (i - 1 == line) return i + 1;
    line = i + 1;
  }
  return kNoHeadEnd;
}

TEST(ByteScanTest, FindControlAgreesWithThePlainVersion) {
  RandomTexts texts(AllBytes());
  for (int i = 0; i < 20000; ++i) {
    const std::string text = texts.Next();
    const char* const end = text.data() + text.size();
    ASSERT_EQ(FindControl(text.data(), end), plain::FindControl(text.data(), end)) << text;
  }
}

TEST(ByteScanTest, FindTargetEndAgreesWithThePlainVersion) {
  RandomTexts texts(AllBytes());
  for (int i = 0; i < 20000; ++i) {
    const std::string text = texts.Next();
    const char* const end = text.data() + text.size();
    ASSERT_EQ(FindTargetEnd(text.data(), end), plain::FindTargetEnd(text.data(), end)) << text;
  }
}

TEST(ByteScanTest, LowerNameAgreesWithThePlainVersion) {
  RandomTexts texts("aZA-Bz09_.!:\x80" + AllBytes());
  for (int i = 0; i < 20000; ++i) {
    std::string fast = texts.Next();
    std::string slow = fast;
    const char* const fast_end = LowerName(fast.data(), fast.data() + fast.size());
    const char* const slow_end = plain::LowerName(slow.data(), slow.data() + slow.size());
    ASSERT_EQ(fast_end - fast.data(), slow_end - slow.data()) << slow;
    ASSERT_EQ(fast, slow);
  }
}

TEST(ByteScanTest, EveryByteIsJudgedAlikeAtEveryPosition) {
  for (int byte = 0; byte < 256; ++byte) {
    for (size_t at = 0; at < 40; ++at) {
      std::string text(40, 'a');
      text[at] = static_cast<char>(byte);
      const char* const begin = text.data();
      const char* const end = begin + text.size();
      ASSERT_EQ(FindControl(begin, end), plain::FindControl(begin, end)) << byte;
      ASSERT_EQ(FindTargetEnd(begin, end), plain::FindTargetEnd(begin, end)) << byte;
    }
  }
}

TEST(ByteScanTest, EveryWayToFindTheHeadEndAgrees) {
  RandomTexts texts("\r\n\r\n\r\nab");
  for (int i = 0; i < 50000; ++i) {
    std::string text = texts.Next();
    if (i % 2 == 0) {  // mostly sound line ends
      std::string sound;
      for (const char c : text) sound += c == '\n' || c == '\r' ? "\r\n" : std::string(1, c);
      text = sound;
    }
    const size_t begin = std::min<size_t>(text.size(), static_cast<size_t>(i) % 3);
    const size_t expected = FindHeadEndSlowly(text, begin);
    ASSERT_EQ(internal::FindHeadEndPlain(text.data(), begin, begin, text.size()), expected);
    ASSERT_EQ(internal::FindHeadEndSse2(text.data(), begin, begin, text.size()), expected);
    ASSERT_EQ(internal::FindHeadEndAvx2(text.data(), begin, begin, text.size()), expected);
    ASSERT_EQ(FindHeadEnd(text.data(), begin, begin, text.size()), expected);
  }
}

TEST(ByteScanTest, TheSearchGoesOnWhereItStopped) {
  RandomTexts texts("\r\n\r\n\r\nab");
  for (int i = 0; i < 3000; ++i) {
    const std::string text = texts.Next();
    const size_t whole = FindHeadEnd(text.data(), 0, 0, text.size());
    for (size_t split = 0; split <= text.size(); ++split) {
      size_t found = FindHeadEnd(text.data(), 0, 0, split);
      if (found == kNoHeadEnd) found = FindHeadEnd(text.data(), 0, split, text.size());
      ASSERT_EQ(found, whole) << "split at " << split;
    }
  }
}

}  // namespace
}  // namespace fairlead::codec::http1
