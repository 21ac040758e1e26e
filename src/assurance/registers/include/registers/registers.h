// The provider's registers: entries, their versions and lists, as declarations say.
#pragma once

#include "audit/ledger.h"
#include "audit/outbox.h"
#include "base/id.h"
#include "base/result.h"
#include "base/time.h"
#include "database/database.h"
#include "registers/declaration.h"
#include "runtime/blocking.h"
#include "runtime/clock.h"
#include "runtime/random.h"
#include "runtime/task.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::registers {

using EntryId = Id<struct EntryTag>;

std::vector<database::Migration> migrations();

// By the name of the field, as text; empty: nothing.
using Values = std::map<std::string, std::string, std::less<>>;

// Of the provider's tenant. Rights were checked before.
struct Actor {
  TenantId tenant;
  UserId user;
  std::string name, source_ip;
  std::string action;                // of the event
  std::vector<audit::Detail> how{};  // by what credential, beside what each act tells
};

// Who made it what it is, and when.
struct Stamp {
  Timestamp at;
  UserId user;
  std::string name;
};

struct Version {
  std::int64_t number = 0;
  std::string state;
  Timestamp state_since;
  std::string file_name, file_sha256;
  std::int64_t file_bytes = 0;
  Stamp proposed;
  std::optional<Stamp> approved{}, reviewed{}, withdrawn{};
  bool approved_by_own_account = false;
};

struct Entry {
  EntryId id;
  std::string state{};  // empty where versions have states
  std::optional<Timestamp> state_since{};
  Values values;                    // of fields and what is derived
  std::vector<Version> versions{};  // the newest first
  std::vector<Values> list{};       // in the order of the scan
  Timestamp created, changed;
};

struct Page {
  std::string after;  // where the page before ended; empty: from the first
  std::size_t limit = 100;
  std::string key{};  // only what has it; empty: all
};
struct Listing {
  std::vector<Entry> entries;  // without versions and lists
  std::string next;            // empty: it was the last page
};

struct File {
  std::string name, octets;
};
inline constexpr std::size_t kFileOctetsMax = std::size_t{1} << 20;
inline constexpr std::size_t kLinesMax = 2000;
// Of a register, and of an entry.
inline constexpr std::size_t kEntriesMax = 1000, kVersionsMax = 200;
// What the files of a register come to.
inline constexpr std::int64_t kAllOctetsMax = std::int64_t{256} << 20;

// That who approves is another person than `proposer`, by more than their accounts: checked before.
struct OtherPerson {
  UserId proposer;
  bool may_be_one = false;  // who approves may have the account of who proposed it
};

// What a transition is asked for.
struct Move {
  const Transition* transition = nullptr;
  std::int64_t number = 0;             // of the version, where versions have states
  std::optional<OtherPerson> other{};  // where it wants four eyes
};

struct Fault {
  std::size_t line = 0;  // the first is 1
  Error error;
};
struct Scanned {
  std::size_t lines = 0;
  std::vector<Fault> faults{};  // any: nothing was replaced; at most kFaultsMax
};
inline constexpr std::size_t kFaultsMax = 100;

// Every call is safe from any thread. A change leaves its event in the provider's log in its own
// transaction. Errors of changes: retry ("registers.log_unavailable").
class Registers {
 public:
  virtual ~Registers() = default;

  // By key. Errors: invalid ("registers.bad_cursor").
  virtual Task<Listing> list(const Declaration& of, Page page) = 0;
  // Errors: not_found ("registers.no_entry"), here and below.
  virtual Task<Entry> find(const Declaration& of, EntryId id) = 0;
  // Errors: invalid ("registers.unknown_field", "registers.needed", "registers.not_needed",
  // "registers.bad_text", "registers.bad_reference", "registers.bad_choice", "registers.bad_count",
  // "registers.bad_flag", "registers.reserved"), not_found ("registers.no_link"), conflict
  // ("registers.taken", "registers.too_many_entries").
  virtual Task<Entry> enter(const Actor& by, const Declaration& of, const Values& values) = 0;
  // What is not given stays. Errors: as above, and conflict ("registers.held",
  // "registers.held_count": while a version is a draft or approved).
  virtual Task<Entry> change(const Actor& by, const Declaration& of, EntryId id,
                             const Values& values) = 0;
  // A version that wants four eyes moves only if `move.other` was checked of who proposed it.
  // Errors: conflict ("registers.wrong_state", "registers.proposer_unchecked", the guard's),
  // not_found ("registers.no_version"), denied ("registers.same_person",
  // "registers.person_needed").
  virtual Task<Entry> move(const Actor& by, const Declaration& of, EntryId id,
                           const Move& move) = 0;

  // A new version, as a draft. Errors: not_found ("registers.no_versions"), invalid
  // ("registers.bad_file", "registers.bad_file_name"), conflict ("registers.too_many_versions",
  // "registers.files_too_large"), denied ("registers.person_needed").
  virtual Task<Entry> propose(const Actor& by, const Declaration& of, EntryId id,
                              const File& file) = 0;
  // Errors: not_found ("registers.no_version", "registers.no_versions"), corrupt
  // ("registers.file_damaged": its digest is another).
  virtual Task<File> file(const Declaration& of, EntryId id, std::int64_t number) = 0;

  // Comma-separated values (RFC 4180) with a line of column names. All of it takes the place of
  // what the list held, or nothing and what is wrong by line. Errors: not_found
  // ("registers.no_list"), invalid ("registers.scan_too_large", those of csv::parse and
  // csv::Columns).
  virtual Task<Scanned> scan(const Actor& by, const Declaration& of, EntryId id,
                             std::string file) = 0;

  // All entries with what is derived.
  virtual Task<std::string> export_entries(const Actor& by, const Declaration& of) = 0;
};

// What it is given outlives it. `database` has the migrations of cloud/iam and assurance/people
// too.
std::unique_ptr<Registers> make_registers(database::Database& database, std::shared_ptr<Pool> pool,
                                          audit::Ledger& ledger, audit::Outbox& outbox,
                                          Clock& clock, Random& random);

Error no_version(std::int64_t number);
Error wrong_state(const Transition& transition, const std::string& state);

std::string resource_of(const Declaration& of, EntryId id);  // "belfry:document/12"
std::string resource_of(const Declaration& of);              // "belfry:register/documents"

}  // namespace belfry::registers
