// A ledger on folders of this machine: a segments store over six disks, a key store, three tile
// disks, and two threads that run it all.
#pragma once

#include "audit/ledger.h"
#include "audit/verify.h"
#include "base/text_encoding.h"
#include "crypto/key_store.h"
#include "segments/store.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>
#include <unistd.h>

namespace belfry::audit {

// The machine's clock, moved by hand as far as dates go.
class ShiftedClock : public Clock {
 public:
  Timestamp now() const override { return clock_->now() + shift.load(); }
  Monotonic monotonic() const override { return clock_->monotonic() + passed.load(); }
  boost::asio::awaitable<void> sleep(Duration duration) override { return clock_->sleep(duration); }
  std::atomic<Duration> shift{Duration{0}};
  std::atomic<Duration> passed{Duration{0}};  // besides, for deadlines and what is done hourly

 private:
  std::unique_ptr<Clock> clock_ = make_system_clock();
};

// A key store that has no month's key for some tenants, and one key no more.
class KeysWithGaps : public crypto::KeyStore {
 public:
  KeysWithGaps(std::unique_ptr<crypto::KeyStore> keys, const std::atomic<std::int64_t>& refused,
               const std::atomic<std::int64_t>& destroyed)
      : keys_(std::move(keys)), refused_(refused), destroyed_(destroyed) {}

  Result<crypto::Key> current(TenantId tenant, crypto::KeyPurpose purpose) override {
    if (purpose == crypto::KeyPurpose::kAuditMonth && tenant.value == refused_)
      return fail(Code::kRetry, "keystore.disk_failed");
    return keys_->current(tenant, purpose);
  }
  Result<crypto::Key> find(crypto::KeyId id) override {
    if (id.value == destroyed_) return fail(Code::kNotFound, "key.missing");
    return keys_->find(id);
  }
  std::vector<crypto::Key> list(TenantId tenant, crypto::KeyPurpose purpose) override {
    return keys_->list(tenant, purpose);
  }
  Result<crypto::Key> rotate(TenantId tenant, crypto::KeyPurpose purpose) override {
    return keys_->rotate(tenant, purpose);
  }
  std::vector<Month> months_before(std::uint32_t month) override {
    return keys_->months_before(month);
  }
  Result<> destroy_months_before(std::uint32_t month, const std::set<TenantId>& waiting) override {
    return keys_->destroy_months_before(month, waiting);
  }
  Result<> destroy_hold(crypto::KeyId id) override { return keys_->destroy_hold(id); }
  Result<> forget_unused(crypto::KeyId id) override { return keys_->forget_unused(id); }
  Result<> prepare_next_month() override { return keys_->prepare_next_month(); }
  std::vector<DiskState> disks() override { return keys_->disks(); }

 private:
  std::unique_ptr<crypto::KeyStore> keys_;
  const std::atomic<std::int64_t>& refused_;
  const std::atomic<std::int64_t>& destroyed_;
};

class LedgerTest : public testing::Test {
 protected:
  static constexpr TenantId kTenant{2}, kOther{3};

  LedgerTest()
      : root_(std::filesystem::path(testing::TempDir()) /
              ("belfry-ledger-" + std::to_string(::getpid()))),
        guard_(context_.get_executor()) {
    std::filesystem::remove_all(root_);
    for (int i = 1; i <= 6; ++i) std::filesystem::create_directories(folder(i));
    for (int i = 0; i < 2; ++i) threads_.emplace_back([this] { context_.run(); });
  }
  ~LedgerTest() override {
    stop();
    guard_.reset();
    context_.stop();
    for (std::thread& thread : threads_) thread.join();
    ledger_.reset();
    store_.reset();
    std::filesystem::remove_all(root_);
  }

  std::filesystem::path folder(int disk) const { return root_ / std::to_string(disk); }
  std::filesystem::path log_folder(int disk, TenantId tenant) const {
    return folder(disk) / "audit" / tenant.text();
  }

  template <class T>
  Result<T> run(Task<T> task) {
    return boost::asio::co_spawn(context_, std::move(task), boost::asio::use_future).get();
  }

