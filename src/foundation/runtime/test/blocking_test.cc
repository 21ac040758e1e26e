#include "runtime/blocking.h"

#include "runtime/signal.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace belfry {
namespace {

namespace asio = boost::asio;

template <class T>
T run(asio::awaitable<T> work) {
  asio::io_context context;
  auto future = asio::co_spawn(context, std::move(work), asio::use_future);
  context.run();
  return future.get();
}

TEST(Blocking, RunsElsewhereAndComesBack) {
  auto pool = make_pool("test", 2, 16);
  auto outcome = run([&]() -> Task<int> {
    auto here = std::this_thread::get_id();
    auto there = co_await runtime::blocking(
        *pool, [] -> Result<std::thread::id> { return std::this_thread::get_id(); });
    EXPECT_NE(*there, here);
    EXPECT_EQ(std::this_thread::get_id(), here);
    co_return 7;
  }());
  EXPECT_EQ(outcome.value(), 7);
}

TEST(Blocking, PassesErrorsOn) {
  auto pool = make_inline_pool();
  auto outcome = run([&]() -> Task<int> {
    co_return co_await runtime::blocking(
        *pool, [] -> Result<int> { return fail(Code::kNotFound, "test.missing"); });
  }());
  EXPECT_EQ(outcome.error().message(), "test.missing");
}

TEST(Blocking, RefusesWhenTheQueueIsFull) {
  auto pool = make_pool("test", 1, 1);
  std::atomic<bool> release = false, started = false;
  ASSERT_TRUE(pool->run([&] {
    started = true;
    while (!release) std::this_thread::yield();
  }));
  while (!started) std::this_thread::yield();
  ASSERT_TRUE(pool->run([] {}));
  auto outcome = run([&]() -> Task<> {
    co_return co_await runtime::blocking(*pool, [] -> Result<> { return {}; });
  }());
  EXPECT_EQ(outcome.error().code(), Code::kExhausted);
  release = true;
}

TEST(Signal, KeepsANotificationThatComesFirst) {
  Signal signal;
  signal.notify();
  run([&]() -> asio::awaitable<void> { co_await signal.wait(); }());
}

TEST(Promise, WakesEveryWaiterFromAnotherThread) {
  Promise<int> promise;
  asio::io_context context;
  std::atomic<int> sum = 0;
  for (int i = 0; i < 10; ++i)
    asio::co_spawn(
        context, [&]() -> asio::awaitable<void> { sum += co_await promise.wait(); },
        asio::detached);
  std::thread setter([&] { promise.set(3); });
  context.run();
  setter.join();
  EXPECT_EQ(sum, 30);
}

}  // namespace
}  // namespace belfry
