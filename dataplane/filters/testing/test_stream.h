#ifndef FAIRLEAD_DATAPLANE_FILTERS_TESTING_TEST_STREAM_H_
#define FAIRLEAD_DATAPLANE_FILTERS_TESTING_TEST_STREAM_H_

// A stream for tests of filters, on a clock that the test winds.
//
//     TestStream test;
//     test.Request("GET", "/a", {{"x-api-key", "k"}});
//     EXPECT_EQ(test.Run(filter), Verdict::kReplied);
//     EXPECT_EQ(test.body(), "Client authentication failed.");
//
// For filters that decide at once. Thread: the test's.

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "dataplane/event/loop.h"
#include "dataplane/filters/filter.h"
#include "dataplane/filters/stream.h"

namespace fairlead::filters::testing {

class TestStream {
 public:
  using Fields = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  TestStream();
  ~TestStream();

  // Begins a new exchange. Names are lower-case.
  void Request(std::string_view method, std::string_view path, const Fields& fields = {});
  // The filter's verdict on the request.
  Verdict Run(const Filter& filter, const route::FilterOverride* settings = nullptr);
  void Advance(event::Duration by);
  // Of the response made by Reply.
  std::string body();

 private:
  event::ManualTime time_;
  std::unique_ptr<event::Loop> loop_;

 public:
  Stream stream;
};

}  // namespace fairlead::filters::testing

#endif  // FAIRLEAD_DATAPLANE_FILTERS_TESTING_TEST_STREAM_H_
