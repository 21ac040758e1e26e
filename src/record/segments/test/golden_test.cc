// The format does not change by accident: a small store made with fixed random octets is compared
// with docs/formats/golden/segment octet by octet, and that one is opened.
//
// After a change on purpose, under a new format version: BELFRY_WRITE_GOLDEN=1 segments_test.
#include "format.h"
#include "store_fixture.h"

#include <cstdlib>

namespace belfry::segments {
namespace {

namespace fs = std::filesystem;

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Path below `root` to content; the file `scrubbed` holds a time.
std::map<std::string, std::string> tree(const fs::path& root) {
  std::map<std::string, std::string> files;
  for (auto& entry : fs::recursive_directory_iterator(root))
    if (entry.is_regular_file())
      files[fs::relative(entry.path(), root).string()] = content_of(entry.path());
  return files;
}

class GoldenTest : public StoreTest {
 protected:
  GoldenTest() {
    disk_count_ = 3;
    for (unsigned i = 4; i <= kDisks; ++i) fs::remove_all(folder(i));
    segment_size_ = 64_KiB;
    space_ahead_ = Bytes{0};
    random_ = make_seeded_random(42);
    // Else whatever others write to the same device decides which disk comes first.
    for (auto& fault : faults_) fault->space = {10_GiB, 9_GiB};
  }

  static fs::path golden() {
    return fs::path(std::getenv("BELFRY_SOURCE")) / "docs/formats/golden/segment";
  }

  void write_store() {
    open();
    first_ = append("first record", 1);
    append("", 2);
    file_ = write_file(pattern(5000, 7));
    shut();
    // A batch that was torn everywhere: recovery cuts it.
    for (unsigned i = 1; i <= 3; ++i) {
      std::ofstream segment(folder(i) / segment_path(first_.position.set, 0),
                            std::ios::binary | std::ios::app);
      segment << std::string(700, 'x');
    }
    open();
    append("after the cut", RecordType(kCriticalRecord | 3));
    shut();
  }

  Appended first_;
  FilePosition file_;
};

TEST_F(GoldenTest, TheSameStoreIsWrittenAsEver) {
  write_store();
  if (std::getenv("BELFRY_WRITE_GOLDEN")) {
    fs::remove_all(golden());
    fs::create_directories(golden());
    fs::copy(root_, golden(), fs::copy_options::recursive);
  }
  auto expected = tree(golden()), written = tree(root_);
  ASSERT_FALSE(expected.empty());
  for (auto& [path, content] : expected) {
    ASSERT_TRUE(written.contains(path)) << path;
    EXPECT_TRUE(written[path] == content) << path << " differs";
  }
  EXPECT_EQ(written.size(), expected.size());
}

TEST_F(GoldenTest, AStoreOfAnEarlierReleaseOpens) {
  fs::remove_all(root_);
  fs::copy(golden(), root_, fs::copy_options::recursive);
  open();
  EXPECT_EQ(replay(), (std::vector<std::string>{"first record", "", "after the cut"}));
  std::vector<FilePosition> files;
  auto collected = run(store_->collect_orphans(Stream::kObjects, [&](const FilePosition& file) {
    files.push_back(file);
    return true;
  }));
  ASSERT_EQ(collected.value(), 0u);
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(read_file(files[0], 0, 6000).value(), pattern(5000, 7));
  EXPECT_EQ(run(store_->scrub({}, {})).value().found.size(), 0u);
}

}  // namespace
}  // namespace belfry::segments
