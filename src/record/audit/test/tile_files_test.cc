#include "tile_files.h"

#include "runtime/disk_watch.h"
#include "runtime/simulation.h"
#include "runtime_testing/forwarding_disk.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <thread>

namespace belfry::audit {
namespace {

constexpr TenantId kTenant{2};

Result<> write_to(TileFiles& files, const std::string& path, std::string_view text) {
  return files.write(kTenant, TileFile{path, to_buffer(as_view(text))},
                     TileFiles::Present::kReplace);
}

// A disk on which something happens just before a file gets its name.
class WatchedDisk : public runtime::testing::ForwardingDisk {
 public:
  using ForwardingDisk::ForwardingDisk;
  std::function<void(std::string_view from, std::string_view to)> before_rename;

  Result<> rename(std::string_view from, std::string_view to) override {
    if (before_rename) std::exchange(before_rename, nullptr)(from, to);
    return ForwardingDisk::rename(from, to);
  }
};

class TileFilesTest : public testing::Test {
 protected:
  TileFilesTest() {
    for (int i = 0; i < 3; ++i) disks_.push_back(std::make_shared<WatchedDisk>(world_.add_disk()));
    files_.emplace(std::vector<std::shared_ptr<Disk>>(disks_.begin(), disks_.end()), nullptr);
  }
  Result<> write(const std::string& path, std::string_view text) {
    return write_to(*files_, path, text);
  }
  Result<Buffer> read(const std::string& path, std::string_view text) {
    return files_->read(kTenant, path, [=](View octets) { return as_text(octets) == text; });
  }
  std::string on_disk(std::size_t disk, const std::string& path) {
    auto octets = read_whole(*disks_[disk], "audit/2/" + path, 1_KiB);
    return octets ? std::string(as_text(*octets)) : octets.error().message();
  }

  Simulation world_{1};
  std::vector<std::shared_ptr<WatchedDisk>> disks_;
  std::optional<TileFiles> files_;
};

// While a reader mends a copy, a publication writes another file on the same disk; each is about to
// name what it wrote when the other one is.
TEST_F(TileFilesTest, ARepairAndAPublicationTakeNothingFromEachOther) {
  ASSERT_TRUE(write("tile/0/000", "hashes"));
  ASSERT_TRUE(write("checkpoint", "old note"));
  ASSERT_TRUE(disks_[0]->remove("audit/2/tile/0/000"));
  disks_[0]->before_rename = [&](std::string_view repaired_from, std::string_view repaired_to) {
    EXPECT_EQ(repaired_to, "audit/2/tile/0/000");
    disks_[0]->before_rename = [&](std::string_view, std::string_view published_to) {
      EXPECT_EQ(published_to, "audit/2/checkpoint");
      EXPECT_TRUE(disks_[0]->rename(repaired_from, repaired_to));
    };
    EXPECT_TRUE(write("checkpoint", "new note"));
  };
  EXPECT_TRUE(read("tile/0/000", "hashes"));
  for (std::size_t disk : {0u, 1u, 2u}) {
    EXPECT_EQ(on_disk(disk, "tile/0/000"), "hashes") << disk;
    EXPECT_EQ(on_disk(disk, "checkpoint"), "new note") << disk;
  }
}

TEST_F(TileFilesTest, WhatACrashLeftUnfinishedIsWrittenOver) {
  ASSERT_TRUE(write("tile/0/000", "hashes"));
  for (const char* name : {"audit/2/unfinished", "audit/2/unfinished-repair"})
    ASSERT_TRUE(disks_[0]->create(name).value()->write_at(0, as_view("a torn and longer text")));
  ASSERT_TRUE(disks_[0]->remove("audit/2/tile/0/000"));
  EXPECT_TRUE(read("tile/0/000", "hashes"));
  EXPECT_TRUE(write("checkpoint", "note"));
  EXPECT_EQ(on_disk(0, "tile/0/000"), "hashes");
  EXPECT_EQ(on_disk(0, "checkpoint"), "note");
  EXPECT_EQ(disks_[0]->list("audit/2").value(), (std::vector<std::string>{"checkpoint", "tile"}));
}

TEST_F(TileFilesTest, NoGoodCopyIsLost) {
  ASSERT_TRUE(write("tile/0/000", "hashes"));
  EXPECT_EQ(read("tile/0/000", "others").error().message(), "audit.tile_lost");
  EXPECT_EQ(on_disk(0, "tile/0/000"), "hashes") << "nothing is written over without a good copy";
}

// A disk whose folder was deleted is lost, and healed elsewhere: a file of the log must not make it
// look like a new one.
TEST(TileFilesOnFolders, ADeletedDiskStaysDeleted) {
  const auto root = std::filesystem::path(testing::TempDir()) / "belfry-tile-files-test";
  std::filesystem::remove_all(root);
  std::vector<std::shared_ptr<Disk>> disks;
  for (const char* name : {"1", "2", "3"}) {
    std::filesystem::create_directories(root / name);
    disks.push_back(open_disk((root / name).string()).value());
  }
  TileFiles files(disks, make_pool("tiles", 3, 16));
  const auto write = [&](const char* path) { return write_to(files, path, "x"); };
  ASSERT_TRUE(write("checkpoint"));
  std::filesystem::remove_all(root / "1");
  EXPECT_TRUE(write("checkpoint")) << "two others have it";
  EXPECT_TRUE(write("tile/0/000"));
  EXPECT_TRUE(files.read(kTenant, "tile/0/000", [](View) { return true; }));
  EXPECT_FALSE(std::filesystem::exists(root / "1"));
  std::filesystem::remove_all(root);
}

// A disk on which a file gets no name until the test ends it.
class HangingDisk : public runtime::testing::ForwardingDisk {
 public:
  using ForwardingDisk::ForwardingDisk;
  std::atomic<bool> hangs = false;

