#include "database_testing/test_database.h"

#include <gtest/gtest.h>

namespace belfry::database {
namespace {

using testing::TestDatabase;

const Migration kFirst{1, "first", "-- A\nCREATE TABLE a (b BIGINT NOT NULL);\n"};
const Migration kSecond{2, "second",
                        "INSERT INTO a (b) VALUES (1);\nINSERT INTO a (b) VALUES (2);\n"};

class MigrateTest : public ::testing::TestWithParam<Engine> {
 protected:
  std::int64_t count(Database& database) {
    std::int64_t rows = -1;
    auto done = database.read(std::chrono::seconds(5), [&](Transaction& transaction) -> Result<> {
      TRY(auto found, transaction.query("SELECT count(*) AS n FROM a"));
      rows = found[0].integer("n");
      return {};
    });
    EXPECT_TRUE(done) << done.error().describe();
    return rows;
  }
};
BELFRY_ON_BOTH_ENGINES(MigrateTest);

TEST_P(MigrateTest, AppliesWhatIsMissingOnceAndInOrder) {
  TestDatabase state(GetParam(), {kFirst});
  EXPECT_EQ(count(*state), 0);
  auto again = state.open_again({kSecond, kFirst});
  ASSERT_TRUE(again) << again.error().describe();
  EXPECT_EQ(count(**again), 2);
  again = state.open_again({kFirst, kSecond});
  ASSERT_TRUE(again) << again.error().describe();
  EXPECT_EQ(count(**again), 2);
}

TEST_P(MigrateTest, RefusesANewerSchema) {
  TestDatabase state(GetParam(), {kFirst, kSecond});
  auto older = state.open_again({kFirst});
  ASSERT_FALSE(older);
  EXPECT_EQ(older.error().describe(), "conflict database.newer_schema number=2");
}

TEST_P(MigrateTest, RefusesAChangedMigration) {
  TestDatabase state(GetParam(), {kFirst});
  auto changed = state.open_again({{1, "first", "CREATE TABLE a (b BIGINT);\n"}});
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().describe(), "conflict database.migration_changed number=1 name=first");
}

TEST_P(MigrateTest, UndoesAFailedMigrationAndKeepsTheOnesBefore) {
  TestDatabase state(GetParam(), {kFirst});
  auto failed = state.open_again(
      {kFirst, {2, "broken", "INSERT INTO a (b) VALUES (1);\nINSERT INTO nothing VALUES (1);\n"}});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message(), "database.migration_failed");
  EXPECT_EQ(failed.error().argument("number"), "2");
  EXPECT_EQ(count(*state), 0);
  EXPECT_TRUE(state.open_again({kFirst, kSecond}));
}

TEST_P(MigrateTest, RefusesAnUnknownAddress) {
  auto opened = open_database({.url = "mysql:x"}, {}, Timestamp());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message(), "database.unknown_url");
}

}  // namespace
}  // namespace belfry::database
