// What a register is, said once: its fields, states and transitions, rights and texts. Storage,
// REST, files and the command line follow from it.
//
// A register has one table, named as its noun, with the columns id, key_text, created_us,
// changed_us and one a field (of a link `<field>_id`). Where the states are those of the entries,
// state and state_us too. Where they are those of versions, `<noun>_version` and `<noun>_file` as
// of migrations/6601_registers.sql. A scanned list has a table of its own.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace belfry::registers {

enum class Kind {
  kText,       // one line of words
  kReference,  // letters, digits, dots, slashes, underscores, hyphens
  kChoice,     // one of `choices`
  kCount,      // a whole number from `least` to `most`
  kFlag,       // 0 or 1
  kTime,       // microseconds since 1970 UTC; derived alone
  kLink,       // something of another table, called by its key
};

// `where` narrows `table t`, and may name :tenant_id, the provider's. `folded`: the column that has
// the key in lower case, where case does not matter.
struct Link {
  std::string_view table, key, where, folded{};
};

// That another field has that value.
struct Condition {
  std::string_view field{}, value{};
};

// What no change touches while a version is a draft or approved, as that was proposed with it.
enum class Held {
  kNot,
  kAsItIs,
  kNoMore,  // a count may become less
};

struct Field {
  std::string_view name;
  const char* head;  // message: what it is called
  const char* help;  // message: what to write
  Kind kind = Kind::kText;
  bool is_required = false;  // with `only_when`: then
  std::span<const std::string_view> choices{};
  std::int64_t least = 0, most = 0;
  std::string_view otherwise{};  // what it is of a new entry where nothing is said
  const Link* link = nullptr;
  Condition only_when{};        // else it stays empty
  std::string_view reserved{};  // what it may not be, whatever the case
  bool is_listed = true;        // among what lists show
  Held held = Held::kNot;       // where versions have states
};

// What follows from the tables: `sql` is an expression over `<noun> e`.
struct Derived {
  std::string_view name;
  const char* head;
  Kind kind;
  std::string_view sql;
};

// Refuses a transition: `sql` counts, as n, what is in its way, and may name :entry_id and :number.
struct Guard {
  std::string_view sql{};
  const char* message = "";
};

// kFour: another person than who proposed the version. Such a stamp wants one more column of
// versions, `<stamp>_by_own_account`.
enum class Eyes { kTwo, kFour };

struct Transition {
  std::string_view act, from, to;
  const char* help;          // message: what it does
  std::string_view right{};  // what it asks for besides "registers:MoveEntry"; empty: nothing
  Eyes eyes = Eyes::kTwo;
  std::string_view stamp{};  // of versions: who and when goes into `<stamp>_us` and the like
  bool supersedes = false;   // of versions: the one that was in `to` becomes "superseded"
  Guard guard{};
};

// What an entry has many of, as they are found: a file replaces all of them. The first field is the
// key of a line. The table has the columns <noun>_id, position and one a field.
struct ScannedList {
  std::string_view name, table;
  const char* head;
  std::span<const Field> fields;
  std::string_view scanned;  // the column of the entry that says when
};

enum class StatesOf { kEntries, kVersions };

struct Declaration {
  std::string_view name, noun;    // "documents", "document"
  const char* help;               // message: what it is about
  std::span<const Field> fields;  // the first is the key: no two entries have the same
  std::span<const Derived> derived;
  StatesOf states_of = StatesOf::kEntries;
  std::string_view initial;
  std::span<const Transition> transitions;
  const ScannedList* list = nullptr;

  constexpr bool has_versions() const { return states_of == StatesOf::kVersions; }
  constexpr const Field& key() const { return fields.front(); }
};

std::span<const Declaration* const> declarations();
// Null: there is no such register.
const Declaration* find_declaration(std::string_view name);

}  // namespace belfry::registers
