#include "runtime/disk.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <sys/resource.h>

namespace belfry {
namespace {

class DiskTest : public testing::Test {
 protected:
  DiskTest() : root_(std::filesystem::path(testing::TempDir()) / "belfry-disk-test") {
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_);
    disk_ = open_disk(root_.string()).value();
  }
  ~DiskTest() override { std::filesystem::remove_all(root_); }

  std::filesystem::path root_;
  std::unique_ptr<Disk> disk_;
};

TEST_F(DiskTest, ReadsWhatWasWrittenInParts) {
  auto file = disk_->create("a").value();
  View parts[] = {as_view("hello"), as_view(""), as_view(" world")};
  ASSERT_TRUE(file->write_at(3, parts));
  Buffer out(20);
  EXPECT_EQ(file->read_at(3, out).value(), 11u);
  EXPECT_EQ(as_text(View(out).first(11)), "hello world");
  EXPECT_EQ(file->size().value(), 14_B);
}

TEST_F(DiskTest, ReadsAtOnceWhatIsInMemory) {
  auto file = disk_->create("file").value();
  ASSERT_TRUE(file->write_at(0, as_view("just written")));
  Buffer out(4);
  EXPECT_TRUE(file->read_cached(5, out));
  EXPECT_EQ(as_text(out), "writ");
  const std::array parts = {MutableView(out).subspan(2), MutableView(out).first(2)};
  EXPECT_TRUE(file->read_cached(5, parts));
  EXPECT_EQ(as_text(out), "itwr");
  // Past its end there is nothing to fill the rest with.
  EXPECT_FALSE(file->read_cached(10, out));
}

TEST_F(DiskTest, OpensAtOnceWhatTheSystemKnows) {
  ASSERT_TRUE(disk_->create("file").value()->write_at(0, as_view("known")));
  auto file = disk_->open_cached("file");
  ASSERT_NE(file, nullptr);
  Buffer out(5);
  EXPECT_EQ(file->read_at(0, out).value(), 5u);
  EXPECT_EQ(as_text(out), "known");
  EXPECT_EQ(disk_->open_cached("none"), nullptr);
  EXPECT_EQ(disk_->open_cached("../file"), nullptr);
}

TEST_F(DiskTest, MakesSpaceThatReadsAsZeros) {
  auto file = disk_->create("file").value();
  ASSERT_TRUE(file->write_at(0, as_view("kept")));
  ASSERT_TRUE(file->make_space(4096, 2_MiB));
  EXPECT_EQ(file->size().value(), 2_MiB + 4_KiB);
  Buffer out(8192, std::byte{1});
  EXPECT_EQ(file->read_at(0, out).value(), out.size());
  EXPECT_EQ(as_text(View(out).first(4)), "kept");
  EXPECT_TRUE(
      std::ranges::all_of(View(out).subspan(4), [](std::byte b) { return b == std::byte{}; }));
  ASSERT_TRUE(file->write_at(8192, as_view("later")));
  EXPECT_EQ(file->size().value(), 2_MiB + 4_KiB);
}

TEST_F(DiskTest, WritesPastMemoryWhateverTheAlignment) {
  constexpr std::size_t kSize = 64 << 10;
  const auto aligned = File::memory_to_write_past(kSize);
  const MutableView octets(aligned.get(), kSize);
  for (std::size_t i = 0; i < kSize; ++i) octets[i] = std::byte(i * 7 >> 3);
  auto file = disk_->create_unnamed("").value();
  for (std::size_t skipped : {0, 1}) {
    const View part = View(octets).subspan(skipped);
    ASSERT_TRUE(file->write_past_memory(0, octets));
    ASSERT_TRUE(file->write_past_memory(kSize + skipped, part));
    Buffer out(2 * kSize);
    EXPECT_EQ(file->read_at(0, out).value(), 2 * kSize);
    EXPECT_TRUE(std::ranges::equal(View(out).first(kSize), octets));
    EXPECT_TRUE(std::ranges::equal(View(out).subspan(kSize + skipped), part));
  }
}

TEST_F(DiskTest, WritesBackWhatGrows) {
  auto file = disk_->create("grows").value();
  const Buffer step(1 << 20, std::byte{7});
  for (std::uint64_t offset = 0; offset < 4 * step.size(); offset += step.size()) {
    ASSERT_TRUE(file->write_at(offset, View(step)));
    EXPECT_TRUE(file->write_back(offset, Bytes{step.size()}));
  }
  EXPECT_TRUE(file->write_back(4 * step.size(), Bytes{0})) << "nothing new, and all is waited for";
  Buffer read(step.size());
  EXPECT_EQ(file->read_at(3 * step.size(), read).value(), step.size());
  EXPECT_EQ(read, step);
}

TEST_F(DiskTest, AnUnnamedFileAppearsWhenLinked) {
  auto file = disk_->create_unnamed("").value();
  ASSERT_TRUE(file->write_at(0, as_view("x")));
  EXPECT_TRUE(disk_->list("").value().empty());
  ASSERT_TRUE(disk_->link(*file, "named"));
  EXPECT_EQ(disk_->list("").value(), std::vector<std::string>{"named"});
  EXPECT_EQ(disk_->link(*file, "named").error().code(), Code::kConflict);
}

TEST_F(DiskTest, SaysWhatIsWrong) {
  EXPECT_EQ(disk_->open("missing", Access::kRead).error().code(), Code::kNotFound);
  EXPECT_EQ(disk_->open("../escape", Access::kRead).error().message(), "disk.path_outside");
  EXPECT_EQ(disk_->open("/etc/passwd", Access::kRead).error().message(), "disk.path_outside");
  ASSERT_TRUE(disk_->create("a"));
  EXPECT_EQ(disk_->create("a").error().code(), Code::kConflict);
}

TEST_F(DiskTest, ADeletedFolderStaysDeletedUntilItIsOpenedAgain) {
  ASSERT_TRUE(disk_->create("before"));
  std::filesystem::remove_all(root_);
  EXPECT_FALSE(disk_->create("a"));
  EXPECT_EQ(disk_->make_directory("deep/er").error().code(), Code::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(root_)) << "nobody asked for this folder";
  // Another folder under the name is another disk, until it is looked at again.
  std::filesystem::create_directories(root_ / "deep");
  EXPECT_FALSE(disk_->make_directory("deep/er"));
  ASSERT_TRUE(disk_->remove_tree("deep"));
  EXPECT_TRUE(std::filesystem::exists(root_ / "deep"));
  EXPECT_FALSE(std::filesystem::exists(root_ / "deep/er"));
  ASSERT_TRUE(disk_->sync_all(SyncPoint::kLedgerFiles, {}));
  ASSERT_TRUE(disk_->reopen());
  ASSERT_TRUE(disk_->make_directory("deep/er"));
  EXPECT_TRUE(std::filesystem::exists(root_ / "deep/er"));
  EXPECT_FALSE(disk_->sync_all(SyncPoint::kLedgerFiles, {}))
      << "what was written to the other one may be gone";
  EXPECT_TRUE(disk_->sync_all(SyncPoint::kLedgerFiles, {}));
}

TEST_F(DiskTest, RemovesATreeAndNothingBesides) {
  std::filesystem::create_directories(root_ / "outside");
  ASSERT_TRUE(disk_->make_directory("tree/a/b"));
  ASSERT_TRUE(disk_->make_directory("tree/a/b")) << "it is there";
  ASSERT_TRUE(disk_->create("tree/a/file"));
  ASSERT_TRUE(disk_->create("outside/file"));
  std::filesystem::create_directory_symlink(root_ / "outside", root_ / "tree/a/link");
  ASSERT_TRUE(disk_->remove_tree("tree"));
  EXPECT_EQ(disk_->list("").value(), std::vector<std::string>{"outside"});
  EXPECT_EQ(disk_->list("outside").value(), std::vector<std::string>{"file"});
  ASSERT_TRUE(disk_->remove_tree("outside/file")) << "a file is a tree too";
  ASSERT_TRUE(disk_->remove_tree("missing"));
  EXPECT_EQ(disk_->make_directory("x/../y").error().message(), "disk.path_outside");
  ASSERT_TRUE(disk_->create("name"));
  EXPECT_EQ(disk_->make_directory("name").error().code(), Code::kConflict);
}

TEST_F(DiskTest, ReadsASmallFileWhole) {
  ASSERT_TRUE(disk_->create("a").value()->write_at(0, as_view("hello")));
  EXPECT_EQ(as_text(read_whole(*disk_, "a", 5_B).value()), "hello");
  EXPECT_EQ(read_whole(*disk_, "a", 4_B).error().message(), "disk.file_too_long");
  EXPECT_EQ(read_whole(*disk_, "b", 4_B).error().code(), Code::kNotFound);
}

TEST_F(DiskTest, RemovesAndRenames) {
  ASSERT_TRUE(disk_->make_directory("deep/er"));
  ASSERT_TRUE(disk_->create("deep/er/a"));
  ASSERT_TRUE(disk_->rename("deep/er/a", "b"));
  EXPECT_EQ(disk_->list("").value(), (std::vector<std::string>{"b", "deep"}));
  ASSERT_TRUE(disk_->remove_tree("deep"));
  ASSERT_TRUE(disk_->remove("b"));
  EXPECT_TRUE(disk_->list("").value().empty());
}

// The process lacks descriptors; the disk lacks nothing.
TEST_F(DiskTest, ALackOfDescriptorsIsNoFailureOfTheDisk) {
  ASSERT_TRUE(disk_->create("a"));
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  none.rlim_cur = 0;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  auto opened = disk_->open("a", Access::kRead);
  auto listed = disk_->list("");
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code(), Code::kExhausted);
  EXPECT_EQ(opened.error().message(), "disk.no_resources");
  ASSERT_FALSE(listed);
  EXPECT_EQ(listed.error().message(), "disk.no_resources");
  EXPECT_TRUE(disk_->open("a", Access::kRead));
}

}  // namespace
}  // namespace belfry
