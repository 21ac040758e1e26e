// A log that goes on, and others that the same key signed.
#include "audit/extension.h"

#include "ledger_fixture.h"

namespace belfry::audit {
namespace {

namespace files = std::filesystem;

class ExtensionTest : public LedgerTest {
 protected:
  std::string checkpoint_of(TenantId tenant) {
    return run(ledger_->checkpoint(tenant)).value().note;
  }
  // The copied folder, which goes on from a checkpoint.
  Result<VerifyReport> verify_from(const std::string& note) {
    VerifyOptions options;
    options.directory = log_folder(1, kTenant).string();
    options.verifier_key = ledger_->verifier_key();
    options.extends = note;
    return verify_log(options);
  }
  // The log as it is served, which goes on from a checkpoint.
  Result<> served_from(const std::string& note) {
    const std::string key = ledger_->verifier_key();
    TRY(const SignedTree older, read_checkpoint(note, key));
    TRY(const SignedTree newer, read_checkpoint(checkpoint_of(kTenant), key));
    return check_extends(older, newer, [this](const std::string& path) {
      return run(ledger_->tile(kTenant, path));
    });
  }
  // Another history by the same keys, of so many leaves.
  void fork(int leaves) {
    stop();
    ledger_.reset();
    store_.reset();
    for (int disk = 1; disk <= 6; ++disk)
      for (const auto& entry : files::directory_iterator(folder(disk)))
        if (entry.path().filename() != "keys" && entry.path().filename() != "master.months")
          files::remove_all(entry.path());
    open();
    fill(kTenant, leaves);
  }
  void expect_refused(const std::string& note, const char* how) {
    const auto served = served_from(note);
    ASSERT_FALSE(served) << how;
    EXPECT_EQ(served.error().message(), how);
    stop();
    const auto copied = verify_from(note);
    ASSERT_FALSE(copied) << how;
    EXPECT_EQ(copied.error().message(), how);
    EXPECT_EQ(copied.error().argument("old_size"), served.error().argument("old_size"));
    EXPECT_EQ(copied.error().argument("root"), served.error().argument("root"));
  }
};

TEST_F(ExtensionTest, ALogGoesOnFromEachOfItsCheckpoints) {
  open();
  std::vector<std::string> notes{checkpoint_of(kTenant)};
  for (int count : {1, 2, 252, 1, 1, 255, 300}) {
    fill(kTenant, count);
    notes.push_back(checkpoint_of(kTenant));
  }
  for (const std::string& note : notes) EXPECT_TRUE(served_from(note)) << note;
  stop();
  for (const std::string& note : notes) {
    const auto report = verify_from(note);
    ASSERT_TRUE(report) << note << report.error().describe();
    ASSERT_TRUE(report->extends);
    EXPECT_EQ(report->extends->size, read_checkpoint(note, ledger_->verifier_key())->size);
  }
  EXPECT_FALSE(verify_from("")->extends) << "it was not asked";
}

TEST_F(ExtensionTest, AForkIsRefused) {
  open();
  fill(kTenant, 300);
  const std::string note = checkpoint_of(kTenant);
  fork(520);
  EXPECT_EQ(served_from(note).error().argument("old_size"), "300");
  EXPECT_EQ(served_from(note).error().argument("size"), "520");
  expect_refused(note, "audit.verify_not_extended");
}

TEST_F(ExtensionTest, AForkOfTheSameLengthIsRefused) {
  open();
  fill(kTenant, 256);
  const std::string note = checkpoint_of(kTenant);
  fork(256);
  expect_refused(note, "audit.verify_not_extended");
}

TEST_F(ExtensionTest, AShorterLogIsRefused) {
  open();
  fill(kTenant, 300);
  const std::string note = checkpoint_of(kTenant);
  fork(299);
  expect_refused(note, "audit.verify_shrunk");
}

TEST_F(ExtensionTest, ANoteThatIsNoneOfTheLogsIsRefused) {
  open();
  fill(kTenant, 300);
  fill(kOther, 3);
  const std::string note = checkpoint_of(kTenant), other = checkpoint_of(kOther);
  ASSERT_TRUE(served_from(note));
  EXPECT_EQ(served_from(other).error().message(), "audit.verify_other_log");
  for (std::size_t at = 0; at < note.size(); ++at) {
    std::string changed = note;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    ASSERT_FALSE(served_from(changed)) << at;
  }
  stop();
  EXPECT_EQ(verify_from(other).error().message(), "audit.verify_other_log");
  EXPECT_EQ(verify_from("nonsense").error().message(), "audit.note_malformed");
}

// Tiles that somebody made up prove nothing, whatever they are.
TEST_F(ExtensionTest, OtherTilesAreRefused) {
  open();
  fill(kTenant, 300);
  const std::string key = ledger_->verifier_key();
  const auto older = read_checkpoint(checkpoint_of(kTenant), key).value();
  fill(kTenant, 300);
  const auto newer = read_checkpoint(checkpoint_of(kTenant), key).value();
  const auto tile = [this](const std::string& path) { return run(ledger_->tile(kTenant, path)); };
  ASSERT_TRUE(check_extends(older, newer, tile));
  const auto changed = [&](const std::string& path) -> Result<Buffer> {
    TRY(Buffer octets, tile(path));
    octets.front() ^= std::byte{1};
    return octets;
  };
  EXPECT_EQ(check_extends(older, newer, changed).error().message(), "audit.verify_not_extended");
  const auto shorter = [&](const std::string& path) -> Result<Buffer> {
    TRY(Buffer octets, tile(path));
    octets.pop_back();
    return octets;
  };
  EXPECT_EQ(check_extends(older, newer, shorter).error().message(), "audit.verify_tile");
}

}  // namespace
}  // namespace belfry::audit
