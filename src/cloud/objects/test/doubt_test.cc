// Appends that fail without saying whether their record is durable: whatever came of them, the live
// index and one made again from the segments never differ.
#include "objects_testing/client.h"
#include "objects_testing/machine.h"

#include <gtest/gtest.h>

namespace belfry::objects {
namespace {

using testing::Machine;
using testing::MemorySource;

enum class Failing { kNo, kBefore, kAfter };

// Forwards to the real store; appends fail before or after they have taken effect.
class FailingStore : public segments::Store {
 public:
  FailingStore(std::unique_ptr<segments::Store> real, const Failing* failing)
      : real_(std::move(real)), failing_(failing) {}

  Task<segments::Appended> append(segments::Stream stream, const segments::Placement& placement,
                                  segments::RecordType type, std::vector<Buffer> body,
                                  segments::Purpose purpose) override {
    if (*failing_ == Failing::kBefore) co_return fail(Code::kRetry, "segments.no_disks");
    auto appended = co_await real_->append(stream, placement, type, std::move(body), purpose);
    if (*failing_ == Failing::kAfter) co_return fail(Code::kRetry, "segments.no_disks");
    co_return appended;
  }
  Task<Buffer> read(segments::Position position) override { return real_->read(position); }
  Task<std::unique_ptr<segments::FileWriter>> create_file(
      segments::Stream stream, const segments::Placement& placement) override {
    return real_->create_file(stream, placement);
  }
  Task<std::size_t> read_file(const segments::FilePosition& file, std::uint64_t offset,
                              MutableView out, DiskId suspect) override {
    return real_->read_file(file, offset, out, suspect);
  }
  Task<std::shared_ptr<const segments::FileCopy>> open_copy(
      const segments::FilePosition& file) override {
    return real_->open_copy(file);
  }
  Task<> remove_file(const segments::FilePosition& file) override {
    return real_->remove_file(file);
  }
  Task<> replay(segments::Stream stream, const segments::Cursor& from,
                std::function<Result<>(const segments::Record&)> visit) override {
    return real_->replay(stream, from, std::move(visit));
  }
  Task<std::uint64_t> forget(segments::Stream stream, Sequence last) override {
    return real_->forget(stream, last);
  }
  Task<std::uint64_t> collect_orphans(
      segments::Stream stream,
      std::function<bool(const segments::FilePosition&)> is_used) override {
    return real_->collect_orphans(stream, std::move(is_used));
  }
  Sequence last_sequence() override { return real_->last_sequence(); }
  Task<std::vector<segments::Copy>> where(segments::Position position) override {
    return real_->where(position);
  }
  Task<std::vector<segments::Copy>> where(const segments::FilePosition& file) override {
    return real_->where(file);
  }
  Task<segments::ScrubReport> scrub(DiskId disk, std::function<void(double)> progress) override {
    return real_->scrub(disk, std::move(progress));
  }
  Task<std::uint64_t> heal() override { return real_->heal(); }
  Task<> inspect_disks() override { return real_->inspect_disks(); }
  Task<> readmit(DiskId disk) override { return real_->readmit(disk); }
  std::vector<SetId> unreadable_sets() override { return real_->unreadable_sets(); }
  std::shared_ptr<Disk> disk(DiskId disk) override { return real_->disk(disk); }
  std::vector<segments::DiskStatus> disks() override { return real_->disks(); }
  std::vector<segments::SetStatus> sets() override { return real_->sets(); }
  std::vector<segments::Damage> damages() override { return real_->damages(); }
  Task<> close() override { return real_->close(); }

 private:
  std::unique_ptr<segments::Store> real_;
  const Failing* failing_;
};

class Doubt : public ::testing::TestWithParam<Failing> {
 protected:
  Doubt() {
    machine_.wrap_segments([this](std::unique_ptr<segments::Store> real) {
      return std::make_unique<FailingStore>(std::move(real), &failing_);
    });
    EXPECT_TRUE(machine_.start());
    bucket_ = *machine_.run(machine_.store().create_bucket({1}, "bucket", {}, {}));
  }
  ~Doubt() override { failing_ = Failing::kNo; }

  Result<ObjectInfo> put(const std::string& key, std::string_view body) {
    MemorySource source(body);
    MakeLeaf leaf = [this](const ObjectInfo&) -> Result<audit::Leaf> {
      return audit::Leaf{.tenant = {1}, .id = machine_.world().random().octets<16>()};
    };
    return machine_.run(machine_.store().put(bucket_, key, {}, source, leaf));
  }
  std::string dump() {
    return machine_.run(testing::Client(machine_.store(), bucket_).dump()).value_or("?");
  }
  // Everything made again from the segments.
  std::string dump_rebuilt() {
    machine_.stop();
    machine_.lose_index(0);
    EXPECT_TRUE(machine_.start());
    return dump();
  }

  Failing failing_ = Failing::kNo;
  Machine machine_{3};
  Bucket bucket_;
};

TEST_P(Doubt, IsSettledBeforeTheGroupChanges) {
  ASSERT_TRUE(put("a", "one"));
  failing_ = GetParam();
  EXPECT_EQ(put("a", "two").error().code(), Code::kRetry);
  EXPECT_EQ(put("a", "three").error().code(), Code::kRetry) << "two is still in doubt";
  EXPECT_EQ(machine_.run(machine_.store().remove(bucket_, "a", {})).error().code(), Code::kRetry);
  failing_ = Failing::kNo;
  ASSERT_TRUE(put("a", "four"));
  std::string live = dump();
  EXPECT_EQ(machine_.run(machine_.store().head(bucket_, "a"))->size, 4_B);
  EXPECT_EQ(dump_rebuilt(), live);
}

TEST_P(Doubt, IsSettledByItself) {
  std::string large(300'000, 'x');
  failing_ = GetParam();
  EXPECT_EQ(put("a", large).error().code(), Code::kRetry);
  failing_ = Failing::kNo;
  for (int i = 0; i < 4; ++i) {
    machine_.world().clock().advance(std::chrono::seconds(1));
    machine_.world().settle();
  }
  std::string live = dump();
  EXPECT_NE(live.find("object a"), std::string::npos) << "the commit went on to its end";
  EXPECT_EQ(dump_rebuilt(), live);
  EXPECT_EQ(machine_.ledger().leaves(), 1u);
}

TEST_P(Doubt, SurvivesARestart) {
  ASSERT_TRUE(put("a", "one"));
  failing_ = GetParam();
  EXPECT_FALSE(put("a", "two"));
  EXPECT_FALSE(put("b", "new"));
  machine_.stop();
  failing_ = Failing::kNo;
  ASSERT_TRUE(machine_.start());
  std::string live = dump();
  bool happened = GetParam() == Failing::kAfter;
  EXPECT_EQ(live.find("object b") != std::string::npos, happened);
  EXPECT_EQ(dump_rebuilt(), live);
  EXPECT_EQ(machine_.ledger().leaves(), happened ? 3u : 1u);
}

INSTANTIATE_TEST_SUITE_P(Ways, Doubt, ::testing::Values(Failing::kBefore, Failing::kAfter));

}  // namespace
}  // namespace belfry::objects
