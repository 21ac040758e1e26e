#include "parallel.h"

#include "runtime/blocking.h"

#include <atomic>

namespace belfry::segments {

boost::asio::awaitable<std::vector<Result<>>> on_each(
    const std::vector<StoreDevice*>& devices, std::function<Result<>(unsigned ordinal)> work) {
  struct State {
    std::vector<Result<>> done, results;
    std::atomic<std::size_t> left;
    std::function<Result<>(unsigned)> work;
    std::move_only_function<void()> resume;
  };
  auto state = std::make_shared<State>();
  state->done.resize(devices.size());
  state->results.resize(devices.size(), fail(Code::kRetry, "segments.disk_absent"));
  state->left = devices.size();
  state->work = std::move(work);
  co_await runtime::suspend([&](std::move_only_function<void()> resume) {
    state->resume = std::move(resume);
    // Once the last part is handed over, this coroutine may be gone: only copies from here on.
    auto [kept, targets] = std::pair(state, devices);
    const auto end = [](State& ended) {
      if (ended.left.fetch_sub(1) == 1) ended.resume();
    };
    for (unsigned ordinal = 0; ordinal < targets.size(); ++ordinal) {
      if (!targets[ordinal]) {
        end(*kept);
        continue;
      }
      targets[ordinal]->run([kept, ordinal] { kept->done[ordinal] = kept->work(ordinal); },
                            [kept, ordinal, end](Result<> outcome) {
                              if (outcome) outcome = std::move(kept->done[ordinal]);
                              kept->results[ordinal] = std::move(outcome);
                              end(*kept);
                            });
    }
  });
  co_return std::move(state->results);
}

}  // namespace belfry::segments
