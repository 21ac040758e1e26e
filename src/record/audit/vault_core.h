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

// Placements of one side on a log within a day: each makes a key, and ends with another seal.
inline constexpr std::size_t kPlacementsMax = 100;

struct KeptHold {
  TenantId tenant;
  crypto::Key key;
  HoldTerms terms;
  std::vector<PieceName> pieces;
  Position looked;           // everything before it
  std::uint64_t target = 0;  // leaves that it is to look at without being asked
  std::uint64_t events = 0;
  // Files that are not known to be whole on all three disks: until then nothing is complete.
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

// As the interface tells of it, on a log of `log_size` leaves.
Hold hold_of(HoldId id, const KeptHold& kept, std::uint64_t log_size);

class FileVault : public Vault {
 public:
  FileVault(Ledger& ledger, crypto::KeyStore& keys, Clock& clock, Random& random,
            VaultOptions options);

  Result<> open();  // blocks

  // vault_place.cc
  Task<Hold> place(TenantId tenant, NewHold wanted, Look look, Announce announce) override;
  Task<> release(TenantId tenant, HoldId id, Announce announce) override;
  std::vector<Hold> list(std::optional<TenantId> tenant) override;
  Result<Hold> find(TenantId tenant, HoldId id) override;
  Task<HeldPage> read(TenantId tenant, HoldId id, Position from) override;
  std::set<TenantId> waiting() override;

  // vault_copy.cc
  Task<> copy() override;
  Task<> catch_up(TenantId tenant, HoldId id) override;
  boost::asio::awaitable<Secured> secure(const std::set<TenantId>& tenants) override;
  void cancel() override { cancelled_ = true; }

 private:
  // vault_care.cc
  // Takes away what a placement left that was cut short, or failed and could not say so.
  Task<> settle(HoldId id);
  Task<bool> is_told(TenantId tenant, HoldId id, Timestamp since, Outcome outcome);
  // Reads the next piece of what is kept again, on each of the three disks.
  Task<> read_again(HoldId id);
  Result<HeldPage> check_next(const KeptHold& kept, std::vector<std::string>& owed);
  // A release that a disk kept from ending ends, and the log says so.
  Task<> end_release(TenantId tenant, HoldId id);
  Task<> care();
  bool can_tell(const crypto::Key& key);

  // vault_place.cc
  // Errors: conflict ("audit.hold_too_large", "audit.hold_not_counted").
  Task<> check_size(TenantId tenant, Query filter, const Look& look);
  // Whether one of that side may place another. Errors: conflict ("audit.holds_full",
  // "audit.holds_often").
  Result<> check_room(TenantId tenant, TenantId side);
  Task<crypto::Key> make_key(TenantId tenant);
  // Drops the key of a placement that came to no file.
  Task<> forget(HoldId id);

  Task<> destroy(HoldId id);
  Result<KeptHold> load(const crypto::Key& key);
  void count_events(KeptHold& kept);
  // What a piece's file has from a place on.
  static Result<HeldPage> page_of(const crypto::Key& key, PieceName name, Position from,
                                  View octets);
  std::optional<KeptHold> copy_of(HoldId id);

  // Brings some of what is owed to the three disks. True: nothing is owed any more.
  Task<bool> pay(HoldId id, const KeptHold& kept);
  // Has `piece` go on from the newest one, where that has room: `grown` is then its name.
  Task<std::optional<PieceName>> grow(const KeptHold& kept, VaultPiece& piece);
  // Everything that there is now is to be looked at soon; once an hour.
  void raise_targets();
  // Looks at one page of the log, and keeps what is held. True: the hold has looked at `size`
  // leaves, or is none that copies.
  Task<bool> step(HoldId id, std::uint64_t size);
  Task<std::vector<HeldLeaf>> take_leaves(TenantId tenant, const QueryPage& page);
  // Takes steps of those that are behind, one of each in turn, so that none waits for what another
  // has to look at. False: some failed, or the time was over.
  boost::asio::awaitable<bool> look_in_turn(const std::map<TenantId, std::uint64_t>& sizes,
                                            Deadline deadline);
  std::vector<std::pair<HoldId, std::uint64_t>> behind(
      const std::map<TenantId, std::uint64_t>& sizes);
  std::map<TenantId, std::uint64_t> sizes_of_all();
  std::uint64_t size_of(TenantId tenant);

  Ledger& ledger_;
  crypto::KeyStore& keys_;
  Clock& clock_;
  Random& random_;
  const VaultOptions options_;
  VaultFiles files_;
  Turns turns_;
  std::atomic<bool> cancelled_ = false;
  std::atomic<Monotonic> raise_next_{};

  std::mutex mutex_;
  std::map<HoldId, KeptHold> holds_;  // under mutex_
  std::set<TenantId> waiting_;        // under mutex_
  // By log and side, when.
  std::map<std::pair<TenantId, TenantId>, std::vector<Monotonic>> placed_lately_;  // under mutex_
};

}  // namespace belfry::audit
