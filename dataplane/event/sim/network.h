#ifndef FAIRLEAD_DATAPLANE_EVENT_SIM_NETWORK_H_
#define FAIRLEAD_DATAPLANE_EVENT_SIM_NETWORK_H_

// A network, its hosts and its clocks, all in one thread and all from one seed.
//
//     Network network(seed, weather);
//     std::unique_ptr<Loop> server = network.MakeLoop("server", *net::Address::Parse("10.0.0.1",
//     0)); std::unique_ptr<Loop> client = network.MakeLoop("client",
//     *net::Address::Parse("10.0.0.2", 0));
//     ... server->Listen(...), client->Connect(...) ...
//     while (!is_over && network.Step()) {}
//
// Time stands still but for Step(), which goes to the next thing that happens: bytes arrive, or a
// loop has its turn. What a loop does takes no time; how soon it gets its turn, how bytes are cut
// into pieces, what is late, lost or torn, is drawn from the seed. The same seed and the same
// program make the same trace, byte for byte.
//
// Loops keep what they need of the network by reference: it outlives them.
//
// Thread: one. For tests. Limits: none; a test bounds its steps.

#include <cstdint>
#include <map>
#include <memory>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "dataplane/event/loop.h"
#include "dataplane/event/random.h"
#include "dataplane/event/time_source.h"
#include "dataplane/net/buffer.h"

namespace fairlead::event::sim {

class Link;
class SimListener;
class SimLoop;

// Chances are in 1000.
struct Weather {
  Duration latency_min = std::chrono::microseconds(20);
  Duration latency_max = std::chrono::microseconds(300);
  // A read or write takes less than it could.
  uint32_t partial = 0;
  // A read or write is told to wait though it need not.
  uint32_t again = 0;
  // What was sent in one piece arrives in several.
  uint32_t split = 0;
  // What arrives, arrives up to `late_max` later.
  uint32_t late = 0;
  Duration late_max = std::chrono::milliseconds(50);
  // An arrival is the end of its connection.
  uint32_t reset = 0;
  // A connection is refused, or never answered.
  uint32_t refuse = 0;
  uint32_t lose_connect = 0;
  // A loop gets its turn up to `stall_max` late.
  uint32_t stall = 0;
  Duration stall_max = std::chrono::milliseconds(20);
  // Bytes under way and not yet read, per direction.
  size_t window = 64 * 1024;
};

// Faults of the network itself, to see that a test finds them.
enum class Plant : uint8_t {
  kNone,
  kLostWakeUp,      // a loop is not told that bytes have arrived
  kSwappedBytes,    // two arrivals change places
  kLostLastByte,    // a write that was cut short loses its last byte
  kDeadLooksQuiet,  // a connection that has ended looks idle
};

// What a program under test asks of its kernel.
enum class Call : uint8_t { kConnect, kListen, kAccept, kRead, kWrite };

class Network final : public TimeSource {
 public:
  Network(uint64_t seed, const Weather& weather);
  ~Network() override;

  MonotonicTime Monotonic() const override { return now_; }
  WallTime Wall() const override { return WallTime(now_.time_since_epoch()) + wall_offset_; }
  // Wall time goes anywhere; monotonic time only forward, and what was due meanwhile is late.
  void JumpWall(Duration by) { wall_offset_ += by; }
  void JumpForward(Duration by) { now_ += by; }

  // A host of its own at `ip`. `is_tested`: its calls are counted and fail when FailCall says so,
  // and it suffers from planted faults.
  std::unique_ptr<Loop> MakeLoop(std::string name, const net::Address& ip, bool is_tested = false);

  // Does the next thing. False when nothing is going to happen.
  bool Step();
  // Does things until `time`, or for as long as `is_wanted` holds.
  void RunUntil(MonotonicTime time);
  void After(Duration wait, absl::AnyInvocable<void()> work);

  Weather& weather() { return weather_; }
  Random& random() { return random_; }
  bool Chance(uint32_t per_mille) { return per_mille != 0 && random_.Below(1000) < per_mille; }
  Duration Between(Duration low, Duration high);

  // Buffers of tested loops are taken from this account; null: from the thread's.
  void SetAccount(net::BlockAccount* account) { account_ = account; }
  net::BlockAccount* account() const { return account_; }

  // The n-th call of tested loops from now on fails, once. 0: none.
  void FailCall(uint64_t n) { calls_left_ = n; }
  uint64_t calls() const { return calls_; }
  void SetPlant(Plant plant) { plant_ = plant; }
  Plant plant() const { return plant_; }

  // --- The trace. ---
  // A digest of all that happened.
  uint64_t trace_hash() const { return trace_hash_; }
  // Gets a line for each thing that happens from now on; null: nobody.
  void KeepTrace(std::string* into) { trace_ = into; }
  void Note(std::string_view who, std::string_view what, uint64_t link, int64_t value);

  // --- What loops and links need. ---
  // Sockets and listening sockets that are not closed.
  int64_t open_sockets = 0;
  // Bytes for an accepting side that closed before it had read them, before its end arrived, or
  // while they waited to be written.
  uint64_t crossings = 0;
  bool FailNow(Call call);
  Duration Latency();
  uint64_t NextLinkId() { return ++links_; }
  uint16_t NextPort();
  void Schedule(MonotonicTime time, absl::AnyInvocable<void()> work);
  void AddListener(SimListener& listener);
  void RemoveListener(SimListener& listener);
  // One of those that listen there; null: none.
  SimListener* ListenerAt(const net::Address& address);
  // For Plant::kSwappedBytes.
  std::string stashed_bytes;

 private:
  struct Happening {
    MonotonicTime time;
    uint64_t number;
    mutable absl::AnyInvocable<void()> work;
    friend bool operator<(const Happening& a, const Happening& b) {
      return a.time != b.time ? a.time > b.time : a.number > b.number;
    }
  };

  Weather weather_;
  Random random_;
  MonotonicTime now_{std::chrono::seconds(1000)};
  Duration wall_offset_ = std::chrono::seconds(1'700'000'000);
  std::priority_queue<Happening> queue_;
  uint64_t numbers_ = 0;
  uint64_t links_ = 0;
  uint16_t ports_ = 0;
  std::map<std::string, std::vector<SimListener*>> listeners_;
  uint64_t calls_ = 0;
  uint64_t calls_left_ = 0;
  Plant plant_ = Plant::kNone;
  net::BlockAccount* account_ = nullptr;
  uint64_t trace_hash_ = 0;
  std::string* trace_ = nullptr;
};

}  // namespace fairlead::event::sim

#endif  // FAIRLEAD_DATAPLANE_EVENT_SIM_NETWORK_H_
