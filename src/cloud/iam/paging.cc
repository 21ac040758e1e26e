#include "paging.h"

#include "base/text_encoding.h"

#include <charconv>
#include <limits>

namespace belfry::iam {
namespace {

constexpr std::int64_t kBeforeAll = std::numeric_limits<std::int64_t>::min();

std::unexpected<Error> bad_cursor() {
  return fail(Code::kInvalid, "iam.bad_cursor");
}

Result<std::int64_t> read_number(std::string_view text) {
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return bad_cursor();
  return value;
}

}  // namespace

Result<std::string> read_text_key(std::string_view after) {
  if (!is_utf8(after) || after.contains('\0')) return bad_cursor();
  return std::string(after);
}

std::string text_of(Timestamp created, const std::string& id) {
  return std::to_string(to_us(created)) + "/" + id;
}

Result<TimeKey> read_time_key(std::string_view after) {
  if (after.empty()) return TimeKey{.us = kBeforeAll, .id = {}};
  std::size_t slash = after.find('/');
  if (slash == after.npos) return bad_cursor();
  TRY(std::int64_t us, read_number(after.substr(0, slash)));
  TRY(std::string id, read_text_key(after.substr(slash + 1)));
  return TimeKey{.us = us, .id = std::move(id)};
}

std::int64_t id_of(const TimeKey& key) {
  return read_number(key.id).value_or(0);
}

std::string text_of(const std::string& name, std::int64_t id) {
  return std::to_string(id) + "/" + name;
}

Result<NameKey> read_name_key(std::string_view after) {
  if (after.empty()) return NameKey{.name = {}, .id = kBeforeAll};
  std::size_t slash = after.find('/');
  if (slash == after.npos) return bad_cursor();
  TRY(std::int64_t id, read_number(after.substr(0, slash)));
  TRY(std::string name, read_text_key(after.substr(slash + 1)));
  return NameKey{.name = std::move(name), .id = id};
}

}  // namespace belfry::iam
