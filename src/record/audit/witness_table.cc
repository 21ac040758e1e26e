#include "witness_table.h"

#include "base/codec.h"
#include "crypto/hash.h"

namespace belfry::audit {

namespace {

constexpr Duration kReadLimit = std::chrono::seconds(10);
constexpr WitnessProblem kProblems[] = {WitnessProblem::kNone, WitnessProblem::kUnreachable,
                                        WitnessProblem::kRefused, WitnessProblem::kRollback,
                                        WitnessProblem::kFork};

std::int64_t id_of(const std::string& verifier_key) {
  return std::int64_t(Decoder(crypto::sha256(as_view(verifier_key))).get<std::uint64_t>() >> 1 | 1);
}

WitnessState state_of(const database::Row& row) {
  WitnessState state;
  state.name = row.text("name");
  state.url = row.text("url");
  state.verifier_key = row.text("verifier_key");
  state.cosigned_size = std::uint64_t(row.integer("cosigned_size"));
  state.cosigned_at = from_us(row.integer("cosigned_us"));
  for (WitnessProblem problem : kProblems)
    if (row.text("problem") == name_of(problem)) state.problem = problem;
  state.problem_since = from_us(row.integer("problem_since_us"));
  state.alarms = std::uint64_t(row.integer("alarms"));
  state.last_alarm = from_us(row.integer("last_alarm_us"));
  state.observed_at = from_us(row.integer("observed_at_us"));
  return state;
}

Result<> write_state(database::Transaction& transaction, const WitnessState& state) {
  const std::int64_t id = id_of(state.verifier_key);
  TRY(transaction.execute("DELETE FROM audit_witness WHERE id = :id", {{"id", id}}));
  TRY(transaction.execute(
      "INSERT INTO audit_witness (id, name, url, verifier_key, cosigned_size, cosigned_us, "
      "problem, problem_since_us, alarms, last_alarm_us, observed_at_us) VALUES (:id, :name, "
      ":url, :key, :size, :cosigned, :problem, :since, :alarms, :alarm, :observed)",
      {{"id", id},
       {"name", state.name},
       {"url", state.url},
       {"key", state.verifier_key},
       {"size", std::int64_t(state.cosigned_size)},
       {"cosigned", to_us(state.cosigned_at)},
       {"problem", std::string(name_of(state.problem))},
       {"since", to_us(state.problem_since)},
       {"alarms", std::int64_t(state.alarms)},
       {"alarm", to_us(state.last_alarm)},
       {"observed", to_us(state.observed_at)}}));
  return {};
}

}  // namespace

std::string_view name_of(WitnessProblem problem) {
  switch (problem) {
    case WitnessProblem::kNone:
      return "none";
    case WitnessProblem::kUnreachable:
      return "unreachable";
    case WitnessProblem::kRefused:
      return "refused";
    case WitnessProblem::kRollback:
      return "rollback";
    case WitnessProblem::kFork:
      return "fork";
  }
  return "none";
}

Result<WitnessRecord> read_witnesses(database::Database& database) {
  WitnessRecord record;
  TRY(database.read(kReadLimit, [&record](database::Transaction& transaction) -> Result<> {
    record = {};
    TRY(auto rows, transaction.query("SELECT * FROM audit_witness ORDER BY name, id"));
    for (const database::Row& row : rows) record.witnesses.push_back(state_of(row));
    TRY(auto newest, transaction.query("SELECT size, note FROM audit_root_checkpoint"));
    for (const database::Row& row : newest)
      record.cosigned = {std::uint64_t(row.integer("size")), row.text("note")};
    return {};
  }));
  return record;
}

Result<> write_witnesses(database::Database& database, const WitnessRecord& record, Timestamp now) {
  return database.write([&](database::Transaction& transaction) -> Result<> {
    TRY(transaction.execute("DELETE FROM audit_witness WHERE alarms = 0"));
    for (const WitnessState& state : record.witnesses) TRY(write_state(transaction, state));
    if (record.cosigned.note.empty()) return {};
    TRY(transaction.execute("DELETE FROM audit_root_checkpoint"));
    TRY(
        transaction.execute("INSERT INTO audit_root_checkpoint (id, size, note, observed_at_us) "
                            "VALUES (1, :size, :note, :now)",
                            {{"size", std::int64_t(record.cosigned.size)},
                             {"note", record.cosigned.note},
                             {"now", to_us(now)}}));
    return {};
  });
}

}  // namespace belfry::audit
