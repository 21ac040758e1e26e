// The vault of legal holds on the folders of a ledger whose clock is moved by months, and with a
// disk that refuses.
#pragma once

#include "audit/vault.h"
#include "ledger_core.h"
#include "retention_fixture.h"
#include "runtime_testing/forwarding_disk.h"
#include "vault_core.h"

#include <algorithm>
#include <iterator>

namespace belfry::audit {

namespace fs = std::filesystem;

class VaultTest : public RetentionTest {
 protected:
  static NewHold wanted(const std::string& resource) {
    NewHold hold{.reason = "court order 12", .by = {{1}, {5}, "berta"}};
    hold.filter.resource = resource;
    return hold;
  }
  static Vault::Announce quietly() {
    return [](const Hold&) -> Task<> { co_return Result<>(); };
  }
  Result<Hold> try_place(NewHold hold, TenantId tenant = kTenant) {
    return run(vault_->place(tenant, std::move(hold), looking(), quietly()));
  }
  HoldId place(const std::string& resource, TenantId tenant = kTenant) {
    auto placed = try_place(wanted(resource), tenant);
    EXPECT_TRUE(placed) << placed.error().describe();
    return placed ? placed->id : HoldId{};
  }
  void copy() {
    auto copied = run(vault_->copy());
    ASSERT_TRUE(copied) << copied.error().describe();
  }
  Result<> release(HoldId id) { return run(vault_->release(kTenant, id, quietly())); }

  std::vector<HeldLeaf> leaves(HoldId id, TenantId tenant = kTenant) {
    std::vector<HeldLeaf> all;
    for (std::optional<Position> from = Position{}; from;) {
      auto page = run(vault_->read(tenant, id, *from));
      EXPECT_TRUE(page) << page.error().describe();
      if (!page) break;
      std::ranges::move(page->leaves, std::back_inserter(all));
      from = page->next;
    }
    return all;
  }
  // The resources of what is held.
  std::vector<std::string> held(HoldId id, TenantId tenant = kTenant) {
    std::vector<std::string> resources;
    for (const HeldLeaf& leaf : leaves(id, tenant))
      for (const LoggedEvent& event : leaf.events().value()) {
        const std::size_t at = event.ocsf.find("key-");
        resources.push_back(event.ocsf.substr(at, event.ocsf.find('"', at) - at));
      }
    return resources;
  }
  // Each leaf, in the tree of now.
  void expect_held_proved(HoldId id) {
    const Checkpoint checkpoint = run(ledger_->checkpoint(kTenant)).value();
    for (const HeldLeaf& leaf : leaves(id)) {
      const auto proof =
          run(ledger_->inclusion_proof(kTenant, leaf.index, checkpoint.size)).value();
      EXPECT_TRUE(
          path_proves(leaf_hash(leaf.octets), leaf.index, checkpoint.size, proof, checkpoint.root));
    }
  }
  fs::path vault_folder(int disk) const { return folder(disk) / "vault"; }
  // The month is over, and nothing else keeps its keys.
  void let_a_year_pass() {
    live_until(days(430));
    fill(kTenant, 1);
  }
};

// Refuses new files, once it has taken so many.
class RefusingDisk : public runtime::testing::ForwardingDisk {
 public:
  using ForwardingDisk::ForwardingDisk;
  Result<std::unique_ptr<File>> create(std::string_view path) override {
    if (takes-- <= 0 || refuses) return fail(Code::kRetry, "disk.failed", {{"reason", "5"}});
    return ForwardingDisk::create(path);
  }
  std::atomic<bool> refuses = false;
  std::atomic<int> takes = 1'000'000;
};

class VaultDiskTest : public VaultTest {
 protected:
  // With a disk that can be made to refuse.
  void open_with_refusing() {
    open();
    refusing_ = std::make_shared<RefusingDisk>(disks_[5]);
    VaultOptions options;
    options.disks = {disks_[3], disks_[4], refusing_};
    options.pool = pool_;
    vault_ = run(open_vault(*ledger_, *keys_, clock_, *random_, std::move(options))).value();
  }
  std::shared_ptr<RefusingDisk> refusing_;
};

}  // namespace belfry::audit
