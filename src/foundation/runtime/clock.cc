#include "runtime/clock.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace belfry {
namespace {

class SystemClock : public Clock {
 public:
  Timestamp now() const override {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  }
  Monotonic monotonic() const override { return std::chrono::steady_clock::now(); }

  boost::asio::awaitable<void> sleep(Duration duration) override {
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, duration);
    co_await timer.async_wait(boost::asio::use_awaitable);
  }
};

}  // namespace

std::unique_ptr<Clock> make_system_clock() {
  return std::make_unique<SystemClock>();
}

}  // namespace belfry
