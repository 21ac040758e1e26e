// Power cuts under the vault of legal holds: what was acknowledged is whole on each of three disks,
// so that the keys of its month may go; and each sync is needed for that.
#include "seeds.h"
#include "vault_files.h"
#include "vault_format.h"

#include <gtest/gtest.h>

#include <map>

namespace belfry::sim {
namespace {

constexpr audit::HoldId kHolds[] = {{11}, {12}};

class VaultWorld {
 public:
  explicit VaultWorld(std::uint64_t seed) : world_(seed) {
    for (int i = 0; i < 3; ++i) disks_.push_back(world_.add_disk());
  }

  void work() {
    world_.cut_power_after(1 + world_.choose(120));
    for (int i = 0; i < 6 && !world_.is_cut(); ++i) {
      const audit::HoldId hold = kHolds[world_.choose(std::size(kHolds))];
      const std::string name = audit::PieceName{{next_, 0}, {next_ + 1, 0}}.text();
      ++next_;
      const Buffer octets = file(hold);
      if (files().write(hold, name, octets)) acknowledged_[{hold, name}] = octets;
    }
    if (world_.is_cut()) world_.power_on();
  }
  std::vector<std::string> check() {
    world_.cut_power_after(1'000'000);
    std::vector<std::string> broken;
    for (const auto& [place, octets] : acknowledged_)
      for (std::size_t disk = 0; disk < disks_.size(); ++disk) {
        const std::string path = "vault/" + place.first.text() + "/" + place.second;
        const auto there = read_whole(*disks_[disk], path, {audit::kVaultFileMax});
        if (!there || *there != octets)
          broken.push_back("disk " + std::to_string(disk) + " has not " + path);
      }
    return broken;
  }

  Simulation& world() { return world_; }
  std::size_t answers() const { return acknowledged_.size(); }

 private:
  audit::VaultFiles files() { return audit::VaultFiles({disks_[0], disks_[1], disks_[2]}, {}); }
  Buffer file(audit::HoldId hold) {
    const crypto::Key key{hold, {2}, crypto::KeyPurpose::kHold, 1, {}, Buffer(32, std::byte{5})};
    audit::VaultPiece piece{.until = {1, 0}};
    piece.leaves.push_back(
        {next_, {0}, Buffer(1 + world_.choose(3000), std::byte{7}), Buffer(32, std::byte{8})});
    return audit::encode_piece(key, piece, world_.random().octets<12>());
  }

  Simulation world_;
  std::vector<std::shared_ptr<SimulatedDisk>> disks_;
  std::map<std::pair<audit::HoldId, std::string>, Buffer> acknowledged_;
  std::uint64_t next_ = 0;
};

TEST(VaultPowerCut, WhatIsAcknowledgedIsOnThreeDisks) {
  expect_nothing_lost(1000, run_rounds<VaultWorld>);
}

TEST(VaultPowerCut, EachSyncIsNeeded) {
  expect_each_needed(kVaultSyncs, 400, run_rounds<VaultWorld>);
}

}  // namespace
}  // namespace belfry::sim
