#include "runtime/blocking.h"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <pthread.h>
#include <string>
#include <thread>

namespace belfry {
namespace {

class ThreadPool : public Pool {
 public:
  ThreadPool(std::string_view name, unsigned threads, std::size_t queue_length_max)
      : queue_length_max_(queue_length_max) {
    for (unsigned i = 0; i < threads; ++i) {
      threads_.emplace_back([this] { work(); });
      // Linux takes 15 characters.
      std::string label(name.substr(0, 15));
      pthread_setname_np(threads_.back().native_handle(), label.c_str());
    }
  }

  ~ThreadPool() override {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    ready_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  bool run(std::move_only_function<void()> work) override {
    {
      std::lock_guard lock(mutex_);
      if (queue_.size() >= queue_length_max_) return false;
      queue_.push_back(std::move(work));
    }
    ready_.notify_one();
    return true;
  }

  void run_always(std::move_only_function<void()> work) override {
    {
      std::lock_guard lock(mutex_);
      queue_.push_back(std::move(work));
    }
    ready_.notify_one();
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      ready_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      auto next = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      next();
      next = nullptr;
      lock.lock();
    }
  }

  const std::size_t queue_length_max_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::move_only_function<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

class InlinePool : public Pool {
 public:
  bool run(std::move_only_function<void()> work) override { return work(), true; }
  void run_always(std::move_only_function<void()> work) override { work(); }
};

}  // namespace

std::unique_ptr<Pool> make_pool(std::string_view name, unsigned threads,
                                std::size_t queue_length_max) {
  return std::make_unique<ThreadPool>(name, threads, queue_length_max);
}

std::unique_ptr<Pool> make_inline_pool() {
  return std::make_unique<InlinePool>();
}

namespace runtime {

boost::asio::awaitable<void> suspend(
    std::move_only_function<void(std::move_only_function<void()> resume)> start) {
  auto initiate = [&start]<class Handler>(Handler&& handler) {
    start([handler = std::forward<Handler>(handler)]() mutable {
      auto executor = boost::asio::get_associated_executor(handler);
      boost::asio::post(executor, std::move(handler));
    });
  };
  co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
      initiate, boost::asio::use_awaitable);
}

}  // namespace runtime
}  // namespace belfry
