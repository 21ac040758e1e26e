#include "open_files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace belfry::segments {
namespace {

class NoFile : public File {
 public:
  Result<std::size_t> read_at(std::uint64_t, MutableView) const override { return 0; }
  Result<> write_at(std::uint64_t, std::span<const View>) override { return {}; }
  Result<Bytes> size() const override { return Bytes{}; }
  Result<> resize(Bytes) override { return {}; }
  Result<> sync(SyncPoint, DiskOrdinal) override { return {}; }
};

class OpenFilesTest : public testing::Test {
 protected:
  std::shared_ptr<File> keep(const OpenFiles::Key& key) {
    auto file = std::make_shared<NoFile>();
    kept_.push_back(file);
    files_.keep(key, file);
    return file;
  }
  long open() const {
    return std::ranges::count_if(kept_, [](auto& file) { return !file.expired(); });
  }

  static constexpr std::size_t kMax = 64;
  OpenFiles files_{kMax};
  std::vector<std::weak_ptr<File>> kept_;
};

TEST_F(OpenFilesTest, AreBoundedOverAllSets) {
  for (unsigned set = 1; set <= 50; ++set)
    for (unsigned segment = 0; segment < 50; ++segment) keep({{set}, segment % 3, segment});
  EXPECT_LE(open(), long(kMax));
  EXPECT_GT(open(), long(kMax / 2)) << "keys are spread over the parts";
}

TEST_F(OpenFilesTest, ThoseUsedLastStay) {
  const OpenFiles::Key used{{1}, 0, 0}, unused{{1}, 0, 1};
  auto file = keep(used);
  keep(unused);
  for (unsigned segment = 2; segment < 2000; ++segment) {
    keep({{1}, 0, segment});
    ASSERT_EQ(files_.find(used), file);
  }
  EXPECT_EQ(files_.find(unused), nullptr);
}

TEST_F(OpenFilesTest, AreForgottenAloneAndBySet) {
  for (unsigned set = 1; set <= 3; ++set)
    for (unsigned ordinal = 0; ordinal < 3; ++ordinal) keep({{set}, ordinal, 0});
  files_.forget({{1}, 0, 0});
  EXPECT_EQ(files_.find({{1}, 0, 0}), nullptr);
  EXPECT_NE(files_.find({{1}, 1, 0}), nullptr);
  files_.forget(SetId{2});
  for (unsigned ordinal = 0; ordinal < 3; ++ordinal) {
    EXPECT_EQ(files_.find({{2}, ordinal, 0}), nullptr);
    EXPECT_NE(files_.find({{3}, ordinal, 0}), nullptr);
  }
  EXPECT_EQ(open(), 5);
}

TEST_F(OpenFilesTest, OneThatIsOpenedAgainTakesTheOthersPlace) {
  keep({{1}, 0, 0});
  auto again = keep({{1}, 0, 0});
  EXPECT_EQ(files_.find({{1}, 0, 0}), again);
  EXPECT_EQ(open(), 1);
}

}  // namespace
}  // namespace belfry::segments
