#include "dataplane/dns/cares_resolver.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "dataplane/base/status.h"
#include "dataplane/base/strings.h"
#include "dataplane/dns/cares_channel.h"
#include "dataplane/event/time_source.h"

namespace fairlead::dns {

// A query on its way. Touched on the owner's thread only, except that the worker carries it.
class CaresResolver::Pending {
 public:
  explicit Pending(Callback callback) : callback_(std::move(callback)) {}

  void Withdraw() { callback_ = nullptr; }
  void Deliver(const Answer& answer) {
    // Moved out, because the callback may withdraw the query.
    const Callback callback = std::exchange(callback_, nullptr);
    if (callback != nullptr) callback(answer);
  }

 private:
  Callback callback_;
};

class CaresResolver::Handle final : public Query {
 public:
  explicit Handle(std::shared_ptr<Pending> pending) : pending_(std::move(pending)) {}
  ~Handle() override { pending_->Withdraw(); }

 private:
  std::shared_ptr<Pending> pending_;
};

// The thread, and the requests that are handed to it.
class CaresResolver::Worker {
 public:
  struct Request {
    std::string name;
    Family family;
    std::function<void(Answer)> done;
  };

  Worker(std::unique_ptr<CaresChannel> channel, int wake_fd, std::chrono::milliseconds deadline)
      : channel_(std::move(channel)), wake_fd_(wake_fd), deadline_(deadline) {
    thread_ = std::thread([this] { Run(); });
  }
  ~Worker() {
    {
      const std::lock_guard lock(mutex_);
      is_stopping_ = true;
    }
    Wake();
    thread_.join();
    close(wake_fd_);
  }

  void Post(Request request) {
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(std::move(request));
    }
    Wake();
  }

 private:
  // The counter of an eventfd saturates, so a failed write means that the thread is awake already.
  void Wake() { (void)eventfd_write(wake_fd_, 1); }

  void Run() {
    while (true) {
      std::vector<Request> requests;
      {
        const std::lock_guard lock(mutex_);
        if (is_stopping_) break;
        requests.swap(requests_);
      }
      const event::MonotonicTime deadline = event::TimeSource::System().Monotonic() + deadline_;
      for (Request& request : requests) {
        channel_->Start(request.name, request.family, deadline, std::move(request.done));
      }
      channel_->Wait(wake_fd_);
      eventfd_t count = 0;
      (void)eventfd_read(wake_fd_, &count);
    }
    channel_.reset();
  }

  // The thread's.
  std::unique_ptr<CaresChannel> channel_;
  const int wake_fd_;
  const std::chrono::milliseconds deadline_;
  std::mutex mutex_;
  // Guarded by mutex_.
  std::vector<Request> requests_;
  bool is_stopping_ = false;
  std::thread thread_;
};

absl::StatusOr<std::unique_ptr<CaresResolver>> CaresResolver::Create(Options options,
                                                                     Executor executor) {
  if (const int status = ares_library_init(ARES_LIB_INIT_ALL); status != ARES_SUCCESS) {
    return absl::InternalError(StrCat("DNS: ares_library_init: ", ares_strerror(status)));
  }
  FL_ASSIGN_OR_RETURN(std::unique_ptr<CaresChannel> channel,
                      CaresChannel::Create(options.servers, options.timeout, options.tries));
  const int wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (wake_fd < 0) return absl::ErrnoToStatus(errno, "DNS: eventfd");
  auto worker = std::make_unique<Worker>(std::move(channel), wake_fd, options.deadline);
  return std::unique_ptr<CaresResolver>(
      new CaresResolver(std::move(options), std::move(executor), std::move(worker)));
}

CaresResolver::CaresResolver(Options options, Executor executor, std::unique_ptr<Worker> worker)
    : options_(std::move(options)),
      executor_(std::move(executor)),
      under_way_(std::make_shared<size_t>(0)),
      worker_(std::move(worker)) {}

CaresResolver::~CaresResolver() { worker_.reset(); }

std::unique_ptr<Query> CaresResolver::Resolve(const std::string& name, Family family,
                                              Callback callback) {
  auto pending = std::make_shared<Pending>(std::move(callback));
  auto handle = std::make_unique<Handle>(pending);
  const auto answer_now = [&](Answer answer) {
    executor_([pending, answer = std::move(answer)] { pending->Deliver(answer); });
  };
  if (name.empty() || name.find('\0') != std::string::npos) {
    answer_now({.outcome = Outcome::kFailure, .error = "not a name"});
  } else if (auto address = net::Address::Parse(name, 0); address.ok()) {
    answer_now({.outcome = Outcome::kAddresses, .addresses = {*address}});
  } else if (*under_way_ >= options_.queries_max) {
    answer_now({.outcome = Outcome::kFailure,
                .error = StrCat("more than ", options_.queries_max, " queries are under way")});
  } else {
    ++*under_way_;
    // Runs on the thread inside; the executor is its way back.
    auto done = [pending, under_way = under_way_, &executor = executor_](Answer answer) {
      executor([pending, under_way, answer = std::move(answer)] {
        --*under_way;
        pending->Deliver(answer);
      });
    };
    worker_->Post({.name = name, .family = family, .done = std::move(done)});
  }
  return handle;
}

}  // namespace fairlead::dns
