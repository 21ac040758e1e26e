#include "runtime/simulation.h"

#include "base/ensure.h"

#include <utility>

namespace belfry {

boost::asio::awaitable<void> SimulatedClock::sleep(Duration duration) {
  co_await runtime::suspend([&](std::move_only_function<void()> resume) {
    sleepers_.emplace(now_ + duration, std::move(resume));
  });
}

void SimulatedClock::advance(Duration duration) {
  Timestamp until = now_ + duration;
  while (!sleepers_.empty() && sleepers_.begin()->first <= until) advance_to_next();
  now_ = until;
}

bool SimulatedClock::advance_to_next() {
  if (sleepers_.empty()) return false;
  auto first = sleepers_.extract(sleepers_.begin());
  now_ = std::max(now_, first.key());
  first.mapped()();
  return true;
}

class Simulation::WorldPool : public Pool {
 public:
  bool run(std::move_only_function<void()> work) override {
    waiting.push_back(std::move(work));
    return true;
  }
  void run_always(std::move_only_function<void()> work) override {
    waiting.push_back(std::move(work));
  }
  std::vector<std::move_only_function<void()>> waiting;
};

Simulation::Simulation(std::uint64_t seed)
    : random_(make_seeded_random(seed)),
      choices_(make_seeded_random(~seed)),
      pool_(std::make_shared<WorldPool>()) {}

Simulation::~Simulation() = default;

std::shared_ptr<SimulatedDisk> Simulation::add_disk(std::string device) {
  if (device.empty()) device = "disk" + std::to_string(disks_.size());
  disks_.push_back(std::make_shared<SimulatedDisk>(*this, std::move(device)));
  return disks_.back();
}

std::shared_ptr<Pool> Simulation::pool() {
  return pool_;
}

std::uint64_t Simulation::choose(std::uint64_t below) {
  return choices_->number() % below;
}

bool Simulation::run_work() {
  auto& waiting = pool_->waiting;
  if (waiting.empty()) return false;
  auto work = std::move(waiting[choose(waiting.size())]);
  std::erase_if(waiting, [](auto& other) { return !other; });
  work();
  return true;
}

void Simulation::step() {
  bool pool_first = choose(2) == 0;
  if (pool_first && run_work()) return;
  if (context_.poll_one() > 0) return;
  if (run_work()) return;
  // Nothing can go on at this moment: time passes. If nobody waits for it, the run is stuck.
  ENSURE(clock_.advance_to_next());
}

void Simulation::settle() {
  while (context_.poll_one() > 0 || run_work()) {
  }
}

void Simulation::cut_power_after(std::uint64_t operations) {
  cut_at_ = operations_ + operations;
}

Result<> Simulation::operation() {
  ++operations_;
  if (cut_at_ && operations_ > *cut_at_) cut_ = true;
  if (cut_) return fail(Code::kRetry, "disk.failed", {{"reason", "the power is off"}});
  return {};
}

bool Simulation::is_ignored(SyncPoint point, DiskOrdinal ordinal) {
  seen_.insert({point, ordinal.value});
  return ignored_ == Sync(point, ordinal.value);
}

}  // namespace belfry
