#include "evaluate.h"

#include "reasons.h"
#include "sources.h"

#include <algorithm>
#include <tuple>

namespace belfry::measures {
namespace {

using database::Parameters;
using database::Row;
using database::Transaction;

// What a check's SQL gives is data, not our own code's: its shape is looked at before it is used.
const database::Value* column(const Row& row, std::string_view name) {
  auto found = std::ranges::find(row.names(), name);
  return found == row.names().end()
             ? nullptr
             : &row.values()[static_cast<std::size_t>(found - row.names().begin())];
}

const std::string* text_in(const Row& row, std::string_view name) {
  const database::Value* value = column(row, name);
  return value ? std::get_if<std::string>(value) : nullptr;
}

std::unexpected<Error> wrong_shape(std::string_view what) {
  return fail(Code::kInvalid, "measures.wrong_columns", {{"column", std::string(what)}});
}

// The number in the one row of `sql`; nothing for null.
Result<std::optional<std::int64_t>> number_of(Transaction& transaction, std::string_view sql,
                                              const Parameters& parameters, std::string_view name) {
  TRY(std::vector<Row> rows, transaction.query(sql, parameters));
  const database::Value* value = rows.size() == 1 ? column(rows[0], name) : nullptr;
  if (!value) return wrong_shape(name);
  if (std::holds_alternative<database::Null>(*value)) return std::optional<std::int64_t>();
  const auto* number = std::get_if<std::int64_t>(value);
  if (!number) return wrong_shape(name);
  return std::optional(*number);
}

Result<EvaluatedRow> row_of(const Measure& measure, const Row& row) {
  const std::string* subject = text_in(row, "subject");
  const std::string* status = text_in(row, "status");
  const std::string* reason = text_in(row, "reason");
  if (!subject || !is_subject(*subject)) return wrong_shape("subject");
  if (!status || (*status != "pass" && *status != "fail")) return wrong_shape("status");
  if (!reason) return wrong_shape("reason");
  if (!is_worded(measure, *reason))
    return fail(Code::kInvalid, "measures.unworded_reason", {{"reason", *reason}});
  EvaluatedRow out{*subject, *status == "pass", *reason, TenantId{}};
  if (const database::Value* tenant = column(row, "tenant_id"))
    if (const auto* number = std::get_if<std::int64_t>(tenant)) out.tenant = TenantId{*number};
  return out;
}

// How many rows this one is: more where others are summed up in it.
std::int64_t stands_for(const Row& row) {
  const database::Value* value = column(row, "stands_for");
  const auto* number = value ? std::get_if<std::int64_t>(value) : nullptr;
  return number ? *number : 1;
}

// All that one snapshot says.
struct Facts {
  std::int64_t population = 0;
  std::vector<EvaluatedRow> rows;
  std::int64_t violations = 0;
  std::optional<std::int64_t> observed_at_us;
  bool simulated = false;
};

// A name that no statement uses is refused by some engines: each gets its own.
Parameters named_in(std::string_view sql, const Parameters& all) {
  std::set<std::string> names = parameters_named(sql);
  Parameters used;
  for (const database::Parameter& parameter : all)
    if (names.contains(parameter.name)) used.push_back(parameter);
  return used;
}

Result<Facts> gather(Transaction& transaction, const Definition& definition, Timestamp now) {
  const Check& check = *definition.measure.check;
  Parameters parameters = definition.parameters;
  parameters.push_back({"now_us", to_us(now)});
  Facts facts;
  TRY(auto population, number_of(transaction, check.population_sql,
                                 named_in(check.population_sql, parameters), "population"));
  facts.population = population.value_or(0);
  TRY(auto rows, transaction.query(definition.sql, named_in(definition.sql, parameters)));
  if (rows.size() > kRowsMax) return fail(Code::kExhausted, "measures.too_many_rows");
  for (const Row& row : rows) {
    TRY(EvaluatedRow evaluated, row_of(definition.measure, row));
    if (!evaluated.pass) facts.violations += stands_for(row);
    facts.rows.push_back(std::move(evaluated));
  }
  if (!check.freshness_sql.empty()) {
    TRY(facts.observed_at_us,
        number_of(transaction, check.freshness_sql, named_in(check.freshness_sql, parameters),
                  "observed_at_us"));
  }
  for (const std::string& sql : definition.simulated_sql) {
    TRY(auto simulated, number_of(transaction, sql, {}, "simulated"));
    facts.simulated = facts.simulated || simulated.value_or(0) > 0;
  }
  return facts;
}

Verdict verdict_of(const Facts& facts, const Check& check, Timestamp now, Status& status) {
  if (facts.population < check.population_min || facts.rows.empty()) {
    status.reason = "measures.population_too_small";
    return Verdict::kNoData;
  }
  if (!check.freshness_sql.empty()) {
    // A fact from the future is no fresher than one from the past: the clock jumped.
    std::int64_t age_us = facts.observed_at_us ? to_us(now) - *facts.observed_at_us : 0;
    if (!facts.observed_at_us || age_us > check.age_max.count() ||
        -age_us > check.age_max.count()) {
      status.reason = "measures.facts_too_old";
      return Verdict::kStale;
    }
  }
  return status.violations > 0 ? Verdict::kFail : Verdict::kPass;
}

}  // namespace

Evaluation evaluate(database::Database& database, const Definition& definition, Timestamp now) {
  const Measure& measure = definition.measure;
  Evaluation evaluation;
  Status& status = evaluation.status;
  status = {.id = measure.id, .section = measure.section, .party = measure.party};
  status.checked_at = now;
  Facts facts;
  Result<> done =
      database.read(measure.check->time_limit, [&](Transaction& transaction) -> Result<> {
        TRY(facts, gather(transaction, definition, now));
        return {};
      });
  if (!done) {
    status.verdict = Verdict::kError;
    status.reason = done.error().message();
    return evaluation;
  }
  auto order = [](const EvaluatedRow& row) {
    return std::tie(row.tenant, row.subject, row.pass, row.reason);
  };
  std::ranges::sort(facts.rows, {}, order);
  status.population = facts.population;
  status.violations = facts.violations;
  status.verdict = verdict_of(facts, *measure.check, now, status);
  evaluation.rows = std::move(facts.rows);
  if (status.verdict != Verdict::kNoData)
    status.proof = facts.simulated ? weakest(measure.proof, Proof::kSimulated) : measure.proof;
  return evaluation;
}

}  // namespace belfry::measures
