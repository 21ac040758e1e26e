#include "audit/retention.h"

#include "retention_fixture.h"

namespace belfry::audit {
namespace {

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
    EXPECT_EQ(report->leaves_deleted, 256u);
    EXPECT_EQ(report->leaves_destroyed, 256u);
    EXPECT_EQ(report->leaves_checked, 307u - 256);
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

// A bundle with leaves of two months goes with the younger one.
TEST_F(RetentionTest, ABundleStaysWhileOneOfItsMonthsIsKept) {
  open();
  fill(kTenant, 511);
  clock_.shift = until(1, 15);
  fill(kTenant, 101);
  live_until(until(13, 15));
  reopen();
  EXPECT_EQ(destroy(), 1u);
  const auto has = [&](const char* name) {
    return std::filesystem::exists(log_folder(1, kTenant) / "tile/entries" / name);
  };
  const auto check = [&] {
    EXPECT_FALSE(has("000"));
    EXPECT_TRUE(has("001")) << "its last leaf can be read";
    EXPECT_EQ(readable(kTenant), 102u);
  };
  check();
  reopen();
  check();
  live_until(until(15, 15));
  fill(kTenant, 256);
  reopen();
  EXPECT_EQ(destroy(), 1u);
  EXPECT_FALSE(has("001"));
  EXPECT_TRUE(has("002")) << "it has leaves of now";
}

// On every disk, also behind a restart that has them from the journal once more.
TEST_F(RetentionTest, TheEntryBundlesGoAndNotTheHashes) {
  open();
  fill(kTenant, 600);
  const std::string bundle(as_text(run(ledger_->tile(kTenant, "tile/entries/000")).value()));
  ASSERT_FALSE(bundle.empty());
  live_until(days(430));
  fill(kTenant, 300);
  reopen();
  EXPECT_EQ(destroy(), 1u);
  const auto has = [&](int disk, const char* name) {
    return std::filesystem::exists(log_folder(disk, kTenant) / "tile/entries" / name);
  };
  const auto check = [&] {
    EXPECT_EQ(run(ledger_->tile(kTenant, "tile/entries/000")).error().message(),
              "audit.bundle_deleted");
    EXPECT_TRUE(run(ledger_->tile(kTenant, "tile/entries/002"))) << "it has new leaves too";
    EXPECT_EQ(readable(kTenant), 301u);
    expect_proved(0);
    for (int disk : {1, 2, 3}) {
      EXPECT_FALSE(has(disk, "000") || has(disk, "001")) << disk;
      EXPECT_TRUE(has(disk, "002")) << disk;
    }
  };
  check();
  reopen();
  check();
  stop();
  auto report = verify(1);
  ASSERT_TRUE(report) << report.error().describe();
  EXPECT_EQ(report->leaves_deleted, 512u);
  EXPECT_EQ(report->leaves_destroyed, 512u);
  EXPECT_EQ(report->leaves_checked, 901u - 512);
  std::filesystem::remove(log_folder(1, kTenant) / "tile/0/001");
  EXPECT_FALSE(verify(1)) << "the hashes may not be missing";
  std::filesystem::remove(log_folder(2, kTenant) / "tile/entries/002");
  EXPECT_EQ(verify(2).error().message(), "audit.verify_leaves_missing");
  EXPECT_EQ(verify(2).error().argument("leaves"), "512-767") << "it has leaves that are not";
  EXPECT_EQ(verify(2).error().argument("destroyed"), "512");
  std::filesystem::copy(log_folder(3, kTenant) / "tile/entries/002",
                        log_folder(3, kTenant) / "tile/entries/001");
  EXPECT_EQ(verify(3).error().message(), "audit.verify_entry");
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
