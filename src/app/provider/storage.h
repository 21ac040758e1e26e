// The disks of a provider and the keys on three of them.
#pragma once

#include "audit/vault.h"
#include "crypto/key_store.h"
#include "data_directory.h"
#include "runtime/blocking.h"
#include "runtime/clock.h"
#include "runtime/random.h"
#include "segments/store.h"
#include "topology/topology.h"

#include <map>
#include <memory>
#include <vector>

namespace belfry::provider {

// The storage disks as the store wants them. A simulated disk's folder is made once; when it is
// gone later, the disk is lost, as a real one would be.
Result<std::vector<segments::StoreDisk>> open_disks(DataDirectory& directory,
                                                    const topology::Topology& topology);

// One pool a disk: a slow or hanging disk holds up nothing else.
class DiskPools {
 public:
  explicit DiskPools(const std::vector<segments::StoreDisk>& disks);
  std::shared_ptr<Pool> of(DiskId disk) const { return pools_.at(disk); }

 private:
  std::map<DiskId, std::shared_ptr<Pool>> pools_;
};

// The key store and the disks it lies on.
struct Keys {
  std::vector<std::shared_ptr<Disk>> disks;
  std::unique_ptr<Disk> seal_folder;
  std::unique_ptr<crypto::KeyStore> store;
};

// Whether something was ever encrypted here: a data disk holds replica sets.
bool hold_sets(const DataDirectory& directory, const topology::Topology& topology);

// The file of the month seal, beside the master key: "master.key.months".
std::string seal_name_of(const topology::Topology& topology);

// A new key store would make all that was stored unreadable: it is made only when nothing was.
enum class KeyStoreUse { kNew, kInUse };
// The master key is made with a new key store only.
// Errors: not_found ("provider.keys_missing"): the key disks are empty though the store is in use;
// those of the master key and the key store.
Result<Keys> open_keys(const DataDirectory& directory, const topology::Topology& topology,
                       KeyStoreUse use, Clock& clock, Random& random);

// What legal holds keep lies on the disks of the tiles, and may have been on others before.
audit::VaultOptions vault_options(const std::vector<segments::StoreDisk>& disks,
                                  const std::vector<std::shared_ptr<Disk>>& tile_disks,
                                  segments::Store& store, std::shared_ptr<Pool> pool);
// Says which logs keep months that should be destroyed.
void tell_waiting(audit::Vault& vault);

// Warns of the months whose keys are about to be destroyed.
void tell_old_months(crypto::KeyStore& keys, Clock& clock, const topology::Topology& topology);

}  // namespace belfry::provider
