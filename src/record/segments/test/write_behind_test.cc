// Large files are written out while they grow: the last sync of one is short, also on a slow disk.
#include "store_fixture.h"

namespace belfry::segments {
namespace {

constexpr std::uint64_t kLeftMax = 9 << 20;  // twice WriteBehind::kStep, and a buffer

class WriteBehindTest : public StoreTest {
 protected:
  std::uint64_t unwritten_max() {
    std::uint64_t most = 0;
    for (auto& fault : faults_) most = std::max(most, fault->unwritten_max.exchange(0));
    return most;
  }
};

TEST_F(WriteBehindTest, AFileLeavesLittleToItsLastSync) {
  open();
  const Buffer content = pattern(40'000'000, 1);
  const FilePosition file = write_file(content);
  const std::uint64_t left = unwritten_max();
  EXPECT_GT(left, 1u << 20);
  EXPECT_LT(left, kLeftMax);
  EXPECT_EQ(read_file(file, 0, content.size()).value(), content);
}

TEST_F(WriteBehindTest, SoDoesOneThatIsHealedToAnotherDisk) {
  open();
  const FilePosition file = write_file(pattern(40'000'000, 1));
  std::filesystem::remove_all(folder(unsigned(disks_of(file.set)[0].value)));
  ASSERT_TRUE(run(store_->inspect_disks()));
  (void)unwritten_max();
  ASSERT_EQ(run(store_->heal()).value(), 1u);
  const std::uint64_t left = unwritten_max();
  EXPECT_GT(left, 1u << 20);
  EXPECT_LT(left, kLeftMax);
  EXPECT_EQ(healthy(run(store_->where(file)).value()), 3u);
}

// The kernel may have dropped the pages: the last sync might not say so again.
TEST_F(WriteBehindTest, AnErrorOfItFailsTheDisk) {
  open();
  auto writer = run(store_->create_file(Stream::kObjects, {})).value();
  const DiskId disk = disks_of(store_->sets()[0].set)[1];
  fault_of(disk).fail_at(Call::kWriteBack);
  const auto written = run(writer->write(pattern(40'000'000, 1)));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code(), Code::kRetry);
  EXPECT_EQ(status_of(disk).health, DiskHealth::kFailed);
}

}  // namespace
}  // namespace belfry::segments
