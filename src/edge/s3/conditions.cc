#include "conditions.h"

#include "errors.h"

#include <algorithm>
#include <charconv>

namespace belfry::s3 {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::optional<std::uint64_t> read_number(std::string_view text) {
  std::uint64_t number = 0;
  auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || end != text.data() + text.size() || ec == std::errc::invalid_argument)
    return std::nullopt;
  if (ec == std::errc::result_out_of_range) return std::numeric_limits<std::uint64_t>::max();
  return number;
}

std::string_view unquoted(std::string_view etag) {
  etag = trim(etag);
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"')
    etag = etag.substr(1, etag.size() - 2);
  return etag;
}

// `*` or one of a list.
bool matches(std::string_view list, std::string_view etag) {
  if (trim(list) == "*") return true;
  while (!list.empty()) {
    std::size_t comma = std::min(list.find(','), list.size());
    if (unquoted(list.substr(0, comma)) == etag) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

// HTTP dates have whole seconds.
std::chrono::sys_seconds to_seconds(Timestamp time) {
  return std::chrono::floor<std::chrono::seconds>(time);
}

std::optional<std::chrono::sys_seconds> read_date(const http::Fields& fields,
                                                  std::string_view name) {
  auto field = fields.find(name);
  if (!field) return std::nullopt;
  auto time = parse_http(*field);
  if (!time) return std::nullopt;
  return to_seconds(*time);
}

}  // namespace

RangeAnswer read_range(std::string_view field, Bytes size) {
  constexpr std::string_view kUnit = "bytes=";
  field = trim(field);
  if (!field.starts_with(kUnit)) return std::monostate();
  field.remove_prefix(kUnit.size());
  std::size_t dash = field.find('-');
  if (dash == field.npos || field.find(',') != field.npos) return std::monostate();
  std::string_view first_text = trim(field.substr(0, dash));
  std::string_view last_text = trim(field.substr(dash + 1));
  auto first = read_number(first_text), last = read_number(last_text);
  if (first_text.empty()) {
    if (!last) return std::monostate();
    if (*last == 0 || size.count == 0) return Unsatisfiable();
    return objects::Range{size.count - std::min(*last, size.count), size.count - 1};
  }
  if (!first || (!last && !last_text.empty()) || (last && *last < *first)) return std::monostate();
  if (*first >= size.count) return Unsatisfiable();
  std::uint64_t end = last ? std::min(*last, size.count - 1) : size.count - 1;
  return objects::Range{*first, end};
}

Result<> check_conditions(const http::Fields& fields, const objects::ObjectInfo& info,
                          const ConditionNames& names) {
  if (auto match = fields.find(names.if_match)) {
    if (!matches(*match, info.etag))
      return refuse("PreconditionFailed", {{"Condition", "If-Match"}});
  } else if (auto since = read_date(fields, names.if_unmodified_since)) {
    if (to_seconds(info.modified) > *since)
      return refuse("PreconditionFailed", {{"Condition", "If-Unmodified-Since"}});
  }
  if (auto none = fields.find(names.if_none_match)) {
    if (matches(*none, info.etag)) return refuse("NotModified");
  } else if (auto since = read_date(fields, names.if_modified_since)) {
    if (to_seconds(info.modified) <= *since) return refuse("NotModified");
  }
  return {};
}

Result<objects::WriteConditions> read_write_conditions(const http::Fields& fields) {
  objects::WriteConditions conditions;
  if (auto match = fields.find("if-match")) conditions.if_match = std::string(unquoted(*match));
  if (auto none = fields.find("if-none-match")) {
    if (trim(*none) != "*") return refuse("NotImplemented", {{"Header", "If-None-Match"}});
    conditions.if_none_match_any = true;
  }
  return conditions;
}

}  // namespace belfry::s3
