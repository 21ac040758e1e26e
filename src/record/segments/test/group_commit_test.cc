// Many clients on several threads: the group commit, reads and files beside each other. The
// ThreadSanitizer build runs this too.
#include "store_fixture.h"

#include <boost/asio/detached.hpp>

#include <atomic>
#include <thread>

namespace belfry::segments {
namespace {

class GroupCommitTest : public StoreTest {
 protected:
  static constexpr unsigned kClients = 16, kRounds = 12;

  boost::asio::awaitable<void> client(unsigned number) {
    for (unsigned round = 0; round < kRounds; ++round) {
      std::string text = "client " + std::to_string(number) + " round " + std::to_string(round);
      text.resize(text.size() + 3000 * (number % 3), '.');
      std::vector<Buffer> body{to_buffer(text)};
      auto appended =
          co_await store_->append(Stream::kObjects, {}, 1, std::move(body), Purpose::kStore);
      auto read = appended ? co_await store_->read(appended->position)
                           : Result<Buffer>(fail(Code::kInternal, "test.no_append"));
      if (read && as_text(*read) == text) ++good_;
      if (round % 6 == 5) co_await file_of(number + round);
    }
  }

  boost::asio::awaitable<void> file_of(unsigned seed) {
    Buffer content = pattern(700'000, seed), out(content.size());
    auto writer = co_await store_->create_file(Stream::kObjects, {});
    if (!writer || !co_await (*writer)->write(content)) co_return;
    auto file = co_await (*writer)->finish();
    if (!file) co_return;
    auto count = co_await store_->read_file(*file, 0, out);
    if (count && out == content) ++files_;
  }

  // Runs all clients on three threads. The store's pools post to the context until they are done
  // with their last work, so it stays until after the store.
  void run_clients() {
    for (unsigned i = 0; i < kClients; ++i)
      boost::asio::co_spawn(clients_context_, client(i), boost::asio::detached);
    std::vector<std::thread> threads;
    threads.reserve(3);
    for (int i = 0; i < 3; ++i) threads.emplace_back([&] { clients_context_.run(); });
    for (std::thread& thread : threads) thread.join();
  }

  ~GroupCommitTest() override { shut(); }

  boost::asio::io_context clients_context_{3}, breaker_context_{1};
  std::atomic<unsigned> good_ = 0, files_ = 0;
};

TEST_F(GroupCommitTest, ManyClientsShareBatchesAndLoseNothing) {
  open();
  run_clients();
  EXPECT_EQ(good_, kClients * kRounds);
  EXPECT_EQ(files_, kClients * kRounds / 6);
  EXPECT_EQ(replay().size(), kClients * kRounds);
  ASSERT_TRUE(run(store_->close()));
  open();
  EXPECT_EQ(replay().size(), kClients * kRounds);
}

TEST_F(GroupCommitTest, ADiskThatVanishesUnderwayCostsNoRecord) {
  open();
  DiskId gone = run(store_->where(append("x").position)).value()[0].disk;
  std::thread breaker([&] {
    std::filesystem::remove_all(folder(unsigned(gone.value)));
    boost::asio::co_spawn(breaker_context_, store_->inspect_disks(),
                          [](std::exception_ptr, const Result<>&) {});
    breaker_context_.run();
  });
  run_clients();
  breaker.join();
  EXPECT_EQ(good_, kClients * kRounds);
  ASSERT_TRUE(run(store_->heal()));
  EXPECT_EQ(replay().size(), kClients * kRounds + 1);
  for (const SetStatus& set : store_->sets()) EXPECT_TRUE(set.missing.empty());
}

}  // namespace
}  // namespace belfry::segments
