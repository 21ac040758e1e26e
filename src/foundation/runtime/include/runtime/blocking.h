// Where calls that block a thread run: disks, databases, slow hashes.
#pragma once

#include "runtime/task.h"

#include <functional>
#include <memory>
#include <string_view>
#include <type_traits>

namespace belfry {

// A fixed number of threads with a bounded queue. Destroying it waits for what runs.
class Pool {
 public:
  virtual ~Pool() = default;
  // Runs `work` later on one of the threads, or at once, here, in a simulation. False: the queue is
  // full, and `work` was dropped.
  [[nodiscard]] virtual bool run(std::move_only_function<void()> work) = 0;
  // The same however long the queue is, for work that must be done and of which the caller bounds
  // how much there is.
  virtual void run_always(std::move_only_function<void()> work) = 0;
};

std::unique_ptr<Pool> make_pool(std::string_view name, unsigned threads,
                                std::size_t queue_length_max);
// Runs everything at once on the caller's thread: deterministic.
std::unique_ptr<Pool> make_inline_pool();

namespace runtime {

// Suspends until `start` has called the function given to it, from any thread; resumes on the
// waiting coroutine's executor.
boost::asio::awaitable<void> suspend(
    std::move_only_function<void(std::move_only_function<void()> resume)> start);

// Runs `f`, which returns a Result, on `pool`; resumes on the caller's executor.
// Errors: those of `f`; exhausted if the pool's queue is full.
template <class F>
boost::asio::awaitable<std::invoke_result_t<F>> blocking(Pool& pool, F f) {
  using R = std::invoke_result_t<F>;
  std::optional<R> result;
  co_await suspend([&](std::move_only_function<void()> resume) {
    // The resume function is shared so that it survives a refused `run`.
    auto shared = std::make_shared<std::move_only_function<void()>>(std::move(resume));
    if (!pool.run([&result, &f, shared] {
          result.emplace(f());
          (*shared)();
        })) {
      result.emplace(fail(Code::kExhausted, "server.busy"));
      (*shared)();
    }
  });
  co_return std::move(*result);
}

}  // namespace runtime
}  // namespace belfry
