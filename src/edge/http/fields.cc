#include "base/ascii.h"
#include "http/server.h"

namespace belfry::http {

void Fields::add(std::string name, std::string value) {
  fields_.emplace_back(std::move(name), std::move(value));
}

void Fields::set(std::string name, std::string value) {
  std::erase_if(fields_, [&](const auto& field) { return equal_without_case(field.first, name); });
  add(std::move(name), std::move(value));
}

std::optional<std::string_view> Fields::find(std::string_view name) const {
  for (const auto& [each, value] : fields_)
    if (equal_without_case(each, name)) return value;
  return std::nullopt;
}

std::string_view Fields::get(std::string_view name) const {
  return find(name).value_or(std::string_view());
}

std::optional<std::string_view> Request::parameter(std::string_view name) const {
  for (const QueryParameter& each : query)
    if (each.name == name) return each.value;
  return std::nullopt;
}

}  // namespace belfry::http
