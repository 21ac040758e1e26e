#include "database/database.h"

#include "database_testing/test_database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace belfry::database {
namespace {

using testing::TestDatabase;

constexpr std::int64_t kLarge = 9'007'199'254'740'993;  // 2^53 + 1: no double holds it
constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kSmallest = std::numeric_limits<std::int64_t>::min();

class DatabaseTest : public ::testing::TestWithParam<Engine> {
 protected:
  TestDatabase state_{GetParam(),
                      {{1, "thing",
                        "CREATE TABLE thing (id BIGINT NOT NULL PRIMARY KEY, name TEXT, "
                        "size DOUBLE PRECISION, flag SMALLINT);\n"
                        "CREATE TABLE part (id BIGINT NOT NULL PRIMARY KEY, "
                        "thing_id BIGINT NOT NULL REFERENCES thing (id));\n"}}};

  Result<std::int64_t> execute(std::string_view sql, const Parameters& parameters = {}) {
    std::int64_t changed = -1;
    TRY(state_->write([&](Transaction& transaction) -> Result<> {
      TRY(changed, transaction.execute(sql, parameters));
      return {};
    }));
    return changed;
  }

  Result<std::vector<Row>> query(std::string_view sql, const Parameters& parameters = {}) {
    std::vector<Row> rows;
    TRY(state_->read(std::chrono::seconds(5), [&](Transaction& transaction) -> Result<> {
      TRY(rows, transaction.query(sql, parameters));
      return {};
    }));
    return rows;
  }

  Value value(std::string_view sql, const Parameters& parameters = {}) {
    auto rows = query(sql, parameters);
    EXPECT_TRUE(rows) << rows.error().describe();
    return rows && !rows->empty() ? rows->at(0).values().at(0) : Value(Null{});
  }

  void add(std::int64_t id, Value name = Null{}, Value size = Null{}, Value flag = Null{}) {
    auto added =
        execute("INSERT INTO thing (id, name, size, flag) VALUES (:id, :name, :size, :flag)",
                {{"id", id}, {"name", name}, {"size", size}, {"flag", flag}});
    ASSERT_TRUE(added) << added.error().describe();
    EXPECT_EQ(*added, 1);
  }
};
BELFRY_ON_BOTH_ENGINES(DatabaseTest);

TEST_P(DatabaseTest, KeepsEveryTypeWhole) {
  add(kLargest, "naïve 'quote' \"x\" :y", 0.1, std::int64_t(1));
  add(kSmallest);
  auto rows = query("SELECT * FROM thing ORDER BY id");
  ASSERT_TRUE(rows) << rows.error().describe();
  ASSERT_EQ(rows->size(), 2u);
  const Row &empty = (*rows)[0], &full = (*rows)[1];
  EXPECT_EQ(full.integer("id"), kLargest);
  EXPECT_EQ(full.text("name"), "naïve 'quote' \"x\" :y");
  EXPECT_EQ(full.real("size"), 0.1);
  EXPECT_TRUE(full.flag("flag"));
  EXPECT_EQ(empty.integer("id"), kSmallest);
  EXPECT_TRUE(empty.is_null("name") && empty.is_null("size") && empty.is_null("flag"));
}

TEST_P(DatabaseTest, ReadsExpressionsWith64Bits) {
  add(kLarge, "a", 1.5);
  add(kLarge - 1, "b", 2.0);
  EXPECT_EQ(value("SELECT count(*) FROM thing"), Value(std::int64_t(2)));
  EXPECT_EQ(value("SELECT sum(id) FROM thing"), Value(2 * kLarge - 1));
  EXPECT_EQ(value("SELECT max(id) - 1 FROM thing"), Value(kLarge - 1));
  EXPECT_EQ(value("SELECT coalesce(max(id), 0) FROM thing"), Value(kLarge));
  EXPECT_EQ(value("SELECT CASE WHEN id > 0 THEN id ELSE 0 END FROM thing WHERE name = 'a'"),
            Value(kLarge));
  EXPECT_EQ(value("SELECT sum(size) FROM thing"), Value(3.5));
  EXPECT_EQ(value("SELECT sum(flag) FROM thing"), Value(Null{}));
  EXPECT_EQ(value("SELECT :a + 1", {{"a", kLarge}}), Value(kLarge + 1));
}

// The type of a value must not be taken from the first row.
TEST_P(DatabaseTest, ReadsNullFirstAndThenALargeNumber) {
  add(1);
  add(2, "b");
  auto rows = query(
      "SELECT CASE WHEN name IS NULL THEN NULL ELSE id + 9007199254740991 END AS n FROM thing "
      "ORDER BY id");
  ASSERT_TRUE(rows) << rows.error().describe();
  EXPECT_TRUE(rows->at(0).is_null("n"));
  EXPECT_EQ(rows->at(1).integer("n"), kLarge);
}

TEST_P(DatabaseTest, TakesAParameterTwiceAndIgnoresOthers) {
  add(5, "five");
  EXPECT_EQ(value("SELECT name FROM thing WHERE id = :id AND id + 1 > :id AND name <> ':id'",
                  {{"id", std::int64_t(5)}, {"now_us", std::int64_t(1)}}),
            Value("five"));
}

TEST_P(DatabaseTest, NamesAMissingParameter) {
  auto rows = query("SELECT * FROM thing WHERE id = :id");
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().describe(), "invalid database.missing_parameter name=:id");
}

