// The annex: every measure with its verdict and proof.
//
// The provider's staff sees populations and every row; a customer sees verdict and proof of all
// measures, and the rows that are its own, never a host name or another tenant.
#include "route.h"
#include "shapes.h"

#include <nlohmann/json.hpp>

namespace belfry::api {
namespace {

using measures::Measure;
using measures::Status;
using nlohmann::json;

constexpr std::int64_t kRowsMax = 1000;

json status_json(const Call& call, const Status& status) {
  bool staff = call.is_provider_staff();
  return {{"id", status.id},
          {"section", status.section},
          {"party", measures::name_of(status.party)},
          {"verdict", measures::name_of(status.verdict)},
          {"proof", measures::name_of(status.proof)},
          {"population", staff ? json(status.population) : json(nullptr)},
          {"violations", staff ? json(status.violations) : json(nullptr)},
          {"checked_at_us", time_or_null(status.checked_at)},
          {"ledger_index", status.ledger_index ? json(*status.ledger_index) : json(nullptr)},
          {"reason", worded(status.reason, {}, call.language())}};
}

json text_json(const std::optional<measures::Text>& text) {
  if (!text) return nullptr;
  return {{"fr", text->fr}, {"en", text->en}};
}

json check_json(const std::optional<measures::Check>& check) {
  if (!check) return nullptr;
  return {{"sql", check->sql},
          {"population_sql", check->population_sql},
          {"population_min", check->population_min},
          {"freshness_sql", check->freshness_sql},
          {"age_max_us", check->age_max.count()},
          {"period_us", check->period.count()}};
}

std::string in_language(const Call& call, const measures::Text& text) {
  return call.language() == text::Language::kFrench ? text.fr : text.en;
}

// Subject and reason as recorded, which the ledger's root covers, and in the reader's language.
json row_json(const Call& call, const Measure& measure, const measures::EvaluatedRow& row) {
  return {{"subject", row.subject},
          {"subject_text", in_language(call, measures::subject_text(row.subject))},
          {"pass", row.pass},
          {"reason", in_language(call, measures::reason_text(measure, row.reason))},
          {"recorded_reason", row.reason}};
}

// How a check looks into the provider's tables is the provider's own.
json detail_json(const Call& call, const Measure& measure, const measures::Evaluation& last) {
  json body = status_json(call, last.status);
  body["text"] = text_json(measure.text);
  body["iso27001"] = measure.iso27001;
  body["owner_role"] = measure.owner_role;
  body["parameters"] = json::array();
  for (auto& parameter : measure.parameters)
    body["parameters"].push_back({{"name", parameter.name},
                                  {"value", parameter.value},
                                  {"unit", in_language(call, parameter.unit)},
                                  {"source", parameter.source}});
  body["lists"] = json::array();
  for (auto& list : measure.lists)
    body["lists"].push_back(
        {{"name", list.name}, {"values", list.values}, {"source", list.source}});
  body["bound"] = measure.check.has_value();
  body["check"] = call.is_provider_staff() ? check_json(measure.check) : json(nullptr);
  body["rows"] = json::array();
  for (auto& row : last.rows) body["rows"].push_back(row_json(call, measure, row));
  body["rows_root"] = last.rows_root_hex;
  body["log_origin"] = call.host.services.ledger.origin(call.host.services.provider);
  return body;
}

// The last evaluation with the rows that the caller may see: the provider's staff all of them,
// others their own.
Task<measures::Evaluation> last_for(Call& call, const std::string& id) {
  measures::Measures& measures = call.host.services.measures;
  CO_TRY(std::int64_t rows, call.number("rows", 200));
  if (rows > kRowsMax) co_return fail(Code::kInvalid, "api.bad_parameter", {{"name", "rows"}});
  if (call.is_provider_staff()) co_return co_await measures.last(id, std::size_t(rows));
  co_return co_await measures.last_of(id, call.by.tenant, std::size_t(rows));
}

Task<Answer> annex(Call& call) {
  CO_TRY(call.authorize({"belfry:annex", call.by.tenant}));
  measures::Measures& measures = call.host.services.measures;
  CO_TRY(auto statuses, co_await measures.annex());
  json body = json::array();
  for (const Status& status : statuses) {
    json entry = status_json(call, status);
    const Measure* measure = measures.find(status.id);
    entry["text"] = text_json(measure ? measure->text : std::nullopt);
    entry["bound"] = measure && measure->check;
    body.push_back(std::move(entry));
  }
  co_return answer(body);
}

Result<const Measure*> named_measure(Call& call) {
  const Measure* measure = call.host.services.measures.find(call.path[0]);
  if (!measure) return fail(Code::kNotFound, "measures.unknown", {{"measure", call.path[0]}});
  return measure;
}

Task<Answer> get_measure(Call& call) {
  CO_TRY(call.authorize({"belfry:annex", call.by.tenant}));
  CO_TRY(const Measure* measure, named_measure(call));
  CO_TRY(auto last, co_await last_for(call, measure->id));
  co_return answer(detail_json(call, *measure, last));
}

Task<Answer> check_measure(Call& call) {
  CO_TRY(call.authorize({"belfry:measure/" + call.path[0], call.host.services.provider}));
  CO_TRY(const Measure* measure, named_measure(call));
  CO_TRY(co_await call.host.services.measures.check_now(measure->id));
  CO_TRY(auto last, co_await last_for(call, measure->id));
  co_return answer(detail_json(call, *measure, last));
}

// A row of the caller's own, with what shows that the ledger's root covers it
// (docs/formats/measure.md). The provider's own rows are its staff's.
Task<Answer> prove_row(Call& call) {
  CO_TRY(call.authorize({"belfry:annex", call.by.tenant}));
  CO_TRY(const Measure* measure, named_measure(call));
  std::string subject = call.parameter("subject");
  if (subject.empty()) co_return fail(Code::kInvalid, "api.bad_parameter", {{"name", "subject"}});
  measures::Measures& measures = call.host.services.measures;
  auto proof = co_await measures.prove_row(measure->id, call.by.tenant, subject);
  if (!proof && proof.error().code() == Code::kNotFound && call.is_provider_staff())
    proof = co_await measures.prove_row(measure->id, TenantId{}, subject);
  if (!proof) co_return std::unexpected(proof.error());
  json body = {{"row", row_json(call, *measure, proof->row)},
               {"tenant", proof->row.tenant.text()},
               {"salt", proof->salt_hex},
               {"position", proof->position},
               {"tree_size", proof->tree_size},
               {"path", proof->path_hex},
               {"rows_root", proof->rows_root_hex},
               {"log_origin", call.host.services.ledger.origin(call.host.services.provider)}};
  body["ledger_index"] = proof->ledger_index ? json(*proof->ledger_index) : json(nullptr);
  co_return answer(body);
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/annex", "measure:ListMeasures", annex, Access::kSignedIn, Telling::kPolled},
    {"GET", "/api/v1/annex/{measure}", "measure:GetMeasure", get_measure, Access::kSignedIn,
     Telling::kPolled},
    {"GET", "/api/v1/annex/{measure}/proof", "measure:GetProof", prove_row},
    {"POST", "/api/v1/annex/{measure}/check", "measure:CheckMeasure", check_measure},
};

}  // namespace

std::span<const Route> annex_routes() {
  return kRoutes;
}

}  // namespace belfry::api
