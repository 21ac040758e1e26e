// ENSURE states what our own code guarantees; it stays on in release and ends the process when it
// is false. Input from outside never reaches one: it gets an Error.
#pragma once

namespace belfry {

[[noreturn]] void ensure_failed(const char* condition, const char* file, int line);

}  // namespace belfry

#define ENSURE(condition) \
  ((condition) ? static_cast<void>(0) : ::belfry::ensure_failed(#condition, __FILE__, __LINE__))
