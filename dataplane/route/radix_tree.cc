#include "dataplane/route/radix_tree.h"

#include <algorithm>
#include <string>
#include <vector>

namespace fairlead::route {
namespace {

// Keys [begin, end), of which the first `depth` bytes lead to their node.
struct Range {
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t depth = 0;
};

// How many bytes all keys of a sorted range share.
size_t CommonSize(std::string_view first, std::string_view last) {
  const size_t size = std::min(first.size(), last.size());
  return static_cast<size_t>(
      std::mismatch(first.begin(), first.begin() + size, last.begin()).first - first.begin());
}

}  // namespace

RadixTree RadixTree::Build(std::span<const std::string_view> keys,
                           std::span<const uint32_t> values) {
  RadixTree tree;
  if (keys.empty()) return tree;
  std::vector<Node> nodes(1);
  std::vector<Range> ranges = {{0, static_cast<uint32_t>(keys.size()), 0}};
  std::string labels;
  // Level by level; `ranges` is the queue, with one entry for each node.
  for (size_t at = 0; at < nodes.size(); ++at) {
    Range range = ranges[at];
    const std::string_view first = keys[range.begin];
    const size_t common = CommonSize(first, keys[range.end - 1]);
    nodes[at].label = static_cast<uint32_t>(labels.size());
    nodes[at].label_size = static_cast<uint16_t>(common - range.depth);
    labels.append(first.substr(range.depth, common - range.depth));
    if (first.size() == common) nodes[at].value = values[range.begin++];
    nodes[at].child = static_cast<uint32_t>(nodes.size());
    while (range.begin < range.end) {
      const char byte = keys[range.begin][common];
      uint32_t end = range.begin + 1;
      while (end < range.end && keys[end][common] == byte) ++end;
      nodes.emplace_back();
      ranges.push_back({range.begin, end, static_cast<uint32_t>(common)});
      ++nodes[at].children;
      range.begin = end;
    }
  }

  tree.nodes_ = static_cast<uint32_t>(nodes.size());
  const size_t node_bytes = nodes.size() * sizeof(Node);
  tree.memory_ = std::make_unique_for_overwrite<char[]>(node_bytes + nodes.size() + labels.size());
  std::memcpy(tree.memory_.get(), nodes.data(), node_bytes);
  char* first_bytes = tree.memory_.get() + node_bytes;
  for (const Node& node : nodes) {
    *first_bytes++ = node.label_size == 0 ? '\0' : labels[node.label];
  }
  std::memcpy(first_bytes, labels.data(), labels.size());
  return tree;
}

void RadixTree::ForEach(absl::FunctionRef<void(std::string_view key, uint32_t value)> visit) const {
  std::string key;
  if (nodes_ > 0) ForEachBelow(*nodes(), key, visit);
}

// As deep as keys branch, so at most as the longest key has bytes; domains and paths are bounded.
void RadixTree::ForEachBelow(const Node& node, std::string& key,
                             absl::FunctionRef<void(std::string_view, uint32_t)> visit) const {
  const size_t size = key.size();
  key.append(labels() + node.label, node.label_size);
  if (node.value != kNone) visit(key, node.value);
  for (uint32_t i = 0; i < node.children; ++i) ForEachBelow(nodes()[node.child + i], key, visit);
  key.resize(size);
}

}  // namespace fairlead::route