  Result<> try_open() {
    std::array<Disk*, 3> key_disks{};
    segments::Options options;
    disks_.clear();
    for (int i = 1; i <= 6; ++i) {
      disks_.push_back(open_disk(folder(i).string()).value());
      options.disks.push_back({{i},
                               "d" + std::to_string(i),
                               {i},
                               {i % 2 + 1},
                               folder(i).string(),
                               true,
                               disks_.back()});
    }
    options.segment_size = segment_size_;
    options.space_reserve = 1_MiB;
    options.background = false;
    options.pool_for = [this](DiskId) { return pool_; };
    for (std::size_t i = 0; i < key_disks.size(); ++i) key_disks[i] = disks_[i].get();
    TRY(keys_, crypto::open_key_store(key_disks, Buffer(32, std::byte{5}),
                                      {*disks_[5], "master.months"}, clock_, *random_));
    keys_ = std::make_unique<KeysWithGaps>(std::move(keys_), without_key_, destroyed_key_);
    TRY(store_,
        run(segments::open_store(context_.get_executor(), clock_, *random_, std::move(options))));
    Options ledger;
    ledger.provider = "belfry.example";
    ledger.tile_disks = {disks_[0], disks_[1], disks_[2]};
    const auto in_use = std::make_shared<bool>();
    ledger_in_use_ = in_use;
    ledger.pool = std::shared_ptr<Pool>(in_use, pool_.get());
    ledger.backlog_leaves_max = backlog_;
    ledger.kept_octets_max = kept_octets_;
    ledger.savepoint_after = savepoint_after_;
    TRY(ledger_, run(open_ledger(context_.get_executor(), clock_, *random_, *store_, *keys_,
                                 std::move(ledger))));
    return {};
  }
  void open() {
    auto opened = try_open();
    ASSERT_TRUE(opened) << opened.error().describe();
  }
  void stop() {
    if (ledger_) EXPECT_TRUE(run(ledger_->close()));
    if (store_) EXPECT_TRUE(run(store_->close()));
  }
  // The process ends here: nobody closes the ledger. Its workers are gone before their keys and
  // their store are.
  void crash() {
    ledger_.reset();
    await("the end of the ledger's work", [this] { return ledger_in_use_.expired(); });
    ASSERT_TRUE(run(store_->close()));
  }
  void reopen() {
    stop();
    ledger_.reset();
    store_.reset();
    open();
  }

  static Event event(std::string action, std::string resource = "arn:aws:s3:::photos/a") {
    Event event;
    event.time = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    event.action = std::move(action);
    event.actor = "ada";
    event.actor_id = {77};
    event.source_ip = "192.0.2.1";
    event.resource = std::move(resource);
    return event;
  }
  // Seals and appends so many leaves, in pieces.
  void fill(TenantId tenant, int count) {
    for (int done = 0; done < count;) {
      std::vector<Leaf> leaves;
      for (; done < count && leaves.size() < piece_; ++done)
        leaves.push_back(
            ledger_->seal(tenant, event("s3:PutObject", "key-" + std::to_string(done))).value());
      auto receipts = run(ledger_->append(std::move(leaves)));
      ASSERT_TRUE(receipts) << receipts.error().describe();
    }
  }

  // From here on segments are small, and the journal is pruned after a few hundred leaves.
  void prune_often() {
    segment_size_ = 1_MiB;
    savepoint_after_ = 200_KiB;
    piece_ = 100;
  }
  // Waits for what others bring about; fails when it does not come.
  template <class Condition>
  static void await(const char* what, Condition holds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(5);
    while (!holds()) {
      if (std::chrono::steady_clock::now() > end) FAIL() << "waited in vain for " << what;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  segments::Sequence saved_on(int disk) { return savepoint_on(*disks_[std::size_t(disk - 1)]); }
  // Until every tile disk has a savepoint of a record behind that one.
  void await_savepoint(segments::Sequence behind = 0) {
    for (int disk : {1, 2, 3})
      ASSERT_NO_FATAL_FAILURE(await("a savepoint", [&] { return saved_on(disk) > behind; }));
  }
  // The sequence of the first record that the journal has; 0: segments went while it was read.
  segments::Sequence first_record() {
    segments::Sequence first = ~segments::Sequence{0};
    auto read = run(store_->replay(segments::Stream::kLedger, {},
                                   [&](const segments::Record& record) -> Result<> {
                                     first = std::min(first, record.sequence);
                                     return {};
                                   }));
    return read ? first : 0;
  }
  bool is_pruned() { return first_record() > 2; }
  void await_pruning() {
    await("a pruned journal", [this] { return is_pruned(); });
  }

  QueryPage query(Query query, TenantId tenant = kTenant) {
    auto page = run(ledger_->query(tenant, query));
    EXPECT_TRUE(page) << page.error().describe();
    return page.value_or(QueryPage{});
  }

  Result<VerifyReport> verify(int disk, TenantId tenant = kTenant) {
    VerifyOptions options;
    options.directory = log_folder(disk, tenant).string();
    options.verifier_key = ledger_->verifier_key();
    for (auto& [id, secret] : ledger_->month_keys(tenant))
      options.month_keys[id.value] = from_hex(secret).value();
    options.events_max = 10;
    return verify_log(options);
  }

  std::filesystem::path root_;
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
  std::vector<std::thread> threads_;
  ShiftedClock clock_;
  std::unique_ptr<Random> random_ = make_system_random();
  std::shared_ptr<Pool> pool_ = make_pool("test", 2, 4096);
  std::size_t backlog_ = 100'000;
  std::size_t piece_ = 500;  // leaves that fill() appends at once
  // Small, so that what is not needed is forgotten and read back.
  std::size_t kept_octets_ = 64 << 10;
  Bytes segment_size_ = 64_MiB, savepoint_after_ = 256_MiB;
  std::atomic<std::int64_t> without_key_ = -1;  // tenant
  std::atomic<std::int64_t> destroyed_key_ = -1;
  std::vector<std::shared_ptr<Disk>> disks_;
  std::unique_ptr<crypto::KeyStore> keys_;
  std::unique_ptr<segments::Store> store_;
  std::unique_ptr<Ledger> ledger_;
  std::weak_ptr<bool> ledger_in_use_;
};

}  // namespace belfry::audit
