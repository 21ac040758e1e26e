#include "audit/retention.h"

#include "ledger_fixture.h"
#include "tree.h"

namespace belfry::audit {
namespace {

using std::chrono::days;

class RetentionTest : public LedgerTest {
 protected:
  std::uint64_t destroy() {
    auto destroyed = run(destroy_old_months(*ledger_, *keys_, clock_, pool_, kMonthsKeptMin));
    EXPECT_TRUE(destroyed) << destroyed.error().describe();
    return destroyed.value_or(0);
  }
  // From now to a day of the month that is so many later.
  static days until(int months_later, unsigned day) {
    using namespace std::chrono;
    const sys_days today = floor<days>(system_clock::now());
    const year_month_day now(today);
    return sys_days((now.year() / now.month() + months(months_later)) / day) - today;
  }
  // To so many days from now, by way of the first day of the month before.
  void live_until(days later) {
    using namespace std::chrono;
    clock_.shift = later;
    const sys_days today = floor<days>(clock_.now());
    const year_month_day now(today);
    clock_.shift = later - (today - sys_days((now.year() / now.month() - months(1)) / 1));
    ASSERT_TRUE(keys_->current({9}, crypto::KeyPurpose::kAuditMonth));
    clock_.shift = later;
  }
  std::size_t readable(TenantId tenant) {
    Query all;
    all.limit = 10'000;
    return query(all, tenant).events.size();
  }
  void expect_proved(std::uint64_t index) {
    const Checkpoint checkpoint = run(ledger_->checkpoint(kTenant)).value();
    const auto proof = run(ledger_->inclusion_proof(kTenant, index, checkpoint.size)).value();
    const Buffer hashes = run(ledger_->tile(kTenant, "tile/0/000")).value();
    Hash leaf;
    std::ranges::copy(View(hashes).subspan(index * 32, 32), leaf.begin());
    EXPECT_TRUE(path_proves(leaf, index, checkpoint.size, proof, checkpoint.root));
  }
};

TEST_F(RetentionTest, TwelveMonthsAreKept) {
  open();
  fill(kTenant, 3);
  live_until(days(330));
  EXPECT_EQ(destroy(), 0u);
  EXPECT_EQ(readable(kTenant), 3u);
}

TEST_F(RetentionTest, AMonthThatIsOverCannotBeReadAndEveryProofHolds) {
  open();
  fill(kTenant, 300);
  fill(kOther, 2);
  const Checkpoint before = run(ledger_->checkpoint(kTenant)).value();
  live_until(days(430));
  fill(kTenant, 5);
  EXPECT_EQ(destroy(), 2u) << "a month of each tenant";
  EXPECT_EQ(destroy(), 0u);
  const auto check = [&] {
    EXPECT_EQ(readable(kTenant), 6u) << "the new ones, and that the old ones went";
    EXPECT_EQ(readable(kOther), 1u);
    Query told;
    told.action = "audit:DestroyMonth";
    EXPECT_NE(query(told).events.at(0).ocsf.find("\"months\":\"20"), std::string::npos);
    expect_proved(0);
    expect_proved(255);
    const auto path = run(ledger_->consistency_proof(kTenant, before.size, 306)).value();
    EXPECT_TRUE(path_extends(before.size, before.root, 306, path,
                             run(ledger_->checkpoint(kTenant)).value().root));
  };
  check();
  reopen();
  check();
  fill(kTenant, 1);
  EXPECT_EQ(ledger_->month_keys(kTenant).size(), 1u);
  ASSERT_TRUE(run(ledger_->checkpoint(kTenant)));
  stop();
  for (int disk : {1, 2, 3}) {
    auto report = verify(disk);
    ASSERT_TRUE(report) << report.error().describe();
    EXPECT_EQ(report->leaves_checked, 307u);
    EXPECT_EQ(report->leaves_opened, 7u);
  }
}

TEST_F(RetentionTest, AClockThatJumpsDestroysNothing) {
  open();
  fill(kTenant, 3);
  clock_.shift = days(4000);
  fill(kTenant, 2);
  EXPECT_EQ(destroy(), 0u);
  clock_.shift = days(0);
  EXPECT_EQ(readable(kTenant), 5u);
}

TEST_F(RetentionTest, AClockThatJumpsToTheEndOfAMonthDestroysNothing) {
  open();
  fill(kTenant, 3);
  clock_.shift = until(130, 1) - days(1);
  fill(kTenant, 1);
  clock_.shift = until(130, 1);
  EXPECT_EQ(destroy(), 0u);
  EXPECT_EQ(readable(kTenant), 4u);
}

// A clock that goes back finds no month that is old, and keys of months to come.
TEST_F(RetentionTest, AClockThatGoesBackDestroysNothing) {
  open();
  fill(kTenant, 3);
  live_until(days(-800));
  EXPECT_EQ(destroy(), 0u);
  EXPECT_EQ(readable(kTenant), 3u);
}

// A daemon that was down for long, or that no disk let destroy before.
TEST_F(RetentionTest, SeveralMonthsGoAtOnce) {
  open();
  for (int month = 0; month < 3; ++month) {
    clock_.shift = days(31 * month);
    fill(kTenant, 1);
  }
  live_until(days(31 * 20));
  reopen();
  EXPECT_EQ(destroy(), 3u);
  EXPECT_EQ(readable(kTenant), 1u);
}

}  // namespace
}  // namespace belfry::audit
