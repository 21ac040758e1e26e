#include "page.h"

namespace belfry::api {
namespace {

constexpr std::size_t kLimitMax = 1000;

}  // namespace

Result<std::size_t> page_limit(const Call& call, std::size_t otherwise) {
  TRY(std::int64_t limit, call.number("limit", std::int64_t(otherwise)));
  if (limit < 1 || limit > std::int64_t(kLimitMax))
    return fail(Code::kInvalid, "api.bad_parameter", {{"name", "limit"}});
  return std::size_t(limit);
}

Result<PageRequest> page_request(const Call& call) {
  PageRequest asked;
  TRY(asked.limit, page_limit(call));
  auto after = from_hex(call.parameter("cursor"));
  if (!after) return fail(Code::kInvalid, "api.bad_parameter", {{"name", "cursor"}});
  asked.after = as_text(*after);
  return asked;
}

Result<iam::Page> asked_page(const Call& call) {
  TRY(PageRequest asked, page_request(call));
  return iam::Page{.after = std::move(asked.after), .limit = asked.limit};
}

std::string cursor_of(std::string_view ended) {
  return to_hex(as_view(ended));
}

}  // namespace belfry::api
