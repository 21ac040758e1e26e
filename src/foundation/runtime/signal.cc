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

boost::asio::awaitable<Turns::Turn> Turns::take() {
  co_await runtime::suspend([this](std::move_only_function<void()> resume) {
    {
      std::lock_guard lock(mutex_);
      if (taken_) return waiters_.push_back(std::move(resume));
      taken_ = true;
    }
    resume();
  });
  co_return Turn(*this);
}

void Turns::end() {
  std::move_only_function<void()> next;
  {
    std::lock_guard lock(mutex_);
    if (waiters_.empty()) {
      taken_ = false;
      return;
    }
    next = std::move(waiters_.front());
    waiters_.pop_front();
  }
  next();
}

}  // namespace belfry
