#include "base/result.h"

namespace belfry {

std::string_view name_of(Code code) {
  switch (code) {
    case Code::kInvalid:
      return "invalid";
    case Code::kDenied:
      return "denied";
    case Code::kNotFound:
      return "not_found";
    case Code::kConflict:
      return "conflict";
    case Code::kRetry:
      return "retry";
    case Code::kCorrupt:
      return "corrupt";
    case Code::kExhausted:
      return "exhausted";
    case Code::kInternal:
      return "internal";
  }
  return "internal";
}

std::string_view Error::argument(std::string_view name) const {
  for (const Argument& argument : arguments_)
    if (argument.name == name) return argument.value;
  return {};
}

Error& Error::with(std::string_view name, std::string_view value) {
  arguments_.push_back({std::string(name), std::string(value)});
  return *this;
}

std::string Error::describe() const {
  std::string text = std::string(name_of(code_)) + " " + message_;
  for (const Argument& argument : arguments_) text += " " + argument.name + "=" + argument.value;
  return text;
}

}  // namespace belfry
