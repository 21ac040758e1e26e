// A disk none of whose calls is waited for longer than a limit: one on a network that is gone, or
// behind a controller that dies, may never answer, and nothing ends a call that hangs in the
// kernel.
//
//   answering --a call has run for the limit--> silent --forgive(), once all calls have returned-->
//   answering
//
// Invariants
//  1. Whoever waits is answered: when the work has ended, or once the disk is silent.
//  2. What a call that hangs may still touch is owned by the work that made it.
//  3. A silent disk is asked nothing: calls and work are refused ("disk.silent").
//  4. A disk is forgiven only when nothing that was begun before runs any more.
//  5. An error is told: by the work that met it, or, where that was answered by silence, by
//     late_error().
//
// Real threads and real time, whatever clock its user has. A simulated disk needs no watch.
#pragma once

#include "base/time.h"
#include "runtime/blocking.h"
#include "runtime/disk.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

namespace belfry {

class DiskWatch : public std::enable_shared_from_this<DiskWatch> {
 public:
  struct Limits {
    Duration silence;      // as long as one call may take
    unsigned threads = 2;  // that make the calls
    std::size_t queue_length_max = 10'000;
  };
  // `on_silent` is called on a thread of the watch, before anybody who waits is answered; it may
  // not wait for a disk. stop() must have been called before what it uses goes.
  static std::shared_ptr<DiskWatch> begin(std::string_view name, std::shared_ptr<Disk> disk,
                                          Limits limits, std::move_only_function<void()> on_silent);
  ~DiskWatch();
  // Waits for what runs, but not for calls that hang: those keep what they touch.
  void stop();

  // The same disk; each call comes back within the limit and what was queued before it. Copies
  // what it reads and writes, except within work of this watch.
  std::shared_ptr<Disk> disk();

  bool is_silent() const { return silent_.load(); }
  Error silence() const;
  static bool is_silence(const Error& error) { return error.message() == "disk.silent"; }
  // Lets a silent disk be asked again. False: calls from before have not returned yet.
  bool forgive();
  // What failed among the calls of work that was still going on when it fell silent, before it was
  // forgiven last.
  std::optional<Error> late_error();

  enum class Room { kBounded, kAlways };  // the caller sees to a bound of kAlways
  // Runs `work` on a thread of the watch, and then calls `settle`; once, and perhaps at once.
  // Errors that `settle` is told: retry ("disk.silent"), exhausted ("server.busy"). `work` may go
  // on running after "disk.silent": it must own all that it touches.
  void run(std::move_only_function<void()> work,
           std::move_only_function<void(Result<> outcome)> settle, Room room);

  // Runs `f`, which returns a Result and owns what it touches, on a thread of the watch; waits.
  template <class F>
  std::invoke_result_t<F> within(F f);
  // The same for a coroutine.
  template <class F>
  boost::asio::awaitable<std::invoke_result_t<F>> wait_for(F f);

  // For the watched disk: one call, which is timed. `f` owns what it touches, unless is_here().
  template <class F>
  std::invoke_result_t<F> call(F f);
  // Whether this thread runs work of this watch.
  bool is_here() const;
  // Lets go of a file where that may take its time.
  void release(std::shared_ptr<void> file);

 private:
  struct Work;

  DiskWatch(std::string_view name, std::shared_ptr<Disk> disk, Limits limits,
            std::move_only_function<void()> on_silent);
  void work();
  void look();
  void forget_standstill(std::int64_t late);
  bool look_once(std::unique_lock<std::mutex>& lock);
  bool begin_call();
  void end_call(const Error* error);
  template <class F>
  std::invoke_result_t<F> timed(F& f);

  const std::string name_;
  const std::shared_ptr<Disk> inner_;
  const Limits limits_;
  std::move_only_function<void()> on_silent_;
  std::atomic<bool> silent_ = false;

  std::mutex mutex_;
  std::condition_variable ready_, changed_, over_;
  std::deque<std::shared_ptr<Work>> queue_;
  std::vector<std::shared_ptr<Work>> running_;
  std::vector<std::shared_ptr<void>> unreleased_;
  unsigned threads_ = 0;  // that have not ended
  std::optional<Error> late_error_, forgiven_late_;
  bool stopping_ = false, stopped_ = false;
  std::thread looking_;
};

template <class F>
std::invoke_result_t<F> DiskWatch::within(F f) {
  using R = std::invoke_result_t<F>;
  if (is_here()) return f();
  struct Call {
    F f;
    std::optional<R> result;
    Result<> outcome;
    std::binary_semaphore ended{0};
  };
  auto call = std::make_shared<Call>(std::move(f));
  run([call] { call->result.emplace(call->f()); },
      [call](Result<> outcome) {
        call->outcome = std::move(outcome);
        call->ended.release();
      },
      Room::kAlways);
  call->ended.acquire();
  if (!call->outcome) return std::unexpected(std::move(call->outcome).error());
  return std::move(*call->result);
}

template <class F>
boost::asio::awaitable<std::invoke_result_t<F>> DiskWatch::wait_for(F f) {
  using R = std::invoke_result_t<F>;
  struct Call {
    F f;
    std::optional<R> result;
    Result<> outcome;
    std::move_only_function<void()> resume;
  };
  auto call = std::make_shared<Call>(std::move(f));
  co_await runtime::suspend([&](std::move_only_function<void()> resume) {
    call->resume = std::move(resume);
    // Once it is handed over, this coroutine may be gone: each has a copy of its own.
    run([kept = call] { kept->result.emplace(kept->f()); },
        [kept = call](Result<> outcome) {
          kept->outcome = std::move(outcome);
          auto go_on = std::move(kept->resume);
          go_on();
        },
        Room::kBounded);
  });
  if (!call->outcome) co_return std::unexpected(std::move(call->outcome).error());
  co_return std::move(*call->result);
}

template <class F>
std::invoke_result_t<F> DiskWatch::timed(F& f) {
  if (!begin_call()) return std::unexpected(silence());
  auto result = f();
  end_call(result ? nullptr : &result.error());
  return result;
}

template <class F>
std::invoke_result_t<F> DiskWatch::call(F f) {
  if (is_here()) return timed(f);
  return within([self = shared_from_this(), f = std::move(f)]() mutable { return self->timed(f); });
}

}  // namespace belfry
