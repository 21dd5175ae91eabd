#include "dataplane/server/signal_thread.h"

#include <pthread.h>

#include <csignal>
#include <utility>

namespace fairlead::server {
namespace {

// Wakes the thread so that it ends.
constexpr int kEnd = SIGUSR2;

sigset_t OurSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (int signal : {SIGTERM, SIGINT, SIGUSR1, kEnd}) sigaddset(&set, signal);
  return set;
}

}  // namespace

void SignalThread::Block() {
  const sigset_t set = OurSignals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

SignalThread::SignalThread(std::function<void(int)> on_signal)
    : on_signal_(std::move(on_signal)), thread_(&SignalThread::Run, this) {}

SignalThread::~SignalThread() {
  pthread_kill(thread_.native_handle(), kEnd);
  thread_.join();
}

void SignalThread::Run() {
  const sigset_t set = OurSignals();
  int signal = 0;
  while (sigwait(&set, &signal) == 0 && signal != kEnd) on_signal_(signal);
}

}  // namespace fairlead::server
