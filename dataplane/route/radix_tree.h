#ifndef FAIRLEAD_DATAPLANE_ROUTE_RADIX_TREE_H_
#define FAIRLEAD_DATAPLANE_ROUTE_RADIX_TREE_H_

// A compressed radix tree from texts to numbers: one walk along a text visits every key that is a
// prefix of it, shortest first.
//
//     RadixTree tree = RadixTree::Build(sorted_keys, values);
//     tree.Walk<false>(path, [&](uint32_t value, size_t depth) { ... });   // depth: the key's size
//
// All nodes are in one block of memory, level by level, siblings side by side, so that a walk
// touches about one cache line per branching of the keys and a tree of one key costs one small
// allocation.
//
// Thread: built on one, walked on any. Limits: a key has at most kKeyMax bytes (the builder's
// caller checks).

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"

namespace fairlead::route {

inline char AsciiLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

class RadixTree {
 public:
  static constexpr size_t kKeyMax = 65535;
  static constexpr uint32_t kNone = 0xffffffff;

  RadixTree() = default;
  RadixTree(RadixTree&&) = default;
  RadixTree& operator=(RadixTree&&) = default;

  // `keys` are sorted by their bytes and distinct; values[i], which is not kNone, goes with
  // keys[i].
  static RadixTree Build(std::span<const std::string_view> keys, std::span<const uint32_t> values);

  bool empty() const { return nodes_ == 0; }

  // Every key with its value.
  void ForEach(absl::FunctionRef<void(std::string_view key, uint32_t value)> visit) const;

  // Calls `visit(value, depth)` for each key that `text` starts with. With `kFold`, capital ASCII
  // letters of `text` count as small ones (the keys are small already).
  // `step()` is called for each node that is looked at (for tests: a walk's cost).
  struct NoStep {
    void operator()() const {}
  };
  template <bool kFold, typename Visit, typename Step = NoStep>
  void Walk(std::string_view text, Visit&& visit, Step step = {}) const;

 private:
  struct Node {
    // The bytes that lead here from the parent.
    uint32_t label = 0;
    // The first of `children` consecutive nodes.
    uint32_t child = 0;
    // kNone: no key ends here.
    uint32_t value = kNone;
    uint16_t label_size = 0;
    uint16_t children = 0;
  };

  void ForEachBelow(const Node& node, std::string& key,
                    absl::FunctionRef<void(std::string_view, uint32_t)> visit) const;

  const Node* nodes() const { return reinterpret_cast<const Node*>(memory_.get()); }
  // The first byte of each node's label, in the nodes' order.
  const char* first_bytes() const { return memory_.get() + nodes_ * sizeof(Node); }
  const char* labels() const { return first_bytes() + nodes_; }

  template <bool kFold>
  static bool Same(const char* label, const char* text, size_t size) {
    if constexpr (!kFold) return std::memcmp(label, text, size) == 0;
    for (size_t i = 0; i < size; ++i) {
      if (label[i] != AsciiLower(text[i])) return false;
    }
    return true;
  }

  // Nodes, first bytes, labels.
  std::unique_ptr<char[]> memory_;
  uint32_t nodes_ = 0;
};

template <bool kFold, typename Visit, typename Step>
void RadixTree::Walk(std::string_view text, Visit&& visit, Step step) const {
  if (nodes_ == 0) return;
  const Node* node = nodes();
  size_t depth = 0;
  // How many bytes of the label are known to be there: the first, once a node was chosen by it.
  size_t known = 0;
  while (true) {
    step();
    const size_t size = node->label_size;
    if (size > text.size() - depth) return;
    if (size > known &&
        !Same<kFold>(labels() + node->label + known, text.data() + depth + known, size - known)) {
      return;
    }
    depth += size;
    if (node->value != kNone) visit(node->value, depth);
    if (node->children == 0 || depth == text.size()) return;
    const char* first = first_bytes() + node->child;
    const char next = kFold ? AsciiLower(text[depth]) : text[depth];
    const void* found = std::memchr(first, next, node->children);
    if (found == nullptr) return;
    node = nodes() + node->child + (static_cast<const char*>(found) - first);
    known = 1;
  }
}

}  // namespace fairlead::route

#endif  // FAIRLEAD_DATAPLANE_ROUTE_RADIX_TREE_H_
