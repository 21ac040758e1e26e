// Disks that fail, and starts, under legal holds, on a simulated machine: of an event that is held
// the log or the vault has the text at any moment; what a destruction took and nobody held, and
// what was released, is in neither.
#include "audit/retention.h"
#include "audit/vault.h"
#include "runtime_testing/seeds.h"
#include "simulated_ledger.h"

#include <gtest/gtest.h>

#include <set>

namespace belfry::audit {
namespace {

constexpr TenantId kTenant{2};

class HoldingMachine : public SimulatedLedger {
 public:
  explicit HoldingMachine(std::uint64_t seed)
      : SimulatedLedger(seed, std::int64_t(kFirstKeyDisk) + 3) {}
  ~HoldingMachine() { stop(); }

  Vault& vault() { return *vault_; }

  Result<> start() {
    TRY(open(kFirstKeyDisk, 64_KiB, {.savepoint_after = 4_KiB}));
    VaultOptions vault;
    vault.disks = {vault_disk(0), vault_disk(1), vault_disk(2)};
    vault.pool = world_.pool();
    TRY(vault_,
        run(open_vault(*ledger_, *keys_, world_.clock(), world_.random(), std::move(vault))));
    return {};
  }
  void stop() {
    vault_.reset();
    close();
  }

  // One of the vault's or the keys' disks, or the seal's, fails soon.
  void harm() {
    SimulatedDisk* const some[] = {vault_disk(0).get(), vault_disk(1).get(), vault_disk(2).get(),
                                   disks_[6].get(),     disks_[7].get(),     seal_disk_.get()};
    some[world_.choose(std::size(some))]->fail_after(world_.choose(12), Fault::kInputOutput);
  }
  // The process is gone, and starts on disks that are right again.
  Result<> mend() {
    for (auto& disk : disks_) disk->fail_after(~std::uint64_t{0}, Fault::kInputOutput);
    seal_disk_->fail_after(~std::uint64_t{0}, Fault::kInputOutput);
    stop();
    return start();
  }
  // Whether the journal has lost its first record.
  bool is_pruned() {
    segments::Sequence first = 0;
    std::ignore = run(store_->replay(segments::Stream::kLedger, {},
                                     [&](const segments::Record& record) -> Result<> {
                                       first = record.sequence;
                                       return fail(Code::kConflict, "test.enough");
                                     }));
    return first > 1;
  }
  Result<std::uint64_t> destroy() {
    return run(destroy_old_months(*ledger_, *keys_, *vault_, world_.clock(), world_.pool(),
                                  kMonthsKeptMin));
  }

 private:
  static constexpr std::size_t kFirstKeyDisk = 6;

  std::shared_ptr<SimulatedDisk> vault_disk(std::size_t number) { return disks_[number]; }

