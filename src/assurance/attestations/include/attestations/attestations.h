// What customers attest of themselves, for promises that are theirs and that nobody else can see:
// who signed which text, when, and until when.
//
//              sign                      sign (a renewal is a new row)
//   asked for ------> in force ------------------------------------------> superseded
//                       |  |
//              withdraw |  | 365 days
//                       v  v
//                  withdrawn, ended
//
// Invariants
//  1. Of a tenant and topic at most one attestation is not superseded: the newest. It alone counts.
//  2. A row is never taken away, and what was agreed to never changes.
//  3. An attestation and its event in the tenant's log are one transaction.
//  4. A version of a statement has one text in these tables for good.
#pragma once

#include "attestations/statements.h"
#include "audit/event.h"
#include "audit/ledger.h"
#include "audit/outbox.h"
#include "base/id.h"
#include "base/result.h"
#include "base/time.h"
#include "database/database.h"
#include "runtime/blocking.h"
#include "runtime/clock.h"
#include "runtime/random.h"
#include "runtime/task.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace belfry::attestations {

using AttestationId = Id<struct AttestationTag>;

// How long one counts, from its signature on.
inline constexpr Duration kValidFor = std::chrono::days(365);
// How long before its end it is told.
inline constexpr Duration kSoon = std::chrono::days(30);
// How long an attestation of the text before counts after another version was published.
inline constexpr Duration kSignAgainWithin = std::chrono::days(30);
inline constexpr std::size_t kAdministratorsMax = 20;
inline constexpr std::size_t kReasonMax = 1000;  // octets

enum class Language { kEnglish, kFrench };

// A user of the tenant who manages its access.
struct Administrator {
  UserId user;
  std::string name;      // when it was signed
  bool is_there = true;  // active still
};

struct Withdrawal {
  Timestamp at;
  std::string by, reason;
};

struct Attestation {
  AttestationId id;
  TenantId tenant;
  Topic topic = Topic::kAccessManagement;
  std::int64_t version = 0;
  std::string sha256;
  Language language = Language::kEnglish;  // in which it was shown
  UserId signed_by;
  std::string signed_by_name;  // then
  bool signer_is_there = true;
  Timestamp signed_at, expires;
  std::optional<Timestamp> superseded{};
  std::optional<Withdrawal> withdrawn{};
  std::vector<Administrator> administrators{};
};

// How a tenant stands to what is asked.
enum class State {
  kNever,              // nobody signed
  kSigned,             // counts
  kEndsSoon,           // counts, for kSoon at most
  kTextChanged,        // counts for a while: another version is asked for
  kTextOld,            // does not: the version before
  kEnded,              // does not
  kWithdrawn,          // does not
  kAdministratorGone,  // does not: a named administrator is not there any more
};
std::string_view name_of(State state);  // "never", "ends_soon"

struct Standing {
  Statement statement;  // that is asked for now
  State state = State::kNever;
  std::optional<Attestation> newest{};
  // Of kTextChanged: until when the one of before counts.
  std::optional<Timestamp> sign_again_by{};
};

// What is agreed to. `sha256` is of the statement as it was shown.
struct NewAttestation {
  Topic topic = Topic::kAccessManagement;
  std::int64_t version = 0;
  std::string sha256;
  Language language = Language::kEnglish;
  std::vector<UserId> administrators{};  // of kAccessManagement alone
};

// A person of a tenant, and what the log is to tell of the act; details are added to it.
struct Act {
  TenantId tenant;
  UserId user;
  std::string name;
  audit::Event event;
};

struct History {
  std::vector<Attestation> items;  // the newest first
  std::string next;                // where the page ended; empty: it was the last
};

// An end that was not announced yet.
struct Ending {
  Attestation attestation;
  std::string tenant_name;
};

// Rights are the caller's to check. Safe to use from any thread.
class Attestations {
 public:
  virtual ~Attestations() = default;

  // Puts what `catalogue` asks into the tables, where it is not yet. Safe to repeat; blocks.
  // Errors: conflict ("attestations.statement_changed": another text under a number that was used).
  virtual Result<> publish(std::span<const Statement> catalogue) = 0;

  // One a topic, in their order; none of the provider's own tenant, of whom nothing is asked.
  virtual Task<std::vector<Standing>> standings(TenantId tenant) = 0;
  // `topic`: nothing: all. `after`: History::next, or empty. Errors: invalid
  // ("attestations.bad_cursor").
  virtual Task<History> history(TenantId tenant, std::optional<Topic> topic,
                                const std::string& after, std::size_t limit) = 0;
  // Errors: not_found ("attestations.missing").
  virtual Task<Attestation> find(AttestationId id) = 0;

  // By an active person of the tenant, for kValidFor. Takes the place of the one before. Errors:
  // conflict ("attestations.not_asked" of the provider's tenant, "attestations.other_text": another
  // version is asked for, or it reads otherwise), invalid ("attestations.who_manages": no
  // administrators, or too many, or where none are asked for; "attestations.not_a_person": an
  // administrator, or who signs, is no active person of the tenant).
  virtual Task<Attestation> sign(const Act& act, const NewAttestation& wanted) = 0;
  // Errors: not_found ("attestations.missing", also of another tenant), conflict
  // ("attestations.not_in_force": superseded, withdrawn or ended), invalid
  // ("attestations.bad_reason").
  virtual Task<Attestation> withdraw(const Act& act, AttestationId id,
                                     const std::string& reason) = 0;
};

// `database` has migrations() and those of cloud/iam, whose users and tenants are read.
std::unique_ptr<Attestations> make_attestations(database::Database& database,
                                                std::shared_ptr<Pool> pool, audit::Ledger& ledger,
                                                audit::Outbox& outbox, Clock& clock,
                                                Random& random);

// In the transaction of whoever announces them: the attestations that end within kSoon, at most
// `limit`, each marked, with its event ("attestation:EndsSoon") in the tenant's log. Of tenants
// where somebody is active.
Result<std::vector<Ending>> take_endings(database::Transaction& transaction, audit::Ledger& ledger,
                                         Timestamp now, std::size_t limit);
// Whether there is such a one.
Result<bool> any_endings(database::Transaction& transaction, Timestamp now);

std::vector<database::Migration> migrations();

}  // namespace belfry::attestations
