// Lists a page at a time.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace belfry::iam {

// What of a list is asked for: at most `limit` things, at most kPageMax, after where the page
// before ended. Errors of every list: invalid ("iam.bad_cursor").
inline constexpr std::size_t kPageMax = 1000;
struct Page {
  std::string after;  // empty: from the first
  std::size_t limit = kPageMax;
};
template <class T>
struct Listing {
  std::vector<T> things;
  std::string next;  // where the page ended; empty: it was the last
};

}  // namespace belfry::iam
