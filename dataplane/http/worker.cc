#include "dataplane/http/worker.h"

#include <cstdio>
#include <ctime>

#include "dataplane/http/exchange.h"
#include "dataplane/http/server_connection.h"

namespace fairlead::http {
namespace {

// Beyond this many, exchanges are freed: a burst does not hold its memory for ever.
constexpr size_t kSpareExchangesMax = 256;

}  // namespace

Worker::Worker(event::Loop& loop, uint32_t index)
    : loop(loop), index(index), clusters(loop.random()) {}

Worker::~Worker() = default;

base::IntrusivePtr<RouteSlot> Worker::Routes(std::string_view name) {
  base::IntrusivePtr<RouteSlot>& slot = routes_[std::string(name)];
  if (!slot) slot = base::MakeIntrusive<RouteSlot>();
  return slot;
}

void Worker::SetRoutes(std::string_view name, std::shared_ptr<const route::RouteTable> table) {
  Routes(name)->table = table == nullptr
                            ? SnapshotPtr<route::RouteTable>()
                            : base::MakeIntrusive<Snapshot<route::RouteTable>>(std::move(table));
}

void Worker::Serve(std::unique_ptr<event::Socket> socket, base::IntrusivePtr<HcmSlot> hcm) {
  ServerConnection::Serve(
      nursery_, std::make_unique<ServerConnection>(*this, std::move(socket), std::move(hcm)));
}

void Worker::Drain(const HcmSlot* slot) {
  if (slot == nullptr) is_draining = true;
  connections_.for_each([slot](ServerConnection& connection) {
    if (slot == nullptr || connection.hcm_slot() == slot) connection.CloseIfIdle();
  });
}

void Worker::DrainThenCut(HcmSlot& slot) {
  slot.is_draining = true;
  slot.worker = this;
  slot.cut_timer.Arm(loop.timers(), drain_time);
  Drain(&slot);
}

void HcmSlot::OnCut(void* self) {
  // Its connections keep the slot, and they end here.
  const base::IntrusivePtr<HcmSlot> slot(static_cast<HcmSlot*>(self));
  slot->worker->connections_.for_each([&](ServerConnection& connection) {
    if (connection.hcm_slot() == slot.get()) connection.Cut();
  });
}

std::string_view Worker::Date() {
  if (loop.now() >= date_until_) {
    const event::WallTime wall = loop.WallNow();
    const time_t seconds = std::chrono::system_clock::to_time_t(
        std::chrono::time_point_cast<std::chrono::system_clock::duration>(wall));
    tm parts{};
    gmtime_r(&seconds, &parts);
    strftime(date_, sizeof(date_), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    const auto into_second = wall.time_since_epoch() % std::chrono::seconds(1);
    date_until_ = loop.now() + (std::chrono::seconds(1) - into_second);
  }
  return date_;
}

std::unique_ptr<Exchange> Worker::TakeExchange() {
  if (spare_exchanges_.empty()) return std::make_unique<Exchange>(loop, index);
  std::unique_ptr<Exchange> exchange = std::move(spare_exchanges_.back());
  spare_exchanges_.pop_back();
  return exchange;
}

void Worker::GiveExchange(std::unique_ptr<Exchange> exchange) {
  exchange->Clear();
  if (spare_exchanges_.size() < kSpareExchangesMax) spare_exchanges_.push_back(std::move(exchange));
}

}  // namespace fairlead::http
