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
  // One of which the first segments go: there may be another one beside it.
  SetId first_set() const { return appended_[0].position.set; }
  std::uint64_t generation_of(SetId set) {
    for (const SetStatus& status : store_->sets())
      if (status.set == set) return status.generation;
    return 0;
  }
  const Appended& last_of(SetId set) const {
    return *std::find_if(appended_.rbegin(), appended_.rend(),
                         [&](const Appended& one) { return one.position.set == set; });
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

// An earlier release takes a descriptor of version 2 for one of a later release, and touches
// nothing.
TEST_F(ForgettingTest, FromTheFirstTimeOnTheDescriptorSaysSo) {
  open();
  fill(40);
  const SetId set = first_set();
  const auto versions = [&] {
    std::vector<int> found;
    for (int disk = 1; disk <= 6; ++disk)
      if (std::ifstream in(folder(disk) / set_folder(set) / "descriptor", std::ios::binary); in) {
        const std::string octets(std::istreambuf_iterator<char>(in), {});
        EXPECT_EQ(decode_descriptor(as_view(octets))->is_pruned, octets[8] == 2);
        found.push_back(octets[8]);
      }
    return found;
  };
  ASSERT_EQ(run(store_->forget(Stream::kObjects, 1)).value(), 0u);
  EXPECT_EQ(versions(), (std::vector<int>{1, 1, 1}));
  const std::uint64_t before = generation_of(set);
  ASSERT_GT(run(store_->forget(Stream::kObjects, appended_[20].sequence)).value(), 0u);
  EXPECT_EQ(versions(), (std::vector<int>{2, 2, 2}));
  EXPECT_EQ(generation_of(set), before + 1);
  ASSERT_GT(run(store_->forget(Stream::kObjects, appended_[30].sequence)).value(), 0u);
  EXPECT_EQ(generation_of(set), before + 1) << "once is enough";
  open();
  EXPECT_EQ(versions(), (std::vector<int>{2, 2, 2}));
  // On another disk it still says so.
  const auto member = run(store_->where(last_of(set).position)).value().front().disk;
  std::filesystem::remove_all(folder(int(member.value)));
  std::filesystem::create_directories(folder(int(member.value)));
  open();
  ASSERT_TRUE(run(store_->heal()));
  EXPECT_EQ(versions(), (std::vector<int>{2, 2, 2}));
}

// Nothing goes before every disk says that it may be gone.
TEST_F(ForgettingTest, WhatADiskCannotBeToldOfStays) {
  open();
  fill(40);
  const SetId set = first_set();
  int disk = 1;
  while (!std::filesystem::exists(folder(disk) / set_folder(set))) ++disk;
  const auto in_the_way = folder(disk) / set_folder(set) / "descriptor.new/in-the-way";
  std::filesystem::create_directories(in_the_way);
  std::ignore = run(store_->forget(Stream::kObjects, appended_[20].sequence));
  EXPECT_EQ(read(appended_[0].position), bodies_[0]);
  EXPECT_TRUE(std::filesystem::exists(folder(disk) / segment_path(set, 0)));
  std::filesystem::remove_all(in_the_way.parent_path());
  open();
  EXPECT_GT(run(store_->forget(Stream::kObjects, appended_[20].sequence)).value(), 0u);
  EXPECT_FALSE(std::filesystem::exists(folder(disk) / segment_path(set, 0)));
}

// What a crash left of a segment on some disks does no harm, and goes with the next call.
TEST_F(ForgettingTest, ASegmentThatCameBackGoesAgain) {
  open();
  fill(40);
  const SetId old = first_set();
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
