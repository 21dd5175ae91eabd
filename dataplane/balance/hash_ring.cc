#include "dataplane/balance/hash_ring.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include "dataplane/balance/hash.h"

namespace fairlead::balance {
namespace {

struct Point {
  uint64_t hash;
  uint32_t position;

  friend bool operator<(const Point& a, const Point& b) {
    return a.hash != b.hash ? a.hash < b.hash : a.position < b.position;
  }
};

// Appends points of one endpoint until the ring holds `target` of them.
void AddPoints(const upstream::Endpoint& endpoint, uint32_t position, double target,
               std::vector<Point>& points) {
  std::string key = endpoint.hash_key.empty() ? endpoint.address.ToString() : endpoint.hash_key;
  key.push_back('_');
  const size_t prefix = key.size();
  key.resize(prefix + 20);
  for (uint64_t i = 0; static_cast<double>(points.size()) < target; ++i) {
    const char* end = std::to_chars(key.data() + prefix, key.data() + key.size(), i).ptr;
    points.push_back(
        {HashOf(std::string_view(key.data(), static_cast<size_t>(end - key.data()))), position});
  }
}

}  // namespace

HashRing::HashRing(std::span<const upstream::Endpoint> endpoints,
                   std::span<const uint32_t> candidates, uint64_t size_min, uint64_t size_max) {
  if (candidates.empty() || size_min == 0 || size_max == 0) return;
  uint64_t total = 0;
  uint32_t lightest = endpoints[candidates[0]].weight;
  for (const uint32_t position : candidates) {
    total += endpoints[position].weight;
    lightest = std::min(lightest, endpoints[position].weight);
  }
  // The same operations in the same order as Envoy's, because the result is rounded.
  const double lightest_share = lightest * 1.0 / static_cast<double>(total);
  const double scale =
      std::min(std::ceil(lightest_share * static_cast<double>(size_min)) / lightest_share,
               static_cast<double>(size_max));
  std::vector<Point> points;
  points.reserve(static_cast<size_t>(std::ceil(scale)));
  double target = 0;
  for (const uint32_t position : candidates) {
    target += scale * (endpoints[position].weight * 1.0 / static_cast<double>(total));
    AddPoints(endpoints[position], position, target, points);
  }
  std::sort(points.begin(), points.end());
  hashes_.reserve(points.size());
  positions_.reserve(points.size());
  for (const Point& point : points) {
    hashes_.push_back(point.hash);
    positions_.push_back(point.position);
  }
}

size_t HashRing::Find(uint64_t hash) const {
  const auto at = std::lower_bound(hashes_.begin(), hashes_.end(), hash);
  return at == hashes_.end() ? 0 : static_cast<size_t>(at - hashes_.begin());
}

}  // namespace fairlead::balance
