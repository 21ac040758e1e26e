// Legal holds on logs: placed and released by administrators, told in the log that they are on.
#include "audit/held_lines.h"
#include "audit/vault.h"
#include "audit_shapes.h"
#include "iam/crossing.h"
#include "iam/second_person.h"
#include "page.h"
#include "route.h"
#include "shapes.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace belfry::api {
namespace {

using nlohmann::json;

std::string log_resource(TenantId tenant) {
  return "belfry:audit/" + tenant.text();
}

json shape_of(const audit::Query& filter) {
  json details = json::array();
  for (const audit::Detail& detail : filter.details)
    details.push_back({{"name", detail.name}, {"value", detail.value}});
  json outcome;
  if (filter.outcome) outcome = *filter.outcome == audit::Outcome::kSuccess ? "success" : "failure";
  return {{"from_us", time_or_null(filter.from)},
          {"until_us", time_or_null(filter.until)},
          {"actor", filter.actor},
          {"action", filter.action},
          {"resource", filter.resource},
          {"source_ip", filter.source_ip},
          {"reason", filter.reason},
          {"outcome", std::move(outcome)},
          {"class_uid", filter.event_class ? json(*filter.event_class) : json()},
          {"details", std::move(details)}};
}

// For `reader`: how many events there are of some kind is the log's own tenant's to know. Whoever
// placed it and is of another tenant is known there by the name that policies have.
json shape_of(const audit::Hold& hold, TenantId reader) {
  const bool is_own = hold.by.tenant == hold.tenant || hold.by.name.empty();
  return {{"id", hold.id.text()},
          {"tenant", hold.tenant.text()},
          {"reason", hold.reason},
          {"filter", shape_of(hold.filter)},
          {"placed_by_name", is_own ? hold.by.name : iam::arn_of(hold.by.tenant, hold.by.name)},
          {"placed_by_provider", !is_own},
          {"placed_us", time_or_null(hold.placed)},
          {"state", audit::name_of(hold.state)},
          {"events", reader == hold.tenant ? json(hold.events) : json()},
          {"looked_at", hold.looked_at},
          {"log_size", hold.log_size}};
}

// A hold with a filter that is not what was meant would keep a whole log.
Result<> check_names(const json& fields, std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : fields.items())
    if (std::ranges::find(known, name) == known.end())
      return fail(Code::kInvalid, "api.bad_parameter", {{"name", name}});
  return {};
}

// Empty where there is none.
Result<std::string> words_field(const json& fields, const char* name) {
  const auto field = fields.find(name);
  if (field == fields.end() || field->is_null()) return "";
  if (!field->is_string()) return fail(Code::kInvalid, "api.bad_parameter", {{"name", name}});
  return field->get<std::string>();
}

// A time of a filter, where there is one.
Result<std::optional<Timestamp>> time_field(const json& filter, const char* name) {
  const auto field = filter.find(name);
  if (field == filter.end() || field->is_null()) return std::nullopt;
  if (!field->is_number_integer() || field->get<std::int64_t>() <= 0)
    return fail(Code::kInvalid, "api.bad_parameter", {{"name", name}});
  return from_us(field->get<std::int64_t>());
}

Result<std::vector<audit::Detail>> details_field(const json& filter) {
  std::vector<audit::Detail> details;
  const auto field = filter.find("details");
  if (field == filter.end() || field->is_null()) return details;
  const auto bad = [] { return fail(Code::kInvalid, "api.bad_parameter", {{"name", "details"}}); };
  if (!field->is_array()) return bad();
  for (const json& each : *field) {
    if (!each.is_object()) return bad();
    TRY(std::string name, text_field(each, "name"));
    TRY(std::string value, text_field(each, "value"));
    // None is called so: it would hold nothing.
    if (name.empty()) return bad();
    details.push_back({std::move(name), std::move(value)});
  }
  return details;
}

