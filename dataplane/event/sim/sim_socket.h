#ifndef FAIRLEAD_DATAPLANE_EVENT_SIM_SIM_SOCKET_H_
#define FAIRLEAD_DATAPLANE_EVENT_SIM_SIM_SOCKET_H_

// One side of a simulated connection. See socket.h for the contract; it is kept as EpollSocket
// keeps it, edge by edge, so that what holds here holds there. Thread: the network's.

#include <memory>

#include "dataplane/event/sim/link.h"
#include "dataplane/event/sim/sim_loop.h"
#include "dataplane/event/socket.h"

namespace fairlead::event::sim {

class SimSocket final : public Socket {
 public:
  SimSocket(SimLoop& loop, std::shared_ptr<Link> link, int side);
  ~SimSocket() override;

  void ShutdownWrite() override;
  void SetWatcher(SocketWatcher* watcher) override { watcher_ = watcher; }
  bool IsQuiet() const override;
  bool IsQuietNow() const override;
  const net::Address& peer_address() const override { return link_->address(1 - side_); }
  net::Address local_address() const override { return link_->address(side_); }

  // Closing sends a reset, whatever has been read.
  void AbortOnClose() { is_aborting_ = true; }
  uint64_t link_id() const { return link_->id(); }

  // For links and loops.
  void Raise(uint32_t events) { loop_.Raise(watch_, events); }
  static void OnEvents(const std::shared_ptr<SimWatch>& watch, uint32_t events);
  static void OnTurn(const std::shared_ptr<SimWatch>& watch);

 protected:
  bool StartRead(ReadOperation& operation) override;
  void CancelRead() override { read_ = nullptr; }
  bool StartWrite(WriteOperation& operation) override;
  void CancelWrite() override { write_ = nullptr; }
  bool StartConnected(ConnectOperation& operation) override;
  void CancelConnected() override { connect_ = nullptr; }

 private:
  bool TryRead(ReadOperation& operation);
  bool TryWrite(WriteOperation& operation);
  int64_t Send(std::string_view bytes);
  bool TakeTurnShare();
  // Told to wait though there is no need: the wake-up follows.
  bool IsToldToWait(uint32_t event);
  void ResumeReader();
  void ResumeWriter();
  void TellIfGone();

  SimLoop& loop_;
  const std::shared_ptr<Link> link_;
  const int side_;
  const std::shared_ptr<SimWatch> watch_ = std::make_shared<SimWatch>();
  SocketWatcher* watcher_ = nullptr;
  ReadOperation* read_ = nullptr;
  WriteOperation* write_ = nullptr;
  ConnectOperation* connect_ = nullptr;
  uint64_t turn_ = 0;
  uint8_t turn_share_ = 0;
  bool is_readable_ = false;
  bool is_writable_ = true;
  bool is_hung_up_ = false;
  bool is_gone_ = false;
  bool is_aborting_ = false;
};

}  // namespace fairlead::event::sim

#endif  // FAIRLEAD_DATAPLANE_EVENT_SIM_SIM_SOCKET_H_
