#include "base/placeholders.h"

namespace belfry {

std::string fill_placeholders(
    std::string_view pattern,
    const std::function<std::optional<std::string>(std::string_view)>& value_of) {
  std::string out;
  while (!pattern.empty()) {
    std::size_t open = pattern.find('{');
    std::size_t close = open == pattern.npos ? open : pattern.find('}', open);
    if (close == pattern.npos) break;
    out += pattern.substr(0, open);
    auto value = value_of(pattern.substr(open + 1, close - open - 1));
    out += value ? std::string_view(*value) : pattern.substr(open, close + 1 - open);
    pattern.remove_prefix(close + 1);
  }
  return out.append(pattern);
}

}  // namespace belfry
