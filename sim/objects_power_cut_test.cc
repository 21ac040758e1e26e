// Power cuts under the object store: what was acknowledged is there and whole, nothing half-written
// shows, nothing deleted is back, and the leaf of every acknowledged change is in the ledger; with
// the index as new, as old as it can be, or gone.
#include "objects_testing/client.h"
#include "objects_testing/machine.h"
#include "runtime/signal.h"
#include "seeds.h"

#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

namespace belfry::objects::testing {
namespace {

// One client with a bucket of its own, so that at most one change of the bucket is in doubt.
class CutClient {
 public:
  CutClient(Machine& machine, const Bucket& bucket)
      : machine_(machine), client_(machine.store(), bucket, [this](const ObjectInfo&) {
          leaf_ = machine_.world().random().octets<16>();
          return Result<audit::Leaf>(audit::Leaf{.tenant = {1}, .id = leaf_});
        }) {}

  boost::asio::awaitable<void> work(unsigned steps, unsigned* left, Signal* done) {
    for (unsigned i = 0; i < steps && !machine_.world().is_cut(); ++i) co_await step();
    --*left;
    done->notify();
  }

  // After the restart: empty if the bucket is as it was before or after the change in doubt.
  std::string check() {
    client_.use(machine_.store());
    auto dump = machine_.run(client_.dump());
    std::string got = dump ? *dump : dump.error().describe();
    if (got != model_.dump()) {
      if (!in_doubt_ || got != in_doubt_->dump())
        return "expected:\n" + model_.dump() + "got:\n" + got + "history:\n" + history_;
      model_ = *in_doubt_;
    }
    in_doubt_.reset();
    history_ += "restart\n";
    static_cast<void>(machine_.run(client_.adopt_uploads()));
    auto arrived = machine_.ledger().arrivals();
    for (const audit::LeafId& leaf : acknowledged_)
      if (!arrived.contains(leaf)) return "a leaf is lost\nhistory:\n" + history_;
    return broken_;
  }
  std::size_t acknowledged() const { return acknowledged_.size(); }

 private:
  boost::asio::awaitable<void> step() {
    Operation operation = choose_operation(machine_.world().random(), model_, 6);
    history_ += operation.describe();
    Model after = model_;
    std::string expected = after.apply(operation);
    leaf_ = {};
    auto outcome = co_await client_.apply(operation, model_.etag(operation.key));
    std::string got = outcome ? *outcome : outcome.error().describe();
    history_ += " -> " + got + "\n";
    if (got == expected) {
      // Repeating a completed upload changes nothing, and makes no leaf.
      if (got.starts_with("ok") && leaf_ != audit::LeafId{}) acknowledged_.insert(leaf_);
      model_ = std::move(after);
    } else if (machine_.world().is_cut()) {
      if (operation.changes()) in_doubt_ = std::move(after);
    } else {
      broken_ = "expected " + expected + "\nhistory:\n" + history_;
    }
  }

  Machine& machine_;
  Client client_;
  Model model_;
  std::optional<Model> in_doubt_;
  audit::LeafId leaf_{};
  std::set<audit::LeafId> acknowledged_;
  std::string history_, broken_;
};

Task<> run_clients(Machine& machine, std::vector<std::unique_ptr<CutClient>>& clients) {
  auto left = unsigned(clients.size());
  Signal done;
  for (auto& client : clients)
    boost::asio::co_spawn(machine.world().executor(), client->work(14, &left, &done),
                          boost::asio::detached);
  while (left > 0) co_await done.wait();
  co_return Result<>();
}

// Starts, through cuts that fall into the recovery itself.
Result<> start_again(Machine& machine) {
  Simulation& world = machine.world();
  for (;;) {
    machine.stop();
    std::size_t batches = machine.index_batches();
    machine.lose_index(world.choose(3) == 0 ? 0 : world.choose(batches + 1));
    machine.power_on();
    bool cut_recovery = world.choose(3) == 0;
    if (cut_recovery) world.cut_power_after(1 + world.choose(60));
    auto started = machine.start();
    // Opened on disks that all failed is not opened either.
    if (world.is_cut()) continue;
    world.cut_power_after(std::uint64_t(1) << 60);
    return started;
  }
}

std::string try_seed(std::uint64_t seed, std::size_t* acknowledged) {
  Machine machine(seed);
  Simulation& world = machine.world();
  if (auto started = machine.start(); !started) return started.error().describe();
  std::vector<std::unique_ptr<CutClient>> clients;
  for (const char* name : {"bucket-a", "bucket-b", "bucket-c"}) {
    auto bucket = machine.run(machine.store().create_bucket({1}, name, {}, {}));
    if (!bucket) return bucket.error().describe();
    clients.push_back(std::make_unique<CutClient>(machine, *bucket));
  }
  std::string broken;
  for (unsigned round = 0; round < 3 && broken.empty(); ++round) {
    machine.ledger().set_stalled(world.choose(3) == 0);
    world.cut_power_after(1 + world.choose(500));
    static_cast<void>(machine.run(run_clients(machine, clients)));
    machine.ledger().set_stalled(world.choose(2) == 0);
    machine.stop();
    machine.ledger().set_stalled(false);
    if (auto started = start_again(machine); !started) return started.error().describe();
    world.settle();
    for (auto& client : clients)
      if (broken.empty()) broken = client->check();
  }
  for (auto& client : clients) *acknowledged += client->acknowledged();
  return broken;
}

sim::Outcome run_seed(const sim::Run& run) {
  sim::Outcome outcome;
  std::string broken = try_seed(run.seed, &outcome.acknowledged);
  if (!broken.empty()) outcome.broken.push_back(std::move(broken));
  return outcome;
}

TEST(ObjectsPowerCut, NothingAcknowledgedIsLost) {
  sim::expect_nothing_lost(2000, run_seed);
}

}  // namespace
}  // namespace belfry::objects::testing
