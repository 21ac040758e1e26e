// The vault's state. `mutex_` guards what is in memory; a turn is held by who changes what is on
// the disks: one placement, release, step of copying, or destruction of months at a time.
#pragma once

#include "audit/vault.h"
#include "vault_files.h"
#include "vault_format.h"

#include <atomic>
#include <map>
#include <mutex>

namespace belfry::audit {

// The order in which a hold's pieces follow one another; what another one covers is left out. Two
// pieces may begin at the same place when a disk was away while the others went on.
std::vector<PieceName> chain_of(const std::vector<std::string>& names);

struct KeptHold {
  TenantId tenant;
  crypto::Key key;
  HoldTerms terms;
  std::vector<PieceName> pieces;
  Position looked;           // everything before it
  std::uint64_t target = 0;  // leaves that it is to look at without being asked
  std::uint64_t events = 0;
  // Files that a start did not bring to all three disks: until then nothing is complete.
  std::vector<std::string> owed;
  bool is_lost = false, is_releasing = false;
  // Found at a start with nothing kept yet, while its log can still tell whether it was placed;
  // bare: no disk has a file of it, and each of the three says so.
  bool is_doubtful = false, is_bare = false;
  // How far what is kept was read again, and how many events that were. Damaged: the last time
  // something was missing.
  struct Again {
    Position at;
    std::uint64_t events = 0;
    bool any_missing = false;
    Monotonic next{};
  } again;
  bool is_damaged = false;

  bool is_readable() const { return !is_lost && !is_releasing; }
  // Of one that is damaged nobody knows how many events it has.
  bool can_copy() const { return is_readable() && !is_damaged; }
  bool is_behind(std::uint64_t size) const { return looked.leaf < size || !owed.empty(); }
};

class FileVault : public Vault {
 public:
  FileVault(Ledger& ledger, crypto::KeyStore& keys, Clock& clock, Random& random,
            VaultOptions options);

  Result<> open();  // blocks

  Task<Hold> place(TenantId tenant, NewHold wanted, Announce announce) override;
  Task<> release(TenantId tenant, HoldId id, Announce announce) override;
  std::vector<Hold> list(std::optional<TenantId> tenant) override;
  Result<Hold> find(TenantId tenant, HoldId id) override;
  Task<HeldPage> read(TenantId tenant, HoldId id, Position from) override;
  std::set<TenantId> waiting() override;

  // vault_copy.cc
  Task<> copy() override;
  boost::asio::awaitable<Secured> secure(const std::set<TenantId>& tenants) override;
  void cancel() override { cancelled_ = true; }

 private:
  // vault_care.cc
  // Takes away what a placement left that was cut short, or failed and could not say so.
  Task<> settle(HoldId id);
  Task<bool> is_told(TenantId tenant, HoldId id, Timestamp since, Outcome outcome);
  // Reads the next piece of what is kept again.
  Task<> read_again(HoldId id);
  // A release that a disk kept from ending ends, and the log says so.
  Task<> end_release(TenantId tenant, HoldId id);
  Task<> care();
  bool can_tell(const crypto::Key& key);

  // Errors: conflict ("audit.hold_too_large").
  Task<> check_size(TenantId tenant, Query filter);
  Task<crypto::Key> make_key(TenantId tenant);
  Task<> destroy(HoldId id);
  Result<KeptHold> load(const crypto::Key& key);
  void count_events(KeptHold& kept);
  Task<HeldPage> read_piece(crypto::Key key, PieceName name, Position from);

  Task<> pay(HoldId id, const KeptHold& kept);
  // Looks at one page of the log, and keeps what is held. True: the hold has looked at `size`
  // leaves, or is none that copies.
  Task<bool> step(HoldId id, std::uint64_t size);
  Task<std::vector<HeldLeaf>> take_leaves(TenantId tenant, const QueryPage& page);
  Task<> look_up_to(HoldId id, std::uint64_t size);
  std::vector<HoldId> behind(const std::map<TenantId, std::uint64_t>& sizes);
  std::uint64_t size_of(TenantId tenant);

  Ledger& ledger_;
  crypto::KeyStore& keys_;
  Clock& clock_;
  Random& random_;
  const VaultOptions options_;
  VaultFiles files_;
  Turns turns_;
  std::atomic<bool> cancelled_ = false;

  std::mutex mutex_;
  std::map<HoldId, KeptHold> holds_;  // under mutex_
  std::set<TenantId> waiting_;        // under mutex_
};

}  // namespace belfry::audit
