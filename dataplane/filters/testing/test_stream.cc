#include "dataplane/filters/testing/test_stream.h"

#include "dataplane/base/check.h"

namespace fairlead::filters::testing {

TestStream::TestStream() : loop_(event::NewEpollLoop(time_, /*seed=*/1)), stream(*loop_) {}
TestStream::~TestStream() = default;

void TestStream::Request(std::string_view method, std::string_view path, const Fields& fields) {
  stream.Clear();
  codec::RequestHead& head = stream.request;
  head.method = codec::LookupMethod(method);
  head.method_text = head.headers.Keep(method);
  head.path = head.headers.Keep(path);
  head.authority = "test.example";
  head.scheme = "http";
  for (const auto& [name, value] : fields) head.headers.Add(name, value);
}

Verdict TestStream::Run(const Filter& filter, const route::FilterOverride* settings) {
  const Decision decision = filter.OnRequest(stream, settings);
  FL_CHECK(!decision.pending.is_valid());
  return decision.verdict;
}

void TestStream::Advance(event::Duration by) {
  time_.Advance(by);
  loop_->timers().Advance(time_.Monotonic());
}

std::string TestStream::body() {
  std::string text;
  codec::BodyPiece piece;
  while (stream.response_body != nullptr && stream.response_body->TryRead(piece) &&
         piece.kind == codec::BodyPiece::Kind::kData) {
    text += piece.data.view();
  }
  return text;
}

}  // namespace fairlead::filters::testing
