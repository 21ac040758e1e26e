// Checklists of arrival and departure: the steps, and what was done of them for each person.
#include "iam/second_person.h"
#include "page.h"
#include "people/checklists.h"
#include "people_acts.h"
#include "shapes.h"

#include <nlohmann/json.hpp>

namespace belfry::api {
namespace {

using nlohmann::json;
using people::PersonId;
using people::StepAct;
using people::StepId;

people::Checklists& lists_of(const Call& call) {
  return call.host.services.people.checklists();
}

json shape_of(const people::Step& step) {
  json persons = json::array();
  for (const people::Kind kind : step.persons) persons.push_back(people::name_of(kind));
  return {{"id", step.id.text()},
          {"kind", people::name_of(step.kind)},
          {"name", step.name},
          {"text", step.text},
          {"mandatory", step.is_mandatory},
          {"due_days", step.due_days ? json(*step.due_days) : json()},
          {"persons", std::move(persons)},
          {"from_us", to_us(step.from)},
          {"retired_us", time_or_null(step.retired)},
          {"created_us", to_us(step.created)},
          {"changed_us", to_us(step.changed)}};
}

json shape_of(const people::Item& item) {
  return {{"step", text_or_null(text_of_id(item.step))},
          {"fact", text_or_null(item.fact)},
          {"kind", people::name_of(item.kind)},
          {"name", text_or_null(item.name)},
          {"text", text_or_null(item.text)},
          {"mandatory", item.is_mandatory},
          {"asked", item.is_asked},
          {"due_us", time_or_null(item.due)},
          {"state", people::name_of(item.state)},
          {"overdue", item.is_overdue},
          {"note", text_or_null(item.note)},
          {"by", text_or_null(text_of_id(item.by))},
          {"by_name", text_or_null(item.by_name)},
          {"at_us", time_or_null(item.at)},
          {"approved_by_own_account", item.is_by_own_account}};
}

json shape_of(PersonId person, const std::vector<people::Item>& items) {
  json shapes = json::array();
  for (const people::Item& item : items) shapes.push_back(shape_of(item));
  return {{"person", person.text()}, {"items", std::move(shapes)}};
}

Result<people::StepWords> words_in(const json& body) {
  people::StepWords words;
  TRY(words.name, text_field(body, "name"));
  TRY(words.text, text_field(body, "text"));
  const auto days = body.find("due_days");
  if (days == body.end() || days->is_null()) return words;
  if (!days->is_number_integer()) return std::unexpected(bad("due_days"));
  words.due_days = days->get<std::int64_t>();
  return words;
}

Result<std::vector<people::Kind>> persons_in(const json& body) {
  std::vector<people::Kind> kinds;
  const auto field = body.find("persons");
  if (field == body.end()) return kinds;
  if (!field->is_array()) return std::unexpected(bad("persons"));
  for (const json& each : *field) {
    if (!each.is_string()) return std::unexpected(bad("persons"));
    TRY(const people::Kind kind, person_kind(each.get<std::string>()));
    kinds.push_back(kind);
  }
  return kinds;
}

Task<Answer> list_steps(Call& call) {
  CO_TRY(call.authorize({own_people(call), call.by.tenant}));
  CO_TRY(const auto asked, page_request(call));
  CO_TRY(auto steps, co_await lists_of(call).steps(call.by.tenant));
  // As the register orders them: what is retired last.
  const std::string next = cut_to_page(steps, asked, [](const people::Step& step) {
    return std::string(step.retired ? "1" : "0") + std::string(people::name_of(step.kind)) + "/" +
           step.name + "/" + step.id.text();
  });
  json items = json::array();
  for (const auto& step : steps) items.push_back(shape_of(step));
  co_return answer(page_of(std::move(items), next));
}

Task<Answer> add_step(Call& call) {
  CO_TRY(const json body, co_await call.read_body());
  CO_TRY(const auto by, allow_change(call, own_people(call)));
  people::NewStep wanted;
  CO_TRY(const std::string kind, text_field(body, "kind"));
  const auto known = people::step_kind_named(kind);
  if (!known) co_return fail(Code::kInvalid, "people.bad_step_kind", {{"kind", kind}});
  wanted.kind = *known;
  CO_TRY(wanted.words, words_in(body));
  CO_TRY(wanted.persons, persons_in(body));
  if (const auto field = body.find("mandatory"); field != body.end()) {
    if (!field->is_boolean()) co_return std::unexpected(bad("mandatory"));
    wanted.is_mandatory = field->get<bool>();
  }
  CO_TRY(const auto made, co_await lists_of(call).add_step(by, wanted));
  co_return answer(shape_of(made), 201);
}

Task<Answer> change_step(Call& call) {
  CO_TRY(const json body, co_await call.read_body());
  CO_TRY(const auto id, parse_id<StepId>(call.path[0]));
  CO_TRY(const auto by, allow_change(call, people::resource_of(id)));
  CO_TRY(const auto words, words_in(body));
  CO_TRY(const auto changed, co_await lists_of(call).change_step(by, id, words));
  co_return answer(shape_of(changed));
}

Task<Answer> retire_step(Call& call) {
  CO_TRY(const auto id, parse_id<StepId>(call.path[0]));
  CO_TRY(const auto by, allow_change(call, people::resource_of(id)));
  CO_TRY(const auto retired, co_await lists_of(call).retire_step(by, id));
  co_return answer(shape_of(retired));
}

Task<Answer> get_checklist(Call& call) {
  CO_TRY(const auto id, parse_id<PersonId>(call.path[0]));
  CO_TRY(call.authorize({people::resource_of(id), call.by.tenant}));
  CO_TRY(const auto items, co_await lists_of(call).checklist(call.by.tenant, id));
  co_return answer(shape_of(id, items));
}

// In the words of checklists, what cloud/iam knows of accounts.
people::IsAnother is_another(const Call& call, StepAct act) {
  return [&call, act](database::Transaction& transaction,
                      const people::Responsible& responsible) -> Result<bool> {
    auto found = iam::check_second_person(transaction, call.by,
                                          {.by = responsible.users, .barred = responsible.barred},
                                          call.host.services.clock.now());
    if (found) return *found == iam::Undoing::kByAnother;
    if (found.error().message() == "iam.four_eyes_of_maker")
      return fail(Code::kDenied, "people.settled_by_maker");
    if (found.error().code() == Code::kDenied)
      return fail(Code::kDenied, act == StepAct::kWaive ? "people.waived_by_responsible"
                                                        : "people.done_by_waiver");
    return std::unexpected(found.error());
  };
}

// What a refusal says of the step.
std::vector<audit::Detail> details_of(StepId step) {
  return {{"step_id", step.text()}};
}

Task<Answer> settle(Call& call, StepAct act, const char* field) {
  CO_TRY(const json body, co_await call.read_body());
  CO_TRY(const auto person, parse_id<PersonId>(call.path[0]));
  CO_TRY(const auto step, parse_id<StepId>(call.path[1]));
  CO_TRY(const auto by, allow_change(call, people::resource_of(person)));
  CO_TRY(const std::string words, text_field(body, field));
  CO_TRY(const auto items, call.told(people::resource_of(person),
                                     co_await lists_of(call).settle(by, person, step, act, words,
                                                                    is_another(call, act)),
                                     details_of(step)));
  co_return answer(shape_of(person, items));
}

Task<Answer> do_step(Call& call) {
  co_return co_await settle(call, StepAct::kDo, "note");
}

Task<Answer> waive_step(Call& call) {
  co_return co_await settle(call, StepAct::kWaive, "reason");
}

Task<Answer> undo_step(Call& call) {
  CO_TRY(const json body, co_await call.read_body());
  CO_TRY(const auto person, parse_id<PersonId>(call.path[0]));
  CO_TRY(const auto step, parse_id<StepId>(call.path[1]));
  CO_TRY(const auto by, allow_change(call, people::resource_of(person)));
  CO_TRY(const std::string reason, text_field(body, "reason"));
  CO_TRY(const auto items,
         call.told(people::resource_of(person),
                   co_await lists_of(call).undo(by, person, step, reason), details_of(step)));
  co_return answer(shape_of(person, items));
}

Task<Answer> export_open_steps(Call& call) {
  CO_TRY(call.authorize({own_people(call), call.by.tenant}));
  CO_TRY(const std::string file, co_await lists_of(call).export_open_steps(actor_of(call)));
  call.note_read();
  co_return co_await send_csv(call, "open-steps.csv", file);
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/checklist-steps", "people:ListChecklistSteps", list_steps},
    {"POST", "/api/v1/checklist-steps", "people:AddChecklistStep", add_step},
    {"PUT", "/api/v1/checklist-steps/{step}", "people:ChangeChecklistStep", change_step},
    {"POST", "/api/v1/checklist-steps/{step}/retirement", "people:RetireChecklistStep",
     retire_step},
    {"GET", "/api/v1/people/{person}/checklist", "people:GetChecklist", get_checklist},
    {"POST", "/api/v1/people/{person}/checklist/{step}/completion", "people:DoChecklistStep",
     do_step},
    {"POST", "/api/v1/people/{person}/checklist/{step}/waiver", "people:WaiveChecklistStep",
     waive_step},
    {"POST", "/api/v1/people/{person}/checklist/{step}/undoing", "people:UndoChecklistStep",
     undo_step},
    {"GET", "/api/v1/open-steps.csv", "people:ExportOpenSteps", export_open_steps},
};

}  // namespace

std::span<const Route> checklist_routes() {
  return kRoutes;
}

}  // namespace belfry::api
