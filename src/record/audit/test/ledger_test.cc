#include "ledger_fixture.h"
#include "tree.h"

#include <nlohmann/json.hpp>

namespace belfry::audit {
namespace {

TEST_F(LedgerTest, WhatWasRecordedIsThereAfterARestart) {
  open();
  for (int i = 0; i < 3; ++i) {
    auto receipt = run(ledger_->record(kTenant, event("s3:PutObject", "k" + std::to_string(i))));
    ASSERT_TRUE(receipt) << receipt.error().describe();
    EXPECT_EQ(receipt->index, std::uint64_t(i));
  }
  ASSERT_TRUE(run(ledger_->record(kOther, event("iam:SignIn"))));
  const Checkpoint before = run(ledger_->checkpoint(kTenant)).value();
  EXPECT_EQ(before.size, 3u);
  reopen();
  EXPECT_EQ(run(ledger_->checkpoint(kTenant)).value().note, before.note);
  const QueryPage page = query({});
  ASSERT_EQ(page.events.size(), 3u);
  EXPECT_EQ(page.events[0].index, 2u) << "newest first";
  EXPECT_EQ(nlohmann::json::parse(page.events[2].ocsf)["resources"][0]["name"], "k0");
  EXPECT_EQ(query({}, kOther).events.size(), 1u);
}

TEST_F(LedgerTest, ALeafThatComesAgainKeepsItsIndex) {
  open();
  const Leaf leaf = ledger_->seal(kTenant, event("s3:PutObject")).value();
  const Leaf second = ledger_->seal(kTenant, event("s3:PutObject")).value();
  EXPECT_EQ(run(ledger_->append({leaf, leaf, second})).value()[1].index, 0u);
  reopen();
  const auto receipts = run(ledger_->append({second, leaf})).value();
  EXPECT_EQ(receipts[0].index, 1u);
  EXPECT_EQ(receipts[1].index, 0u);
  EXPECT_EQ(query({}).log_size, 2u);
}

TEST_F(LedgerTest, TheSourceKnowsHowFarItIs) {
  open();
  EXPECT_EQ(ledger_->source_watermark(), 0u);
  const Leaf leaf = ledger_->seal(kTenant, event("s3:PutObject")).value();
  ASSERT_TRUE(run(ledger_->append_from_source({leaf}, 41)));
  EXPECT_EQ(ledger_->source_watermark(), 41u);
  ASSERT_TRUE(run(ledger_->append_from_source({}, 50)));
  reopen();
  EXPECT_EQ(ledger_->source_watermark(), 50u);
  ASSERT_TRUE(run(ledger_->append_from_source({leaf}, 51)));
  EXPECT_EQ(query({}).log_size, 1u);
}

TEST_F(LedgerTest, EveryLeafIsProvedInItsTree) {
  open();
  fill(kTenant, 700);
  const Checkpoint now = run(ledger_->checkpoint(kTenant)).value();
  for (std::uint64_t index : {0u, 1u, 255u, 256u, 511u, 512u, 699u}) {
    const Buffer bundle =
        run(ledger_->tile(kTenant, index < 512 ? "tile/entries/00" + std::to_string(index / 256)
                                               : "tile/entries/002.p/188"))
            .value();
    std::size_t at = 0;
    for (std::uint64_t i = index / 256 * 256; i < index; ++i)
      at += 2 + (std::to_integer<std::size_t>(bundle[at]) << 8) +
            std::to_integer<std::size_t>(bundle[at + 1]);
    const std::size_t length = (std::to_integer<std::size_t>(bundle[at]) << 8) +
                               std::to_integer<std::size_t>(bundle[at + 1]);
    const Hash leaf = leaf_hash(View(bundle).subspan(at + 2, length));
    const auto path = run(ledger_->inclusion_proof(kTenant, index, now.size)).value();
    EXPECT_TRUE(path_proves(leaf, index, now.size, path, now.root)) << index;
    EXPECT_FALSE(path_proves(leaf, index ^ 1, now.size, path, now.root)) << index;
  }
  EXPECT_FALSE(run(ledger_->inclusion_proof(kTenant, 0, 701)));
  EXPECT_FALSE(run(ledger_->inclusion_proof(kTenant, 700, 700)));
}

TEST_F(LedgerTest, QueriesFilterAndPage) {
  open();
  fill(kTenant, 600);
  ASSERT_TRUE(run(ledger_->record(kTenant, event("iam:SignIn", "belfry:user/1"))));
  Query wanted;
  wanted.action = "iam:*";
  ASSERT_EQ(query(wanted).events.size(), 1u);
  wanted.action = "s3:PutObject";
  wanted.resource = "key-59";
  EXPECT_EQ(query(wanted).events.size(), 11u) << "59 and 590 to 599";
  Query paged;
  paged.limit = 100;
  std::set<std::uint64_t> seen;
  for (int pages = 0; pages < 10; ++pages) {
    const QueryPage page = query(paged);
    for (const LoggedEvent& logged : page.events) EXPECT_TRUE(seen.insert(logged.index).second);
    if (!page.next) break;
    paged.cursor = page.next;
  }
  EXPECT_EQ(seen.size(), 601u);
  Query late;
  late.from = clock_.now() + std::chrono::hours(1);
  EXPECT_TRUE(query(late).events.empty());
  Query early;
  early.until = clock_.now() - std::chrono::hours(1);
  EXPECT_TRUE(query(early).events.empty());
  Query nobody;
  nobody.actor = "bob";
  EXPECT_TRUE(query(nobody).events.empty());
}

TEST_F(LedgerTest, ReadsShareALeafAndAreFlushed) {
  open();
  for (int i = 0; i < 1000; ++i)
    ASSERT_TRUE(ledger_->record_read(kTenant, event("s3:GetObject", "r" + std::to_string(i))));
  reopen();
  std::size_t events = 0;
  Query all;
  all.limit = 10'000;
  const QueryPage page = query(all);
  events = page.events.size();
  EXPECT_EQ(events, 1000u);
  EXPECT_LT(page.log_size, 20u);
  EXPECT_EQ(nlohmann::json::parse(page.events[0].ocsf)["resources"][0]["name"], "r999");
}

TEST_F(LedgerTest, AnUncleanEndIsInTheLogOfWhoeverMayMissReads) {
  open();
  ASSERT_TRUE(run(ledger_->record(kOther, event("s3:PutObject"))));
  ASSERT_TRUE(ledger_->record_read(kTenant, event("s3:GetObject")));
  await("the reads", [this] { return query({}).log_size > 0; });
  crash();
  open();
  Query gaps;
  gaps.action = "audit:Gap";
  EXPECT_EQ(query(gaps).events.size(), 1u);
  EXPECT_EQ(query(gaps, kOther).events.size(), 0u) << "nothing of it was read";
  reopen();
  EXPECT_EQ(query(gaps).events.size(), 1u) << "a clean end leaves no gap";
}

TEST_F(LedgerTest, NoReadIsMissingOutsideOfTheGapThatACrashLeaves) {
  open();
  // Two tenants: what one writes says nothing of how far the other's reads are.
  std::vector<Event> reads;
  for (int i = 0; i < 2000; ++i) {
    reads.push_back(event("s3:GetObject", "r" + std::to_string(i)));
    ASSERT_TRUE(ledger_->record_read(kTenant, reads.back()));
    if (i % 100 == 99) ASSERT_TRUE(run(ledger_->record(kOther, event("s3:PutObject"))));
  }
  ASSERT_TRUE(run(ledger_->record(kOther, event("s3:PutObject"))));
  crash();
  open();
  Query gaps;
  gaps.action = "audit:Gap";
  const QueryPage told = query(gaps);
  ASSERT_EQ(told.events.size(), 1u);
  const auto gap = nlohmann::json::parse(told.events[0].ocsf)["unmapped"];
  const auto from = parse_rfc3339(gap["from"].get<std::string>());
  const auto until = parse_rfc3339(gap["until"].get<std::string>());
  Query all;
  all.action = "s3:GetObject";
  all.order = Order::kOldestFirst;
  all.limit = 10'000;
  const QueryPage left = query(all);
  ASSERT_LE(left.events.size(), reads.size());
  // In order and without a hole: what is missing are the last ones, and the gap has them.
  for (std::size_t i = 0; i < left.events.size(); ++i)
    ASSERT_EQ(left.events[i].ocsf, to_ocsf(reads[i])) << i;
  for (std::size_t i = left.events.size(); i < reads.size(); ++i) {
    ASSERT_GE(reads[i].time, *from) << i;
    ASSERT_LE(reads[i].time, *until) << i;
  }
  EXPECT_LT(query({}).log_size, 200u) << "reads share leaves";
}

TEST_F(LedgerTest, ATenantWithoutAKeyStopsNobodyElse) {
  open();
  without_key_ = kOther.value;
  std::uint64_t taken = 0;
  // Its own reads are refused in the end; the limit is one of memory.
  while (ledger_->record_read(kOther, event("s3:GetObject", "o" + std::to_string(taken)))) {
    ASSERT_LT(++taken, 1'000'000u);
    if (taken % 500 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(60));
  }
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(ledger_->record_read(kTenant, event("s3:GetObject")));
    ASSERT_TRUE(run(ledger_->record(kTenant, event("s3:PutObject"))));
    ASSERT_TRUE(ledger_->healthy());
  }
  Query reads;
  reads.action = "s3:GetObject";
  reads.limit = 1000;
  await("the reads", [&] { return query(reads).events.size() == 100; });
  EXPECT_EQ(query({}, kOther).log_size, 0u);
  EXPECT_FALSE(ledger_->record_read(kOther, event("s3:GetObject")));
  // With its key everything that was taken arrives, in order.
  without_key_ = -1;
  reads.limit = taken + 1;
  await("what was taken", [&] { return query(reads, kOther).events.size() == taken; });
  const QueryPage page = query(reads, kOther);
  for (std::uint64_t i = 0; i < taken; ++i)
    ASSERT_NE(page.events[taken - 1 - i].ocsf.find("\"o" + std::to_string(i) + "\""),
              std::string::npos);
  EXPECT_TRUE(ledger_->record_read(kOther, event("s3:GetObject")));
}

TEST_F(LedgerTest, ReadsThatNeverGotAKeyAreAGapOfTheirTenantAlone) {
  open();
  without_key_ = kOther.value;
  ASSERT_TRUE(ledger_->record_read(kOther, event("s3:GetObject")));
  ASSERT_TRUE(ledger_->record_read(kTenant, event("s3:GetObject")));
  EXPECT_EQ(run(ledger_->close()).error().message(), "keystore.disk_failed");
  ledger_.reset();
  ASSERT_TRUE(run(store_->close()));
  store_.reset();
  // Still no key: the start does not fail for it, and its gap is not forgotten.
  open();
  EXPECT_FALSE(run(ledger_->close()));
  ledger_.reset();
  ASSERT_TRUE(run(store_->close()));
  store_.reset();
  without_key_ = -1;
  open();
  Query gaps;
  gaps.action = "audit:Gap";
  EXPECT_EQ(query(gaps, kOther).events.size(), 1u);
  EXPECT_EQ(query(gaps, kTenant).events.size(), 0u);
  reopen();
  EXPECT_EQ(query(gaps, kOther).events.size(), 1u);
}

TEST_F(LedgerTest, AMonthHasItsOwnKey) {
  open();
  ASSERT_TRUE(run(ledger_->record(kTenant, event("s3:PutObject"))));
  clock_.shift = Duration(std::chrono::days(40));
  ASSERT_TRUE(run(ledger_->record(kTenant, event("s3:PutObject"))));
  EXPECT_EQ(ledger_->month_keys(kTenant).size(), 2u);
  EXPECT_EQ(query({}).events.size(), 2u);
}

TEST_F(LedgerTest, RefusesWhatIsTooLargeAndTilesThatAreNot) {
  open();
  Event huge = event("s3:PutObject");
  huge.details.push_back({"text", std::string(70'000, 'x')});
  EXPECT_EQ(ledger_->seal(kTenant, huge).error().message(), "audit.event_too_large");
  EXPECT_EQ(ledger_->record_read(kTenant, huge).error().message(), "audit.event_too_large");
  fill(kTenant, 3);
  for (const char* path : {"tile/0/000", "tile/0/000.p/4", "tile/0/001.p/1", "tile/1/000.p/1",
                           "tile/63/000", "tile/entries/001", "tile/0/../../x", "secret"})
    EXPECT_FALSE(run(ledger_->tile(kTenant, path))) << path;
  EXPECT_TRUE(run(ledger_->tile(kTenant, "tile/0/000.p/2")));
  EXPECT_FALSE(run(ledger_->tile(kOther, "tile/0/000.p/2"))) << "another tenant's log";
  Leaf forged = ledger_->seal(kTenant, event("s3:PutObject")).value();
  forged.id[0] ^= std::byte{1};
  EXPECT_FALSE(run(ledger_->append({forged})));
}

TEST_F(LedgerTest, ThreadsThatAppendTogetherGetEachIndexOnce) {
  open();
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::set<std::uint64_t> indices;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        auto receipt = run(ledger_->record(kTenant, event("s3:PutObject")));
        EXPECT_TRUE(ledger_->record_read(kOther, event("s3:GetObject")));
        std::lock_guard lock(mutex);
        EXPECT_TRUE(indices.insert(receipt.value().index).second);
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(indices.size(), 200u);
  EXPECT_EQ(*indices.rbegin(), 199u);
  stop();
  ASSERT_TRUE(verify(1));
}

}  // namespace
}  // namespace belfry::audit
