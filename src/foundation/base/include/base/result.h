// Errors as values. Belfry's own code throws nothing; an adapter turns a library's exception into
// an Error at its edge.
#pragma once

#include <cstdint>
#include <expected>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace belfry {

// What the caller can do next.
enum class Code : std::uint8_t {
  kInvalid,    // the request is wrong; mend it
  kDenied,     // not allowed; ask for the right
  kNotFound,   // nothing there under that name
  kConflict,   // somebody else changed it; read again, then decide
  kRetry,      // could not be done now; the same request may succeed later
  kCorrupt,    // stored bytes do not match their checksum
  kExhausted,  // a limit is reached: space, quota, queue
  kInternal,   // a fault of ours
};

std::string_view name_of(Code code);

// One named argument of a message.
struct Argument {
  std::string name;
  std::string value;
};

// A code and a message: `message` is an id of a messages.tsv of the module, worded at the edge in
// the reader's language with `arguments`.
class Error {
 public:
  Error(Code code, std::string_view message, std::initializer_list<Argument> arguments = {})
      : code_(code), message_(message), arguments_(arguments) {}

  Code code() const { return code_; }
  const std::string& message() const { return message_; }
  const std::vector<Argument>& arguments() const { return arguments_; }

  // The value of the argument `name`, or an empty string.
  std::string_view argument(std::string_view name) const;

  Error& with(std::string_view name, std::string_view value);

  // For logs and test failures: "not_found bucket.missing bucket=a".
  std::string describe() const;

 private:
  Code code_;
  std::string message_;
  std::vector<Argument> arguments_;
};

template <class T = void>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Code code, std::string_view message,
                                   std::initializer_list<Argument> arguments = {}) {
  return std::unexpected(Error(code, message, arguments));
}

}  // namespace belfry

#define BELFRY_CONCAT_INNER(a, b) a##b
#define BELFRY_CONCAT(a, b) BELFRY_CONCAT_INNER(a, b)

// `TRY(auto x, f());` declares x, or returns the error of f() from this function. `TRY(f());` for
// Result<void>. Both are statements. CO_TRY does the same in a coroutine.
#define BELFRY_TRY_1(return_, expression)                               \
  do {                                                                  \
    if (auto belfry_result = (expression); !belfry_result) [[unlikely]] \
      return_ ::std::unexpected(::std::move(belfry_result).error());    \
  } while (false)
#define BELFRY_TRY_2(return_, declaration, expression)                                       \
  auto BELFRY_CONCAT(belfry_result_, __LINE__) = (expression);                               \
  if (!BELFRY_CONCAT(belfry_result_, __LINE__)) [[unlikely]]                                 \
    return_ ::std::unexpected(::std::move(BELFRY_CONCAT(belfry_result_, __LINE__)).error()); \
  declaration = *::std::move(BELFRY_CONCAT(belfry_result_, __LINE__))
// A declaration has no comma of its own, but the expression may: everything after the first
// argument is the expression.
#define BELFRY_TRY_SELECT(_1, _2, _3, _4, _5, _6, _7, _8, _9, NAME, ...) NAME
#define BELFRY_TRY_MANY(return_, declaration, ...) BELFRY_TRY_2(return_, declaration, (__VA_ARGS__))
#define TRY(...) BELFRY_TRY_DISPATCH(return, __VA_ARGS__)
#define CO_TRY(...) BELFRY_TRY_DISPATCH(co_return, __VA_ARGS__)
#define BELFRY_TRY_DISPATCH(return_, ...)                                               \
  BELFRY_TRY_SELECT(__VA_ARGS__, BELFRY_TRY_MANY, BELFRY_TRY_MANY, BELFRY_TRY_MANY,     \
                    BELFRY_TRY_MANY, BELFRY_TRY_MANY, BELFRY_TRY_MANY, BELFRY_TRY_MANY, \
                    BELFRY_TRY_2, BELFRY_TRY_1)                                         \
  (return_, __VA_ARGS__)
