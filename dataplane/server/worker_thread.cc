#include "dataplane/server/worker_thread.h"

#include <pthread.h>

#include <utility>

namespace fairlead::server {

WorkerThread::WorkerThread(int index, std::unique_ptr<event::Loop> loop)
    : index_(index),
      loop_(std::move(loop)),
      worker_(std::make_unique<http::Worker>(*loop_, static_cast<uint32_t>(index))) {}

WorkerThread::~WorkerThread() {
  worker_->CloseAll();
  listeners_.clear();
  worker_.reset();
}

void WorkerThread::Start() { thread_ = std::thread(&WorkerThread::Run, this); }

void WorkerThread::Run() {
  pthread_setname_np(pthread_self(), StrCat("worker_", index_).c_str());
  net::Block::SetAccount(&buffers_);
  loop_->Run();
  // Pools of buffers and frames belong to this thread: what uses them ends here, not in the
  // destructor.
  worker_->CloseAll();
  listeners_.clear();
  worker_.reset(new http::Worker(*loop_, static_cast<uint32_t>(index_)));
}

void WorkerThread::StopAndJoin() {
  if (!thread_.joinable()) return;
  loop_->Stop();
  thread_.join();
}

void WorkerThread::PostTo(absl::AnyInvocable<void(http::Worker&)> work) {
  loop_->Post([this, work = std::move(work)]() mutable { work(*worker_); });
}

void WorkerThread::PostToOpen(std::shared_ptr<const listener::ListenerConfig> config,
                              net::Address address, std::shared_ptr<http::HttpStats> stats,
                              std::function<void(const absl::Status&)> done) {
  loop_->Post([this, config = std::move(config), address, stats = std::move(stats),
               done = std::move(done)] {
    Listening& listening = listeners_[config->name];
    if (listening.listener != nullptr && listening.address == address) {
      listening.listener->Update(*config, stats);
      return done(absl::OkStatus());
    }
    auto opened = listener::ActiveListener::Open(*worker_, *config, address, stats);
    // A listener that cannot be had leaves the one that is there.
    if (opened.ok()) {
      listening.listener = *std::move(opened);
      listening.address = address;
    } else if (listening.listener == nullptr) {
      listeners_.erase(config->name);
    }
    done(opened.status());
  });
}

void WorkerThread::PostToClose(std::string name) {
  loop_->Post([this, name = std::move(name)] { listeners_.erase(name); });
}

void WorkerThread::PostToDrain() {
  loop_->Post([this] {
    for (auto& [name, listening] : listeners_) listening.listener->StopAccepting();
    worker_->Drain(nullptr);
  });
}

}  // namespace fairlead::server
