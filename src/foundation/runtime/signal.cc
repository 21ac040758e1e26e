#include "runtime/signal.h"

namespace belfry {

void Signal::notify() {
  std::vector<std::move_only_function<void()>> waiters;
  {
    std::lock_guard lock(mutex_);
    if (waiters_.empty()) pending_ = true;
    waiters.swap(waiters_);
  }
  for (auto& resume : waiters) resume();
}

boost::asio::awaitable<void> Signal::wait() {
  co_await runtime::suspend([this](std::move_only_function<void()> resume) {
    {
      std::lock_guard lock(mutex_);
      if (!pending_) return waiters_.push_back(std::move(resume));
      pending_ = false;
    }
    resume();
  });
}

}  // namespace belfry
