// Entries: listed, found, entered, changed, moved from state to state, written to a file.
#include "registers/registers.h"

#include "base/ascii.h"
#include "base/text_encoding.h"
#include "csv/csv.h"
#include "service.h"

#include <algorithm>

namespace belfry::registers {
namespace {

constexpr std::size_t kPageMax = 1000;

std::string table_of(const Declaration& of) {
  return std::string(of.noun);
}

Result<> check_free(Transaction& transaction, const Declaration& of, EntryId but,
                    const std::string& key) {
  TRY(auto rows,
      transaction.query("SELECT id FROM " + table_of(of) + " WHERE key_text = :key AND id <> :id",
                        {{"key", to_lower(key)}, {"id", but.value}}));
  if (rows.empty()) return {};
  return fail(Code::kConflict, "registers.taken", {{"value", key}});
}

Result<> check_room(Transaction& transaction, const Declaration& of) {
  TRY(auto rows, transaction.query("SELECT count(*) AS n FROM " + table_of(of)));
  if (std::size_t(rows[0].integer("n")) < kEntriesMax) return {};
  return fail(Code::kConflict, "registers.too_many_entries",
              {{"limit", std::to_string(kEntriesMax)}});
}

std::vector<audit::Detail> details_of(const Values& values) {
  std::vector<audit::Detail> details;
  for (const auto& [name, value] : values) details.push_back({name, value});
  return details;
}

std::vector<audit::Detail> details_of(const Values& now, const Values& before) {
  std::vector<audit::Detail> details = details_of(now);
  for (const auto& [name, value] : now)
    details.push_back({name + "_before", before.find(name)->second});
  return details;
}

// Whether a version in that state can still go on to another, or be looked at again.
bool is_live(const Declaration& of, const std::string& state) {
  return std::ranges::find(of.transitions, state, &Transition::from) != of.transitions.end();
}

// Else what one person approved is changed by another. Errors: conflict ("registers.held",
// "registers.held_count").
Result<> check_held(const Declaration& of, const Entry& before, const Values& differing) {
  const auto live = std::ranges::find_if(
      before.versions, [&](const Version& version) { return is_live(of, version.state); });
  if (live == before.versions.end()) return {};
  for (const auto& [name, value] : differing) {
    const Field& field = *std::ranges::find(of.fields, name, &Field::name);
    if (field.held == Held::kNot) continue;
    const bool may_be_less = field.held == Held::kNoMore;
    if (may_be_less && is_less(value, before.values.find(name)->second)) continue;
    return fail(Code::kConflict, may_be_less ? "registers.held_count" : "registers.held",
                {{"field", name}, {"version", std::to_string(live->number)}});
  }
  return {};
}

// Whether a change that gives `values` has to do with the field: it gives it, or what it depends
// on.
bool is_touched(const Field& field, const Values& values) {
  return values.contains(field.name) || values.contains(field.only_when.field);
}

// `values` with what is emptied, as it was for another value of what it depends on.
Values with_what_follows(const Declaration& of, Values before, Values values) {
  for (const auto& [name, value] : values) before[name] = value;
  for (const Field& field : of.fields)
    if (is_touched(field, values) && !applies(field, before))
      values.try_emplace(std::string(field.name));
  return values;
}

// Of the fields alone, as they are.
Values fields_of(const Declaration& of, const Entry& entry) {
  Values values;
  for (const Field& field : of.fields)
    values.emplace(field.name, entry.values.find(field.name)->second);
  return values;
}

// A cell that spreadsheets take for no formula.
std::string cell_of(std::string text) {
  if (csv::is_formula(text)) text.insert(text.begin(), ' ');
  return text;
}

std::string cell_of(Kind kind, const std::string& text) {
  const bool is_time = kind == Kind::kTime && !text.empty();
  return is_time ? format_rfc3339(from_us(std::stoll(text))) : cell_of(text);
}

std::vector<std::string> heads_of(const Declaration& of) {
  std::vector<std::string> heads;
  for (const Field& field : of.fields) heads.emplace_back(field.name);
  if (!of.has_versions()) heads.emplace_back("state");
  for (const Derived& derived : of.derived) {
    std::string_view name = derived.name;
    if (derived.kind == Kind::kTime) name.remove_suffix(std::string_view("_us").size());
    heads.emplace_back(name);
  }
  return heads;
}

std::vector<std::string> cells_of(const Declaration& of, const Entry& entry) {
  std::vector<std::string> cells;
  for (const Field& field : of.fields)
    cells.push_back(cell_of(field.kind, entry.values.find(field.name)->second));
  if (!of.has_versions()) cells.push_back(entry.state);
  for (const Derived& derived : of.derived)
    cells.push_back(cell_of(derived.kind, entry.values.find(derived.name)->second));
  return cells;
}

}  // namespace

std::string resource_of(const Declaration& of, EntryId id) {
  return "belfry:" + std::string(of.noun) + "/" + id.text();
}

std::string resource_of(const Declaration& of) {
  return "belfry:register/" + std::string(of.name);
}

std::string entry_columns(const Declaration& of) {
  std::string columns = "e.id, e.key_text, e.created_us, e.changed_us, " + selected(of.fields);
  if (!of.has_versions()) columns += ", e.state, e.state_us";
  for (const Derived& derived : of.derived)
    columns += ", " + std::string(derived.sql) + " AS " + std::string(derived.name);
  return columns;
}

Entry entry_of(const Declaration& of, const Row& row) {
  Entry entry{.id = EntryId{row.integer("id")},
              .values = {},
              .created = from_us(row.integer("created_us")),
              .changed = from_us(row.integer("changed_us"))};
  for (const Field& field : of.fields) entry.values.emplace(field.name, text_in(row, field.name));
  for (const Derived& derived : of.derived)
    entry.values.emplace(derived.name, text_in(row, derived.name));
  if (of.has_versions()) return entry;
  entry.state = row.text("state");
  entry.state_since = from_us(row.integer("state_us"));
  return entry;
}

Result<Entry> find_entry(Transaction& transaction, const Declaration& of, EntryId id) {
  TRY(auto rows, transaction.query("SELECT " + entry_columns(of) + " FROM " + table_of(of) +
                                       " e WHERE e.id = :id",
                                   {{"id", id.value}}));
  if (rows.empty()) return fail(Code::kNotFound, "registers.no_entry", {{"entry", id.text()}});
  Entry entry = entry_of(of, rows[0]);
  TRY(entry.versions, versions_of(transaction, of, id));
  TRY(entry.list, list_of(transaction, of, id));
  return entry;
}

Result<> check_guard(Transaction& transaction, const Guard& guard, EntryId id,
                     std::int64_t number) {
  if (guard.sql.empty()) return {};
  database::Parameters parameters = {{"entry_id", id.value}};
  if (guard.sql.contains(":number")) parameters.push_back({"number", number});
  TRY(auto rows, transaction.query(guard.sql, parameters));
  if (rows[0].integer("n") == 0) return {};
  return std::unexpected(Error(Code::kConflict, guard.message));
}

Error wrong_state(const Transition& transition, const std::string& state) {
  return Error(Code::kConflict, "registers.wrong_state",
               {{"act", std::string(transition.act)}, {"state", state}});
}

Result<> Service::note(Transaction& transaction, const Actor& by, std::string resource,
                       std::vector<audit::Detail> details) {
  audit::Event event;
  event.time = clock_.now();
  event.event_class = audit::EventClass::kEntityManagement;
  event.action = by.action;
  event.actor = by.name;
  event.actor_id = by.user;
  event.source_ip = by.source_ip;
  event.resource = std::move(resource);
  event.details = std::move(details);
  event.details.insert(event.details.end(), by.how.begin(), by.how.end());
  return changes_.tell(transaction, by.tenant, event);
}

Task<Listing> Service::list(const Declaration& of, Page page) {
  for (const std::string& text : {page.after, page.key})
    if (!is_utf8(text) || text.contains('\0'))
      co_return fail(Code::kInvalid, "registers.bad_cursor");
  const std::size_t limit = std::clamp<std::size_t>(page.limit, 1, kPageMax);
  co_return co_await changes_.read<Listing>([&](Transaction& transaction) -> Result<Listing> {
    TRY(auto rows, transaction.query("SELECT " + entry_columns(of) + " FROM " + table_of(of) +
                                         " e WHERE e.key_text > :after AND (:key = '' OR "
                                         "e.key_text = :key) ORDER BY e.key_text LIMIT :limit",
                                     {{"after", page.after},
                                      {"key", to_lower(page.key)},
                                      {"limit", std::int64_t(limit) + 1}}));
    Listing listing;
    if (rows.size() > limit) {
      rows.pop_back();
      listing.next = rows.back().text("key_text");
    }
    for (const Row& row : rows) listing.entries.push_back(entry_of(of, row));
    return listing;
  });
}

Task<Entry> Service::find(const Declaration& of, EntryId id) {
  co_return co_await changes_.read<Entry>(
      [&](Transaction& transaction) { return find_entry(transaction, of, id); });
}

Result<> Service::insert(Transaction& transaction, const Declaration& of, EntryId id,
                         database::Parameters columns) {
  const std::int64_t now = to_us(clock_.now());
  columns.push_back({"id", id.value});
  columns.push_back({"created_us", now});
  columns.push_back({"changed_us", now});
  if (!of.has_versions()) {
    columns.push_back({"state", std::string(of.initial)});
    columns.push_back({"state_us", now});
  }
  std::string names, places;
  for (const database::Parameter& column : columns) {
    names += (names.empty() ? "" : ", ") + column.name;
    places += (places.empty() ? ":" : ", :") + column.name;
  }
  TRY(transaction.execute(
      "INSERT INTO " + table_of(of) + " (" + names + ") VALUES (" + places + ")", columns));
  return {};
}

Task<Entry> Service::enter(const Actor& by, const Declaration& of, const Values& values) {
  CO_TRY(check_known(of.fields, values));
  co_return co_await changes_.write<Entry>([&](Transaction& transaction) -> Result<Entry> {
    TRY(check_room(transaction, of));
    Values wanted = values;
    for (const Field& field : of.fields)
      if (!wanted.contains(field.name)) wanted.emplace(field.name, field.otherwise);
    TRY(auto columns, columns_of(transaction, by.tenant, of.fields, wanted));
    const std::string& key = wanted.find(of.key().name)->second;
    const EntryId id{random_.id()};
    TRY(check_free(transaction, of, id, key));
    columns.push_back({"key_text", to_lower(key)});
    TRY(insert(transaction, of, id, std::move(columns)));
    TRY(note(transaction, by, resource_of(of, id), details_of(wanted)));
    return find_entry(transaction, of, id);
  });
}

Task<Entry> Service::change(const Actor& by, const Declaration& of, EntryId id,
                            const Values& values) {
  if (values.empty()) co_return fail(Code::kInvalid, "registers.nothing_given");
  CO_TRY(check_known(of.fields, values));
  co_return co_await changes_.write<Entry>([&](Transaction& transaction) -> Result<Entry> {
    TRY(Entry before, find_entry(transaction, of, id));
    Values wanted = fields_of(of, before), differing;
    std::vector<Field> touched;
    for (const auto& [name, value] : with_what_follows(of, wanted, values)) {
      if (wanted.at(name) != value) differing[name] = value;
      wanted[name] = value;
    }
    // What it has nothing to do with stays, though it would not be taken now: a directory is gone.
    for (const Field& field : of.fields)
      if (is_touched(field, values)) touched.push_back(field);
    if (differing.empty()) return before;
    TRY(check_held(of, before, differing));
    TRY(auto columns, columns_of(transaction, by.tenant, touched, wanted));
    const std::string& key = wanted.find(of.key().name)->second;
    TRY(check_free(transaction, of, id, key));
    columns.push_back({"key_text", to_lower(key)});
    columns.push_back({"changed_us", to_us(clock_.now())});
    std::string set;
    for (const database::Parameter& column : columns)
      set += (set.empty() ? "" : ", ") + column.name + " = :" + column.name;
    columns.push_back({"id", id.value});
    TRY(transaction.execute("UPDATE " + table_of(of) + " SET " + set + " WHERE id = :id", columns));
    auto details = details_of(differing, before.values);
    details.push_back({"entry", before.values.find(of.key().name)->second});
    TRY(note(transaction, by, resource_of(of, id), std::move(details)));
    return find_entry(transaction, of, id);
  });
}

Result<> Service::move_entry(Transaction& transaction, const Declaration& of, const Entry& entry,
                             const Move& move) {
  if (entry.state != move.transition->from)
    return std::unexpected(wrong_state(*move.transition, entry.state));
  TRY(check_guard(transaction, move.transition->guard, entry.id, 0));
  TRY(transaction.execute(
      "UPDATE " + table_of(of) + " SET state = :state, state_us = :now WHERE id = :id",
      {{"state", std::string(move.transition->to)},
       {"now", to_us(clock_.now())},
       {"id", entry.id.value}}));
  return {};
}

Task<Entry> Service::move(const Actor& by, const Declaration& of, EntryId id, const Move& move) {
  co_return co_await changes_.write<Entry>([&](Transaction& transaction) -> Result<Entry> {
    TRY(const Entry before, find_entry(transaction, of, id));
    std::vector<audit::Detail> details = {{"act", std::string(move.transition->act)},
                                          {"entry", before.values.find(of.key().name)->second}};
    if (of.has_versions()) {
      TRY(move_version(transaction, by, of, before, move));
      details.push_back({"version", std::to_string(move.number)});
      if (move.other && move.other->may_be_one)
        details.push_back({"approved_by_own_account", "yes"});
    } else {
      TRY(move_entry(transaction, of, before, move));
    }
    TRY(note(transaction, by, resource_of(of, id), std::move(details)));
    return find_entry(transaction, of, id);
  });
}

Task<std::string> Service::export_entries(const Actor& by, const Declaration& of) {
  // There are kEntriesMax at most.
  std::size_t count = 0;
  const auto read_all = [&](Transaction& transaction) -> Result<std::string> {
    TRY(auto rows, transaction.query("SELECT " + entry_columns(of) + " FROM " + table_of(of) +
                                     " e ORDER BY e.key_text"));
    count = rows.size();
    std::string file = csv::line_of(heads_of(of));
    for (const Row& row : rows) file += csv::line_of(cells_of(of, entry_of(of, row)));
    return file;
  };
  CO_TRY(std::string file, co_await changes_.read<std::string>(read_all));
  struct Done {};
  // Nobody else's change waits for the reading.
  CO_TRY(co_await changes_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(note(transaction, by, resource_of(of), {{"entries", std::to_string(count)}}));
    return Done{};
  }));
  co_return file;
}

std::unique_ptr<Registers> make_registers(database::Database& database, std::shared_ptr<Pool> pool,
                                          audit::Ledger& ledger, audit::Outbox& outbox,
                                          Clock& clock, Random& random) {
  return std::make_unique<Service>(database, std::move(pool), ledger, outbox, clock, random);
}

}  // namespace belfry::registers
