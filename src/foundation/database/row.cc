#include "base/ensure.h"
#include "database/database.h"

#include <algorithm>

namespace belfry::database {

Row::Row(std::shared_ptr<const std::vector<std::string>> names, std::vector<Value> values)
    : names_(std::move(names)), values_(std::move(values)) {
  ENSURE(names_->size() == values_.size());
}

const Value& Row::at(std::string_view column) const {
  auto found = std::ranges::find(*names_, column);
  ENSURE(found != names_->end());
  return values_[std::size_t(found - names_->begin())];
}

std::int64_t Row::integer(std::string_view column) const {
  const auto* value = std::get_if<std::int64_t>(&at(column));
  ENSURE(value != nullptr);
  return *value;
}

double Row::real(std::string_view column) const {
  const Value& value = at(column);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return double(*integer);
  const auto* real = std::get_if<double>(&value);
  ENSURE(real != nullptr);
  return *real;
}

const std::string& Row::text(std::string_view column) const {
  const auto* value = std::get_if<std::string>(&at(column));
  ENSURE(value != nullptr);
  return *value;
}

bool Row::is_null(std::string_view column) const {
  return std::holds_alternative<Null>(at(column));
}

}  // namespace belfry::database
