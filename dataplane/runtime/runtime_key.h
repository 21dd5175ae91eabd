#ifndef FAIRLEAD_DATAPLANE_RUNTIME_RUNTIME_KEY_H_
#define FAIRLEAD_DATAPLANE_RUNTIME_RUNTIME_KEY_H_

// One value that may be set while the proxy runs, as those who ask for it hold it.
//
//     RuntimeKey key = runtime.Key("routing.canary");          // when configuration is compiled
//     if (key.IsEnabled({.numerator = 5}, random)) ...         // on a request: two loads
//
// A key without a name, or of a Runtime that knows no value for it, yields what the configuration
// says. Thread: any. Source: Envoy's "Runtime configuration"; config.core.v3.RuntimeUInt32,
// RuntimeFractionalPercent.

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>

namespace fairlead::runtime {

// type.v3.FractionalPercent: so many of 100, of 10,000 or of 1,000,000.
struct Fraction {
  uint32_t numerator = 0;
  uint32_t denominator = 100;

  // `random`: any number; the same one is always in, or always out.
  bool Includes(uint64_t random) const { return random % denominator < numerator; }
};

// What a key is set to: a whole number, a fraction, or neither. Written by the Runtime.
class RuntimeCell {
 public:
  static constexpr uint64_t kUnset = std::numeric_limits<uint64_t>::max();

  uint64_t number() const { return number_.load(std::memory_order_relaxed); }
  // False when it is none.
  bool GetFraction(Fraction& fraction) const {
    const uint64_t packed = fraction_.load(std::memory_order_relaxed);
    if (packed == kUnset) return false;
    fraction = {static_cast<uint32_t>(packed), static_cast<uint32_t>(packed >> 32)};
    return true;
  }
  void Set(uint64_t number) { number_.store(number, std::memory_order_relaxed); }
  void Set(Fraction fraction) {
    fraction_.store(uint64_t{fraction.denominator} << 32 | fraction.numerator,
                    std::memory_order_relaxed);
  }
  void Clear() {
    number_.store(kUnset, std::memory_order_relaxed);
    fraction_.store(kUnset, std::memory_order_relaxed);
  }

 private:
  std::atomic<uint64_t> number_{kUnset};
  std::atomic<uint64_t> fraction_{kUnset};
};

class RuntimeKey {
 public:
  RuntimeKey() = default;
  explicit RuntimeKey(std::shared_ptr<const RuntimeCell> cell) : cell_(std::move(cell)) {}

  bool has_name() const { return cell_ != nullptr; }

  uint64_t Number(uint64_t configured) const {
    if (cell_ == nullptr) return configured;
    const uint64_t number = cell_->number();
    return number == RuntimeCell::kUnset ? configured : number;
  }
  // A whole number is taken as so many of 100, as in Envoy.
  Fraction Share(Fraction configured) const {
    if (cell_ == nullptr || cell_->GetFraction(configured)) return configured;
    const uint64_t number = cell_->number();
    if (number == RuntimeCell::kUnset) return configured;
    return {static_cast<uint32_t>(number > 100 ? 100 : number), 100};
  }
  bool IsEnabled(Fraction configured, uint64_t random) const {
    return Share(configured).Includes(random);
  }

 private:
  std::shared_ptr<const RuntimeCell> cell_;
};

}  // namespace fairlead::runtime

#endif  // FAIRLEAD_DATAPLANE_RUNTIME_RUNTIME_KEY_H_
