// Versions of entries: proposed with a file, moved from state to state, got back.
#include "base/text_encoding.h"
#include "crypto/hash.h"
#include "csv/csv.h"
#include "service.h"

#include <algorithm>

namespace belfry::registers {
namespace {

constexpr std::size_t kFileNameMax = 200;

std::string versions_table(const Declaration& of) {
  return std::string(of.noun) + "_version";
}

std::string files_table(const Declaration& of) {
  return std::string(of.noun) + "_file";
}

std::optional<Stamp> stamp_of(const Row& row, const std::string& name) {
  if (row.is_null(name + "_us")) return std::nullopt;
  return Stamp{.at = from_us(row.integer(name + "_us")),
               .user = UserId{row.integer(name + "_by_user_id")},
               .name = row.text(name + "_by_name")};
}

Version version_of(const Row& row) {
  return {.number = row.integer("number"),
          .state = row.text("state"),
          .state_since = from_us(row.integer("state_us")),
          .file_name = row.text("file_name"),
          .file_sha256 = row.text("file_sha256"),
          .file_bytes = row.integer("file_bytes"),
          .proposed = *stamp_of(row, "proposed"),
          .approved = stamp_of(row, "approved"),
          .reviewed = stamp_of(row, "reviewed"),
          .withdrawn = stamp_of(row, "withdrawn"),
          .approved_by_own_account = row.flag("approved_by_own_account")};
}

Result<> check_has_versions(const Declaration& of) {
  if (of.has_versions()) return {};
  return fail(Code::kNotFound, "registers.no_versions", {{"register", std::string(of.name)}});
}

// Somebody else has to approve it: a session of a role is nobody.
Result<> check_person(const Actor& by) {
  if (by.user) return {};
  return fail(Code::kDenied, "registers.person_needed");
}

// It goes into the name of a file on the reader's machine.
Result<> check_file(const File& file) {
  if (file.octets.empty() || file.octets.size() > kFileOctetsMax)
    return fail(Code::kInvalid, "registers.bad_file",
                {{"kib", std::to_string(kFileOctetsMax >> 10)}});
  if (csv::is_plain(file.name, kFileNameMax) && file.name.front() != '.' &&
      file.name.find_first_of("/\\\"") == std::string::npos)
    return {};
  return fail(Code::kInvalid, "registers.bad_file_name", {{"limit", std::to_string(kFileNameMax)}});
}

struct Person {
  UserId user;
  std::string name;
};

// A program's acts are those of its owner.
Result<Person> person_behind(Transaction& transaction, const Actor& by) {
  TRY(auto rows, transaction.query("SELECT o.id, o.name FROM iam_user u JOIN iam_user o ON o.id = "
                                   "u.owner_id WHERE u.id = :id",
                                   {{"id", by.user.value}}));
  if (rows.empty()) return Person{by.user, by.name};
  return Person{UserId{rows[0].integer("id")}, rows[0].text("name")};
}

// Errors: denied ("registers.same_person"), conflict ("registers.proposer_unchecked": of another
// proposer, or of nobody, as when the version was not there yet).
Result<> check_two(Transaction& transaction, const Actor& by, UserId proposer, const Move& move) {
  TRY(const Person person, person_behind(transaction, by));
  if (person.user == proposer) return fail(Code::kDenied, "registers.same_person");
  if (move.other && move.other->proposer == proposer) return {};
  return fail(Code::kConflict, "registers.proposer_unchecked");
}

// Every version keeps its file, in the database that each request reads.
Result<> check_octets(Transaction& transaction, const Declaration& of, std::size_t more) {
  TRY(auto rows,
      transaction.query("SELECT CAST(COALESCE(SUM(file_bytes), 0) AS BIGINT) AS n FROM " +
                        versions_table(of)));
  if (rows[0].integer("n") + std::int64_t(more) <= kAllOctetsMax) return {};
  return fail(Code::kConflict, "registers.files_too_large",
              {{"mib", std::to_string(kAllOctetsMax >> 20)}});
}

}  // namespace

std::string digest_of(const std::string& octets) {
  return to_hex(crypto::sha256(as_view(octets)));
}

Error no_version(std::int64_t number) {
  return Error(Code::kNotFound, "registers.no_version", {{"version", std::to_string(number)}});
}

Result<std::vector<Version>> versions_of(Transaction& transaction, const Declaration& of,
                                         EntryId id) {
  std::vector<Version> versions;
  if (!of.has_versions()) return versions;
  TRY(auto rows, transaction.query("SELECT * FROM " + versions_table(of) +
                                       " WHERE entry_id = :id ORDER BY number DESC",
                                   {{"id", id.value}}));
  for (const Row& row : rows) versions.push_back(version_of(row));
  return versions;
}

Result<> Service::insert_version(Transaction& transaction, const Actor& by, const Declaration& of,
                                 EntryId id, std::int64_t number, const File& file) {
  const std::int64_t version = random_.id();
  // Whose program it is may change until it is approved.
  TRY(const Person person, person_behind(transaction, by));
  TRY(transaction.execute(
      "INSERT INTO " + versions_table(of) +
          " (id, entry_id, number, state, state_us, file_name, file_sha256, file_bytes, "
          "proposed_us, proposed_by_user_id, proposed_by_name) VALUES (:id, :entry_id, :number, "
          ":state, :now, :file_name, :sha256, :bytes, :now, :user, :name)",
      {{"id", version},
       {"entry_id", id.value},
       {"number", number},
       {"state", std::string(of.initial)},
       {"now", to_us(clock_.now())},
       {"file_name", file.name},
       {"sha256", digest_of(file.octets)},
       {"bytes", std::int64_t(file.octets.size())},
       {"user", person.user.value},
       {"name", person.name}}));
  TRY(transaction.execute(
      "INSERT INTO " + files_table(of) + " (version_id, octets) VALUES (:id, :octets)",
      {{"id", version}, {"octets", to_base64(as_view(file.octets))}}));
  return {};
}

Task<Entry> Service::propose(const Actor& by, const Declaration& of, EntryId id, const File& file) {
  CO_TRY(check_has_versions(of));
  CO_TRY(check_person(by));
  CO_TRY(check_file(file));
  co_return co_await changes_.write<Entry>([&](Transaction& transaction) -> Result<Entry> {
    TRY(const Entry before, find_entry(transaction, of, id));
    if (before.versions.size() >= kVersionsMax)
      return fail(Code::kConflict, "registers.too_many_versions",
                  {{"limit", std::to_string(kVersionsMax)}});
    TRY(check_octets(transaction, of, file.octets.size()));
    const std::int64_t number = before.versions.empty() ? 1 : before.versions.front().number + 1;
    TRY(insert_version(transaction, by, of, id, number, file));
    TRY(note(transaction, by, resource_of(of, id),
             {{"entry", before.values.find(of.key().name)->second},
              {"version", std::to_string(number)},
              {"file", file.name},
              {"sha256", digest_of(file.octets)},
              {"bytes", std::to_string(file.octets.size())}}));
    return find_entry(transaction, of, id);
  });
}

Result<> Service::move_version(Transaction& transaction, const Actor& by, const Declaration& of,
                               const Entry& entry, const Move& move) {
  const Transition& transition = *move.transition;
  TRY(check_person(by));
  const auto found = std::ranges::find(entry.versions, move.number, &Version::number);
  if (found == entry.versions.end()) return std::unexpected(no_version(move.number));
  if (found->state != transition.from)
    return std::unexpected(wrong_state(transition, found->state));
  TRY(check_guard(transaction, transition.guard, entry.id, move.number));
  if (transition.eyes == Eyes::kFour) TRY(check_two(transaction, by, found->proposed.user, move));
  const database::Parameters which = {
      {"id", entry.id.value}, {"to", std::string(transition.to)}, {"now", to_us(clock_.now())}};
  const std::string table = versions_table(of);
  if (transition.supersedes)
    TRY(transaction.execute("UPDATE " + table +
                                " SET state = 'superseded', state_us = :now WHERE entry_id = :id "
                                "AND state = :to",
                            which));
  const std::string stamp(transition.stamp);
  database::Parameters parameters = which;
  parameters.push_back({"number", move.number});
  parameters.push_back({"user", by.user.value});
  parameters.push_back({"name", by.name});
  std::string set = stamp + "_us = :now, " + stamp + "_by_user_id = :user, " + stamp +
                    "_by_name = :name, state = :to";
  if (transition.to != transition.from) set += ", state_us = :now";
  if (transition.eyes == Eyes::kFour) {
    set += ", " + stamp + "_by_own_account = :own";
    parameters.push_back({"own", std::int64_t(move.other->may_be_one)});
  }
  TRY(transaction.execute(
      "UPDATE " + table + " SET " + set + " WHERE entry_id = :id AND number = :number",
      parameters));
  return {};
}

Task<File> Service::file(const Declaration& of, EntryId id, std::int64_t number) {
  CO_TRY(check_has_versions(of));
  co_return co_await changes_.read<File>([&](Transaction& transaction) -> Result<File> {
    TRY(auto rows, transaction.query("SELECT v.file_name, v.file_sha256, f.octets FROM " +
                                         versions_table(of) + " v LEFT JOIN " + files_table(of) +
                                         " f ON f.version_id = v.id WHERE v.entry_id = :id AND "
                                         "v.number = :number",
                                     {{"id", id.value}, {"number", number}}));
    if (rows.empty()) return std::unexpected(no_version(number));
    const auto octets = from_base64(text_in(rows[0], "octets"));
    File file{rows[0].text("file_name"), octets ? std::string(as_text(*octets)) : ""};
    if (digest_of(file.octets) == rows[0].text("file_sha256")) return file;
    return fail(Code::kCorrupt, "registers.file_damaged",
                {{"file", file.name}, {"version", std::to_string(number)}});
  });
}

}  // namespace belfry::registers
