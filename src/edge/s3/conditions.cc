#include "conditions.h"

#include "base/ascii.h"
#include "errors.h"

#include <algorithm>
#include <charconv>

namespace belfry::s3 {
namespace {

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

std::string_view unquoted(std::string_view etag) {
  etag = trim(etag);
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"')
    etag = etag.substr(1, etag.size() - 2);
  return etag;
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

bool compares_with_stored(const http::Fields& fields) {
  constexpr std::string_view kNames[] = {"if-match", "x-amz-if-match-size",
                                         "x-amz-if-match-last-modified-time"};
  const auto none = fields.find("if-none-match");
  return (none && trim(*none) != "*") || std::ranges::any_of(kNames, [&](std::string_view name) {
           return fields.find(name).has_value();
         });
}

Result<objects::WriteConditions> read_write_conditions(const http::Fields& fields) {
  objects::WriteConditions conditions;
  if (auto match = fields.find("if-match")) conditions.if_match = std::string(unquoted(*match));
  if (auto none = fields.find("if-none-match")) {
    if (trim(*none).empty() || none->contains(','))
      return refuse("NotImplemented", {{"Header", "If-None-Match"}});
    conditions.if_none_match_any = trim(*none) == "*";
    if (!conditions.if_none_match_any) conditions.if_none_match = std::string(unquoted(*none));
  }
  return conditions;
}

Result<objects::RemoveConditions> read_remove_conditions(const http::Fields& fields) {
  objects::RemoveConditions conditions;
  if (auto match = fields.find("if-match")) conditions.if_match = std::string(unquoted(*match));
  if (auto text = fields.find("x-amz-if-match-size")) {
    std::uint64_t size = 0;
    auto [end, ec] = std::from_chars(text->data(), text->data() + text->size(), size);
    if (ec != std::errc() || end != text->data() + text->size())
      return refuse_with("InvalidArgument", "x-amz-if-match-size is not a number.");
    conditions.if_size = Bytes{size};
  }
  constexpr std::string_view kTime = "x-amz-if-match-last-modified-time";
  if (fields.find(kTime)) {
    conditions.if_modified = read_date(fields, kTime);
    if (!conditions.if_modified)
      return refuse_with("InvalidArgument", std::string(kTime) + " is not a date.");
  }
  return conditions;
}

}  // namespace belfry::s3
