// The keys that three copies of ciphertext depend on: a sealed, versioned file on three key disks
// (docs/formats/keystore.md), outside SQL. The master key that seals it is read from a file of its
// own. The secrets of audit months and of legal holds are sealed once more, under the month seal: a
// small file beside the master key that is replaced when one of them is destroyed, so that no older
// copy of the key disks opens it any more.
//
// Blocking and safe to use from any thread; lookups do not touch the disks.
#pragma once

#include "base/bytes.h"
#include "base/id.h"
#include "base/result.h"
#include "base/time.h"
#include "runtime/clock.h"
#include "runtime/disk.h"
#include "runtime/random.h"

#include <memory>
#include <set>
#include <span>
#include <vector>

namespace belfry::crypto {

using KeyId = Id<struct KeyTag>;

enum class KeyPurpose : std::uint16_t {
  kObjects = 1,           // wraps the data keys of a tenant's objects
  kAuditMonth = 2,        // a tenant's audit leaves of one month
  kCheckpointSigner = 3,  // Ed25519 seed that signs the provider's checkpoints (tenant 0)
  kSecrets = 4,           // seals secrets kept in SQL: S3 secret keys, TOTP seeds (tenant 0)
  kHold = 5,              // seals what one legal hold keeps of a tenant's log: a key each
};

struct Key {
  KeyId id;
  TenantId tenant;
  KeyPurpose purpose;
  std::uint32_t version;  // counts from 1 for each (tenant, purpose); months: year * 12 + month - 1
  Timestamp created;
  Buffer secret;  // 32 octets
};

// The version of a kAuditMonth key: the month (UTC) of `time`.
std::uint32_t month_of(Timestamp time);

class KeyStore {
 public:
  virtual ~KeyStore() = default;

  // The newest key of (tenant, purpose), made if there is none; for kAuditMonth the key of the
  // month (UTC) of the clock. It is durable on all three disks before this returns. Errors: retry
  // when a key would have to be made and a key disk does not take it.
  virtual Result<Key> current(TenantId tenant, KeyPurpose purpose) = 0;
  // Errors: not_found ("key.missing").
  virtual Result<Key> find(KeyId id) = 0;
  // All keys of the tenant and purpose, oldest first.
  virtual std::vector<Key> list(TenantId tenant, KeyPurpose purpose) = 0;
  // A new version, used from now on; older ones stay readable.
  virtual Result<Key> rotate(TenantId tenant, KeyPurpose purpose) = 0;
  // The audit months before `month` whose keys are still there.
  struct Month {
    TenantId tenant;
    std::uint32_t version;
  };
  virtual std::vector<Month> months_before(std::uint32_t month) = 0;
  // Destroys the secrets of the audit months before `month`, of all tenants but those in `waiting`,
  // on every key disk, and replaces the month seal: after success nobody has them, whoever kept
  // older copies of the key disks and has today's master key and seal. Safe to repeat; a start ends
  // what was cut short. Errors: retry when a key disk or the seal's folder does not take it: some
  // copies may have them still.
  virtual Result<> destroy_months_before(std::uint32_t month,
                                         const std::set<TenantId>& waiting) = 0;
  // The same of one kHold key. Errors: besides, not_found ("key.missing"), invalid
  // ("key.of_no_hold").
  virtual Result<> destroy_hold(KeyId id) = 0;
  // Drops a kHold key under which nothing was ever written: without a new seal, and nothing tells
  // of it afterwards. A disk that does not take that may bring the key back with a start, as a key
  // that opens nothing. Errors: as of destroy_hold.
  virtual Result<> forget_unused(KeyId id) = 0;
  // Makes the next month's audit key for every tenant that has one, if the month ends within a day.
  // Called every hour; safe to repeat.
  virtual Result<> prepare_next_month() = 0;

  struct DiskState {
    std::string path;
    std::uint64_t generation;  // 0: unreadable or missing
    bool current;
  };
  virtual std::vector<DiskState> disks() = 0;
};

// Where the month seal is: the file `name` in `folder`, which is not on a key disk.
struct SealPlace {
  Disk& folder;
  std::string name;
};

// Opens, or makes when all three disks are empty. A copy that is missing or older than the newest
// is rewritten. `master_key` has kKeyLength octets. What it is given must outlive it. Errors:
// corrupt
// ("keystore.unreadable") when no copy opens under the master key, ("keystore.seal_missing") when
// the month seal that they need is gone, or is another.
Result<std::unique_ptr<KeyStore>> open_key_store(std::span<Disk* const> disks, View master_key,
                                                 SealPlace seal, Clock& clock, Random& random);

// Reads the master key, or makes it (mode 0600) when `path` does not exist and `create` is set.
// Errors: denied ("keystore.master_key_open_to_others") when others may read the file.
enum class MissingKey { kRefuse, kCreate };
Result<Buffer> load_master_key(const std::string& path, MissingKey missing, Random& random);

}  // namespace belfry::crypto
