// Locks by number for coroutines: shared or exclusive, in the order they were asked for. Nothing
// blocks a thread; a number that nobody holds costs no memory.
#pragma once

#include "runtime/blocking.h"

#include <array>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string_view>
#include <unordered_map>

namespace belfry::objects {

// Safe to use from any thread. Outlives what it has lent.
class LockTable {
 public:
  enum class Mode { kShared, kExclusive };

  // Released when destroyed.
  class Held {
   public:
    Held(LockTable* table, std::uint64_t number, Mode mode)
        : table_(table), number_(number), mode_(mode) {}
    Held(Held&& other) noexcept
        : table_(std::exchange(other.table_, nullptr)),
          number_(other.number_),
          mode_(other.mode_) {}
    Held& operator=(Held&&) = delete;
    ~Held() {
      if (table_) table_->release(number_, mode_);
    }

   private:
    LockTable* table_;
    std::uint64_t number_;
    Mode mode_;
  };

  boost::asio::awaitable<Held> lock(std::uint64_t number, Mode mode);

 private:
  struct Waiter {
    Mode mode;
    std::move_only_function<void()> resume;
  };
  struct State {
    unsigned shared = 0;
    bool exclusive = false;
    std::deque<Waiter> waiting;

    bool grants(Mode mode) const { return !exclusive && (mode == Mode::kShared || shared == 0); }
    void take(Mode mode) { mode == Mode::kShared ? void(++shared) : void(exclusive = true); }
  };
  struct Shard {
    std::mutex mutex;
    std::unordered_map<std::uint64_t, State> states;
  };

  Shard& shard(std::uint64_t number) { return shards_[number % shards_.size()]; }
  bool try_lock(std::uint64_t number, Mode mode);
  void release(std::uint64_t number, Mode mode);

  std::array<Shard, 61> shards_;
};

// A number for a group; two groups that share one only wait for each other.
std::uint64_t lock_number(std::int64_t bucket, std::string_view key);

}  // namespace belfry::objects
