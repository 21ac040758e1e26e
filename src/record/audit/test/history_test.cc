#include "audit/history.h"

#include "ledger_fixture.h"

namespace belfry::audit {
namespace {

TEST_F(LedgerTest, BeginsWithWhatItWas) {
  open();
  EXPECT_TRUE(run(begins_with(*ledger_, kTenant, {})).value()) << "of nothing everything begins";
  std::vector<Checkpoint> earlier;
  for (int leaves : {1, 254, 1, 1, 300}) {
    fill(kTenant, leaves);
    earlier.push_back(run(ledger_->checkpoint(kTenant)).value());
  }
  for (const Checkpoint& before : earlier) {
    EXPECT_TRUE(run(begins_with(*ledger_, kTenant, {before.size, before.root})).value())
        << before.size;
    Hash other = before.root;
    other[3] ^= std::byte{1};
    EXPECT_FALSE(run(begins_with(*ledger_, kTenant, {before.size, other})).value()) << before.size;
    // Another tenant's log is another one, and this one is not longer than it is.
    EXPECT_FALSE(run(begins_with(*ledger_, kOther, {before.size, before.root})).value());
  }
  const Checkpoint& now = earlier.back();
  EXPECT_FALSE(run(begins_with(*ledger_, kTenant, {now.size + 1, now.root})).value());
  reopen();
  EXPECT_TRUE(run(begins_with(*ledger_, kTenant, {now.size, now.root})).value());
}

}  // namespace
}  // namespace belfry::audit
