// Tasks in tests that have no executor of their own.
#pragma once

#include "base/ensure.h"
#include "runtime/task.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace belfry::runtime::testing {

// Runs the task to its end on this thread.
template <class T>
Result<T> run_task(Task<T> task) {
  boost::asio::io_context context;
  std::optional<Result<T>> result;
  boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr thrown, Result<T> value) {
    ENSURE(!thrown);
    result.emplace(std::move(value));
  });
  context.run();
  ENSURE(result.has_value());
  return *std::move(result);
}

}  // namespace belfry::runtime::testing
