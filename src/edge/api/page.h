// Lists, a page at a time (docs/api/openapi.yaml, Lists).
#pragma once

#include "base/text_encoding.h"
#include "route.h"

#include <algorithm>
#include <string>
#include <vector>

namespace belfry::api {

// What of a list is asked for: at most `limit` things whose key comes after `after`.
struct PageRequest {
  std::string after;  // empty: from the first
  std::size_t limit = 100;
};

// From `limit` and `cursor`. Errors: invalid ("api.bad_parameter").
Result<PageRequest> page_request(const Call& call);
// The same, for lists of cloud/iam.
Result<iam::Page> asked_page(const Call& call);
// The parameter `limit` alone, for lists whose cursors are made elsewhere.
Result<std::size_t> page_limit(const Call& call, std::size_t otherwise = 100);

// Orders `things` by their keys, which are unique and not empty, and leaves the page asked for.
// Returns the cursor of the next one, empty when there is none. A thing that comes or goes between
// two pages moves no other.
template <class T, class KeyOf>
std::string cut_to_page(std::vector<T>& things, const PageRequest& asked, KeyOf key_of) {
  std::ranges::sort(things, {}, key_of);
  things.erase(things.begin(), std::ranges::upper_bound(things, asked.after, {}, key_of));
  if (things.size() <= asked.limit) return {};
  things.erase(things.begin() + std::ptrdiff_t(asked.limit), things.end());
  return to_hex(as_view(key_of(things.back())));
}

// The cursor of a list that says itself where its page ended; empty for nowhere.
std::string cursor_of(std::string_view ended);

}  // namespace belfry::api
