#include "parallel.h"

#include "runtime/blocking.h"

namespace belfry::segments {

boost::asio::awaitable<std::vector<Result<>>> on_each(
    const std::vector<StoreDevice*>& devices, std::function<Result<>(unsigned ordinal)> work) {
  struct State {
    std::vector<Result<>> results;
    std::atomic<std::size_t> left;
    std::function<Result<>(unsigned)> work;
    std::move_only_function<void()> resume;
  };
  auto state = std::make_shared<State>();
  state->results.resize(devices.size(), fail(Code::kRetry, "segments.disk_absent"));
  state->left = devices.size();
  state->work = std::move(work);
  co_await runtime::suspend([&](std::move_only_function<void()> resume) {
    state->resume = std::move(resume);
    // Once the last part is handed over, this coroutine may be gone: only copies from here on.
    auto [kept, targets] = std::pair(state, devices);
    for (unsigned ordinal = 0; ordinal < targets.size(); ++ordinal) {
      auto part = [kept, ordinal, present = targets[ordinal] != nullptr] {
        if (present) kept->results[ordinal] = kept->work(ordinal);
        if (kept->left.fetch_sub(1) == 1) kept->resume();
      };
      if (!targets[ordinal] || !targets[ordinal]->pool->run(part)) part();
    }
  });
  co_return std::move(state->results);
}

}  // namespace belfry::segments