  Result<> rename(std::string_view from, std::string_view to) override {
    hangs.wait(true);
    return ForwardingDisk::rename(from, to);
  }
  void end() {
    hangs = false;
    hangs.notify_all();
  }
};

TEST(TileFilesOnFolders, ADiskThatHangsKeepsNobody) {
  const auto root = std::filesystem::path(testing::TempDir()) / "belfry-tile-files-hang";
  std::filesystem::remove_all(root);
  std::vector<std::shared_ptr<Disk>> disks;
  std::vector<std::shared_ptr<DiskWatch>> watches;
  std::shared_ptr<HangingDisk> first;
  for (const char* name : {"1", "2", "3"}) {
    std::filesystem::create_directories(root / name);
    auto disk = std::make_shared<HangingDisk>(open_disk((root / name).string()).value());
    if (!first) first = disk;
    watches.push_back(DiskWatch::begin(name, disk, {.silence = std::chrono::seconds(1)}, [] {}));
    disks.push_back(watches.back()->disk());
  }
  TileFiles files(disks, make_pool("tiles", 3, 16));
  const auto write = [&](const char* text) { return write_to(files, "checkpoint", text); };
  const auto is = [](std::string_view text) {
    return [=](View octets) { return as_text(octets) == text; };
  };
  ASSERT_TRUE(write("one"));
  first->hangs = true;
  EXPECT_TRUE(write("two"));
  EXPECT_TRUE(watches[0]->is_silent());
  EXPECT_TRUE(write("three"));
  EXPECT_TRUE(files.read(kTenant, "checkpoint", is("three")));
  first->end();
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!watches[0]->forgive() && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  // The first copy that is right is behind the one that is late: it is mended.
  EXPECT_TRUE(files.read(kTenant, "checkpoint", is("three")));
  EXPECT_EQ(as_text(read_whole(*disks[0], "audit/2/checkpoint", 1_KiB).value()), "three");
  for (auto& watch : watches) watch->stop();
  std::filesystem::remove_all(root);
}

}  // namespace
}  // namespace belfry::audit
