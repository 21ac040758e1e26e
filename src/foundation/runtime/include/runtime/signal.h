// Waiting for something that another coroutine or thread does.
#pragma once

#include "runtime/blocking.h"

#include <deque>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace belfry {

// Wakes those who wait. `notify` may come before `wait`: one notification is then kept, so that the
// pattern "check, wait, check again" misses nothing. Safe to use from any thread.
class Signal {
 public:
  // Wakes every waiter, or lets the next `wait` return at once when there is none.
  void notify();
  boost::asio::awaitable<void> wait();

 private:
  std::mutex mutex_;
  bool pending_ = false;
  std::vector<std::move_only_function<void()>> waiters_;
};

// Lets one coroutine at a time go on, in the order in which they came. Safe to use from any thread.
class Turns {
 public:
  // The turn ends when this does.
  class Turn {
   public:
    explicit Turn(Turns& turns) : turns_(&turns) {}
    Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (turns_) turns_->end();
    }

   private:
    Turns* turns_;
  };
  [[nodiscard]] boost::asio::awaitable<Turn> take();

 private:
  void end();

  std::mutex mutex_;
  bool taken_ = false;
  std::deque<std::move_only_function<void()>> waiters_;
};

// A value that is set once and awaited by any number of coroutines. Safe to use from any thread.
template <class T>
class Promise {
 public:
  void set(T value) {
    std::vector<std::move_only_function<void()>> waiters;
    {
      std::lock_guard lock(mutex_);
      value_.emplace(std::move(value));
      waiters.swap(waiters_);
    }
    for (auto& resume : waiters) resume();
  }
  boost::asio::awaitable<T> wait() {
    co_await runtime::suspend([this](std::move_only_function<void()> resume) {
      {
        std::lock_guard lock(mutex_);
        if (!value_) return waiters_.push_back(std::move(resume));
      }
      resume();
    });
    co_return *value_;
  }

 private:
  std::mutex mutex_;
  std::optional<T> value_;
  std::vector<std::move_only_function<void()>> waiters_;
};

}  // namespace belfry
