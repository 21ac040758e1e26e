// Segments whose records nobody needs any more.
#include "format.h"
#include "store_fixture.h"

namespace belfry::segments {
namespace {

class ForgettingTest : public StoreTest {
 protected:
  // Three records a segment.
  void fill(int count) {
    for (int i = 0; i < count; ++i) {
      bodies_.push_back(std::string(150'000, char('a' + i % 26)) + std::to_string(bodies_.size()));
      appended_.push_back(append(bodies_.back()));
    }
  }
  std::uint64_t segments() {
    std::uint64_t count = 0;
    for (const SetStatus& set : store_->sets()) count += set.segments;
    return count;
  }
  // Files of segments on all disks.
  std::size_t files() {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root_))
      count += entry.path().parent_path().filename() == "segments" ? 1 : 0;
    return count;
  }

  std::vector<std::string> bodies_;
  std::vector<Appended> appended_;
};

TEST_F(ForgettingTest, TakesWholeSegmentsAndNoYoungerRecord) {
  open();
  fill(40);
  const Sequence last = appended_[25].sequence;
  const std::uint64_t before = segments();
  const auto gone = run(store_->forget(Stream::kObjects, last));
  ASSERT_TRUE(gone);
  EXPECT_GT(*gone, 2u);
  EXPECT_EQ(segments(), before - *gone);
  EXPECT_EQ(files(), 3 * segments()) << "on each disk of the set";
  const auto check = [&] {
    const auto there = replay();
    for (std::size_t i = 26; i < bodies_.size(); ++i)
      EXPECT_NE(std::ranges::find(there, bodies_[i]), there.end()) << i;
    EXPECT_EQ(std::ranges::find(there, bodies_[0]), there.end());
  };
  check();
  EXPECT_EQ(run(store_->forget(Stream::kObjects, last)).value(), 0u);
  open();
  check();
  EXPECT_EQ(count(Happening::Kind::kDataLost), 0u);
  EXPECT_EQ(store_->last_sequence(), appended_.back().sequence);
}

TEST_F(ForgettingTest, TheNewestSegmentStaysSoThatSequencesGoOn) {
  open();
  fill(20);
  ASSERT_TRUE(run(store_->forget(Stream::kObjects, appended_.back().sequence)));
  open();
  EXPECT_GE(store_->last_sequence(), appended_.back().sequence - 20);
  const Sequence last = store_->last_sequence();
  fill(1);
  EXPECT_GT(appended_.back().sequence, last);
  auto scrubbed = run(store_->scrub({}, {}));
  ASSERT_TRUE(scrubbed);
  EXPECT_TRUE(scrubbed->found.empty());
}

TEST_F(ForgettingTest, OtherStreamsKeepTheirs) {
  open();
  fill(20);
  EXPECT_EQ(run(store_->forget(Stream::kLedger, appended_.back().sequence)).value(), 0u);
  EXPECT_EQ(replay(), bodies_);
}

// What a crash left of a segment on some disks does no harm, and goes with the next call.
TEST_F(ForgettingTest, ASegmentThatCameBackGoesAgain) {
  open();
  fill(40);
  const auto old = store_->sets().front().set;
  const std::string path = segment_path(old, 0);
  int disk = 1;
  while (!std::filesystem::exists(folder(disk) / path)) ++disk;
  std::filesystem::copy_file(folder(disk) / path, root_ / "kept");
  const Sequence last = appended_[30].sequence;
  ASSERT_GT(run(store_->forget(Stream::kObjects, last)).value(), 0u);
  ASSERT_FALSE(std::filesystem::exists(folder(disk) / path));
  shut();
  std::filesystem::rename(root_ / "kept", folder(disk) / path);
  open();
  EXPECT_EQ(count(Happening::Kind::kDataLost), 0u);
  EXPECT_EQ(run(store_->forget(Stream::kObjects, last)).value(), 1u);
  EXPECT_FALSE(std::filesystem::exists(folder(disk) / path));
}

}  // namespace
}  // namespace belfry::segments
