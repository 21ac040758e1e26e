// Work that a provider does by itself, again and again.
#pragma once

#include "runtime/clock.h"
#include "runtime/signal.h"
#include "runtime/task.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace belfry::provider {

// Loops that each run a task, wait, and run it again until `stop`. A task that fails is logged and
// tried again at its next turn.
class Background {
 public:
  Background(Executor executor, Clock& clock) : executor_(std::move(executor)), clock_(clock) {}

  // The first time after `first`.
  void every(Duration period, std::string name, std::function<Task<>()> task,
             Duration first = Duration(0));
  // No task is begun any more; returns when none runs.
  boost::asio::awaitable<void> stop();

 private:
  boost::asio::awaitable<void> loop(Duration period, std::string name, std::function<Task<>()> task,
                                    Duration first);
  boost::asio::awaitable<void> rest(Duration duration);

  Executor executor_;
  Clock& clock_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> running_ = 0;
};

}  // namespace belfry::provider
