#include "background.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <spdlog/spdlog.h>

namespace belfry::provider {
namespace {

// How long a loop may take to notice that it is to stop.
constexpr Duration kNotice = std::chrono::milliseconds(100);

}  // namespace

void Background::every(Duration period, std::string name, std::function<Task<>()> task,
                       Duration first) {
  ++running_;
  boost::asio::co_spawn(executor_, loop(period, std::move(name), std::move(task), first),
                        boost::asio::detached);
}

boost::asio::awaitable<void> Background::rest(Duration duration) {
  const Deadline end = clock_.deadline_in(duration);
  while (!stopping_ && !clock_.expired(end))
    co_await clock_.sleep(std::min<Duration>(kNotice, duration));
}

boost::asio::awaitable<void> Background::loop(Duration period, std::string name,
                                              std::function<Task<>()> task, Duration first) {
  std::string last_error;
  co_await rest(first);
  while (!stopping_) {
    Result<> outcome = co_await task();
    std::string error = outcome ? "" : outcome.error().describe();
    // A fault that lasts is told once.
    if (!error.empty() && error != last_error) spdlog::warn("{}: {}", name, error);
    if (error.empty() && !last_error.empty()) spdlog::info("{}: works again", name);
    last_error = error;
    co_await rest(period);
  }
  --running_;
}

boost::asio::awaitable<void> Background::stop() {
  stopping_ = true;
  while (running_ > 0) co_await clock_.sleep(std::chrono::milliseconds(10));
}

}  // namespace belfry::provider
