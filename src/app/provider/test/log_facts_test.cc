#include "log_facts.h"

#include "audit_testing/idle_ledger.h"
#include "database_testing/test_database.h"
#include "migrations.h"
#include "runtime_testing/run_task.h"

#include <gtest/gtest.h>

#include <map>

namespace belfry::provider {
namespace {

using database::Row;
using database::Transaction;

constexpr TenantId kCustomer{2};
constexpr Timestamp kStart = Timestamp(std::chrono::seconds(1'767'225'600));  // 2026-01-01

// Each event is a leaf; of the tree there is its size alone. All are changes of users, so that none
// is found by the name of somebody or of an action.
class ListedLedger : public audit::testing::IdleLedger {
 public:
  Task<audit::Checkpoint> checkpoint(TenantId tenant) override {
    co_return audit::Checkpoint{.size = events[tenant].size(), .root = {}, .note = ""};
  }
  Task<audit::QueryPage> query(TenantId tenant, const audit::Query& query) override {
    const bool newest_first = query.order == audit::Order::kNewestFirst;
    audit::QueryPage page;
    const std::vector<std::string>& all = events[tenant];
    page.log_size = all.size();
    if (!query.actor.empty() || !query.action.empty()) co_return page;
    std::uint64_t index = newest_first ? query.cursor.value_or(audit::Position{all.size(), 0}).leaf
                                       : query.cursor.value_or(audit::Position{}).leaf;
    while (page.events.size() < query.limit && (newest_first ? index > 0 : index < all.size())) {
      const std::uint64_t at = newest_first ? --index : index++;
      page.events.push_back({at, 0, all[at]});
    }
    if (!newest_first || index > 0) page.next = audit::Position{index, 0};
    co_return page;
  }
  // Proves nothing: whether a log is what it was is not asked here.
  Task<Buffer> tile(TenantId, const std::string&) override { co_return Buffer(); }

  std::map<TenantId, std::vector<std::string>> events;
};

class LogFactsTest : public ::testing::TestWithParam<database::Engine> {
 protected:
  LogFactsTest() {
    execute(
        "INSERT INTO tenant (id, parent_id, kind, name, created_us) VALUES (1, NULL, 'provider', "
        "'Us', 0), (2, 1, 'customer', 'Cust', 0)");
  }

  void execute(const std::string& sql) {
    auto done = state_->write([&](Transaction& transaction) -> Result<> {
      TRY(transaction.execute(sql));
      return {};
    });
    ASSERT_TRUE(done) << done.error().describe();
  }
  std::vector<Row> look_up(const std::string& sql) {
    std::vector<Row> found;
    auto read = state_->read(std::chrono::seconds(10), [&](Transaction& transaction) -> Result<> {
      TRY(found, transaction.query(sql));
      return {};
    });
    EXPECT_TRUE(read) << read.error().describe();
    return found;
  }

  void happened(const std::string& action, const std::string& source_ip,
                const std::string& method = "session") {
    audit::Event event;
    event.time = now_;
    event.event_class = audit::EventClass::kUserManagement;
    event.action = action;
    event.source_ip = source_ip;
    event.details = {{"method", method}};
    ledger_.events[kCustomer].push_back(audit::to_ocsf(event));
  }
  void collect(LogFacts::Depth depth = LogFacts::Depth::kProved) {
    auto collected = runtime::testing::run_task(facts_.collect(now_, depth));
    ASSERT_TRUE(collected) << collected.error().describe();
  }
  // "sourced of changes" in the customer's log.
  std::string sources() {
    const auto rows = look_up(
        "SELECT CAST(SUM(sourced) AS BIGINT) AS sourced, CAST(SUM(changes) AS BIGINT) AS changes "
        "FROM change_source WHERE tenant_id = 2");
    return std::to_string(rows[0].integer("sourced")) + " of " +
           std::to_string(rows[0].integer("changes"));
  }

  database::testing::TestDatabase state_{GetParam(), all_migrations()};
  Timestamp now_ = kStart;
  ListedLedger ledger_;
  AccessSamples samples_;
  LogFacts facts_{ledger_, *state_, samples_, make_pool("facts", 1, 10), {}};
};

BELFRY_ON_BOTH_ENGINES(LogFactsTest);

TEST_P(LogFactsTest, OpensALogThatWasEmptyAsSoonAsItHasLeaves) {
  const std::string of_customer =
      "SELECT leaves, oldest_us, opened_at_us FROM log_fact WHERE tenant_id = 2";
  collect();
  auto rows = look_up(of_customer);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].integer("leaves"), 0);
  EXPECT_EQ(rows[0].integer("opened_at_us"), to_us(now_));

  now_ += std::chrono::minutes(1);
  happened("iam:CreateUser", "192.0.2.1");
  collect();
  rows = look_up(of_customer);
  EXPECT_EQ(rows[0].integer("leaves"), 1);
  EXPECT_EQ(rows[0].integer("oldest_us"), to_us(now_)) << "its leaf can be opened";

  // What grows is opened again within the hour, not each time.
  const Timestamp opened = now_;
  now_ += std::chrono::minutes(1);
  happened("iam:CreateUser", "192.0.2.1");
  collect();
  EXPECT_EQ(look_up(of_customer)[0].integer("opened_at_us"), to_us(opened));
}

TEST_P(LogFactsTest, CountsEachChangeOnceAndWhetherItTellsFromWhere) {
  happened("iam:CreateUser", "192.0.2.1");
  happened("iam:ExpireGrant", "", "system");
  collect();
  EXPECT_EQ(sources(), "2 of 2");
  collect();
  EXPECT_EQ(sources(), "2 of 2");
  happened("iam:CreateProfile", "");
  now_ += std::chrono::hours(25);
  happened("iam:CreateProfile", "", "none");
  collect();
  EXPECT_EQ(sources(), "2 of 4");
  const auto read = look_up("SELECT leaf, observed_at_us FROM change_reading WHERE tenant_id = 2");
  EXPECT_EQ(read[0].integer("leaf"), 4);
  EXPECT_EQ(read[0].integer("observed_at_us"), to_us(now_));
  now_ += std::chrono::days(30);
  collect();
  EXPECT_EQ(sources(), "0 of 1");
}

// A line about a thing that does not say from where it came is no line of its making.
TEST_P(LogFactsTest, FindsWhatWasMadeWhereTheLineTellsFromWhere) {
  now_ += std::chrono::seconds(1);
  execute(
      "INSERT INTO iam_group (id, tenant_id, name, created_us) VALUES (7001, 2, "
      "'night', " +
      std::to_string(to_us(now_)) + ")");
  const std::string found = "SELECT ledger_index FROM logged_change WHERE kind = 'group'";
  happened("iam:CreateGroup of 7001", "");
  collect();
  EXPECT_TRUE(look_up(found).empty());
  happened("iam:CreateGroup of 7001", "192.0.2.1");
  collect();
  ASSERT_EQ(look_up(found).size(), 1u);
  EXPECT_EQ(look_up(found)[0].integer("ledger_index"), 1);
}

}  // namespace
}  // namespace belfry::provider
