#include "objects_testing/machine.h"

#include <algorithm>

namespace belfry::objects::testing {
namespace {

constexpr std::int64_t kDisks = 6;

}  // namespace

Machine::Machine(std::uint64_t seed) : world_(seed) {
  for (std::int64_t i = 0; i < kDisks; ++i) disks_.push_back(world_.add_disk());
}

Machine::~Machine() {
  stop();
}

std::vector<segments::StoreDisk> Machine::store_disks() {
  std::vector<segments::StoreDisk> disks;
  for (std::int64_t i = 1; i <= kDisks; ++i)
    disks.push_back({{i}, "d" + std::to_string(i), {i}, {i % 2 + 1}, "", false, disks_[i - 1]});
  return disks;
}

Task<> Machine::open() {
  segments::Options options;
  options.disks = store_disks();
  for (segments::StoreDisk& disk : options.disks)
    if (std::ranges::find(away_, disk.id) != away_.end()) disk.disk = nullptr;
  options.segment_size = 1_MiB;
  options.space_reserve = 1_MiB;
  options.background = false;
  options.hang_limit = {};
  options.pool_for = [this](DiskId) { return world_.pool(); };
  CO_TRY(segments_, co_await segments::open_store(world_.executor(), world_.clock(),
                                                  world_.random(), std::move(options)));
  if (wrap_) segments_ = wrap_(std::move(segments_));
  EmbeddedOptions embedded;
  embedded.index = index_;
  embedded.pool = world_.pool();
  CO_TRY(engine_, co_await open_embedded_engine(world_.executor(), world_.clock(), *segments_,
                                                ledger_, std::move(embedded)));
  store_ = make_store(world_.executor(), *engine_, keys_, ledger_, world_.clock(), world_.random(),
                      world_.pool());
  co_return Result<>();
}

Result<> Machine::start() {
  return run(open());
}

void Machine::stop() {
  store_.reset();
  if (engine_) static_cast<void>(run(engine_->close()));
  engine_.reset();
  if (segments_) static_cast<void>(run(segments_->close()));
  world_.settle();
  segments_.reset();
}

void Machine::lose_index(std::size_t batches_kept) {
  index_ = index_->as_of(batches_kept);
}

}  // namespace belfry::objects::testing
