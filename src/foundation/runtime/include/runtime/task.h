// What every function that may wait returns.
#pragma once

#include "base/result.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace belfry {

using Executor = boost::asio::any_io_executor;

// A coroutine that yields a value or an Error. It starts when awaited. A cancelled one throws
// boost::system::system_error at its wait; edge/http and app/belfryd decide what that means.
template <class T = void>
using Task = boost::asio::awaitable<Result<T>>;

}  // namespace belfry
