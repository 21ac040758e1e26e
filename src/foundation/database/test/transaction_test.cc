#include "database_testing/test_database.h"

#include <gtest/gtest.h>

#include <thread>

namespace belfry::database {
namespace {

using testing::TestDatabase;

class TransactionTest : public ::testing::TestWithParam<Engine> {
 protected:
  TestDatabase state_{GetParam(),
                      {{1, "account",
                        "CREATE TABLE account (id BIGINT NOT NULL PRIMARY KEY, "
                        "amount BIGINT NOT NULL);\n"
                        "INSERT INTO account (id, amount) VALUES (1, 0);\n"
                        "INSERT INTO account (id, amount) VALUES (2, 0);\n"}}};

  std::int64_t sum() {
    std::int64_t total = -1;
    auto done = state_->read(std::chrono::seconds(5), [&](Transaction& transaction) -> Result<> {
      TRY(auto rows, transaction.query("SELECT sum(amount) AS total FROM account"));
      total = rows[0].integer("total");
      return {};
    });
    EXPECT_TRUE(done) << done.error().describe();
    return total;
  }
};
BELFRY_ON_BOTH_ENGINES(TransactionTest);

// Read, add one, write back: lost updates if two transactions overlap.
Result<> add_one(Transaction& transaction) {
  TRY(auto rows, transaction.query("SELECT amount FROM account WHERE id = 1"));
  TRY(transaction.execute("UPDATE account SET amount = :amount WHERE id = 1",
                          {{"amount", rows[0].integer("amount") + 1}}));
  return {};
}

TEST_P(TransactionTest, RollsBackWhatFails) {
  auto failed = state_->write([](Transaction& transaction) -> Result<> {
    TRY(add_one(transaction));
    return fail(Code::kDenied, "test.no");
  });
  EXPECT_EQ(failed.error().message(), "test.no");
  EXPECT_EQ(sum(), 0);
}

TEST_P(TransactionTest, CannotCommitAfterAFailedStatement) {
  auto failed = state_->write([](Transaction& transaction) -> Result<> {
    TRY(add_one(transaction));
    EXPECT_FALSE(transaction.execute("INSERT INTO account (id, amount) VALUES (1, 5)"));
    EXPECT_EQ(transaction.query("SELECT 1").error().code(), Code::kConflict);
    return {};
  });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code(), Code::kConflict);
  EXPECT_EQ(sum(), 0);
}

TEST_P(TransactionTest, LosesNoUpdateOfParallelWriters) {
  constexpr int kThreads = 4, kRounds = 10;
  auto other = state_.open_again(
      {{1, "account",
        "CREATE TABLE account (id BIGINT NOT NULL PRIMARY KEY, amount BIGINT NOT NULL);\n"
        "INSERT INTO account (id, amount) VALUES (1, 0);\n"
        "INSERT INTO account (id, amount) VALUES (2, 0);\n"}});
  ASSERT_TRUE(other) << other.error().describe();
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([&, i] {
      Database& database = i % 2 ? *state_ : **other;
      for (int round = 0; round < kRounds; ++round) {
        auto done = database.write(add_one);
        EXPECT_TRUE(done) << done.error().describe();
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sum(), kThreads * kRounds);
}

TEST_P(TransactionTest, ReadsOneSnapshot) {
  auto done = state_->read(std::chrono::seconds(5), [&](Transaction& transaction) -> Result<> {
    TRY(auto before, transaction.query("SELECT amount FROM account WHERE id = 1"));
    auto written = state_->write(add_one);
    EXPECT_TRUE(written) << written.error().describe();
    TRY(auto after, transaction.query("SELECT amount FROM account WHERE id = 1"));
    EXPECT_EQ(before[0].integer("amount"), after[0].integer("amount"));
    return {};
  });
  EXPECT_TRUE(done) << done.error().describe();
  EXPECT_EQ(sum(), 1);
}

TEST_P(TransactionTest, RefusesToWriteWhileReading) {
  auto done = state_->read(std::chrono::seconds(5), [](Transaction& transaction) -> Result<> {
    TRY(transaction.execute("UPDATE account SET amount = 7"));
    return {};
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().describe(), "denied database.read_only");
  EXPECT_EQ(sum(), 0);
}

// Ten digits joined with themselves twelve times over: no machine finishes that.
constexpr const char* kEndless =
    "WITH digit AS (SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION "
    "ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 "
    "UNION ALL SELECT 9) SELECT count(*) AS n FROM digit a, digit b, digit c, digit d, digit e, "
    "digit f, digit g, digit h, digit i, digit j, digit k, digit l";

TEST_P(TransactionTest, EndsWhatTakesTooLong) {
  auto done = state_->read(std::chrono::milliseconds(50), [](Transaction& transaction) -> Result<> {
    TRY(transaction.query(kEndless));
    return {};
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().describe(), "exhausted database.too_slow");
  EXPECT_EQ(sum(), 0);  // the connection works on
}

TEST_P(TransactionTest, RepeatsTheClosureWhenAnotherWasInTheWay) {
  if (GetParam() == Engine::kSqlite) return;  // one writer at a time: nothing to repeat
  int runs = 0;
  auto done = state_->write([&](Transaction& transaction) -> Result<> {
    TRY(transaction.query("SELECT sum(amount) AS total FROM account"));
    // The first time, another transaction changes what this one has read.
    if (++runs == 1) {
      auto between = state_->write(add_one);
      EXPECT_TRUE(between) << between.error().describe();
    }
    return add_one(transaction);
  });
  EXPECT_TRUE(done) << done.error().describe();
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(sum(), 2);
}

}  // namespace
}  // namespace belfry::database
