// Copies, damage and forged history, on the files that a ledger wrote.
#include "ledger_fixture.h"

namespace belfry::audit {
namespace {

namespace files = std::filesystem;

std::string content(const files::path& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(in)), {});
}
void write(const files::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}
std::vector<files::path> all_files(const files::path& folder) {
  std::vector<files::path> found;
  for (const auto& entry : files::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) found.push_back(entry.path());
  return found;
}
// The key store and the month seal, which the fixture has on a disk too.
bool is_of_keys(const files::path& path) {
  return path.filename() == "keys" || path.filename() == "master.months";
}

class VerifyTest : public LedgerTest {
 protected:
  void SetUp() override {
    open();
    fill(kTenant, 520);
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(ledger_->record_read(kTenant, event("s3:GetObject")));
    stop();
  }
};

TEST_F(VerifyTest, AWholeLogIsAcceptedOnEveryDisk) {
  for (int disk : {1, 2, 3}) {
    auto report = verify(disk);
    ASSERT_TRUE(report) << report.error().describe();
    EXPECT_EQ(report->size, 521u);
    EXPECT_EQ(report->leaves_checked, 521u);
    EXPECT_EQ(report->leaves_opened, 521u);
    EXPECT_EQ(report->origin, "belfry.example/tenant/2");
    EXPECT_EQ(report->events.size(), 10u);
  }
}

TEST_F(VerifyTest, AnyChangedOctetIsRefused) {
  std::size_t tried = 0;
  for (const files::path& path : all_files(log_folder(1, kTenant))) {
    const std::string whole = content(path);
    // Every octet of what is small, every 997th of the rest.
    for (std::size_t at = 0; at < whole.size(); at += whole.size() < 300 ? 1 : 997) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ 0x20);
      write(path, changed);
      ASSERT_FALSE(verify(1)) << path << " at " << at;
      ++tried;
    }
    write(path, whole);
    files::rename(path, path.string() + ".away");
    ASSERT_FALSE(verify(1)) << path << " is missing";
    files::rename(path.string() + ".away", path);
  }
  EXPECT_GT(tried, 300u);
  EXPECT_TRUE(verify(1));
}

TEST_F(VerifyTest, MissingEntriesAreNamed) {
  const files::path folder = log_folder(1, kTenant) / "tile";
  files::remove(folder / "entries/000");
  auto without = verify(1);
  ASSERT_FALSE(without) << "its month is not destroyed";
  EXPECT_EQ(without.error().message(), "audit.verify_leaves_missing");
  EXPECT_EQ(without.error().argument("leaves"), "0-255");
  EXPECT_EQ(without.error().argument("destroyed"), "0");
  files::remove_all(folder / "entries/002.p");
  EXPECT_EQ(verify(1).error().argument("leaves"), "0-255, 512-520");
  files::remove(folder / "entries/001");
  EXPECT_EQ(verify(1).error().argument("leaves"), "0-520") << "as one";
  files::remove(folder / "0/001");
  EXPECT_EQ(verify(1).error().message(), "audit.verify_tile_missing");
  EXPECT_EQ(verify(1).error().argument("leaves"), "256-511");
}

TEST_F(VerifyTest, AnotherKeyIsRefused) {
  VerifyOptions options;
  options.directory = log_folder(1, kTenant).string();
  options.verifier_key = "nonsense";
  EXPECT_EQ(verify_log(options).error().code(), Code::kInvalid);
  options.verifier_key = ledger_->verifier_key();
  options.month_keys[ledger_->month_keys(kTenant)[0].first.value] = Buffer(32, std::byte{1});
  EXPECT_EQ(verify_log(options).error().message(), "audit.verify_leaf");
  options.month_keys.clear();
  EXPECT_EQ(verify_log(options).value().leaves_opened, 0u);
}

TEST_F(VerifyTest, AStartMakesLostAndChangedFilesAgain) {
  files::remove_all(log_folder(1, kTenant));
  for (const files::path& path : all_files(log_folder(2, kTenant))) {
    std::string text = content(path);
    text[text.size() / 2] = static_cast<char>(text[text.size() / 2] ^ 1);
    write(path, text);
  }
  ASSERT_FALSE(verify(2));
  ledger_.reset();
  store_.reset();
  open();
  for (int disk : {1, 2, 3}) EXPECT_TRUE(verify(disk)) << disk;
}

TEST_F(VerifyTest, AReaderTakesAGoodCopyAndMendsTheOthers) {
  ledger_.reset();
  store_.reset();
  open();
  const files::path bundle = log_folder(1, kTenant) / "tile/entries/000";
  const std::string whole = content(bundle);
  std::string changed = whole;
  changed[100] = static_cast<char>(changed[100] ^ 1);
  write(bundle, changed);
  files::remove(log_folder(2, kTenant) / "tile/entries/000");
  EXPECT_EQ(as_text(run(ledger_->tile(kTenant, "tile/entries/000")).value()), whole);
  EXPECT_EQ(content(bundle), whole);
  EXPECT_EQ(content(log_folder(2, kTenant) / "tile/entries/000"), whole);
}

TEST_F(VerifyTest, AJournalThatLostWhatWasSignedIsNotServed) {
  ledger_.reset();
  store_.reset();
  // Everything but the logs' files is gone from every disk, as if an older journal was put back.
  for (int disk = 1; disk <= 6; ++disk)
    for (const auto& entry : files::directory_iterator(folder(disk)))
      if (entry.path().filename() != "audit" && !is_of_keys(entry.path()))
        files::remove_all(entry.path());
  auto opened = try_open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message(), "audit.history_changed");
  EXPECT_EQ(opened.error().argument("tenant"), "2");
}

TEST_F(VerifyTest, AnotherHistoryOfTheSameLengthIsNotServed) {
  // The signed checkpoint of one run beside the journal of another.
  const std::string note = content(log_folder(1, kTenant) / "checkpoint");
  ledger_.reset();
  store_.reset();
  for (int disk = 1; disk <= 6; ++disk)
    for (const auto& entry : files::directory_iterator(folder(disk)))
      if (!is_of_keys(entry.path())) files::remove_all(entry.path());
  open();
  fill(kTenant, 530);
  stop();
  write(log_folder(3, kTenant) / "checkpoint", note);
  ledger_.reset();
  store_.reset();
  auto opened = try_open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message(), "audit.history_changed");
}

}  // namespace
}  // namespace belfry::audit
