// Several threads on one executor, the real disks and RocksDB: conditional writes of one key are
// linearizable, and everything else stays in order. ThreadSanitizer runs this too.
#include "base/text_encoding.h"
#include "crypto/hash.h"
#include "objects/facts.h"
#include "objects/store.h"
#include "objects_testing/fakes.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <thread>

namespace belfry::objects {
namespace {

namespace asio = boost::asio;
using testing::MemorySource;

class Threads : public ::testing::Test {
 protected:
  static constexpr std::int64_t kDisks = 6;

  Threads()
      : root_(std::filesystem::path(::testing::TempDir()) /
              ("belfry-objects-" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(root_);
    for (int i = 0; i < 3; ++i) threads_.emplace_back([this] { context_.run(); });
    start();
  }
  ~Threads() override {
    stop();
    guard_.reset();
    for (std::thread& thread : threads_) thread.join();
    std::filesystem::remove_all(root_);
  }

  void start() {
    segments::Options options;
    for (std::int64_t i = 1; i <= kDisks; ++i) {
      auto folder = root_ / std::to_string(i);
      std::filesystem::create_directories(folder);
      auto disk = open_disk(folder.string());
      ASSERT_TRUE(disk);
      options.disks.push_back({{i},
                               "d" + std::to_string(i),
                               {i},
                               {i % 2 + 1},
                               folder.string(),
                               true,
                               std::move(*disk)});
    }
    options.segment_size = 4_MiB;
    options.space_reserve = 1_MiB;
    options.background = false;
    options.pool_for = [](DiskId) { return std::shared_ptr<Pool>(make_pool("disk", 1, 1024)); };
    auto segments = run(segments::open_store(context_.get_executor(), *clock_, *random_, options));
    ASSERT_TRUE(segments) << segments.error().describe();
    segments_ = std::move(*segments);
    EmbeddedOptions embedded{.index_path = (root_ / "index").string(), .pool = pool_};
    auto engine = run(open_embedded_engine(context_.get_executor(), *clock_, *segments_, ledger_,
                                           std::move(embedded)));
    ASSERT_TRUE(engine) << engine.error().describe();
    engine_ = std::move(*engine);
    store_ =
        make_store(context_.get_executor(), *engine_, keys_, ledger_, *clock_, *random_, pool_);
  }
  void stop() {
    store_.reset();
    if (engine_) EXPECT_TRUE(run(engine_->close()));
    engine_.reset();
    if (segments_) EXPECT_TRUE(run(segments_->close()));
    segments_.reset();
  }

  template <class T>
  std::future<Result<T>> spawn(Task<T> task) {
    return asio::co_spawn(context_, std::move(task), asio::use_future);
  }
  template <class T>
  Result<T> run(Task<T> task) {
    return spawn(std::move(task)).get();
  }

  Task<std::string> read(Bucket bucket, std::string key) {
    CO_TRY(auto reading, co_await store_->open(bucket, key, {}));
    std::string body;
    for (;;) {
      CO_TRY(View piece, co_await reading->next());
      if (piece.empty()) co_return body;
      body += as_text(piece);
    }
  }
  Task<ObjectInfo> put(Bucket bucket, std::string key, std::string body,
                       WriteConditions conditions) {
    MemorySource source(body);
    PutRequest request{.size = Bytes{body.size()}, .conditions = conditions};
    MakeLeaf leaf = [this](const ObjectInfo&) -> Result<audit::Leaf> {
      return audit::Leaf{.tenant = {1}, .id = random_->octets<16>()};
    };
    co_return co_await store_->put(bucket, key, request, source, leaf);
  }

  // Adds one to the number under "counter" as often as asked, by compare and swap.
  Task<> count(Bucket bucket, int times, std::atomic<int>* refused) {
    while (times > 0) {
      CO_TRY(ObjectInfo before, co_await store_->head(bucket, "counter"));
      auto body = co_await read(bucket, "counter");
      if (!body) co_return std::unexpected(body.error());
      auto now = co_await store_->head(bucket, "counter");
      if (!now || now->etag != before.etag) continue;
      auto written = co_await put(bucket, "counter", std::to_string(std::stoi(*body) + 1),
                                  {.if_match = before.etag});
      if (written)
        --times;
      else if (written.error().message() == "object.precondition")
        ++*refused;
      else
        co_return std::unexpected(written.error());
    }
    co_return Result<>();
  }

  // Writes, overwrites, reads and deletes keys that others use too; every read is a body that was
  // written whole.
  Task<> churn(Bucket bucket, unsigned seed) {
    auto random = make_seeded_random(seed);
    for (int i = 0; i < 60; ++i) {
      std::string key = "k" + std::to_string(random->number() % 5);
      std::uint64_t what = random->number() % 10;
      if (what < 5) {
        std::size_t size = random->number() % 8 == 0 ? 200'000 : random->number() % 4000;
        std::string body(size, char('a' + random->number() % 26));
        CO_TRY(co_await put(bucket, key, body, {}));
      } else if (what < 8) {
        auto body = co_await read(bucket, key);
        if (!body && body.error().code() == Code::kNotFound) continue;
        if (!body) co_return std::unexpected(body.error());
        bool whole = body->find_first_not_of(body->empty() ? 'a' : body->front()) == body->npos;
        if (!whole) co_return fail(Code::kInternal, "test.torn_read");
      } else if (what == 8) {
        CO_TRY(co_await store_->remove(bucket, key, {}));
      } else {
        CO_TRY(co_await store_->list(bucket, {}));
      }
    }
    co_return Result<>();
  }

  std::filesystem::path root_;
  asio::io_context context_{3};
  asio::executor_work_guard<asio::io_context::executor_type> guard_{context_.get_executor()};
  std::vector<std::thread> threads_;
  std::unique_ptr<Clock> clock_ = make_system_clock();
  std::unique_ptr<Random> random_ = make_system_random();
  std::shared_ptr<Pool> pool_ = make_pool("index", 2, 1024);
  testing::MemoryLedger ledger_;
  testing::MemoryKeys keys_;
  std::unique_ptr<segments::Store> segments_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Store> store_;
};

TEST_F(Threads, ConditionalWritesLoseNoUpdate) {
  auto bucket = run(store_->create_bucket({1}, "bucket", {}, {}));
  ASSERT_TRUE(bucket) << bucket.error().describe();
  ASSERT_TRUE(run(put(*bucket, "counter", "0", {.if_none_match_any = true})));
  std::atomic<int> refused = 0;
  std::vector<std::future<Result<>>> clients;
  clients.reserve(8);
  for (int i = 0; i < 8; ++i) clients.push_back(spawn(count(*bucket, 10, &refused)));
  for (auto& client : clients) {
    auto ended = client.get();
    EXPECT_TRUE(ended) << ended.error().describe();
  }
  EXPECT_EQ(run(read(*bucket, "counter")).value_or("?"), "80");
}

TEST_F(Threads, OneOfManyCreatesTheObject) {
  auto bucket = run(store_->create_bucket({1}, "bucket", {}, {}));
  ASSERT_TRUE(bucket);
  for (int round = 0; round < 10; ++round) {
    std::string key = "set-" + std::to_string(round);
    std::vector<std::future<Result<ObjectInfo>>> clients;
    clients.reserve(8);
    for (int i = 0; i < 8; ++i)
      clients.push_back(spawn(put(*bucket, key, std::to_string(i), {.if_none_match_any = true})));
    std::vector<std::string> winners;
    for (int i = 0; i < 8; ++i) {
      auto created = clients[i].get();
      if (created)
        winners.push_back(std::to_string(i));
      else
        EXPECT_EQ(created.error().message(), "object.precondition");
    }
    ASSERT_EQ(winners.size(), 1u);
    EXPECT_EQ(run(read(*bucket, key)).value_or("?"), winners[0]);
  }
}

TEST_F(Threads, ManyClientsThenARestart) {
  auto bucket = run(store_->create_bucket({1}, "bucket", {}, {}));
  ASSERT_TRUE(bucket);
  std::vector<std::future<Result<>>> clients;
  clients.reserve(8);
  for (unsigned i = 0; i < 8; ++i) clients.push_back(spawn(churn(*bucket, i + 1)));
  for (auto& client : clients) {
    auto ended = client.get();
    EXPECT_TRUE(ended) << ended.error().describe();
  }
  auto contents = [&] {
    std::string text;
    for (int i = 0; i < 5; ++i) {
      auto body = run(read(*bucket, "k" + std::to_string(i)));
      text += body ? to_hex(crypto::md5(as_view(*body))) : body.error().message();
      text += "\n";
    }
    return text;
  };
  std::string before = contents();
  for (bool delete_index : {false, true}) {
    stop();
    if (delete_index) std::filesystem::remove_all(root_ / "index");
    start();
    EXPECT_EQ(contents(), before);
    auto counts = run(engine_->counts());
    auto recount = run(engine_->recount());
    EXPECT_TRUE(counts && recount && *counts == *recount);
  }
  for (const auto& [id, times] : ledger_.arrivals()) EXPECT_GE(times, 1u);
}

}  // namespace
}  // namespace belfry::objects
