// Power cuts under the destruction of audit months: no key in use is lost, a month that was
// destroyed is in no older copy of the key disks, and each sync of the month seal is needed for
// that.
#include "crypto/key_store.h"
#include "key_file.h"
#include "month_seal.h"
#include "seeds.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace belfry::sim {
namespace {

using crypto::KeyId;
using crypto::KeyPurpose;

constexpr TenantId kTenants[] = {{2}, {3}};

class KeysWorld {
 public:
  explicit KeysWorld(std::uint64_t seed) : world_(seed), seal_disk_(world_.add_disk()) {
    for (int i = 0; i < 3; ++i) disks_.push_back(world_.add_disk());
  }

  void work() {
    world_.cut_power_after(1 + world_.choose(240));
    auto store = open();
    for (int i = 0; store && i < 20 && !world_.is_cut(); ++i) {
      if (world_.choose(3) == 0) destroy(**store);
      world_.clock().advance(std::chrono::hours(24 * world_.choose(25)));
      use(**store, kTenants[world_.choose(std::size(kTenants))]);
    }
    if (world_.is_cut()) world_.power_on();
  }

  std::vector<std::string> check() {
    // Far away: nothing is cut here.
    world_.cut_power_after(1'000'000);
    crypto::MonthSeal seal = read_seal();
    std::vector<std::string> broken;
    for (const Old& old : old_) {
      auto file = crypto::decode_key_file(old.octets, master_key_, seal.keys());
      if (!file) continue;
      for (const crypto::StoredKey& stored : file->keys)
        if (old.destroyed.contains(stored.key.id) && !stored.destroyed)
          broken.push_back("an old copy opens key " + stored.key.id.text());
    }
    auto store = open();
    if (!store && !used_.empty()) broken.push_back("it does not open: " + store.error().describe());
    if (!store) return broken;
    for (const auto& [id, secret] : used_) {
      auto found = (*store)->find(id);
      if (!found || found->secret != secret) broken.push_back("lost key " + id.text());
    }
    for (KeyId id : destroyed_)
      if ((*store)->find(id)) broken.push_back("key " + id.text() + " is back");
    return broken;
  }

  Simulation& world() { return world_; }
  std::size_t answers() const { return answers_; }

 private:
  struct Old {
    Buffer octets;  // of a key disk
    std::set<KeyId> destroyed;
  };

  crypto::SealPlace place() { return {*seal_disk_, "master.months"}; }
  crypto::MonthSeal read_seal() {
    crypto::MonthSeal seal(place());
    static_cast<void>(seal.read());
    return seal;
  }
  Result<std::unique_ptr<crypto::KeyStore>> open() {
    std::vector<Disk*> disks;
    disks.reserve(disks_.size());
    for (const auto& disk : disks_) disks.push_back(disk.get());
    return crypto::open_key_store(disks, master_key_, place(), world_.clock(), world_.random());
  }
  void use(crypto::KeyStore& store, TenantId tenant) {
    auto key = store.current(tenant, KeyPurpose::kAuditMonth);
    if (!key) return;
    used_[key->id] = key->secret;
    ++answers_;
  }
  void destroy(crypto::KeyStore& store) {
    const std::uint32_t month = crypto::month_of(world_.clock().now());
    std::set<KeyId> going;
    for (TenantId tenant : kTenants)
      for (const crypto::Key& key : store.list(tenant, KeyPurpose::kAuditMonth))
        if (key.version < month) going.insert(key.id);
    if (going.empty()) return;
    auto copy = read_whole(*disks_[0], "keys/keystore", {crypto::kKeyFileLengthMax});
    // From here on they may be gone.
    for (KeyId id : going) used_.erase(id);
    if (!store.destroy_months_before(month, {})) return;
    destroyed_.insert(going.begin(), going.end());
    if (copy) old_.push_back({std::move(*copy), std::move(going)});
    ++answers_;
  }

  Simulation world_;
  std::shared_ptr<SimulatedDisk> seal_disk_;
  std::vector<std::shared_ptr<SimulatedDisk>> disks_;
  const Buffer master_key_ = Buffer(crypto::kKeyLength, std::byte{5});
  std::map<KeyId, Buffer> used_;  // given out, and not to be destroyed
  std::set<KeyId> destroyed_;
  std::vector<Old> old_;
  std::size_t answers_ = 0;
};

TEST(MonthSealPowerCut, NoKeyInUseIsLostAndNoMonthComesBack) {
  expect_nothing_lost(1000, run_rounds<KeysWorld, 4>);
}

TEST(MonthSealPowerCut, EachSyncOfTheSealIsNeeded) {
  expect_each_needed(kMonthSealSyncs, 400, run_rounds<KeysWorld, 4>);
}

}  // namespace
}  // namespace belfry::sim
