#include "audit/outbox.h"

#include "database_testing/test_database.h"
#include "ledger_fixture.h"

namespace belfry::audit {
namespace {

class OutboxTest : public LedgerTest, public testing::WithParamInterface<database::Engine> {
 protected:
  Result<> queue(const std::vector<Leaf>& leaves) {
    return state_->write([&](database::Transaction& transaction) -> Result<> {
      for (const Leaf& leaf : leaves) TRY(queue_leaf(transaction, leaf, clock_.now()));
      return {};
    });
  }
  std::int64_t rows() {
    std::int64_t count = -1;
    EXPECT_TRUE(state_->read(std::chrono::seconds(5), [&](database::Transaction& transaction) {
      auto found = transaction.query("SELECT COUNT(*) AS n FROM audit_outbox");
      count = found->front().integer("n");
      return Result<>();
    }));
    return count;
  }
  std::unique_ptr<Outbox> make() {
    return make_outbox(context_.get_executor(), *state_, *ledger_, clock_, pool_);
  }

  database::testing::TestDatabase state_{GetParam(), migrations()};
};
BELFRY_ON_BOTH_ENGINES(OutboxTest);

TEST_P(OutboxTest, WhatCommitsReachesTheLogOnce) {
  open();
  std::vector<Leaf> leaves;
  leaves.reserve(1200);
  for (int i = 0; i < 1200; ++i)
    leaves.push_back(ledger_->seal(kTenant, event("iam:CreateUser")).value());
  ASSERT_TRUE(queue(leaves));
  // As after a crash between append and forgetting.
  ASSERT_TRUE(run(ledger_->append({leaves[0], leaves[1]})));
  auto outbox = make();
  ASSERT_TRUE(run(outbox->close()));
  EXPECT_EQ(rows(), 0);
  EXPECT_EQ(query({}).log_size, 1200u);
}

TEST_P(OutboxTest, WhatRollsBackDoesNot) {
  open();
  const Leaf leaf = ledger_->seal(kTenant, event("iam:CreateUser")).value();
  EXPECT_FALSE(state_->write([&](database::Transaction& transaction) -> Result<> {
    TRY(queue_leaf(transaction, leaf, clock_.now()));
    return fail(Code::kConflict, "test.changed_its_mind");
  }));
  auto outbox = make();
  ASSERT_TRUE(run(outbox->close()));
  EXPECT_EQ(query({}).log_size, 0u);
}

TEST_P(OutboxTest, SendsWhenTold) {
  open();
  auto outbox = make();
  ASSERT_TRUE(queue({ledger_->seal(kTenant, event("iam:CreateUser")).value()}));
  outbox->notify();
  await("what was queued", [this] { return query({}).log_size > 0; });
  EXPECT_TRUE(outbox->healthy());
  ASSERT_TRUE(run(outbox->close()));
  EXPECT_EQ(rows(), 0);
}

TEST_P(OutboxTest, ARowThatIsNoLeafIsReported) {
  open();
  ASSERT_TRUE(queue({ledger_->seal(kTenant, event("iam:CreateUser")).value()}));
  ASSERT_TRUE(state_->write([&](database::Transaction& transaction) -> Result<> {
    TRY(
        transaction.execute("INSERT INTO audit_outbox (id, tenant_id, leaf_id, octets, "
                            "created_us) VALUES (5, 2, 'aa', 'not base64', 9000000000000000)"));
    return {};
  }));
  auto outbox = make();
  EXPECT_EQ(run(outbox->drain()).error().message(), "audit.outbox_row");
  EXPECT_EQ(query({}).log_size, 1u) << "those before it went";
  EXPECT_FALSE(run(outbox->close()));
}

}  // namespace
}  // namespace belfry::audit
