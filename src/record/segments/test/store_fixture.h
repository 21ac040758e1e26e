// A store on folders of this machine, six disks of six servers on two sites.
#pragma once

#include "faulty_disk.h"
#include "segments/store.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace belfry::segments {

class StoreTest : public testing::Test {
 protected:
  static constexpr unsigned kDisks = 6;
  // Of tests that wait for it to pass. The disks are real: on a busy machine a sound one too is
  // slow.
  static constexpr Duration kShortHangLimit = std::chrono::seconds(2);
  unsigned disk_count_ = kDisks;

  StoreTest()
      : root_(std::filesystem::path(testing::TempDir()) /
              ("belfry-segments-" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(root_);
    for (unsigned i = 1; i <= kDisks; ++i) std::filesystem::create_directories(folder(i));
    for (auto& fault : faults_) fault = std::make_shared<Fault>();
    random_ = make_system_random();
    clock_ = make_system_clock();
  }
  ~StoreTest() override {
    for (auto& fault : faults_) fault->end();
    shut();
    std::filesystem::remove_all(root_);
  }

  std::filesystem::path folder(unsigned disk) const { return root_ / std::to_string(disk); }
  std::vector<DiskId> disks_of(SetId set) {
    for (const SetStatus& status : store_->sets())
      if (status.set == set) return status.disks;
    return {};
  }
  Fault& fault_of(DiskId disk) { return *faults_[std::size_t(disk.value - 1)]; }
  DiskStatus status_of(DiskId disk) { return store_->disks()[std::size_t(disk.value - 1)]; }

  template <class T>
  Result<T> run(Task<T> task) {
    auto future = boost::asio::co_spawn(context_, std::move(task), boost::asio::use_future);
    context_.restart();
    while (future.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
      context_.run_one();
    return future.get();
  }

  Options options() {
    Options options;
    for (unsigned i = 1; i <= disk_count_; ++i) {
      StoreDisk disk{{std::int64_t(i)},
                     "d" + std::to_string(i),
                     {std::int64_t(i)},
                     {i % 2 + 1},
                     folder(i).string(),
                     true,
                     nullptr};
      if (auto opened = open_disk(folder(i).string()))
        disk.disk = std::make_shared<FaultyDisk>(faults_[i - 1], std::move(*opened));
      options.disks.push_back(std::move(disk));
    }
    options.segment_size = segment_size_;
    options.space_reserve = 1_MiB;
    options.space_ahead = space_ahead_;
    options.background = background_;
    options.hang_limit = hang_limit_;
    options.unproven = unproven_;
    options.pool_for = [](DiskId) { return std::shared_ptr<Pool>(make_pool("disk", 2, 1024)); };
    options.on_happening = [this](const Happening& happening) {
      std::lock_guard lock(mutex_);
      happenings_.push_back(happening);
    };
    return options;
  }

  void shut() {
    if (store_) EXPECT_TRUE(run(store_->close()));
    store_.reset();
  }

  Result<> try_open() {
    shut();
    auto opened = run(open_store(context_.get_executor(), *clock_, *random_, options()));
    if (!opened) return std::unexpected(opened.error());
    store_ = std::move(*opened);
    return {};
  }
  void open() {
    auto opened = try_open();
    ASSERT_TRUE(opened) << opened.error().describe();
  }

  Appended append(std::string_view text, RecordType type = 7) {
    std::vector<Buffer> body{to_buffer(text.substr(0, text.size() / 2)),
                             to_buffer(text.substr(text.size() / 2))};
    auto appended =
        run(store_->append(Stream::kObjects, {}, type, std::move(body), Purpose::kStore));
    EXPECT_TRUE(appended) << appended.error().describe();
    return appended.value_or(Appended{});
  }

  std::string read(Position position) {
    auto body = run(store_->read(position));
    return body ? std::string(as_text(*body)) : body.error().describe();
  }

  FilePosition write_file(View content) {
    auto writer = run(store_->create_file(Stream::kObjects, {}));
    EXPECT_TRUE(writer) << writer.error().describe();
    EXPECT_TRUE(run((*writer)->write(content)));
    auto finished = run((*writer)->finish());
    EXPECT_TRUE(finished) << finished.error().describe();
    return finished.value_or(FilePosition{});
  }

  Result<Buffer> read_file(const FilePosition& file, std::uint64_t offset, std::size_t length) {
    Buffer out(length);
    auto count = run(store_->read_file(file, offset, out));
    if (!count) return std::unexpected(count.error());
    out.resize(*count);
    return out;
  }

  std::vector<std::string> replay(const Cursor& from = {}) {
    std::vector<std::string> bodies;
    Sequence last = 0;
    auto done = run(store_->replay(Stream::kObjects, from, [&](const Record& record) -> Result<> {
      EXPECT_GT(record.sequence, last);
      last = record.sequence;
      bodies.emplace_back(as_text(record.body));
      return {};
    }));
    EXPECT_TRUE(done) << done.error().describe();
    return bodies;
  }

  unsigned healthy(const std::vector<Copy>& copies) {
    unsigned count = 0;
    for (const Copy& copy : copies) count += copy.state == CopyState::kHealthy;
    return count;
  }

  // Changes one octet of a file on a disk, as rot does.
  static void flip(const std::filesystem::path& path, std::uint64_t offset) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(std::streamoff(offset));
    int octet = file.get();
    file.seekp(std::streamoff(offset));
    file.put(char(octet ^ 0x40));
    ASSERT_TRUE(file.good());
  }

  unsigned count(Happening::Kind kind) {
    std::lock_guard lock(mutex_);
    unsigned sum = 0;
    for (const Happening& happening : happenings_) sum += happening.kind == kind;
    return sum;
  }

  Bytes segment_size_ = 1_MiB;
  Bytes space_ahead_ = 4_MiB;
  bool background_ = false;
  Duration hang_limit_ = std::chrono::seconds(30);
  std::vector<DiskId> unproven_;
  std::array<std::shared_ptr<Fault>, kDisks> faults_;
  std::filesystem::path root_;
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{
      context_.get_executor()};
  std::unique_ptr<Random> random_;
  std::unique_ptr<Clock> clock_;
  std::mutex mutex_;
  std::vector<Happening> happenings_;
  std::unique_ptr<Store> store_;
};

inline Buffer pattern(std::size_t size, std::uint64_t seed) {
  Buffer bytes(size);
  make_seeded_random(seed)->fill(bytes);
  return bytes;
}

}  // namespace belfry::segments
