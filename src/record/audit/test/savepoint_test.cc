// Starts that go on from a savepoint, with a journal that was pruned.
#include "audit/retention.h"
#include "ledger_fixture.h"
#include "note.h"
#include "tree.h"

#include <fstream>
#include <iterator>

namespace belfry::audit {
namespace {

using std::chrono::days;

class SavepointTest : public LedgerTest {
 protected:
  SavepointTest() { prune_often(); }

  // A log of which the journal has the end alone.
  void fill_and_prune(int count) {
    open();
    fill(kTenant, count);
    fill(kOther, 7);
    await_savepoint();
    await_pruning();
  }
  std::vector<LoggedEvent> events_of(TenantId tenant) {
    std::vector<LoggedEvent> events;
    Query some;
    do {
      QueryPage page = query(some, tenant);
      std::ranges::move(page.events, std::back_inserter(events));
      some.cursor = page.next;
    } while (some.cursor);
    return events;
  }
  void expect_all(std::uint64_t count, TenantId tenant = kTenant) {
    const auto events = events_of(tenant);
    ASSERT_EQ(events.size(), count);
    for (const LoggedEvent& event : events)
      ASSERT_NE(event.ocsf.find("\"key-" + std::to_string(event.index) + "\""), std::string::npos)
          << event.index;
    const Checkpoint checkpoint = run(ledger_->checkpoint(tenant)).value();
    EXPECT_EQ(checkpoint.size, count);
    const auto proof = run(ledger_->inclusion_proof(tenant, 0, count)).value();
    const std::string tile = "tile/0/000" + (count < 256 ? ".p/" + std::to_string(count) : "");
    const Buffer hashes = run(ledger_->tile(tenant, tile)).value();
    Hash leaf;
    std::ranges::copy(View(hashes).first(32), leaf.begin());
    EXPECT_TRUE(path_proves(leaf, 0, count, proof, checkpoint.root));
  }
  std::string octets_of(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::filesystem::path entries(int disk) { return log_folder(disk, kTenant) / "tile/entries/000"; }
};

TEST_F(SavepointTest, AStartGoesOnWithoutTheRecordsBefore) {
  fill_and_prune(6000);
  const Checkpoint before = run(ledger_->checkpoint(kTenant)).value();
  for (int i = 0; i < 2; ++i) {
    reopen();
    expect_all(6000);
    expect_all(7, kOther);
  }
  EXPECT_EQ(run(ledger_->checkpoint(kTenant)).value().root, before.root);
  auto receipt = run(ledger_->record(kTenant, event("s3:PutObject", "key-6000")));
  ASSERT_TRUE(receipt);
  EXPECT_EQ(receipt->index, 6000u);
  crash();
  open();
  EXPECT_EQ(run(ledger_->checkpoint(kTenant)).value().size, 6001u);
  stop();
  for (int disk : {1, 2, 3}) {
    auto report = verify(disk);
    ASSERT_TRUE(report) << report.error().describe();
    EXPECT_EQ(report->leaves_checked, 6001u);
  }
}

// What was sent before the records that are gone is known by its id as before.
TEST_F(SavepointTest, ALeafThatComesAgainIsKnown) {
  open();
  std::vector<Leaf> leaves{ledger_->seal(kTenant, event("s3:PutObject", "key-0")).value()};
  ASSERT_TRUE(run(ledger_->append_from_source(leaves, 42)));
  stop();
  fill_and_prune(6000);
  reopen();
  EXPECT_EQ(ledger_->source_watermark(), 42u);
  auto again = run(ledger_->append(leaves));
  ASSERT_TRUE(again) << again.error().describe();
  EXPECT_EQ(again->front().index, 0u);
  EXPECT_EQ(ledger_->sizes().front().second, 6001u);
}

// One tile disk after the other is lost with all that it has, and another takes its place.
TEST_F(SavepointTest, OneDiskHasEverything) {
  fill_and_prune(4000);
  for (int disk : {1, 2, 3}) {
    stop();
    std::filesystem::remove_all(folder(disk) / "audit");
    open();
    expect_all(4000);
    await("a savepoint on the disk that was behind", [&] { return saved_on(disk) != 0; });
  }
  stop();
  std::filesystem::remove_all(folder(1) / "audit");
  std::filesystem::remove_all(folder(3) / "audit");
  open();
  expect_all(4000);
}

// The others have their savepoints, and a disk less is no reason to have two copies alone.
TEST_F(SavepointTest, WhileADiskTakesNoneTheJournalStays) {
  std::filesystem::create_directories(folder(2) / "audit/savepoint.new/in-the-way");
  open();
  fill(kTenant, 6000);
  await("a savepoint on the first disk", [&] { return saved_on(1) != 0; });
  EXPECT_EQ(saved_on(2), 0u);
  EXPECT_FALSE(is_pruned());
  stop();
  std::filesystem::remove_all(folder(2) / "audit/savepoint.new");
  open();
  expect_all(6000);
  await_savepoint();
  await_pruning();
  reopen();
  expect_all(6000);
}

TEST_F(SavepointTest, ADamagedCopyIsReplacedUnasked) {
  fill_and_prune(4000);
  stop();
  const std::string whole = octets_of(entries(2));
  std::ofstream(entries(1)) << "rot";
  std::filesystem::remove(log_folder(3, kTenant) / "tile/0/001");
  open();
  await("mended copies", [&] {
    return octets_of(entries(1)) == whole &&
           octets_of(log_folder(3, kTenant) / "tile/0/001").size() == 256 * 32;
  });
}

// A start that knows less than the journal tells of would number leaves anew, over good files.
TEST_F(SavepointTest, WithoutASavepointNothingIsWrittenOver) {
  fill_and_prune(6000);
  stop();
  const std::string before = octets_of(entries(1));
  std::map<int, std::string> savepoints;
  for (int disk : {1, 2, 3}) {
    savepoints[disk] = octets_of(folder(disk) / "audit/savepoint");
    std::ofstream(folder(disk) / "audit/savepoint") << savepoints[disk].substr(0, 100);
  }
  auto opened = try_open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message(), "audit.savepoint_lost");
  EXPECT_EQ(octets_of(entries(1)), before);
  stop();
  std::ofstream(folder(2) / "audit/savepoint") << savepoints[2];
  open();
  expect_all(6000);
}

// As every data directory was before there were savepoints.
TEST_F(SavepointTest, AnOldDirectoryGetsItsFirstOne) {
  savepoint_after_ = 256_MiB;
  open();
  fill(kTenant, 4000);
  reopen();
  EXPECT_EQ(saved_on(1), 0u);
  std::filesystem::remove(entries(3));
  savepoint_after_ = 200_KiB;
  reopen();
  await_savepoint();
  await_pruning();
  EXPECT_EQ(octets_of(entries(3)), octets_of(entries(1)));
  reopen();
  expect_all(4000);
}

// A checkpoint of before the savepoint, as a disk that was away has it: the tree of today must have
// its root.
TEST_F(SavepointTest, ASignedHistoryIsComparedAlsoBehindIt) {
  open();
  fill(kTenant, 300);
  stop();
  const std::string old = octets_of(log_folder(2, kTenant) / "checkpoint");
  fill_and_prune(4000);
  stop();
  const crypto::Key signer = keys_->current({}, crypto::KeyPurpose::kCheckpointSigner).value();
  const std::string forged =
      sign_checkpoint(ledger_->origin(kTenant), 300, Hash{std::byte{1}},
                      parse_verifier_key(ledger_->verifier_key()).value(), signer.secret);
  std::ofstream(log_folder(2, kTenant) / "checkpoint") << old;
  open();
  stop();
  std::ofstream(log_folder(2, kTenant) / "checkpoint") << forged;
  auto opened = try_open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message(), "audit.history_changed");
}

// The files of a month that is destroyed go once each disk's savepoint does without them.
TEST_F(SavepointTest, DestroyedMonthsLeaveFilesAndJournal) {
  fill_and_prune(4000);
  const segments::Sequence before = saved_on(1);
  clock_.shift = days(399);
  ASSERT_TRUE(keys_->current({9}, crypto::KeyPurpose::kAuditMonth));
  clock_.shift = days(430);
  fill(kTenant, 600);
  ASSERT_TRUE(keys_->destroy_months_before(crypto::month_of(clock_.now()), {}));
  ASSERT_TRUE(run(ledger_->delete_destroyed()));
  const auto told = [this] {
    return octets_of(log_folder(2, kTenant) / "destroyed").substr(0, 40);
  };
  EXPECT_NE(told().find("/destroyed\n3840\n"), std::string::npos) << "before they go";
  crash();
  open();
  EXPECT_NE(told().find("/destroyed\n3840\n"), std::string::npos) << "whatever the savepoint says";
  ASSERT_TRUE(run(ledger_->tile(kTenant, "destroyed")));
  ASSERT_TRUE(run(ledger_->delete_destroyed()));
  await_savepoint(before);
  // They go one after the other, of each on the third disk last.
  await("the removal of bundles",
        [&] { return !std::filesystem::exists(log_folder(3, kTenant) / "tile/entries/014"); });
  EXPECT_FALSE(std::filesystem::exists(entries(1)));
  EXPECT_TRUE(std::filesystem::exists(log_folder(1, kTenant) / "tile/entries/015"));
  const auto check = [&] {
    EXPECT_EQ(run(ledger_->tile(kTenant, "tile/entries/000")).error().message(),
              "audit.bundle_deleted");
    EXPECT_EQ(events_of(kTenant).size(), 600u);
    EXPECT_EQ(run(ledger_->checkpoint(kTenant)).value().size, 4600u);
  };
  check();
  reopen();
  check();
  stop();
  auto report = verify(2);
  ASSERT_TRUE(report) << report.error().describe();
  EXPECT_EQ(report->leaves_deleted, 3840u);
  EXPECT_EQ(report->leaves_destroyed, 3840u);
}

}  // namespace
}  // namespace belfry::audit