TEST_P(DatabaseTest, CountsChangedRows) {
  add(1, "a");
  add(2, "b");
  EXPECT_EQ(execute("UPDATE thing SET flag = :flag", {{"flag", std::int64_t(1)}}).value(), 2);
  EXPECT_EQ(execute("UPDATE thing SET flag = 0 WHERE id = 9").value(), 0);
  EXPECT_EQ(execute("DELETE FROM thing WHERE id = 1").value(), 1);
}

TEST_P(DatabaseTest, ComparesTextByOctets) {
  add(1, "a");
  add(2, "B");
  add(3, "é");
  auto rows = query("SELECT id FROM thing ORDER BY name");
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->at(0).integer("id"), 2);
  EXPECT_EQ(rows->at(1).integer("id"), 1);
  EXPECT_EQ(rows->at(2).integer("id"), 3);
  EXPECT_EQ(value("SELECT count(*) FROM thing WHERE name LIKE 'b%'"), Value(std::int64_t(0)));
}

TEST_P(DatabaseTest, ReportsConstraintsAsConflicts) {
  add(1, "a");
  auto twice = execute("INSERT INTO thing (id) VALUES (1)");
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code(), Code::kConflict);
  EXPECT_THAT(std::string(twice.error().argument("constraint")), ::testing::HasSubstr("thing"));
  auto dangling = execute("INSERT INTO part (id, thing_id) VALUES (1, 7)");
  ASSERT_FALSE(dangling);
  EXPECT_EQ(dangling.error().code(), Code::kConflict);
  auto held = execute("INSERT INTO part (id, thing_id) VALUES (1, 1)");
  ASSERT_TRUE(held);
  EXPECT_EQ(execute("DELETE FROM thing").error().code(), Code::kConflict);
}

TEST_P(DatabaseTest, ReportsWrongSqlAsInvalid) {
  for (const char* sql : {"SELEC 1", "SELECT nothing FROM thing", "SELECT \"nothing\" FROM thing",
                          "SELECT 1; SELECT 2", "INSERT INTO thing (id) VALUES (NULL)"}) {
    auto rows = execute(sql);
    ASSERT_FALSE(rows) << sql;
    EXPECT_EQ(rows.error().code(), Code::kInvalid) << rows.error().describe();
  }
}

}  // namespace
}  // namespace belfry::database
