#include "crypto/key_store.h"

#include "key_copies.h"
#include "month_seal.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <tuple>

namespace belfry::crypto {

std::uint32_t month_of(Timestamp time) {
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(time));
  return std::uint32_t(int(date.year())) * 12 + unsigned(date.month()) - 1;
}

namespace {

struct Slot {
  TenantId tenant;
  KeyPurpose purpose;
  auto operator<=>(const Slot&) const = default;
};

// Lookups take `mutex_` for as long as a map needs. Who changes something holds `writing_` from the
// decision until the disks have it, and takes `mutex_` only to publish: lookups never wait for a
// disk.
class FileKeyStore : public KeyStore {
 public:
  FileKeyStore(std::span<Disk* const> disks, View master_key, SealPlace seal, Clock& clock,
               Random& random)
      : copies_(disks),
        seal_(std::move(seal)),
        master_key_(to_buffer(master_key)),
        clock_(clock),
        random_(random) {}

  Result<> open();

  Result<Key> current(TenantId tenant, KeyPurpose purpose) override;
  Result<Key> find(KeyId id) override;
  std::vector<Key> list(TenantId tenant, KeyPurpose purpose) override;
  Result<Key> rotate(TenantId tenant, KeyPurpose purpose) override;
  std::vector<Month> months_before(std::uint32_t month) override;
  Result<> destroy_months_before(std::uint32_t month, const std::set<TenantId>& waiting) override;
  Result<> destroy_hold(KeyId id) override;
  Result<> forget_unused(KeyId id) override;
  Result<> prepare_next_month() override;
  std::vector<DiskState> disks() override;

 private:
  std::optional<Key> usable(Slot slot);
  std::optional<Key> usable_locked(Slot slot, std::uint32_t month) const;
  StoredKey make(Slot slot, std::uint32_t version);
  Result<> add(std::vector<StoredKey> made);
  Result<std::optional<KeyFile>> read_all();
  Result<> write_locked(const std::vector<StoredKey>& keys);
  Result<> check_hold_locked(KeyId id) const;
  template <class Is>
  Result<> destroy_locked(Is is_going);
  void confirm_all();
  void publish(const KeyFile& file);

  std::mutex writing_;
  KeyCopies copies_;  // under writing_
  KeyFile file_;      // under writing_
  MonthSeal seal_;    // under writing_
  const Buffer master_key_;
  Clock& clock_;
  Random& random_;