  std::unique_ptr<Vault> vault_;
};

std::string resource_of(int number) {
  return "leaf-" + std::to_string(number % 2) + "-" + std::to_string(number) + "-";
}

Event numbered(HoldingMachine& machine, int number) {
  Event event;
  event.time = machine.world().clock().now();
  event.action = "s3:PutObject";
  event.resource = resource_of(number);
  return event;
}

// The numbers of the events that the log, or the hold, can tell.
std::set<int> numbers_in(const std::vector<LoggedEvent>& events) {
  std::set<int> numbers;
  for (const LoggedEvent& event : events)
    if (const std::size_t at = event.ocsf.find("leaf-"); at != std::string::npos)
      numbers.insert(std::stoi(event.ocsf.substr(at + 7)));
  return numbers;
}

std::set<int> in_log(HoldingMachine& machine) {
  Query all;
  all.limit = 10'000;
  return numbers_in(machine.run(machine.ledger().query(kTenant, all)).value().events);
}

std::set<int> in_hold(HoldingMachine& machine, HoldId id) {
  std::vector<LoggedEvent> events;
  for (std::optional<Position> from = Position{}; from;) {
    auto page = machine.run(machine.vault().read(kTenant, id, *from));
    if (!page) break;
    for (const HeldLeaf& leaf : page->leaves)
      std::ranges::copy(leaf.events().value(), std::back_inserter(events));
    from = page->next;
  }
  return numbers_in(events);
}

class VaultFaults : public testing::Test {
 protected:
  // Months go by: events, holds of every other one of them, destructions, starts, all under faults.
  void live(HoldingMachine& machine) {
    const auto quietly = [](const Hold&) -> Task<> { co_return Result<>(); };
    for (int month = 0; month < 18; ++month) {
      for (int i = 0; i < 4; ++i, ++number_)
        if (machine.run(machine.ledger().record(kTenant, numbered(machine, number_))))
          written_.insert(number_);
      if (machine.world().choose(2) == 0) machine.harm(), ++harms_;
      if (month == 2) {
        NewHold wanted{.reason = "court", .by = {{1}, {5}, "berta"}};
        wanted.filter.resource = "leaf-1-";
        auto placed = machine.run(machine.vault().place(
            kTenant, wanted,
            [&](TenantId log, const Query& query) { return machine.ledger().query(log, query); },
            quietly));
        if (placed) hold_ = placed->id;
      }
      std::ignore = machine.run(machine.vault().copy());
      auto destroyed = machine.destroy();
      if (destroyed) destroyed_ += *destroyed;
      if (!destroyed || !machine.vault().waiting().empty()) ++refused_;
      auto mended = machine.mend();
      ASSERT_TRUE(mended) << mended.error().describe();
      check(machine);
      machine.world().clock().advance(days_of_a_month());
    }
  }
  static Duration days_of_a_month() { return std::chrono::days(31); }

  // Nothing held is lost.
  void check(HoldingMachine& machine) {
    if (!hold_) return;
    const std::set<int> log = in_log(machine), vault = in_hold(machine, *hold_);
    for (int number : written_)
      if (number % 2 == 1)
        ASSERT_TRUE(log.contains(number) || vault.contains(number)) << "event " << number;
    for (int number : vault) ASSERT_EQ(number % 2, 1) << "nobody asked for it";
  }

  int number_ = 0, harms_ = 0, refused_ = 0, pruned_ = 0;
  std::uint64_t destroyed_ = 0, released_ = 0;
  std::set<int> written_;
  std::optional<HoldId> hold_;
};

TEST_F(VaultFaults, LoseNothingThatIsHeldAndKeepNothingElse) {
  int holds = 0;
  for (std::uint64_t seed = 1; seed <= runtime::testing::seeds_to_try(12); ++seed) {
    SCOPED_TRACE(seed);
    HoldingMachine machine(seed);
    ASSERT_TRUE(machine.start());
    number_ = 0, written_.clear(), hold_.reset();
    ASSERT_NO_FATAL_FAILURE(live(machine));
    pruned_ += machine.is_pruned() ? 1 : 0;
    ASSERT_TRUE(machine.destroy());
    ASSERT_TRUE(machine.vault().waiting().empty());
    const std::set<int> log = in_log(machine);
    EXPECT_FALSE(log.contains(0)) << "its month went, and nobody held it";
    if (!hold_) continue;
    ++holds;
    EXPECT_TRUE(in_hold(machine, *hold_).contains(1));
    check(machine);
    machine.harm();
    const auto quietly = [](const Hold&) -> Task<> { co_return Result<>(); };
    const auto released = machine.run(machine.vault().release(kTenant, *hold_, quietly));
    ASSERT_TRUE(machine.mend());
    const auto left = machine.vault().find(kTenant, *hold_);
    if (released) {
      ++released_;
      EXPECT_FALSE(left);
    } else if (left && left->state != HoldState::kReleasing) {
      EXPECT_TRUE(in_hold(machine, *hold_).contains(1)) << "it holds, or it is gone";
    }
  }
  EXPECT_GT(holds, 3);
  EXPECT_GT(released_, 0) << "faults did not keep every release back";
  EXPECT_GT(pruned_, 3) << "what is held was in files alone";
  EXPECT_GT(harms_, 20);
  EXPECT_GT(refused_, 0) << "faults did keep destructions back";
  EXPECT_GT(destroyed_, 20u);
}

}  // namespace
}  // namespace belfry::audit
