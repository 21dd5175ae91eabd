#include "dataplane/event/timer.h"

#include <algorithm>
#include <bit>

namespace fairlead::event {
namespace {

constexpr uint64_t kTicksMax = (uint64_t{1} << 36) - 1;

}  // namespace

void Timer::Arm(TimerWheel& wheel, Duration after) {
  Disarm();
  const MonotonicTime due = wheel.now_ + std::max(after, Duration::zero());
  // Rounded up, and never in a tick that is already over: a timer does not fire early, nor inside
  // its own arming.
  tick_ = std::clamp(wheel.TickOf(due + std::chrono::milliseconds(1) - Duration(1)),
                     wheel.elapsed_ + 1, wheel.elapsed_ + kTicksMax);
  wheel_ = &wheel;
  ++wheel.armed_;
  wheel.Insert(*this);
}

void Timer::Disarm() {
  if (wheel_ == nullptr) return;
  wheel_->Remove(*this);
  --wheel_->armed_;
  wheel_ = nullptr;
}

uint64_t TimerWheel::TickOf(MonotonicTime time) const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time - start_).count();
}

void TimerWheel::Insert(Timer& timer) {
  // The level is given by the highest group of six bits in which the tick differs from now.
  const uint64_t differs = (elapsed_ ^ timer.tick_) | (kSlots - 1);
  const int level = std::min((63 - std::countl_zero(differs)) / kSlotBits, kLevels - 1);
  const int slot = (timer.tick_ >> (level * kSlotBits)) & (kSlots - 1);
  timer.level_ = static_cast<uint8_t>(level);
  timer.slot_ = static_cast<uint8_t>(slot);
  slots_[level][slot].push_back(timer);
  occupied_[level] |= uint64_t{1} << slot;
}

void TimerWheel::Remove(Timer& timer) {
  timer.unlink();
  if (slots_[timer.level_][timer.slot_].empty()) {
    occupied_[timer.level_] &= ~(uint64_t{1} << timer.slot_);
  }
}

std::optional<TimerWheel::Expiration> TimerWheel::Next() const {
  for (int level = 0; level < kLevels; ++level) {
    if (occupied_[level] == 0) continue;
    const int shift = level * kSlotBits;
    const int present = (elapsed_ >> shift) & (kSlots - 1);
    const int ahead = std::countr_zero(std::rotr(occupied_[level], present));
    const int slot = (present + ahead) & (kSlots - 1);
    const uint64_t level_start = elapsed_ & ~((uint64_t{1} << (shift + kSlotBits)) - 1);
    uint64_t tick = level_start + (static_cast<uint64_t>(slot) << shift);
    if (tick < elapsed_ || (tick == elapsed_ && level == 0)) {
      tick += uint64_t{1} << (shift + kSlotBits);
    }
    return Expiration{level, slot, tick};
  }
  return std::nullopt;
}

void TimerWheel::Expire(const Expiration& expiration) {
  base::IntrusiveList<Timer> due;
  due.splice_back(slots_[expiration.level][expiration.slot]);
  occupied_[expiration.level] &= ~(uint64_t{1} << expiration.slot);
  elapsed_ = std::max(elapsed_, expiration.tick);
  while (!due.empty()) {
    Timer& timer = due.pop_front();
    if (timer.tick_ > elapsed_) {
      Insert(timer);
      continue;
    }
    timer.wheel_ = nullptr;
    --armed_;
    timer.callback_(timer.argument_);
  }
}

void TimerWheel::FireDue() {
  const uint64_t target = TickOf(now_);
  while (const std::optional<Expiration> next = Next()) {
    if (next->tick > target) break;
    Expire(*next);
  }
  elapsed_ = std::max(elapsed_, target);
}

std::optional<Duration> TimerWheel::UntilNext() const {
  const std::optional<Expiration> next = Next();
  if (!next.has_value()) return std::nullopt;
  return std::max<Duration>(start_ + std::chrono::milliseconds(next->tick) - now_,
                            Duration::zero());
}

}  // namespace fairlead::event