Result<audit::Query> filter_field(const json& body) {
  audit::Query query;
  const auto filter = body.find("filter");
  if (filter == body.end() || filter->is_null()) return query;
  if (!filter->is_object()) return fail(Code::kInvalid, "api.bad_parameter", {{"name", "filter"}});
  TRY(check_names(*filter, {"from_us", "until_us", "actor", "action", "resource", "source_ip",
                            "reason", "outcome", "class_uid", "details"}));
  TRY(query.from, time_field(*filter, "from_us"));
  TRY(query.until, time_field(*filter, "until_us"));
  TRY(query.actor, words_field(*filter, "actor"));
  TRY(query.action, words_field(*filter, "action"));
  TRY(query.resource, words_field(*filter, "resource"));
  TRY(query.source_ip, words_field(*filter, "source_ip"));
  TRY(query.reason, words_field(*filter, "reason"));
  TRY(const std::string outcome, words_field(*filter, "outcome"));
  if (outcome != "" && outcome != "success" && outcome != "failure")
    return fail(Code::kInvalid, "api.bad_parameter", {{"name", "outcome"}});
  if (outcome != "")
    query.outcome = outcome == "success" ? audit::Outcome::kSuccess : audit::Outcome::kFailure;
  if (const auto number = filter->find("class_uid");
      number != filter->end() && !number->is_null()) {
    if (!number->is_number_unsigned() || *number == 0 || number->get<std::uint64_t>() > 0xffff'ffff)
      return fail(Code::kInvalid, "api.bad_parameter", {{"name", "class_uid"}});
    query.event_class = number->get<std::uint32_t>();
  }
  TRY(query.details, details_field(*filter));
  return query;
}

// The log that is meant: the caller's own unless another is named.
Result<TenantId> meant(const Call& call, const std::string& named) {
  if (named.empty()) return call.by.tenant;
  return parse_id<TenantId>(named);
}

// What is on another tenant's log is not there for who may not do this on it.
Result<> authorize_on(Call& call, TenantId tenant, const Error& missing) {
  auto allowed = call.authorize({log_resource(tenant), tenant});
  if (allowed || tenant == call.by.tenant || allowed.error().code() != Code::kDenied)
    return allowed;
  return std::unexpected(missing);
}

// Whose a hold is: of one of which no disk tells even that, the provider's, who has the disks.
TenantId owner_of(const Call& call, const audit::Hold& hold) {
  return hold.tenant ? hold.tenant : call.host.services.provider;
}

Result<audit::Hold> hold_in(Call& call) {
  TRY(const auto id, parse_id<audit::HoldId>(call.path[0]));
  const Error missing(Code::kNotFound, "audit.no_such_hold", {{"hold", id.text()}});
  const auto holds = call.host.services.vault.list(std::nullopt);
  const auto found = std::ranges::find(holds, id, &audit::Hold::id);
  if (found == holds.end()) return std::unexpected(missing);
  TRY(authorize_on(call, owner_of(call, *found), missing));
  return *found;
}

// What is in a log is its tenant's alone to read.
Result<audit::Hold> own_hold_in(Call& call) {
  TRY(audit::Hold hold, hold_in(call));
  if (hold.tenant == call.by.tenant) return hold;
  return fail(Code::kNotFound, "audit.no_such_hold", {{"hold", hold.id.text()}});
}

audit::Event hold_event(const Call& call, const audit::Hold& hold, const std::string& reason) {
  audit::Event event = call.event(log_resource(hold.tenant));
  event.event_class = audit::EventClass::kEntityManagement;
  event.details.push_back({std::string(audit::kHoldDetail), hold.id.text()});
  event.details.push_back({"reason", reason});
  return event;
}

// Into the log that the hold is on before it changes, and, of staff, into the provider's.
Task<> tell(Call& call, TenantId tenant, const audit::Event& event) {
  audit::Ledger& ledger = call.host.services.ledger;
  std::vector<audit::Leaf> leaves;
  CO_TRY(auto leaf, iam::seal_for_both(ledger, call.by, event, tenant));
  leaves.push_back(std::move(leaf));
  CO_TRY(co_await ledger.append(std::move(leaves)));
  co_return Result<>();
}

// What was told and did not come about: what the log did not take at first, it may take still.
Result<> take_back(Call& call, TenantId tenant, const std::optional<audit::Event>& told,
                   const Error& error) {
  if (!told) return {};
  audit::Event failed = *told;
  failed.outcome = audit::Outcome::kFailure;
  failed.reason = error.message();
  return iam::record_in_both(call.host.services.ledger, call.by, failed, tenant);
}

Result<> check_person(Call& call, TenantId tenant) {
  // Somebody else has to release it: a session of a role is nobody.
  if (!call.by.user) return fail(Code::kDenied, "api.person_needed");
  return call.host.services.iam.second_factors().check_fresh(call.by, call.action,
                                                             log_resource(tenant));
}

// Orders holds by when they were placed.
std::string key_of(const audit::Hold& hold) {
  constexpr std::size_t kDigits = 20;
  const std::string us = std::to_string(to_us(hold.placed));
  return std::string(kDigits - us.size(), '0') + us + "." + hold.id.text();
}

Task<Answer> list_holds(Call& call) {
  CO_TRY(const TenantId tenant, meant(call, call.parameter("tenant")));
  CO_TRY(authorize_on(call, tenant,
                      Error(Code::kNotFound, "api.no_such_thing", {{"id", tenant.text()}})));
  CO_TRY(const auto asked, page_request(call));
  auto holds = call.host.services.vault.list(std::nullopt);
  std::erase_if(holds, [&](const audit::Hold& hold) { return owner_of(call, hold) != tenant; });
  const std::string next = cut_to_page(holds, asked, key_of);
  json items = json::array();
  for (const audit::Hold& hold : holds) items.push_back(shape_of(hold, call.by.tenant));
  co_return answer(page_of(std::move(items), next));
}

constexpr Duration kLookPatience = std::chrono::seconds(10);

Task<Answer> place_hold(Call& call) {
  CO_TRY(const json body, co_await call.read_body());
  CO_TRY(check_names(body, {"tenant", "reason", "filter"}));
  CO_TRY(const std::string named, words_field(body, "tenant"));
  CO_TRY(const TenantId tenant, meant(call, named));
  CO_TRY(authorize_on(call, tenant,
                      Error(Code::kNotFound, "api.no_such_thing", {{"id", tenant.text()}})));
  CO_TRY(check_person(call, tenant));
  audit::NewHold wanted{.by = {call.by.tenant, call.by.user, call.by.name}};
  CO_TRY(wanted.reason, text_field(body, "reason"));
  CO_TRY(wanted.filter, filter_field(body));
  std::optional<audit::Event> told;
  const auto announce = [&](const audit::Hold& hold) -> Task<> {
    audit::Event event = hold_event(call, hold, hold.reason);
    event.details.push_back({"filter", shape_of(hold.filter).dump()});
    told = event;
    co_return co_await tell(call, tenant, event);
  };
  // Whoever places it waits for a place among the searches, not whose log it is.
  const auto look = [&call](TenantId log, const audit::Query& query) {
    return call.host.searches.run(
        call.host.services.clock, call.by.tenant, kLookPatience,
        [&call, log, query] { return call.host.services.ledger.query(log, query); });
  };
  auto placed = co_await call.host.services.vault.place(tenant, std::move(wanted), look, announce);
  if (!placed) {
    CO_TRY(take_back(call, tenant, told, placed.error()));
    co_return std::unexpected(placed.error());
  }
  co_return answer(shape_of(*placed, call.by.tenant), 201);
}

Task<Answer> get_hold(Call& call) {
  CO_TRY(const audit::Hold hold, hold_in(call));
  co_return answer(shape_of(hold, call.by.tenant));
}

// What of the hold's own rules refuses `by` its release; how it comes about otherwise.
Task<iam::Undoing> check_release(const Call& call, const audit::Hold& hold) {
  const Services& services = call.host.services;
  // What one side is bound to keep the other does not let go. Of one that is lost nobody knows who
  // placed it: who has the disks decides.
  if (!hold.by.tenant && call.by.tenant != services.provider)
    co_return fail(Code::kDenied, "api.hold_of_nobody");
  if (hold.by.tenant && hold.by.tenant != call.by.tenant)
    co_return fail(Code::kDenied, "api.hold_of_other_side");
  auto found = co_await iam::check_second_person(services.database, services.pool, services.clock,
                                                 call.by, hold.by.user);
  if (!found && found.error().message() == "iam.four_eyes")
    co_return fail(Code::kDenied, "api.hold_of_same_person");
  if (!found && found.error().message() == "iam.four_eyes_of_maker")
    co_return fail(Code::kDenied, "api.hold_of_same_maker");
  if (!found && found.error().message() == "iam.four_eyes_of_person")
    co_return fail(Code::kDenied, "api.hold_of_one_person");
  co_return found;
}

Task<Answer> release_hold(Call& call) {
  CO_TRY(const json body, co_await call.read_body());
  CO_TRY(const audit::Hold hold, hold_in(call));
  CO_TRY(check_person(call, hold.tenant));
  CO_TRY(const std::string reason, text_field(body, "reason"));
  if (reason.find_first_not_of(' ') == reason.npos || reason.size() > audit::kHoldTextMax)
    co_return fail(Code::kInvalid, "audit.hold_reason",
                   {{"limit", std::to_string(audit::kHoldTextMax)}});
  const Services& services = call.host.services;
  auto undoing = co_await check_release(call, hold);
  if (!undoing) {
    audit::Event refused = hold_event(call, hold, reason);
    refused.outcome = audit::Outcome::kFailure;
    refused.reason = undoing.error().message();
    CO_TRY(iam::record_in_both(services.ledger, call.by, refused, owner_of(call, hold)));
    co_return std::unexpected(undoing.error());
  }
  std::optional<audit::Event> told;
  const auto announce = [&](const audit::Hold& released) -> Task<> {
    audit::Event event = hold_event(call, released, reason);
    if (*undoing == iam::Undoing::kAlone) event.details.push_back({"released_alone", "yes"});
    if (*undoing == iam::Undoing::kMayBeOne)
      event.details.push_back({"approved_by_own_account", "yes"});
    told = event;
    co_return co_await tell(call, owner_of(call, hold), event);
  };
  auto released = co_await services.vault.release(hold.tenant, hold.id, announce);
  if (!released) {
    CO_TRY(take_back(call, owner_of(call, hold), told, released.error()));
    co_return std::unexpected(released.error());
  }
  co_return Answer::none();
}

Task<> catch_up(Call& call, const audit::Hold& hold) {
  if (hold.looked_at >= hold.log_size) co_return Result<>();
  const TenantPlaces::Place place(call.host.catching_up, hold.tenant);
  if (!place.is_there()) co_return fail(Code::kRetry, "api.searches_busy");
  co_return co_await call.host.services.vault.catch_up(hold.tenant, hold.id);
}

Task<Answer> list_held_events(Call& call) {
  CO_TRY(const audit::Hold hold, own_hold_in(call));
  audit::Position from;
  if (const std::string cursor = call.parameter("cursor"); !cursor.empty()) {
    CO_TRY(from, parse_cursor(cursor));
  } else {
    const auto caught = co_await catch_up(call, hold);
    // What cannot be copied now does not keep what is there from who may read it.
    const bool is_busy = !caught && (caught.error().message() == "audit.hold_behind" ||
                                     caught.error().message() == "api.searches_busy");
    if (is_busy) co_return std::unexpected(caught.error());
  }
  CO_TRY(const audit::Hold now, call.host.services.vault.find(hold.tenant, hold.id));
  CO_TRY(const auto page, co_await call.host.services.vault.read(hold.tenant, hold.id, from));
  json items = json::array();
  for (const audit::HeldLeaf& leaf : page.leaves) {
    CO_TRY(const auto events, leaf.events());
    for (const audit::LoggedEvent& event : events) items.push_back(to_json(event, call.language()));
  }
  json body = page_of(std::move(items), page.next ? cursor_text(*page.next) : "");
  body["looked_at"] = now.looked_at;
  body["log_size"] = now.log_size;
  co_return answer(body);
}

// Whoever has these keys reads what is held for ever: nobody gets them unseen.
Task<Answer> export_hold(Call& call) {
  CO_TRY(const audit::Hold hold, own_hold_in(call));
  const Services& services = call.host.services;
  CO_TRY(co_await catch_up(call, hold));
  CO_TRY(const audit::Hold now, services.vault.find(hold.tenant, hold.id));
  CO_TRY(co_await tell(call, hold.tenant, hold_event(call, hold, hold.reason)));
  call.note_read();
  call.response.fields.set("Content-Type", "application/jsonl");
  call.response.fields.set("Content-Disposition", "attachment; filename=\"held.jsonl\"");
  CO_TRY(audit::HeldPage page, co_await services.vault.read(hold.tenant, hold.id, {}));
  CO_TRY(co_await call.response.start(std::nullopt));
  audit::HeldCount count{.looked_at = now.looked_at};
  for (bool is_end = false; !is_end;) {
    // Something before it is gone from every disk: what goes out has no last line.
    if (page.is_gap || page.events_before != count.events)
      co_return fail(Code::kCorrupt, "audit.hold_damaged", {{"hold", hold.id.text()}});
    for (const audit::HeldLeaf& leaf : page.leaves) {
      // What came since is for another export.
      is_end = leaf.index >= count.looked_at;
      if (is_end) break;
      CO_TRY(const std::string line, audit::held_line(leaf));
      CO_TRY(co_await call.response.write(as_view(line + "\n")));
      ++count.leaves;
      count.events += leaf.parts.size();
    }
    if (is_end || !page.next) break;
    CO_TRY(page, co_await services.vault.read(hold.tenant, hold.id, *page.next));
  }
  CO_TRY(co_await call.response.write(as_view(audit::last_held_line(hold.id, count) + "\n")));
  co_return Answer::sent();
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/audit/holds", "audit:ListHolds", list_holds, Access::kSignedIn,
     Telling::kPolled},
    {"POST", "/api/v1/audit/holds", audit::kPlaceAction, place_hold},
    {"GET", "/api/v1/audit/holds/{hold}", "audit:GetHold", get_hold},
    {"POST", "/api/v1/audit/holds/{hold}/release", audit::kReleaseAction, release_hold},
    {"GET", "/api/v1/audit/holds/{hold}/events", "audit:ListEvents", list_held_events},
    {"GET", "/api/v1/audit/holds/{hold}/export", "audit:ExportHold", export_hold},
};

}  // namespace

std::span<const Route> hold_routes() {
  return kRoutes;
}

}  // namespace belfry::api
