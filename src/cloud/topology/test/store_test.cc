#include "database_testing/test_database.h"
#include "example.h"

#include <gtest/gtest.h>

namespace belfry::topology {
namespace {

using database::testing::TestDatabase;

constexpr Timestamp kNow = Timestamp(std::chrono::seconds(1'767'225'600));

class Store : public testing::TestWithParam<database::Engine> {
 protected:
  std::int64_t number(std::string_view sql) {
    std::int64_t value = -1;
    auto done = database_->read(std::chrono::seconds(10),
                                [&](database::Transaction& transaction) -> Result<> {
                                  TRY(auto rows, transaction.query(sql));
                                  value = rows.at(0).integer("number");
                                  return {};
                                });
    EXPECT_TRUE(done) << done.error().describe();
    return value;
  }
  void store_text(const std::string& text, Timestamp now = kNow) {
    Loaded loaded = parse(text, "provider.yaml");
    ASSERT_TRUE(loaded.faults.empty()) << describe(loaded.faults);
    auto done = store(*database_, loaded.topology, now);
    ASSERT_TRUE(done) << done.error().describe();
  }

  TestDatabase database_{GetParam(), migrations()};
};

BELFRY_ON_BOTH_ENGINES(Store);

TEST_P(Store, WritesEveryTable) {
  store_text(example_text());
  EXPECT_EQ(number("SELECT COUNT(*) AS number FROM site"), 2);
  EXPECT_EQ(number("SELECT COUNT(*) AS number FROM server"), 14);
  EXPECT_EQ(number("SELECT COUNT(*) AS number FROM disk WHERE simulated = 1"), 12);
  EXPECT_EQ(number("SELECT COUNT(*) AS number FROM power_outlet"), 8 * 24);
  EXPECT_EQ(number("SELECT COUNT(*) AS number FROM switch"), 12);
  EXPECT_EQ(number("SELECT COUNT(*) AS number FROM lag_member WHERE peer_port_id IS NULL"), 0);
  // Every reference leads somewhere.
  EXPECT_EQ(number("SELECT COUNT(*) AS number FROM power_supply s "
                   "JOIN power_outlet o ON o.id = s.outlet_id JOIN pdu p ON p.id = o.pdu_id "
                   "JOIN power_segment g ON g.id = p.segment_id "
                   "JOIN power_feed f ON f.id = g.feed_id"),
            14 * 2 + 12 * 2);
  EXPECT_EQ(number("SELECT COUNT(*) AS number FROM lag_member m "
                   "JOIN switch_port p ON p.id = m.peer_port_id "
                   "JOIN switch s ON s.id = p.switch_id"),
            14 * 2 + 8 * 2 + 4 * 4);
}

TEST_P(Store, RemovesWhatIsNoLongerDeclared) {
  store_text(example_text());
  std::string text = example_with(
      "                  - {name: par1-s1-d2, path: disks/par1-s1-d2, size_gib: 100, media: nvme, "
      "simulated: true}\n",
      "");
  store_text(text, kNow + std::chrono::seconds(1));
  EXPECT_EQ(number("SELECT COUNT(*) AS number FROM disk"), 11);
  EXPECT_EQ(number("SELECT COUNT(*) AS number FROM disk WHERE name = 'par1-s1-d2'"), 0);
  EXPECT_EQ(number("SELECT MIN(declared_at_us) AS number FROM disk"),
            to_us(kNow + std::chrono::seconds(1)));
}

TEST_P(Store, IsSafeToRepeat) {
  store_text(example_text());
  store_text(example_text());
  EXPECT_EQ(number("SELECT COUNT(*) AS number FROM server"), 14);
}

}  // namespace
}  // namespace belfry::topology
