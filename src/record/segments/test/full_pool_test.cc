// Pools whose queue is full: what a set must still do is done on one of their threads, and on none
// of a disk's watch, where it would wait for other disks that may wait for this one.
#include "store_fixture.h"

#include <pthread.h>

namespace belfry::segments {
namespace {

// Refuses what may be refused while it is full.
class FullPool : public Pool {
 public:
  explicit FullPool(std::shared_ptr<std::atomic<bool>> is_full) : is_full_(std::move(is_full)) {}

  bool run(std::move_only_function<void()> work) override {
    return !*is_full_ && pool_->run(std::move(work));
  }
  void run_always(std::move_only_function<void()> work) override {
    pool_->run_always(std::move(work));
  }

 private:
  std::shared_ptr<std::atomic<bool>> is_full_;
  std::unique_ptr<Pool> pool_ = make_pool("pool", 2, 1024);
};

class FullPoolTest : public StoreTest {
 protected:
  // Opens with a first record: the set is made while there is room in the queues.
  DiskId prepare() {
    auto options = this->options();
    options.pool_for = [this](DiskId) { return std::make_shared<FullPool>(is_full_); };
    options.on_happening = [this](const Happening& happening) {
      std::array<char, 16> name{};
      pthread_getname_np(pthread_self(), name.data(), name.size());
      std::lock_guard lock(mutex_);
      if (happening.kind == Happening::Kind::kDiskFailed) failed_on_.emplace_back(name.data());
    };
    store_ =
        run(open_store(context_.get_executor(), *clock_, *random_, std::move(options))).value();
    return disks_of(append("first").position.set)[1];
  }
  // The record goes to another set, which cannot be made while the queues are full.
  void expect_failure_on_a_pool(std::string_view text) {
    *is_full_ = true;
    std::vector<Buffer> body{to_buffer(text)};
    auto appended = run(store_->append(Stream::kObjects, {}, 7, std::move(body), Purpose::kStore));
    *is_full_ = false;
    EXPECT_FALSE(appended);
    std::lock_guard lock(mutex_);
    EXPECT_EQ(failed_on_, std::vector<std::string>{"pool"});
  }

  std::shared_ptr<std::atomic<bool>> is_full_ = std::make_shared<std::atomic<bool>>(false);
  std::vector<std::string> failed_on_;
};

TEST_F(FullPoolTest, ABatchThatFailed) {
  fault_of(prepare()).fail_at(Call::kSync);
  expect_failure_on_a_pool("x");
}

TEST_F(FullPoolTest, ASegmentThatCannotBeMade) {
  const DiskId disk = prepare();
  for (int i = 0; i < 4; ++i) append(std::string(240'000, 'x'));
  fault_of(disk).fail_at(Call::kSync);
  expect_failure_on_a_pool(std::string(240'000, 'x'));
}

}  // namespace
}  // namespace belfry::segments
