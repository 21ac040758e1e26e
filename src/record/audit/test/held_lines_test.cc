// The folder of a hold, as `belfry audit hold export` writes it and `belfry verify` reads it.
#include "audit/held_lines.h"

#include "copied_log.h"
#include "retention_fixture.h"

#include <algorithm>
#include <fstream>

namespace belfry::audit {
namespace {

namespace fs = std::filesystem;

class HeldFolder : public RetentionTest {
 protected:
  // A hold on leaves of several bundles, whose month is destroyed.
  void open_and_hold() {
    open();
    fill(kTenant, 700);
    NewHold wanted{.reason = "court", .by = {{1}, {5}, "berta"}};
    wanted.filter.resource = "key-65";
    const auto quietly = [](const Hold&) -> Task<> { co_return Result<>(); };
    id_ = run(vault_->place(kTenant, wanted, looking(), quietly)).value().id;
    live_until(days(430));
    fill(kTenant, 2);
    ASSERT_EQ(destroy(), 1u);
    export_to_folder();
  }
  // With the tiles of the log, and no entries.
  void export_to_folder() {
    lines_.clear();
    HeldPage page;
    for (std::optional<Position> from = Position{}; from; from = page.next) {
      page = run(vault_->read(kTenant, id_, *from)).value();
      for (const HeldLeaf& leaf : page.leaves) lines_.push_back(held_line(leaf).value());
    }
    lines_.push_back(last_held_line(id_, {lines_.size(), lines_.size(), 700}));
    const auto checkpoint = run(ledger_->checkpoint(kTenant)).value();
    ASSERT_EQ(checkpoint.size, 703u);
    fs::remove_all(copy_);
    for (const char* tile : {"tile/0/000", "tile/0/001", "tile/0/002.p/191", "tile/1/000.p/2"}) {
      const Buffer octets = run(ledger_->tile(kTenant, tile)).value();
      fs::create_directories((copy_ / tile).parent_path());
      std::ofstream(copy_ / tile, std::ios::binary) << as_text(octets);
    }
    std::ofstream(copy_ / "checkpoint", std::ios::binary) << checkpoint.note;
  }
  Result<VerifyReport> check(const std::vector<std::string>& lines) {
    std::ofstream out(copy_ / "held.jsonl", std::ios::binary);
    for (const std::string& line : lines) out << line << "\n";
    out.close();
    VerifyOptions options;
    options.of_hold = of_hold_;
    options.directory = copy_.string();
    options.verifier_key = ledger_->verifier_key();
    options.events_max = 100;
    return verify_log(options);
  }
  // With that text of the first line exchanged for another.
  std::string refusal(const std::string& what, const std::string& by) {
    std::vector<std::string> lines = lines_;
    const std::size_t at = lines[0].find(what);
    EXPECT_NE(at, std::string::npos) << what;
    lines[0].replace(at, what.size(), by);
    auto report = check(lines);
    return report ? "" : report.error().message();
  }

