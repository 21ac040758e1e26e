#include "http/server.h"

#include <algorithm>

namespace belfry::http {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

void Fields::add(std::string name, std::string value) {
  fields_.emplace_back(std::move(name), std::move(value));
}

void Fields::set(std::string name, std::string value) {
  std::erase_if(fields_, [&](const auto& field) { return same_name(field.first, name); });
  add(std::move(name), std::move(value));
}

std::optional<std::string_view> Fields::find(std::string_view name) const {
  for (const auto& [each, value] : fields_)
    if (same_name(each, name)) return value;
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
