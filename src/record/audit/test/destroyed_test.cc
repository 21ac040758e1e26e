// What the log says of its destroyed entries: before they go, to everybody, for ever.
#include "destroyed.h"

#include "retention_fixture.h"

namespace belfry::audit {
namespace {

namespace files = std::filesystem;

class DestroyedTest : public RetentionTest {
 protected:
  // A log of 901 leaves, of which two bundles are of a month that is destroyed.
  void live_and_destroy() {
    live();
    EXPECT_EQ(destroy(), 1u);
  }
  void live() {
    open();
    fill(kTenant, 600);
    young_ = clock_.now();
    live_until(days(430));
    fill(kTenant, 300);
    reopen();
  }

  files::path note(int disk) const { return log_folder(disk, kTenant) / kDestroyedFile; }
  files::path bundle(int disk) const { return log_folder(disk, kTenant) / "tile/entries/000"; }
  static std::string content(const files::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static void write(const files::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
  }
  Result<std::string> served() {
    TRY(const Buffer octets, run(ledger_->tile(kTenant, std::string(kDestroyedFile))));
    return std::string(as_text(octets));
  }
  Result<Destroyed> opened(const std::string& text) {
    return open_destroyed(text, ledger_->origin(kTenant),
                          parse_verifier_key(ledger_->verifier_key()).value());
  }

  Timestamp young_;  // no leaf that is destroyed is younger
};

TEST_F(DestroyedTest, ALogOfWhichNothingIsDestroyedSaysNothing) {
  open();
  fill(kTenant, 300);
  EXPECT_EQ(served().error().message(), "audit.no_such_tile");
  EXPECT_EQ(served().error().code(), Code::kNotFound);
  stop();
  EXPECT_FALSE(files::exists(note(1)));
}

TEST_F(DestroyedTest, TheNoteTellsTheLeavesAndTheirTree) {
  live_and_destroy();
  const Destroyed told = opened(served().value()).value();
  EXPECT_EQ(told.leaves, 512u);
  EXPECT_GE(told.until + std::chrono::seconds(1), young_);
  EXPECT_LE(told.until, young_ + std::chrono::minutes(10));
  const Checkpoint now = run(ledger_->checkpoint(kTenant)).value();
  const auto path = run(ledger_->consistency_proof(kTenant, 512, now.size)).value();
  EXPECT_TRUE(path_extends(512, told.root, now.size, path, now.root));
  stop();
  for (int disk : {1, 2, 3}) {
    EXPECT_EQ(content(note(disk)), served().value()) << disk;
    const auto report = verify(disk);
    ASSERT_TRUE(report) << report.error().describe();
    EXPECT_EQ(report->leaves_destroyed, 512u);
    EXPECT_EQ(report->destroyed_until, told.until);
  }
}

TEST_F(DestroyedTest, ANoteThatIsNotThisLogsIsRefused) {
  live_and_destroy();
  stop();
  const std::string whole = content(note(1));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    write(note(1), changed);
    ASSERT_EQ(verify(1).error().message(), "audit.verify_destroyed") << at;
  }
  write(note(1), content(log_folder(1, kTenant) / "checkpoint"));
  EXPECT_EQ(verify(1).error().message(), "audit.verify_destroyed") << "a checkpoint is none";
  files::remove(note(1));
  EXPECT_EQ(verify(1).error().argument("leaves"), "0-511");
  write(note(1), whole);
  ASSERT_TRUE(verify(1));
  write(log_folder(1, kTenant) / "checkpoint", whole);
  EXPECT_EQ(verify(1).error().message(), "audit.note_malformed") << "nor is it a checkpoint";
}

// With the key of the log, of another tree or of a part of a bundle.
TEST_F(DestroyedTest, ASignedNoteOfAnotherTreeIsRefused) {
  const Buffer seed(32, std::byte{7});
  const VerifierKey key = make_verifier_key("belfry.example", crypto::public_key_of(seed));
  const std::string origin = "belfry.example/tenant/2";
  const Destroyed right{512, Hash{std::byte{9}}, Timestamp(std::chrono::seconds(1'767'225'600))};
  const Destroyed read =
      open_destroyed(sign_destroyed(origin, right, key, seed), origin, key).value();
  EXPECT_EQ(read.leaves, right.leaves);
  EXPECT_EQ(read.root, right.root);
  EXPECT_EQ(read.until, right.until);
  EXPECT_FALSE(open_destroyed(sign_destroyed(origin + "2", right, key, seed), origin, key));
  EXPECT_FALSE(open_destroyed(sign_checkpoint(origin, 512, right.root, key, seed), origin, key));
  Destroyed part = right;
  part.leaves = 513;
  EXPECT_FALSE(open_destroyed(sign_destroyed(origin, part, key, seed), origin, key));
  const std::string text = checkpoint_text(destroyed_origin(origin), 512, right.root);
  for (const char* more : {"", "1", "\n", "01\n", "-1\n", "1\n2\n", "1 \n", "8589934592\n"})
    EXPECT_FALSE(open_destroyed(sign_note(text + more, key, seed), origin, key)) << more;
}

// While no disk takes the note the entries stay.
TEST_F(DestroyedTest, NothingGoesBeforeItIsTold) {
  live();
  for (int disk : {1, 2, 3}) files::create_directories(note(disk) / "in the way");
  EXPECT_EQ(destroy(), 1u);
  EXPECT_EQ(served().error().message(), "audit.no_such_tile");
  EXPECT_TRUE(run(ledger_->tile(kTenant, "tile/entries/000")));
  for (int disk : {1, 2, 3}) {
    EXPECT_TRUE(files::exists(bundle(disk)));
    files::remove_all(note(disk));
  }
  ASSERT_TRUE(run(ledger_->delete_destroyed()));
  EXPECT_EQ(opened(served().value()).value().leaves, 512u);
  EXPECT_FALSE(files::exists(bundle(1)));
}

TEST_F(DestroyedTest, AStartKeepsItAndGivesItToDisksThatHaveItNot) {
  live_and_destroy();
  const std::string before = served().value();
  stop();
  files::remove_all(log_folder(1, kTenant));
  files::remove(note(2));
  reopen();
  EXPECT_EQ(served().value(), before);
  for (int disk : {1, 2, 3}) EXPECT_EQ(content(note(disk)), before) << disk;
  stop();
  for (int disk : {1, 2, 3}) EXPECT_TRUE(verify(disk)) << disk;
}

// What a release before destroyed has no note.
TEST_F(DestroyedTest, AStartTellsWhatWasDestroyedBefore) {
  live_and_destroy();
  stop();
  for (int disk : {1, 2, 3}) files::remove(note(disk));
  ASSERT_FALSE(verify(1));
  reopen();
  EXPECT_EQ(opened(served().value()).value().leaves, 512u);
  stop();
  for (int disk : {1, 2, 3}) EXPECT_TRUE(verify(disk)) << disk;
}

// One that tells of another tree than the journal has.
TEST_F(DestroyedTest, AHistoryWithoutWhatWasToldIsNotServed) {
  live_and_destroy();
  const std::string told = served().value();
  stop();
  ledger_.reset();
  store_.reset();
  vault_.reset();
  for (int disk = 1; disk <= 6; ++disk)
    for (const auto& entry : files::directory_iterator(folder(disk)))
      if (entry.path().filename() != "keys" && entry.path().filename() != "master.months")
        files::remove_all(entry.path());
  LedgerTest::open();
  fill(kTenant, 600);
  stop();
  ledger_.reset();
  store_.reset();
  write(note(3), told);
  auto opened = try_open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message(), "audit.history_changed");
}

}  // namespace
}  // namespace belfry::audit
