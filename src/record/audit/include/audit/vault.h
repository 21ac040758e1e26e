// Legal holds: events of a tenant's log that stay readable and proved after the keys of their
// months are destroyed, and no others of those months (docs/formats/vault.md).
//
//   place() ──> copying ──copy(), secure()──> kept ──release()──> releasing ──> (gone)
//                  │                         └── some of it gone from every disk: damaged
//                  └─────── at a start, when its files or its key are not whole: lost
//
// Of each event that a hold is about, its leaf is copied as it is, with the key of that leaf alone,
// sealed under a key of the hold. Releasing destroys that key as a month's is destroyed: no older
// copy of the key disks opens it (crypto/key_store.h).
//
// Invariants, numbered on from ledger.h and README.md
//  10. Keys of a tenant's months are destroyed only once every hold on its log has looked at all
//      leaves that they sealed, and what it holds of them is durable on three disks.
//  11. A hold opens the leaves that it was asked for, and nothing else of their months.
//  12. A hold that was released is readable by nobody, whoever kept older copies of the disks.
#pragma once

#include "audit/held_leaf.h"
#include "audit/ledger.h"
#include "audit/query.h"
#include "base/id.h"
#include "runtime/blocking.h"
#include "runtime/signal.h"

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace belfry::audit {

// Holds on one tenant's log that one side placed, the tenant or the provider, and events that a
// hold may be about when it is placed: those that come later are held too, however many.
inline constexpr std::size_t kHoldsMax = 32;
inline constexpr std::uint64_t kHeldEventsMax = 100'000;
inline constexpr std::size_t kHoldTextMax = 1000;  // octets of each text of a hold

struct HoldAuthor {
  TenantId tenant;
  UserId user;
  std::string name;
};

// Which events: `filter` as a query asks for them, without its order, cursor and limits. Its span
// of time may reach into the future.
struct NewHold {
  std::string reason;
  Query filter;
  HoldAuthor by;
};

// kDamaged: a piece of what it keeps is gone from every disk. The rest can be read, and months
// wait.
enum class HoldState { kCopying, kKept, kReleasing, kDamaged, kLost };

struct Hold {
  HoldId id;
  TenantId tenant;
  std::string reason;
  Query filter;
  HoldAuthor by;
  Timestamp placed;
  HoldState state = HoldState::kCopying;
  std::uint64_t events = 0;     // copied so far
  std::uint64_t looked_at = 0;  // leaves of the log, from the first
  std::uint64_t log_size = 0;   // of them there are
};

struct HeldPage {
  std::vector<HeldLeaf> leaves;  // in the order of the log
  std::optional<Position> next;  // nothing: no more
  // Held events before the first of them, as was written with them: who reads from the beginning
  // has seen fewer when something is gone from every disk.
  std::uint64_t events_before = 0;
  bool is_gap = false;  // what belongs here no disk has whole
};

inline constexpr std::string_view kPlaceAction = "audit:PlaceHold";
inline constexpr std::string_view kReleaseAction = "audit:ReleaseHold";
inline constexpr std::string_view kHoldDetail = "hold";

class Vault {
 public:
  virtual ~Vault() = default;

  // Called when everything but the last step is done: what it tells of is in a log before it holds.
  // Of a placement an event with kPlaceAction and the detail kHoldDetail (the hold's number) is in
  // the tenant's log then, and one that failed besides when `place` has failed: by these a start
  // knows a placement that was cut short.
  using Announce = std::function<Task<>(const Hold& hold)>;

  // How a placement searches the log to count what it is about: Ledger::query, in its turn among
  // other searches.
  using Look = std::function<Task<QueryPage>(TenantId tenant, const Query& query)>;

  // Durable on three disks when this returns; copying goes on by copy(). What is refused leaves no
  // key, and no trace of one where `announce` failed. Errors: invalid ("audit.hold_reason",
  // "audit.hold_text", "audit.hold_too_long", "audit.hold_span"), not_found ("audit.no_such_log"),
  // conflict ("audit.holds_full", "audit.holds_often", "audit.hold_too_large",
  // "audit.hold_not_counted"), retry ("audit.vault_absent", "audit.vault_not_written", key disks);
  // those of `look` and of `announce`.
  virtual Task<Hold> place(TenantId tenant, NewHold wanted, Look look, Announce announce) = 0;
  // Destroys what it keeps. Safe to repeat: after an error it may hold still. Errors: not_found
  // ("audit.no_such_hold"), retry (key disks); those of `announce`.
  virtual Task<> release(TenantId tenant, HoldId id, Announce announce) = 0;

  // The oldest first; of one tenant, or all.
  virtual std::vector<Hold> list(std::optional<TenantId> tenant) = 0;
  // Errors: not_found ("audit.no_such_hold").
  virtual Result<Hold> find(TenantId tenant, HoldId id) = 0;
  // What a hold keeps, from a place on; at most 256 events. Errors: not_found, conflict
  // ("audit.hold_lost"), corrupt ("audit.vault_lost": once the hold is known as damaged such a
  // piece is a gap, and `next` leads past it).
  virtual Task<HeldPage> read(TenantId tenant, HoldId id, Position from) = 0;

  // Goes on with what holds have not looked at, of what there was when they were placed, or an hour
  // ago, and with releases that a disk kept from ending; takes away what placements left that were
  // cut short; and reads again what is kept, on each of the three disks, a piece of each hold a
  // call: what is not whole there is written anew, and until it can be, months wait. Called every
  // few seconds; safe to repeat. Errors: the first of any hold; the others go on.
  virtual Task<> copy() = 0;
  // Looks at what there is in the log now, for some seconds: who reads the hold after it misses
  // nothing that was there before. Nothing to do for one that is lost or damaged. Errors:
  // not_found, retry ("audit.hold_behind": there is more; "audit.vault_not_written").
  virtual Task<> catch_up(TenantId tenant, HoldId id) = 0;

  // Makes invariant 10 true of `tenants`, while it lives: until then nothing is placed or released.
  // `waiting` are those of them where it could not be made true, within some minutes in all.
  struct Secured {
    Turns::Turn turn;
    std::set<TenantId> waiting;
  };
  virtual boost::asio::awaitable<Secured> secure(const std::set<TenantId>& tenants) = 0;
  // The tenants whose months waited for the vault when they were to be destroyed last.
  virtual std::set<TenantId> waiting() = 0;

  // Copying ends at its next step, with retry ("audit.vault_stopping").
  virtual void cancel() = 0;
};

struct VaultOptions {
  // Three disks that every file is on.
  std::vector<std::shared_ptr<Disk>> disks;
  // Others that may have files, of when they were among the three.
  std::vector<std::shared_ptr<Disk>> elsewhere;
  std::shared_ptr<Pool> pool;
};

// Reads what holds there are; copy() brings missing copies back. A hold that cannot be read is
// kLost.
// What it is given must outlive it.
Task<std::unique_ptr<Vault>> open_vault(Ledger& ledger, crypto::KeyStore& keys, Clock& clock,
                                        Random& random, VaultOptions options);

// "copying"
std::string_view name_of(HoldState state);

}  // namespace belfry::audit
