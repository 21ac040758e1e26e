#include "page.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace belfry::api {
namespace {

std::string key_of(const std::string& thing) {
  return thing;
}

// The list as a reader gets it who follows the cursors, `between` each page and the next.
std::vector<std::string> read_all(
    std::vector<std::string>& list, std::size_t limit,
    const std::function<void()>& between = [] {}) {
  std::vector<std::string> seen;
  PageRequest asked{"", limit};
  for (;;) {
    std::vector<std::string> page = list;
    std::string next = cut_to_page(page, asked, key_of);
    EXPECT_LE(page.size(), limit);
    seen.insert(seen.end(), page.begin(), page.end());
    if (next.empty()) return seen;
    auto octets = from_hex(next);
    EXPECT_TRUE(octets);
    asked.after = as_text(*octets);
    between();
  }
}

TEST(Page, FollowedToItsEndIsTheWholeListOnce) {
  std::vector<std::string> list{"d", "a", "c", "b", "e"};
  std::vector<std::string> sorted{"a", "b", "c", "d", "e"};
  for (std::size_t limit : {1u, 2u, 4u, 5u, 6u, 100u}) EXPECT_EQ(read_all(list, limit), sorted);
}

TEST(Page, HasNoCursorAtTheEnd) {
  std::vector<std::string> list{"a", "b"};
  EXPECT_EQ(cut_to_page(list, {"", 2}, key_of), "");
  EXPECT_EQ(list.size(), 2u);
  EXPECT_NE(cut_to_page(list, {"", 1}, key_of), "");
  std::vector<std::string> none;
  EXPECT_EQ(cut_to_page(none, {"", 1}, key_of), "");
}

TEST(Page, OtherThingsStayWhenOneComesOrGoes) {
  std::vector<std::string> list{"a", "b", "c", "d"};
  bool changed = false;
  auto seen = read_all(list, 2, [&] {
    if (!std::exchange(changed, true)) list = {"a", "aa", "c", "d"};  // the cursor's own is gone
  });
  EXPECT_EQ(seen, (std::vector<std::string>{"a", "b", "c", "d"}));
}

}  // namespace
}  // namespace belfry::api
