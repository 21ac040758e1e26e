#include "lock_table.h"

namespace belfry::objects {

bool LockTable::try_lock(std::uint64_t number, Mode mode) {
  Shard& of = shard(number);
  std::lock_guard lock(of.mutex);
  State& state = of.states[number];
  if (!state.waiting.empty() || !state.grants(mode)) return false;
  state.take(mode);
  return true;
}

boost::asio::awaitable<LockTable::Held> LockTable::lock(std::uint64_t number, Mode mode) {
  if (try_lock(number, mode)) co_return Held(this, number, mode);
  co_await runtime::suspend([this, number, mode](std::move_only_function<void()> resume) {
    Shard& of = shard(number);
    {
      std::lock_guard lock(of.mutex);
      State& state = of.states[number];
      if (!state.waiting.empty() || !state.grants(mode)) {
        state.waiting.push_back({mode, std::move(resume)});
        return;
      }
      state.take(mode);
    }
    resume();
  });
  co_return Held(this, number, mode);
}

void LockTable::release(std::uint64_t number, Mode mode) {
  std::vector<std::move_only_function<void()>> granted;
  Shard& of = shard(number);
  {
    std::lock_guard lock(of.mutex);
    auto at = of.states.find(number);
    State& state = at->second;
    mode == Mode::kShared ? void(--state.shared) : void(state.exclusive = false);
    while (!state.waiting.empty() && state.grants(state.waiting.front().mode)) {
      state.take(state.waiting.front().mode);
      granted.push_back(std::move(state.waiting.front().resume));
      state.waiting.pop_front();
    }
    if (state.waiting.empty() && state.shared == 0 && !state.exclusive) of.states.erase(at);
  }
  for (auto& resume : granted) resume();
}

std::uint64_t lock_number(std::int64_t bucket, std::string_view key) {
  std::uint64_t number = std::hash<std::string_view>()(key);
  return number ^ (static_cast<std::uint64_t>(bucket) * 0x9E3779B97F4A7C15U);
}

}  // namespace belfry::objects
