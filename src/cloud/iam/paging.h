// Lists a page at a time: a thing that comes or goes between two pages moves no other.
#pragma once

#include "iam/iam.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace belfry::iam {

// A text as databases take it: PostgreSQL refuses what is not UTF-8, and cuts at a zero octet.
// Errors: invalid ("iam.bad_cursor").
Result<std::string> read_text_key(std::string_view after);

// Where a page of what is ordered by time of making, then id, begins.
struct TimeKey {
  std::int64_t us;
  std::string id;
};
std::string text_of(Timestamp created, const std::string& id);
// Before everything for the empty text. Errors: invalid ("iam.bad_cursor").
Result<TimeKey> read_time_key(std::string_view after);

// The id of such a key, as a number; zero for what is none.
std::int64_t id_of(const TimeKey& key);

// Where a page of what is ordered by name, then id, begins.
struct NameKey {
  std::string name;
  std::int64_t id;
};
std::string text_of(const std::string& name, std::int64_t id);
Result<NameKey> read_name_key(std::string_view after);

// Rows to read for a page: one more than it holds tells whether another follows.
inline std::int64_t rows_of(const Page& page) {
  return std::int64_t(std::clamp<std::size_t>(page.limit, 1, kPageMax)) + 1;
}

// The page of what those rows gave.
template <class T, class KeyOf>
Listing<T> page_of(std::vector<T> things, const Page& page, KeyOf key_of) {
  Listing<T> listing{.things = std::move(things), .next = {}};
  std::size_t limit = std::size_t(rows_of(page) - 1);
  if (listing.things.size() <= limit) return listing;
  listing.things.resize(limit);
  listing.next = key_of(listing.things.back());
  return listing;
}

}  // namespace belfry::iam
