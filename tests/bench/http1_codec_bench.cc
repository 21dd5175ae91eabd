// What one head costs: parsed, written, and the parts of it.
//
//     bazel run -c opt //tests/bench:http1_codec_bench

#include <benchmark/benchmark.h>

#include <cstring>
#include <string>
#include <string_view>

#include "dataplane/codec/header_names.h"
#include "dataplane/codec/http1/byte_scan.h"
#include "dataplane/codec/http1/chunked_decoder.h"
#include "dataplane/codec/http1/parser.h"
#include "dataplane/codec/http1/writer.h"

namespace fairlead::codec::http1 {
namespace {

// 11 fields in 500 bytes, as a browser sends them.
constexpr std::string_view kRequest =
    "GET /api/v1/orders/4711?expand=items&fields=id,state HTTP/1.1\r\n"
    "Host: shop.example.com\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
    "Accept: application/json, text/plain, */*\r\n"
    "Accept-Language: en-GB,en;q=0.5\r\n"
    "Accept-Encoding: gzip, deflate, br\r\n"
    "Referer: https://shop.example.com/orders\r\n"
    "Authorization: Bearer 3f2a9c1e7b5d4860\r\n"
    "Cookie: sid=9f86d081884c7d65; theme=dark\r\n"
    "X-Team: checkout\r\n"
    "Cache-Control: no-cache\r\n"
    "Connection: keep-alive\r\n"
    "\r\n";

constexpr std::string_view kResponse =
    "HTTP/1.1 200 OK\r\n"
    "Server: nginx/1.22.1\r\n"
    "Date: Mon, 01 Jan 2024 00:00:00 GMT\r\n"
    "Content-Type: application/json\r\n"
    "Content-Length: 1024\r\n"
    "Connection: keep-alive\r\n"
    "Vary: Accept-Encoding\r\n"
    "ETag: \"5f3b-1a2b3c4d\"\r\n"
    "Cache-Control: private, max-age=0\r\n"
    "\r\n";

// Each turn parses fresh bytes, as they come from a socket: names get lower-cased in place.
void BM_ParseRequest(benchmark::State& state) {
  std::string bytes(kRequest);
  RequestHead head;
  for (auto _ : state) {
    std::memcpy(bytes.data(), kRequest.data(), kRequest.size());
    HeadScanner scan;
    const ParseResult result = ParseRequestHead(scan, bytes.data(), bytes.size(), {}, head);
    if (result.state != ParseState::kDone) state.SkipWithError("not parsed");
    benchmark::DoNotOptimize(head);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(kRequest.size()));
}
BENCHMARK(BM_ParseRequest);

void BM_ParseResponse(benchmark::State& state) {
  std::string bytes(kResponse);
  ResponseHead head;
  for (auto _ : state) {
    std::memcpy(bytes.data(), kResponse.data(), kResponse.size());
    HeadScanner scan;
    const ParseResult result =
        ParseResponseHead(scan, bytes.data(), bytes.size(), {}, Method::kGet, head);
    if (result.state != ParseState::kDone) state.SkipWithError("not parsed");
    benchmark::DoNotOptimize(head);
  }
}
BENCHMARK(BM_ParseResponse);

void BM_WriteRequest(benchmark::State& state) {
  net::Slice bytes = net::Slice::Copy(kRequest);
  RequestHead head;
  HeadScanner scan;
  ParseRequestHead(scan, bytes.data(), bytes.size(), {}, head);
  head.block = bytes;
  head.headers.Add(HeaderId::kXRequestId, "6f1f4c9e-54a1-4f0e-9a43-1d2e3f405162");
  head.headers.Add(HeaderId::kXForwardedFor, "192.0.2.17");
  head.headers.Add(HeaderId::kXForwardedProto, "https");
  for (auto _ : state) {
    net::Slice out = WriteRequestHead(head, head.framing, false);
    benchmark::DoNotOptimize(out);
  }
}
BENCHMARK(BM_WriteRequest);

void BM_WriteResponse(benchmark::State& state) {
  net::Slice bytes = net::Slice::Copy(kResponse);
  ResponseHead head;
  HeadScanner scan;
  ParseResponseHead(scan, bytes.data(), bytes.size(), {}, Method::kGet, head);
  head.block = bytes;
  head.headers.Add(HeaderId::kXEnvoyUpstreamServiceTime, "3");
  for (auto _ : state) {
    net::Slice out = WriteResponseHead(head, head.framing, Version::kHttp11, false);
    benchmark::DoNotOptimize(out);
  }
}
BENCHMARK(BM_WriteResponse);

void BM_LookupHeaderId(benchmark::State& state) {
  constexpr std::string_view kNames[] = {"user-agent", "accept",         "x-team",
                                         "cookie",     "content-length", "x-envoy-attempt-count",
                                         "referer",    "accept-language"};
  size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(LookupHeaderId(kNames[i++ % std::size(kNames)]));
}
BENCHMARK(BM_LookupHeaderId);

using FindHeadEndFunction = size_t (*)(const char*, size_t, size_t, size_t);

void BM_FindHeadEnd(benchmark::State& state, FindHeadEndFunction find) {
  const size_t begin = kRequest.find('\n') + 1;
  for (auto _ : state) {
    benchmark::DoNotOptimize(find(kRequest.data(), begin, begin, kRequest.size()));
  }
}
BENCHMARK_CAPTURE(BM_FindHeadEnd, plain, &internal::FindHeadEndPlain);
BENCHMARK_CAPTURE(BM_FindHeadEnd, sse2, &internal::FindHeadEndSse2);
BENCHMARK_CAPTURE(BM_FindHeadEnd, avx2, &internal::FindHeadEndAvx2);

void BM_DecodeChunk(benchmark::State& state) {
  const std::string body = "400\r\n" + std::string(1024, 'x') + "\r\n";
  ChunkedDecoder decoder;
  for (auto _ : state) {
    size_t at = 0;
    while (at < body.size()) {
      const ChunkedDecoder::Step step = decoder.Next(body.data() + at, body.size() - at);
      at += step.skip + step.size;
      if (step.kind == ChunkedDecoder::Kind::kNeedMore) break;
    }
    benchmark::DoNotOptimize(at);
  }
}
BENCHMARK(BM_DecodeChunk);

}  // namespace
}  // namespace fairlead::codec::http1

BENCHMARK_MAIN();