  const fs::path copy_ = root_ / "copy";
  bool of_hold_ = true;
  HoldId id_;
  std::vector<std::string> lines_;
};

TEST_F(HeldFolder, IsTakenForALogByNobody) {
  open_and_hold();
  of_hold_ = false;
  EXPECT_EQ(check(lines_).error().message(), "audit.verify_is_of_hold");
}

TEST_F(HeldFolder, IsProvedAfterTheMonthIsDestroyed) {
  open_and_hold();
  ASSERT_EQ(lines_.size(), 12u) << "key-65, key-650 to key-659, and the end";
  auto report = check(lines_);
  ASSERT_TRUE(report) << report.error().describe();
  EXPECT_EQ(report->hold, id_.text());
  EXPECT_EQ(report->held_leaves, 11u);
  EXPECT_EQ(report->leaves_checked, 11u);
  EXPECT_EQ(report->looked_at, 700u);
  EXPECT_EQ(report->leaves_opened, 11u);
  EXPECT_EQ(report->size, 703u);
  ASSERT_EQ(report->events.size(), 11u);
  EXPECT_NE(report->events[10].find("key-659"), std::string::npos);
}

// Held lines beside a whole log do not stand for it.
TEST_F(HeldFolder, BesideALogTheLogIsVerifiedToo) {
  open();
  fill(kTenant, 5);
  const Checkpoint checkpoint = run(ledger_->checkpoint(kTenant)).value();
  NewHold wanted{.reason = "court", .by = {{1}, {5}, "berta"}};
  wanted.filter.resource = "key-3";
  const auto quietly = [](const Hold&) -> Task<> { co_return Result<>(); };
  id_ = run(vault_->place(kTenant, wanted, looking(), quietly)).value().id;
  ASSERT_TRUE(run(vault_->copy()));
  const auto page = run(vault_->read(kTenant, id_, {})).value();
  ASSERT_EQ(page.leaves.size(), 1u);
  for (const char* tile : {"tile/0/000.p/5", "tile/entries/000.p/5"}) {
    fs::create_directories((copy_ / tile).parent_path());
    std::ofstream(copy_ / tile, std::ios::binary)
        << as_text(run(ledger_->tile(kTenant, tile)).value());
  }
  std::ofstream(copy_ / "checkpoint", std::ios::binary) << checkpoint.note;
  lines_ = {held_line(page.leaves[0]).value(), last_held_line(id_, {1, 1, 5})};
  auto report = check(lines_);
  ASSERT_TRUE(report) << report.error().describe();
  EXPECT_EQ(report->held_leaves, 1u);
  EXPECT_EQ(report->leaves_checked, 6u);
  fs::resize_file(copy_ / "tile/entries/000.p/5", 60);
  EXPECT_EQ(check(lines_).error().message(), "audit.verify_entry");
}

TEST_F(HeldFolder, WhatWasChangedIsFound) {
  open_and_hold();
  EXPECT_EQ(refusal("key-65", "key-66"), "audit.verify_leaf") << "the event is another";
  EXPECT_EQ(refusal("\"index\":65", "\"index\":66"), "audit.verify_entry");
  EXPECT_EQ(refusal("\"index\":65", "\"index\":70000"), "audit.verify_entry");
  EXPECT_EQ(refusal("\"leaf\":\"0101", "\"leaf\":\"0102"), "audit.verify_entry");
  const std::size_t key = lines_[0].find("\"key\":\"");
  EXPECT_EQ(refusal(lines_[0].substr(key, 71), "\"key\":\"" + std::string(64, '0')),
            "audit.verify_leaf");
  EXPECT_EQ(refusal("\"parts\":[0]", "\"parts\":[1]"), "audit.verify_leaf");
  EXPECT_EQ(refusal("{", "["), "audit.held_line");
  std::vector<std::string> lines(lines_.begin() + 1, lines_.end());
  EXPECT_EQ(check(lines).error().message(), "audit.verify_missing") << "a leaf is not there";
  lines.insert(lines.begin(), lines[0]);
  EXPECT_EQ(check(lines).error().message(), "audit.verify_held_order") << "nor does one stand in";
  lines = lines_;
  std::swap(lines[0], lines[1]);
  EXPECT_EQ(check(lines).error().message(), "audit.verify_held_order");
  lines = lines_;
  lines.back() = last_held_line(id_, {11, 11, 704});
  EXPECT_EQ(check(lines).error().message(), "audit.verify_missing") << "the log is shorter";
  lines.back() = last_held_line(id_, {11, 11, 0});
  EXPECT_TRUE(check(lines)) << "exported by an earlier release";
  lines = {lines_.begin(), lines_.end() - 1};
  EXPECT_EQ(check(lines).error().message(), "audit.verify_missing") << "it was cut";
  lines = lines_;
  lines.push_back(lines_[0]);
  EXPECT_EQ(check(lines).error().message(), "audit.held_line") << "behind its end";
  EXPECT_TRUE(check(lines_));
  // A tile that is not the tree's.
  std::fstream file(copy_ / "tile/0/000", std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(4).put('x');
  file.close();
  EXPECT_EQ(check(lines_).error().message(), "audit.verify_tile");
}

TEST_F(HeldFolder, ALineIsReadAsItWasWritten) {
  open_and_hold();
  const HeldLine line = parse_held_line(lines_[0]).value();
  EXPECT_EQ(held_line(*line.leaf).value(), lines_[0]);
  for (const char* bad :
       {"", "{}", "[]", "{\"complete\":true}", "{\"complete\":true,\"leaves\":1,\"events\":1}",
        "{\"complete\":true,\"leaves\":1,\"events\":1,\"hold\":\"\"}",
        "{\"complete\":true,\"leaves\":1,\"events\":1,\"hold\":\"4\\u001b\"}",
        "{\"index\":1,\"leaf\":\"00\",\"key\":\"00\",\"parts\":[],\"events\":[]}",
        "{\"index\":-1,\"leaf\":\"\",\"key\":\"\",\"parts\":[],\"events\":[]}"})
    EXPECT_EQ(parse_held_line(bad).error().message(), "audit.held_line") << bad;
}

}  // namespace
}  // namespace belfry::audit