  std::mutex mutex_;
  std::map<KeyId, StoredKey> keys_;             // under mutex_
  std::map<Slot, std::vector<KeyId>> by_slot_;  // under mutex_, by version
  std::vector<DiskState> states_;               // under mutex_
};

// The copies, with the seal that they need. A seal is made for a new store, and for one of the
// first format; one word in the file gives the months up, as an operator decides who lost it.
Result<std::optional<KeyFile>> FileKeyStore::read_all() {
  TRY(seal_.read());
  TRY(std::optional<KeyFile> found, copies_.read_merged(master_key_, seal_.keys()));
  if (found && found->months_closed > 0 && !seal_.given_up())
    return fail(Code::kCorrupt, "keystore.seal_missing");
  if (seal_.keys().empty()) TRY(seal_.make(random_));
  return found;
}

Result<> FileKeyStore::open() {
  std::lock_guard writing(writing_);
  TRY(std::optional<KeyFile> found, read_all());
  if (found) file_ = std::move(*found);
  if (!found || !copies_.identical() || !file_.current || seal_.is_changing()) {
    // One good copy is enough to open; a new store needs every disk.
    auto written = write_locked(file_.keys);
    if (!written && !found) return written;
    if (!written) return publish(file_), Result<>();
    // A destruction that was cut short ends here; what keeps it open ends with the next one.
    if (seal_.is_changing()) std::ignore = seal_.finish();
  }
  confirm_all();
  publish(file_);
  return {};
}

// After a file with these keys was found or made durable on every disk.
void FileKeyStore::confirm_all() {
  for (StoredKey& stored : file_.keys) stored.confirmed = true;
}

// Writes `keys` as the next generation; the number is spent even when that fails, because some disk
// may have it.
Result<> FileKeyStore::write_locked(const std::vector<StoredKey>& keys) {
  const KeyFile next{++file_.generation, keys};
  return copies_.write(next.generation, encode_key_file(next, master_key_, seal_.newest(),
                                                        random_.octets<kNonceLength>()));
}

void FileKeyStore::publish(const KeyFile& file) {
  std::lock_guard lock(mutex_);
  keys_.clear();
  by_slot_.clear();
  for (const StoredKey& stored : file.keys) {
    keys_[stored.key.id] = stored;
    if (!stored.destroyed)
      by_slot_[{stored.key.tenant, stored.key.purpose}].push_back(stored.key.id);
  }
  for (auto& [slot, ids] : by_slot_)
    std::ranges::sort(ids, {}, [&](KeyId id) { return std::pair(keys_.at(id).key.version, id); });
  states_ = copies_.states();
}

std::optional<Key> FileKeyStore::usable_locked(Slot slot, std::uint32_t month) const {
  auto ids = by_slot_.find(slot);
  if (ids == by_slot_.end()) return std::nullopt;
  for (auto id = ids->second.rbegin(); id != ids->second.rend(); ++id) {
    const StoredKey& stored = keys_.at(*id);
    if (!stored.confirmed) continue;
    if (slot.purpose == KeyPurpose::kAuditMonth && stored.key.version != month) continue;
    return stored.key;
  }
  return std::nullopt;
}

std::optional<Key> FileKeyStore::usable(Slot slot) {
  const std::uint32_t month = month_of(clock_.now());
  std::lock_guard lock(mutex_);
  return usable_locked(slot, month);
}

StoredKey FileKeyStore::make(Slot slot, std::uint32_t version) {
  Key key{{random_.id()}, slot.tenant, slot.purpose, version, clock_.now(), Buffer(kKeyLength)};
  random_.fill(key.secret);
  return {std::move(key), false};
}

// Twice on the disks: first as made, so that it is everywhere before anyone uses it; then
// confirmed, so that a start with a disk missing knows which keys were in use.
Result<> FileKeyStore::add(std::vector<StoredKey> made) {
  std::vector<StoredKey> keys = file_.keys;
  keys.insert(keys.end(), made.begin(), made.end());
  auto written = write_locked(keys);
  if (written) {
    file_.keys = std::move(keys);
    confirm_all();
    // The keys are usable whatever becomes of this one.
    std::ignore = write_locked(file_.keys);
  }
  publish(file_);
  return written;
}

Result<Key> FileKeyStore::current(TenantId tenant, KeyPurpose purpose) {
  const Slot slot{tenant, purpose};
  if (auto key = usable(slot)) return std::move(*key);
  std::lock_guard writing(writing_);
  if (auto key = usable(slot)) return std::move(*key);
  std::uint32_t version = 1;
  if (purpose == KeyPurpose::kAuditMonth)
    version = month_of(clock_.now());
  else
    for (const StoredKey& stored : file_.keys)
      if (stored.key.tenant == tenant && stored.key.purpose == purpose)
        version = std::max(version, stored.key.version + 1);
  StoredKey made = make(slot, version);
  TRY(add({made}));
  return std::move(made.key);
}

Result<Key> FileKeyStore::find(KeyId id) {
  std::lock_guard lock(mutex_);
  auto found = keys_.find(id);
  if (found == keys_.end()) return fail(Code::kNotFound, "key.missing", {{"key", id.text()}});
  if (found->second.destroyed) return fail(Code::kNotFound, "key.destroyed", {{"key", id.text()}});
  return found->second.key;
}

std::vector<Key> FileKeyStore::list(TenantId tenant, KeyPurpose purpose) {
  std::lock_guard lock(mutex_);
  std::vector<Key> keys;
  if (auto ids = by_slot_.find({tenant, purpose}); ids != by_slot_.end())
    for (KeyId id : ids->second) keys.push_back(keys_.at(id).key);
  return keys;
}

Result<Key> FileKeyStore::rotate(TenantId tenant, KeyPurpose purpose) {
  // A month has one key; signers and readers find it by the month.
  if (purpose == KeyPurpose::kAuditMonth)
    return fail(Code::kInvalid, "key.months_rotate_by_themselves");
  std::lock_guard writing(writing_);
  std::uint32_t version = 0;
  for (const StoredKey& stored : file_.keys)
    if (stored.key.tenant == tenant && stored.key.purpose == purpose)
      version = std::max(version, stored.key.version);
  StoredKey made = make({tenant, purpose}, version + 1);
  TRY(add({made}));
  return std::move(made.key);
}

std::vector<KeyStore::Month> FileKeyStore::months_before(std::uint32_t month) {
  std::vector<Month> months;
  std::lock_guard lock(mutex_);
  for (const auto& [slot, ids] : by_slot_) {
    if (slot.purpose != KeyPurpose::kAuditMonth) continue;
    for (KeyId id : ids)
      if (const std::uint32_t version = keys_.at(id).key.version; version < month)
        months.push_back({slot.tenant, version});
  }
  return months;
}

// The next seal first, so that no disk has a file that nothing opens; the old one goes last, when
// no disk needs it any more.
template <class Is>
Result<> FileKeyStore::destroy_locked(Is is_going) {
  std::vector<StoredKey> keys = file_.keys;
  bool any = seal_.is_changing();
  for (StoredKey& stored : keys) {
    if (stored.destroyed || !is_going(stored.key)) continue;
    stored.destroyed = any = true;
    OPENSSL_cleanse(stored.key.secret.data(), stored.key.secret.size());
    stored.key.secret.clear();
  }
  if (!any) return {};
  TRY(seal_.begin(random_));
  auto written = write_locked(keys);
  // Some disk may have it: nobody gets such a key any more, whatever the others do.
  file_.keys = std::move(keys);
  publish(file_);
  if (!written) return written;
  confirm_all();
  publish(file_);
  return seal_.finish();
}

Result<> FileKeyStore::destroy_months_before(std::uint32_t month,
                                             const std::set<TenantId>& waiting) {
  std::lock_guard writing(writing_);
  return destroy_locked([&](const Key& key) {
    return key.purpose == KeyPurpose::kAuditMonth && key.version < month &&
           !waiting.contains(key.tenant);
  });
}

Result<> FileKeyStore::check_hold_locked(KeyId id) const {
  const auto stored =
      std::ranges::find(file_.keys, id, [](const StoredKey& each) { return each.key.id; });
  if (stored == file_.keys.end()) return fail(Code::kNotFound, "key.missing", {{"key", id.text()}});
  if (stored->key.purpose != KeyPurpose::kHold)
    return fail(Code::kInvalid, "key.of_no_hold", {{"key", id.text()}});
  return {};
}

Result<> FileKeyStore::destroy_hold(KeyId id) {
  std::lock_guard writing(writing_);
  TRY(check_hold_locked(id));
  return destroy_locked([&](const Key& key) { return key.id == id; });
}

Result<> FileKeyStore::forget_unused(KeyId id) {
  std::lock_guard writing(writing_);
  TRY(check_hold_locked(id));
  // Of one that is destroyed an older copy may still open something.
  std::erase_if(file_.keys,
                [&](const StoredKey& each) { return each.key.id == id && !each.destroyed; });
  auto written = write_locked(file_.keys);
  if (written) confirm_all();
  publish(file_);
  return written;
}

Result<> FileKeyStore::prepare_next_month() {
  const Timestamp now = clock_.now();
  const std::uint32_t next = month_of(now + std::chrono::days(1));
  if (next == month_of(now)) return {};
  std::lock_guard writing(writing_);
  std::set<TenantId> wanting, having;
  for (const StoredKey& stored : file_.keys) {
    if (stored.key.purpose != KeyPurpose::kAuditMonth || stored.destroyed) continue;
    (stored.key.version == next && stored.confirmed ? having : wanting).insert(stored.key.tenant);
  }
  std::vector<StoredKey> made;
  for (TenantId tenant : wanting)
    if (!having.contains(tenant)) made.push_back(make({tenant, KeyPurpose::kAuditMonth}, next));
  if (made.empty()) return {};
  return add(std::move(made));
}

std::vector<KeyStore::DiskState> FileKeyStore::disks() {
  std::lock_guard lock(mutex_);
  return states_;
}

}  // namespace

Result<std::unique_ptr<KeyStore>> open_key_store(std::span<Disk* const> disks, View master_key,
                                                 SealPlace seal, Clock& clock, Random& random) {
  if (master_key.size() != kKeyLength) return fail(Code::kInvalid, "keystore.master_key_length");
  auto store = std::make_unique<FileKeyStore>(disks, master_key, std::move(seal), clock, random);
  TRY(store->open());
  return std::unique_ptr<KeyStore>(std::move(store));
}

}  // namespace belfry::crypto
