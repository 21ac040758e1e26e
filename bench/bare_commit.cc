#include "bare_commit.h"

#include "runtime/blocking.h"
#include "runtime/disk.h"
#include "runtime/signal.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <array>

namespace belfry::bench {
namespace {

constexpr std::size_t kFiles = 3;

struct Waiting {
  Buffer octets;
  Promise<Result<>> done;
};

class Writer : public BareCommit {
 public:
  Writer(Executor executor, Bytes size) : executor_(std::move(executor)), size_(size) {}

  Result<> open(const std::filesystem::path& directory) {
    std::filesystem::remove_all(directory);
    for (std::size_t i = 0; i < kFiles; ++i) {
      auto root = directory / std::to_string(i);
      std::filesystem::create_directories(root);
      TRY(disks_[i], open_disk(root.string()));
      TRY(files_[i], disks_[i]->create("log"));
      Buffer zeros(1 << 20);
      for (std::uint64_t at = 0; at < size_.count; at += zeros.size())
        TRY(files_[i]->write_at(at, zeros));
      TRY(files_[i]->sync(SyncPoint::kSegmentBatch, {}));
      pools_[i] = make_pool("bare", 1, 100);
    }
    boost::asio::co_spawn(executor_, commit_batches(), boost::asio::detached);
    return {};
  }

  Task<> append(Buffer octets) override {
    auto waiting = std::make_shared<Waiting>();
    waiting->octets = std::move(octets);
    {
      std::lock_guard lock(mutex_);
      queue_.push_back(waiting);
    }
    ready_.notify();
    co_return co_await waiting->done.wait();
  }

 private:
  boost::asio::awaitable<void> commit_batches() {
    for (;;) {
      std::vector<std::shared_ptr<Waiting>> batch;
      {
        std::lock_guard lock(mutex_);
        batch.swap(queue_);
      }
      if (batch.empty()) {
        co_await ready_.wait();
        continue;
      }
      Result<> outcome = co_await commit(batch);
      for (auto& waiting : batch) waiting->done.set(outcome);
    }
  }

  Task<> commit(const std::vector<std::shared_ptr<Waiting>>& batch) {
    std::vector<View> parts;
    std::uint64_t length = 0;
    for (auto& waiting : batch) {
      parts.push_back(waiting->octets);
      length += waiting->octets.size();
    }
    if (at_ + length > size_.count) at_ = 0;
    std::array<std::shared_ptr<Promise<Result<>>>, kFiles> written;
    for (std::size_t i = 0; i < kFiles; ++i) {
      written[i] = std::make_shared<Promise<Result<>>>();
      bool taken = pools_[i]->run([this, i, done = written[i], &parts] {
        Result<> outcome = files_[i]->write_at(at_, parts);
        if (outcome) outcome = files_[i]->sync(SyncPoint::kSegmentBatch, {unsigned(i)});
        done->set(outcome);
      });
      if (!taken) written[i]->set(fail(Code::kExhausted, "server.busy"));
    }
    Result<> outcome;
    for (auto& one : written) {
      Result<> part = co_await one->wait();
      if (!part) outcome = part;
    }
    at_ += (length + 4095) / 4096 * 4096;
    co_return outcome;
  }

  Executor executor_;
  Bytes size_;
  std::uint64_t at_ = 0;
  std::array<std::unique_ptr<Disk>, kFiles> disks_;
  std::array<std::unique_ptr<File>, kFiles> files_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<Waiting>> queue_;
  Signal ready_;
  std::array<std::unique_ptr<Pool>, kFiles> pools_;
};

}  // namespace

Result<std::unique_ptr<BareCommit>> make_bare_commit(Executor executor,
                                                     const std::filesystem::path& directory,
                                                     Bytes size) {
  auto writer = std::make_unique<Writer>(std::move(executor), size);
  TRY(writer->open(directory));
  return std::unique_ptr<BareCommit>(std::move(writer));
}

}  // namespace belfry::bench
