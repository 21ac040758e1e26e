#include "history.h"

#include "base/text_encoding.h"

#include <algorithm>

namespace belfry::measures {
namespace {

using database::Row;
using database::Transaction;

constexpr Duration kReadLimit = std::chrono::seconds(10);

template <class Enum>
Enum value_named(std::string_view name, Enum last) {
  for (int i = 0; i <= static_cast<int>(last); ++i)
    if (name_of(static_cast<Enum>(i)) == name) return static_cast<Enum>(i);
  return last;
}

KeptRun run_of(const Row& row) {
  KeptRun run{.id = row.integer("id"), .status = {}, .rows_root_hex = row.text("rows_root")};
  run.status.id = row.text("measure_id");
  run.status.verdict = value_named(row.text("verdict"), Verdict::kError);
  run.status.proof = value_named(row.text("proof"), Proof::kNone);
  run.status.population = row.integer("population");
  run.status.violations = row.integer("violations");
  run.status.checked_at = from_us(row.integer("checked_at_us"));
  run.status.ledger_index = static_cast<std::uint64_t>(row.integer("ledger_index"));
  run.status.reason = row.text("reason");
  return run;
}

EvaluatedRow row_of(const Row& row) {
  return {row.text("subject"), row.text("status") == "pass", row.text("reason"),
          TenantId{row.integer("tenant_id")}};
}

Result<> insert_run(Transaction& transaction, const Run& run) {
  const Status& status = run.evaluation.status;
  TRY(transaction.execute(
      "INSERT INTO measure_run (id, measure_id, checked_at_us, verdict, proof, population, "
      "violations, reason, row_count, rows_root, definition_sha256, ledger_index) VALUES (:id, "
      ":measure_id, :checked_at_us, :verdict, :proof, :population, :violations, :reason, "
      ":row_count, :rows_root, :definition_sha256, :ledger_index)",
      {{"id", run.id},
       {"measure_id", status.id},
       {"checked_at_us", to_us(*status.checked_at)},
       {"verdict", std::string(name_of(status.verdict))},
       {"proof", std::string(name_of(status.proof))},
       {"population", status.population},
       {"violations", status.violations},
       {"reason", status.reason},
       {"row_count", static_cast<std::int64_t>(run.evaluation.rows.size())},
       {"rows_root", run.evaluation.rows_root_hex},
       {"definition_sha256", run.definition_sha256},
       {"ledger_index", static_cast<std::int64_t>(*status.ledger_index)}}));
  for (std::size_t i = 0; i < run.evaluation.rows.size(); ++i) {
    const EvaluatedRow& row = run.evaluation.rows[i];
    TRY(transaction.execute(
        "INSERT INTO measure_row (run_id, position, tenant_id, subject, status, reason, salt) "
        "VALUES (:run_id, :position, :tenant_id, :subject, :status, :reason, :salt)",
        {{"run_id", run.id},
         {"position", static_cast<std::int64_t>(i)},
         {"tenant_id", row.tenant.value},
         {"subject", row.subject},
         {"status", std::string(row.pass ? "pass" : "fail")},
         {"reason", row.reason},
         {"salt", to_hex(run.salts[i])}}));
  }
  return {};
}

Result<> forget_old(Transaction& transaction, const std::string& measure) {
  TRY(auto runs, transaction.query("SELECT id, verdict FROM measure_run WHERE measure_id = "
                                   ":measure_id ORDER BY checked_at_us DESC, ledger_index DESC",
                                   {{"measure_id", measure}}));
  std::size_t newest = 0, other = 0;
  for (const Row& run : runs) {
    bool keep = newest++ < kRunsKept;
    if (run.text("verdict") != "pass") keep = other++ < kOtherThanPassKept || keep;
    if (keep) continue;
    TRY(transaction.execute("DELETE FROM measure_row WHERE run_id = :id",
                            {{"id", run.integer("id")}}));
    TRY(transaction.execute("DELETE FROM measure_run WHERE id = :id", {{"id", run.integer("id")}}));
  }
  return {};
}

}  // namespace

Result<> save_run(database::Database& database, const Run& run) {
  return database.write([&](Transaction& transaction) -> Result<> {
    TRY(insert_run(transaction, run));
    return forget_old(transaction, run.evaluation.status.id);
  });
}

Result<std::map<std::string, KeptRun>> newest_runs(database::Database& database) {
  std::map<std::string, KeptRun> newest;
  TRY(database.read(kReadLimit, [&](Transaction& transaction) -> Result<> {
    newest.clear();
    TRY(auto rows,
        transaction.query("SELECT id, measure_id, checked_at_us, verdict, proof, population, "
                          "violations, reason, rows_root, ledger_index FROM measure_run "
                          "ORDER BY checked_at_us, ledger_index"));
    for (const Row& row : rows) {
      KeptRun run = run_of(row);
      newest[run.status.id] = std::move(run);
    }
    return {};
  }));
  return newest;
}

Result<std::vector<EvaluatedRow>> rows_of(database::Database& database, std::int64_t run,
                                          std::optional<TenantId> tenant, std::size_t limit) {
  std::vector<EvaluatedRow> rows;
  TRY(database.read(kReadLimit, [&](Transaction& transaction) -> Result<> {
    rows.clear();
    std::string sql =
        "SELECT tenant_id, subject, status, reason FROM measure_row WHERE run_id = :run";
    database::Parameters parameters{{"run", run}, {"limit", static_cast<std::int64_t>(limit)}};
    if (tenant) {
      sql += " AND tenant_id = :tenant";
      parameters.push_back({"tenant", tenant->value});
    }
    sql += " ORDER BY status, position LIMIT :limit";  // "fail" before "pass"
    TRY(auto found, transaction.query(sql, parameters));
    for (const Row& row : found) rows.push_back(row_of(row));
    return {};
  }));
  return rows;
}

Result<std::vector<KeptRow>> tree_rows(database::Database& database, std::int64_t run) {
  std::vector<KeptRow> rows;
  TRY(database.read(kReadLimit, [&](Transaction& transaction) -> Result<> {
    rows.clear();
    TRY(auto found,
        transaction.query("SELECT position, tenant_id, subject, status, reason, salt FROM "
                          "measure_row WHERE run_id = :run ORDER BY position",
                          {{"run", run}}));
    for (const Row& row : found) {
      KeptRow kept{row_of(row), {}, static_cast<std::uint64_t>(row.integer("position"))};
      auto salt = from_hex(row.text("salt"));
      if (!salt || salt->size() != kept.salt.size())
        return fail(Code::kCorrupt, "measures.bad_row", {{"run", std::to_string(run)}});
      std::ranges::copy(*salt, kept.salt.begin());
      rows.push_back(std::move(kept));
    }
    return {};
  }));
  return rows;
}

}  // namespace belfry::measures
