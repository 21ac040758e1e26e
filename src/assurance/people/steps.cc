// The steps of arrival and departure that a tenant declares.
#include "base/ascii.h"
#include "checklist_rows.h"
#include "fields.h"
#include "rows.h"

#include <algorithm>

namespace belfry::people {
namespace {

// Of a tenant and kind, without those that are retired.
constexpr std::int64_t kStepsMax = 50;
constexpr std::string_view kColumns =
    "s.id, s.tenant_id, s.kind, s.name, s.text, s.mandatory, s.due_days, s.for_employees, "
    "s.for_contractors, s.for_externals, s.from_us, s.retired_us, s.created_us, s.changed_us";

Step step_of(const Row& row) {
  Step step{.id = StepId{row.integer("id")},
            .tenant = TenantId{row.integer("tenant_id")},
            .kind = step_kind_named(row.text("kind")).value_or(StepKind::kArrival),
            .name = row.text("name"),
            .text = row.text("text"),
            .is_mandatory = row.flag("mandatory"),
            .from = from_us(row.integer("from_us")),
            .retired = optional_time(row, "retired_us"),
            .created = from_us(row.integer("created_us")),
            .changed = from_us(row.integer("changed_us"))};
  if (!row.is_null("due_days")) step.due_days = row.integer("due_days");
  for (const auto& [kind, column] : {std::pair{Kind::kEmployee, "for_employees"},
                                     std::pair{Kind::kContractor, "for_contractors"},
                                     std::pair{Kind::kExternal, "for_externals"}})
    if (row.flag(column)) step.persons.push_back(kind);
  return step;
}

// A mandatory step says itself no later day than the measures allow.
Result<> check_words(const StepWords& words, StepKind kind, bool is_mandatory) {
  TRY(check_name(words.name));
  TRY(check_step_text(words.text));
  const std::int64_t limit = !is_mandatory                ? kDueDaysMax
                             : kind == StepKind::kArrival ? kArrivalDays
                                                          : kDepartureDays;
  if (!words.due_days || (*words.due_days >= 0 && *words.due_days <= limit)) return {};
  return fail(Code::kInvalid, "people.bad_due_days", {{"limit", std::to_string(limit)}});
}

// From when on a step that is said at `now` is asked: contracts begin and end at midnight, so that
// those of today are asked too, unless that would be late at once.
Timestamp asked_from(Timestamp now, const std::optional<std::int64_t>& due_days) {
  if (due_days == 0) return now;
  return std::chrono::floor<std::chrono::days>(now);
}

// What was done stays as it was asked, and what is asked due when it was. Errors: conflict
// ("people.step_used").
Result<> check_unused(Transaction& transaction, const Step& before, const StepWords& words) {
  const database::Parameters parameters = {{"id", before.id.value}};
  TRY(auto settled, transaction.query("SELECT 1 AS x FROM checklist_item WHERE step_id = :id LIMIT "
                                      "1",
                                      parameters));
  bool is_used = !settled.empty();
  if (!is_used && words.due_days != before.due_days) {
    TRY(auto asked, transaction.query("SELECT 1 AS x FROM checklist_step s JOIN person p ON "
                                      "p.tenant_id = s.tenant_id WHERE s.id = :id AND " +
                                          std::string(kIsAsked) + " LIMIT 1",
                                      parameters));
    is_used = !asked.empty();
  }
  if (!is_used) return {};
  return fail(Code::kConflict, "people.step_used", {{"name", before.name}});
}

Result<Step> find_step(Transaction& transaction, TenantId tenant, StepId id) {
  TRY(auto rows, transaction.query("SELECT " + std::string(kColumns) +
                                       " FROM checklist_step s WHERE s.id = :id AND s.tenant_id = "
                                       ":tenant",
                                   {{"id", id.value}, {"tenant", tenant.value}}));
  if (rows.empty()) return fail(Code::kNotFound, "people.no_step", {{"step", id.text()}});
  return step_of(rows[0]);
}

// One that may be changed still.
Result<Step> find_asked(Transaction& transaction, TenantId tenant, StepId id) {
  TRY(Step step, find_step(transaction, tenant, id));
  if (!step.retired) return step;
  return fail(Code::kConflict, "people.step_retired", {{"name", step.name}});
}

Result<> check_name_free(Transaction& transaction, TenantId tenant, StepId but, StepKind kind,
                         const std::string& name) {
  TRY(auto rows, transaction.query("SELECT id FROM checklist_step WHERE tenant_id = :tenant AND "
                                   "kind = :kind AND name_key = :name_key AND id <> :id",
                                   {{"tenant", tenant.value},
                                    {"kind", std::string(name_of(kind))},
                                    {"name_key", to_lower(name)},
                                    {"id", but.value}}));
  if (rows.empty()) return {};
  return fail(Code::kConflict, "people.step_exists", {{"name", name}});
}

database::Value days_or_null(const std::optional<std::int64_t>& days) {
  if (!days) return database::Null{};
  return *days;
}

std::string days_text(const Step& step) {
  return step.due_days ? std::to_string(*step.due_days) : "";
}

std::vector<audit::Detail> details_of(const Step& step) {
  std::string persons;
  for (const Kind kind : step.persons)
    persons += (persons.empty() ? "" : " ") + std::string(name_of(kind));
  return {{"kind", std::string(name_of(step.kind))},
          {"name", step.name},
          {"text", step.text},
          {"mandatory", step.is_mandatory ? "yes" : "no"},
          {"due_days", days_text(step)},
          {"persons", std::move(persons)}};
}

}  // namespace

std::string resource_of(StepId step) {
  return "belfry:checklist-step/" + step.text();
}

Task<std::vector<Step>> RegisterService::steps(TenantId tenant) {
  co_return co_await changes_.read<std::vector<Step>>(
      [&](Transaction& transaction) -> Result<std::vector<Step>> {
        TRY(auto rows,
            transaction.query("SELECT " + std::string(kColumns) +
                                  " FROM checklist_step s WHERE s.tenant_id = :tenant ORDER BY "
                                  "CASE WHEN s.retired_us IS NULL THEN 0 ELSE 1 END, s.kind, "
                                  "s.name_key",
                              {{"tenant", tenant.value}}));
        std::vector<Step> steps;
        steps.reserve(rows.size());
        for (const Row& row : rows) steps.push_back(step_of(row));
        return steps;
      });
}

Task<Step> RegisterService::add_step(const Actor& by, const NewStep& wanted) {
  CO_TRY(check_words(wanted.words, wanted.kind, wanted.is_mandatory));
  co_return co_await changes_.write<Step>([&](Transaction& transaction) -> Result<Step> {
    TRY(check_name_free(transaction, by.tenant, {}, wanted.kind, wanted.words.name));
    TRY(auto rows, transaction.query(
                       "SELECT count(*) AS n FROM checklist_step WHERE tenant_id = :tenant AND "
                       "kind = :kind AND retired_us IS NULL",
                       {{"tenant", by.tenant.value}, {"kind", std::string(name_of(wanted.kind))}}));
    if (rows[0].integer("n") >= kStepsMax)
      return fail(Code::kConflict, "people.too_many_steps", {{"limit", std::to_string(kStepsMax)}});
    const StepId id{random_.id()};
    const Timestamp now = clock_.now();
    const auto is_for = [&](Kind kind) {
      const std::vector<Kind>& kinds = wanted.persons;
      return std::int64_t{kinds.empty() || std::ranges::find(kinds, kind) != kinds.end()};
    };
    TRY(transaction.execute(
        "INSERT INTO checklist_step (id, tenant_id, kind, name, name_key, text, mandatory, "
        "due_days, for_employees, for_contractors, for_externals, from_us, created_us, "
        "changed_us) VALUES (:id, :tenant, :kind, :name, :name_key, :text, :mandatory, :due_days, "
        ":employees, :contractors, :externals, :from, :now, :now)",
        {{"id", id.value},
         {"tenant", by.tenant.value},
         {"kind", std::string(name_of(wanted.kind))},
         {"name", wanted.words.name},
         {"name_key", to_lower(wanted.words.name)},
         {"text", wanted.words.text},
         {"mandatory", std::int64_t{wanted.is_mandatory}},
         {"due_days", days_or_null(wanted.words.due_days)},
         {"employees", is_for(Kind::kEmployee)},
         {"contractors", is_for(Kind::kContractor)},
         {"externals", is_for(Kind::kExternal)},
         {"from", to_us(asked_from(now, wanted.words.due_days))},
         {"now", to_us(now)}}));
    TRY(Step made, find_step(transaction, by.tenant, id));
    TRY(note(transaction, by, "people:AddChecklistStep", resource_of(id), details_of(made)));
    return made;
  });
}

Task<Step> RegisterService::change_step(const Actor& by, StepId step, const StepWords& words) {
  co_return co_await changes_.write<Step>([&](Transaction& transaction) -> Result<Step> {
    TRY(Step before, find_asked(transaction, by.tenant, step));
    TRY(check_words(words, before.kind, before.is_mandatory));
    if (words.name == before.name && words.text == before.text && words.due_days == before.due_days)
      return before;
    TRY(check_unused(transaction, before, words));
    TRY(check_name_free(transaction, by.tenant, step, before.kind, words.name));
    // With other days, on the day itself, as if it were added anew: nobody is asked for it yet.
    const Timestamp now = clock_.now();
    const bool is_anew = words.due_days != before.due_days &&
                         before.from == std::chrono::floor<std::chrono::days>(now);
    const Timestamp from = is_anew ? asked_from(now, words.due_days) : before.from;
    TRY(
        transaction.execute("UPDATE checklist_step SET name = :name, name_key = :name_key, text = "
                            ":text, due_days = :due_days, from_us = :from, changed_us = :now WHERE "
                            "id = :id",
                            {{"from", to_us(from)},
                             {"name", words.name},
                             {"name_key", to_lower(words.name)},
                             {"text", words.text},
                             {"due_days", days_or_null(words.due_days)},
                             {"now", to_us(now)},
                             {"id", step.value}}));
    TRY(Step after, find_step(transaction, by.tenant, step));
    auto details = details_of(after);
    details.push_back({"name_before", before.name});
    details.push_back({"text_before", before.text});
    details.push_back({"due_days_before", days_text(before)});
    TRY(note(transaction, by, "people:ChangeChecklistStep", resource_of(step), std::move(details)));
    return after;
  });
}

Task<Step> RegisterService::retire_step(const Actor& by, StepId step) {
  co_return co_await changes_.write<Step>([&](Transaction& transaction) -> Result<Step> {
    TRY(const Step before, find_asked(transaction, by.tenant, step));
    TRY(
        transaction.execute("UPDATE checklist_step SET name_key = :name_key, retired_us = :now, "
                            "changed_us = :now WHERE id = :id",
                            {{"name_key", to_lower(before.name) + "/" + step.text()},
                             {"now", to_us(clock_.now())},
                             {"id", step.value}}));
    TRY(note(transaction, by, "people:RetireChecklistStep", resource_of(step),
             {{"kind", std::string(name_of(before.kind))}, {"name", before.name}}));
    return find_step(transaction, by.tenant, step);
  });
}

}  // namespace belfry::people
