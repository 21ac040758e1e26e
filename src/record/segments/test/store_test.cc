#include "format.h"
#include "store_fixture.h"

namespace belfry::segments {
namespace {

TEST_F(StoreTest, KeepsRecordsOverARestart) {
  open();
  Appended one = append("first record"), two = append("second"), empty = append("");
  EXPECT_LT(one.sequence, two.sequence);
  EXPECT_EQ(read(one.position), "first record");
  ASSERT_TRUE(run(store_->close()));
  open();
  EXPECT_EQ(read(one.position), "first record");
  EXPECT_EQ(read(empty.position), "");
  EXPECT_EQ(store_->last_sequence(), empty.sequence);
  EXPECT_GT(append("third").sequence, empty.sequence);
  EXPECT_EQ(replay(), (std::vector<std::string>{"first record", "second", "", "third"}));
  EXPECT_EQ(replay({{two.position.set, two.sequence}}), (std::vector<std::string>{"", "third"}));
}

TEST_F(StoreTest, EveryRecordLiesOnThreeServersOfTwoSites) {
  open();
  Appended record = append("x");
  auto copies = run(store_->where(record.position)).value();
  ASSERT_EQ(copies.size(), 3u);
  std::set<std::int64_t> sites;
  for (const Copy& copy : copies) {
    EXPECT_EQ(copy.state, CopyState::kHealthy);
    EXPECT_TRUE(std::filesystem::exists(copy.path)) << copy.path;
    sites.insert(copy.disk.value % 2);
  }
  EXPECT_EQ(sites.size(), 2u);
}

TEST_F(StoreTest, GoesOnInAnotherSegmentWhenOneIsFull) {
  open();
  std::vector<std::string> bodies;
  for (int i = 0; i < 40; ++i) {
    bodies.push_back(std::string(150'000, char('a' + i % 26)) + std::to_string(i));
    append(bodies.back());
  }
  EXPECT_EQ(replay(), bodies);
  std::uint64_t segments = 0;
  for (const SetStatus& set : store_->sets()) segments += set.segments;
  EXPECT_GE(segments, 6u);
  open();
  EXPECT_EQ(replay(), bodies);
}

TEST_F(StoreTest, WritesIntoSpaceThatWasMadeBefore) {
  open();
  auto size = [&](Position at) {
    return std::filesystem::file_size(run(store_->where(at)).value().front().path);
  };
  Appended first = append("first", 1);
  auto made = size(first.position);
  EXPECT_EQ(made, kPage + kPage + 1_MiB .count / 16);
  append("second", 1);
  EXPECT_EQ(size(first.position), made);
  // After a restart the zeros are no records.
  open();
  EXPECT_EQ(replay(), (std::vector<std::string>{"first", "second"}));
  append("third", 1);
  EXPECT_EQ(run(store_->scrub({}, {})).value().found.size(), 0u);
  EXPECT_EQ(replay(), (std::vector<std::string>{"first", "second", "third"}));
}

TEST_F(StoreTest, RefusesARecordThatIsTooLarge) {
  open();
  auto appended = run(store_->append(Stream::kObjects, {}, 7, {Buffer(300'000)}, Purpose::kStore));
  EXPECT_EQ(appended.error().message(), "segments.record_too_large");
}

TEST_F(StoreTest, SetsThatAreMadeAtOnceTakeDifferentDisks) {
  open();
  const Placement placement;
  std::vector<std::future<Result<Appended>>> both;
  for (Stream stream : {Stream::kObjects, Stream::kLedger})
    both.push_back(boost::asio::co_spawn(
        context_, store_->append(stream, placement, 1, {to_buffer("x")}, Purpose::kStore),
        boost::asio::use_future));
  context_.restart();
  std::set<DiskId> disks;
  for (auto& appended : both) {
    while (appended.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
      context_.run_one();
    ASSERT_TRUE(appended.get());
  }
  for (const SetStatus& set : store_->sets()) disks.insert(set.disks.begin(), set.disks.end());
  EXPECT_EQ(disks.size(), kDisks);
}

TEST_F(StoreTest, KeepsLargeFiles) {
  open();
  Buffer content = pattern(9'000'001, 1);
  FilePosition file = write_file(content);
  EXPECT_EQ(file.size.count, content.size());
  EXPECT_EQ(read_file(file, 0, content.size() + 100).value(), content);
  EXPECT_EQ(read_file(file, 4'000'000, 10).value(),
            Buffer(content.begin() + 4'000'000, content.begin() + 4'000'010));
  EXPECT_TRUE(read_file(file, content.size(), 10).value().empty());
  EXPECT_EQ(healthy(run(store_->where(file)).value()), 3u);
  FilePosition empty = write_file({});
  EXPECT_EQ(empty.size, 0_B);
  open();
  EXPECT_EQ(read_file(file, 0, content.size()).value(), content);
  EXPECT_EQ(healthy(run(store_->where(empty)).value()), 3u);
  EXPECT_EQ(run(store_->collect_orphans(Stream::kObjects,
                                        [&](const FilePosition& found) { return found == file; }))
                .value(),
            1u);
  EXPECT_EQ(healthy(run(store_->where(empty)).value()), 0u);
  ASSERT_TRUE(run(store_->remove_file(file)));
  EXPECT_EQ(healthy(run(store_->where(file)).value()), 0u);
}

// Around whole pages, the writer's buffer and the blocks of the checksums, however it is given.
TEST_F(StoreTest, KeepsFilesOfEveryLength) {
  open();
  const Buffer content = pattern((4 << 20) + 5000, 2);
  std::size_t step = 1;
  for (std::size_t around : {0u, 4096u, 128u << 10, (1u << 20) - 4096, 1u << 20, (2u << 20) - 4096,
                             (4u << 20) - 4096, 4u << 20})
    for (int more : {-4096, -1, 0, 1, 4096}) {
      const auto length = std::ptrdiff_t(around) + more;
      if (length < 0) continue;
      const View expected = View(content).first(std::size_t(length));
      auto writer = run(store_->create_file(Stream::kObjects, {}));
      ASSERT_TRUE(writer);
      step = step * 7919 % 1'500'007 + 1;
      for (View left = expected; !left.empty();) {
        const View part = left.first(std::min(step, left.size()));
        ASSERT_TRUE(run((*writer)->write(part)));
        left = left.subspan(part.size());
        step = step * 7919 % 1'500'007 + 1000;
      }
      const FilePosition file = run((*writer)->finish()).value();
      EXPECT_EQ(file.size.count, expected.size());
      EXPECT_EQ(healthy(run(store_->where(file)).value()), 3u) << expected.size();
      EXPECT_TRUE(std::ranges::equal(read_file(file, 0, expected.size() + 1).value(), expected))
          << expected.size();
    }
}

TEST_F(StoreTest, AnOpenCopyOfAFileOutlivesItsName) {
  open();
  const Buffer content = pattern(300'000, 3);
  FilePosition file = write_file(content);
  auto copy = run(store_->open_copy(file));
  ASSERT_TRUE(copy && *copy);
  Buffer out(100'000);
  const std::array parts = {MutableView(out).first(1), MutableView(out).subspan(1)};
  // What was written is not kept in memory, what is read is.
  ASSERT_NE(run((*copy)->read(0, content.size())).value(), nullptr);
  ASSERT_TRUE((*copy)->read_cached(200'000, parts));
  EXPECT_TRUE(std::ranges::equal(out, View(content).subspan(200'000)));
  EXPECT_FALSE((*copy)->read_cached(200'001, parts)) << "what follows the content is not content";
  EXPECT_FALSE((*copy)->read_cached(~std::uint64_t{0}, parts));
  auto read = run((*copy)->read(299'000, 1000));
  ASSERT_TRUE(read && *read);
  EXPECT_TRUE(std::ranges::equal(View(read->get(), 1000), View(content).subspan(299'000)));
  EXPECT_EQ(run((*copy)->read(299'001, 1000)).value(), nullptr);
  ASSERT_TRUE(run(store_->remove_file(file)));
  EXPECT_EQ(run(store_->open_copy(file)).value(), nullptr);
  EXPECT_TRUE((*copy)->read_cached(0, parts));
}

TEST_F(StoreTest, AnUnfinishedFileIsGone) {
  open();
  {
    auto writer = run(store_->create_file(Stream::kObjects, {})).value();
    ASSERT_TRUE(run(writer->write(pattern(2'000'000, 2))));
  }
  open();
  EXPECT_EQ(run(store_->collect_orphans(Stream::kObjects, [](auto&) { return false; })).value(),
            0u);
}

TEST_F(StoreTest, RefusesADiskThatIsAnother) {
  open();
  shut();
  std::filesystem::rename(folder(1), root_ / "x");
  std::filesystem::rename(folder(2), folder(1));
  std::filesystem::rename(root_ / "x", folder(2));
  EXPECT_EQ(try_open().error().message(), "segments.wrong_disk");
}

TEST_F(StoreTest, TooFewDisksTakeNoRecords) {
  for (unsigned i = 1; i <= 4; ++i) std::filesystem::remove_all(folder(i));
  open();
  auto appended = run(store_->append(Stream::kObjects, {}, 7, {Buffer(10)}, Purpose::kStore));
  EXPECT_EQ(appended.error().message(), "segments.no_disks");
  EXPECT_EQ(appended.error().code(), Code::kRetry);
}

}  // namespace
}  // namespace belfry::segments
