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

// A pool's thread may still be posting when what it posted has run, so the context outlives the
// pools of a test.
class Waiting : public testing::Test {
 protected:
  template <class T>
  T run(asio::awaitable<T> work) {
    auto future = asio::co_spawn(context_, std::move(work), asio::use_future);
    context_.restart();
    context_.run();
    return future.get();
  }

  asio::io_context context_;
};
using Blocking = Waiting;

TEST_F(Blocking, RunsElsewhereAndComesBack) {
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

TEST_F(Blocking, PassesErrorsOn) {
  auto pool = make_inline_pool();
  auto outcome = run([&]() -> Task<int> {
    co_return co_await runtime::blocking(
        *pool, [] -> Result<int> { return fail(Code::kNotFound, "test.missing"); });
  }());
  EXPECT_EQ(outcome.error().message(), "test.missing");
}

TEST_F(Blocking, RefusesWhenTheQueueIsFull) {
  std::atomic<bool> release = false, started = false;
  auto pool = make_pool("test", 1, 1);
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
  // What must be done is not refused, nor done here.
  std::atomic<bool> done = false;
  pool->run_always([&] { done = true; });
  EXPECT_FALSE(done);
  release = true;
  while (!done) std::this_thread::yield();
}

TEST_F(Waiting, ASignalKeepsANotificationThatComesFirst) {
  Signal signal;
  signal.notify();
  run([&]() -> asio::awaitable<void> { co_await signal.wait(); }());
}

TEST_F(Waiting, TurnsLetOneAtATimeGoOnInTheirOrder) {
  Turns turns;
  std::vector<int> order;
  int inside = 0;
  Signal pause;
  for (int i = 0; i < 5; ++i)
    asio::co_spawn(
        context_,
        [&, i]() -> asio::awaitable<void> {
          auto turn = co_await turns.take();
          EXPECT_EQ(++inside, 1);
          order.push_back(i);
          pause.notify();
          co_await pause.wait();
          --inside;
        },
        asio::detached);
  context_.run();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST_F(Waiting, APromiseWakesEveryWaiterFromAnotherThread) {
  Promise<int> promise;
  std::atomic<int> sum = 0;
  for (int i = 0; i < 10; ++i)
    asio::co_spawn(
        context_, [&]() -> asio::awaitable<void> { sum += co_await promise.wait(); },
        asio::detached);
  std::thread setter([&] { promise.set(3); });
  context_.run();
  setter.join();
  EXPECT_EQ(sum, 30);
}

}  // namespace
}  // namespace belfry
