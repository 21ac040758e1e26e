// The provider's registers, each by its declaration: entries, versions with files, what is scanned.
#include "attachment.h"
#include "iam/crossing.h"
#include "iam/second_person.h"
#include "page.h"
#include "registers/registers.h"
#include "route.h"
#include "shapes.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace belfry::api {
namespace {

using nlohmann::json;
using registers::Declaration;
using registers::EntryId;
using registers::Field;
using registers::Kind;
using registers::Transition;

registers::Registers& registers_of(const Call& call) {
  return call.host.services.registers;
}

// The register that the path names, once the caller may do this on the whole of it, or on an entry.
struct Meant {
  const Declaration& of;
  EntryId id;  // zero: the whole
  std::string resource;
  std::vector<audit::Detail> details{};  // what an act is about, for a refusal
};

Result<> authorize_on(Call& call, const std::string& resource) {
  return call.authorize({resource, call.host.services.provider});
}

std::string names_of_registers() {
  std::string names;
  for (const Declaration* each : registers::declarations())
    names += (names.empty() ? "" : ", ") + std::string(each->name);
  return names;
}

Result<Meant> meant(Call& call) {
  const Declaration* of = registers::find_declaration(call.path[0]);
  if (of == nullptr) {
    TRY(authorize_on(call, "belfry:register/" + call.path[0]));
    return fail(Code::kNotFound, "registers.no_register",
                {{"register", call.path[0]}, {"registers", names_of_registers()}});
  }
  EntryId id;
  if (call.path.size() > 1) {
    TRY(id, parse_id<EntryId>(call.path[1]));
  }
  std::string resource = id ? registers::resource_of(*of, id) : registers::resource_of(*of);
  TRY(authorize_on(call, resource));
  return Meant{*of, id, std::move(resource)};
}

registers::Actor actor_of(const Call& call) {
  auto how = iam::credential_details(call.by);
  how.push_back({"request_id", call.request.id});
  return {.tenant = call.host.services.provider,
          .user = call.by.user,
          .name = call.by.name,
          .source_ip = call.request.peer_ip,
          .action = std::string(call.action),
          .how = std::move(how)};
}

// Who acts: changes want a second factor that was just proved.
Result<registers::Actor> check_change(Call& call, const Meant& on) {
  TRY(call.host.services.iam.second_factors().check_fresh(call.by, call.action, on.resource));
  return actor_of(call);
}

// What the register itself refuses is in the log as other refusals are, with what of it was meant.
template <class T>
Result<T> told(const Call& call, const Meant& on, Result<T> done) {
  std::vector<audit::Detail> details = on.details;
  std::ranges::move(iam::credential_details(call.by), std::back_inserter(details));
  return call.told(on.resource, std::move(done), std::move(details));
}

json json_of(Kind kind, const std::string& text) {
  switch (kind) {
    case Kind::kCount:
    case Kind::kTime:
      return text.empty() ? json() : json(std::stoll(text));
    case Kind::kFlag:
      return text == "1";
    case Kind::kLink:
      return text_or_null(text);
    case Kind::kText:
    case Kind::kReference:
    case Kind::kChoice:
      break;
  }
  return text;
}

void add_stamp(json& shape, const std::string& name, const std::optional<registers::Stamp>& stamp) {
  shape[name + "_us"] = stamp ? json(to_us(stamp->at)) : json();
  shape[name + "_by"] = stamp ? json(stamp->user.text()) : json();
  shape[name + "_by_name"] = stamp ? json(stamp->name) : json();
}

json shape_of(const registers::Version& version) {
  json shape = {{"number", version.number},
                {"state", version.state},
                {"state_since_us", to_us(version.state_since)},
                {"file_name", version.file_name},
                {"file_sha256", version.file_sha256},
                {"file_bytes", version.file_bytes},
                {"approved_by_own_account", version.approved_by_own_account}};
  add_stamp(shape, "proposed", version.proposed);
  add_stamp(shape, "approved", version.approved);
  add_stamp(shape, "reviewed", version.reviewed);
  add_stamp(shape, "withdrawn", version.withdrawn);
  return shape;
}

json line_shape(std::span<const Field> fields, const registers::Values& values) {
  json shape = json::object();
  for (const Field& field : fields)
    shape[std::string(field.name)] = json_of(field.kind, values.find(field.name)->second);
  return shape;
}

json shape_of(const Declaration& of, const registers::Entry& entry) {
  json shape = line_shape(of.fields, entry.values);
  shape["id"] = entry.id.text();
  for (const registers::Derived& derived : of.derived)
    shape[std::string(derived.name)] =
        json_of(derived.kind, entry.values.find(derived.name)->second);
  if (!of.has_versions()) {
    shape["state"] = entry.state;
    shape["state_since_us"] = time_or_null(entry.state_since);
  }
  shape["created_us"] = to_us(entry.created);
  shape["changed_us"] = to_us(entry.changed);
  return shape;
}

// With its versions and what was scanned.
json whole_shape_of(const Declaration& of, const registers::Entry& entry) {
  json shape = shape_of(of, entry);
  if (of.has_versions()) {
    json versions = json::array();
    for (const auto& version : entry.versions) versions.push_back(shape_of(version));
    shape["versions"] = std::move(versions);
  }
  if (of.list != nullptr) {
    json lines = json::array();
    for (const auto& line : entry.list) lines.push_back(line_shape(of.list->fields, line));
    shape[std::string(of.list->name)] = std::move(lines);
  }
  return shape;
}

// The entry after an act, to whom may read it; else which it is.
json shape_after_act(const Call& call, const Declaration& of, const registers::Entry& entry) {
  const iam::Resource resource{registers::resource_of(of, entry.id), call.host.services.provider};
  if (call.ask("registers:GetEntry", resource)) return whole_shape_of(of, entry);
  return {{"id", entry.id.text()}};
}

Result<registers::Values> values_in(const json& body) {
  registers::Values values;
  for (const auto& [name, value] : body.items()) {
    if (value.is_string())
      values[name] = value.get<std::string>();
    else if (value.is_null())
      values[name] = "";
    else if (value.is_number_integer())
      values[name] = value.dump();
    else
      return fail(Code::kInvalid, "api.bad_parameter", {{"name", name}});
  }
  return values;
}

Task<Answer> list_entries(Call& call) {
  CO_TRY(const Meant on, meant(call));
  CO_TRY(const auto asked, page_request(call));
  CO_TRY(const auto found, co_await registers_of(call).list(
                               on.of, {asked.after, asked.limit, call.parameter("key")}));
  json items = json::array();
  for (const auto& entry : found.entries) items.push_back(shape_of(on.of, entry));
  co_return answer(page_of(std::move(items), cursor_of(found.next)));
}

Task<Answer> enter_entry(Call& call) {
  CO_TRY(const json body, co_await call.read_body());
  CO_TRY(const Meant on, meant(call));
  CO_TRY(const auto by, check_change(call, on));
  CO_TRY(const auto values, values_in(body));
  CO_TRY(const auto made, co_await registers_of(call).enter(by, on.of, values));
  co_return answer(shape_after_act(call, on.of, made), 201);
}

Task<Answer> get_entry(Call& call) {
  CO_TRY(const Meant on, meant(call));
  CO_TRY(const auto found, co_await registers_of(call).find(on.of, on.id));
  co_return answer(whole_shape_of(on.of, found));
}

Task<Answer> change_entry(Call& call) {
  CO_TRY(const json body, co_await call.read_body());
  CO_TRY(const Meant on, meant(call));
  CO_TRY(const auto by, check_change(call, on));
  CO_TRY(const auto values, values_in(body));
  CO_TRY(const auto changed, co_await registers_of(call).change(by, on.of, on.id, values));
  co_return answer(shape_after_act(call, on.of, changed));
}

// Those of that name, one for each state that it starts from. Errors: invalid ("registers.no_act").
Result<std::vector<const Transition*>> transitions_of(const Declaration& of,
                                                      const std::string& act) {
  std::vector<const Transition*> found;
  std::string acts;
  for (const Transition& each : of.transitions) {
    if (each.act == act) found.push_back(&each);
    if (!acts.contains(each.act)) acts += (acts.empty() ? "" : ", ") + std::string(each.act);
  }
  if (!found.empty()) return found;
  return fail(Code::kInvalid, "registers.no_act", {{"act", act}, {"acts", acts}});
}

// Errors: denied ("registers.person_needed", "registers.same_person", "registers.same_maker",
// "registers.one_person").
Task<registers::OtherPerson> check_other_person(Call& call, UserId first) {
  const Services& services = call.host.services;
  // A session of a role is nobody.
  if (!call.by.user) co_return fail(Code::kDenied, "registers.person_needed");
  auto found = co_await iam::check_second_person(services.database, services.pool, services.clock,
                                                 call.by, first);
  // With no other administrator, the register still wants another account.
  if (found) co_return registers::OtherPerson{first, *found != iam::Undoing::kByAnother};
  Error error = std::move(found.error());
  if (error.message() == "iam.four_eyes") error = Error(Code::kDenied, "registers.same_person");
  if (error.message() == "iam.four_eyes_of_maker")
    error = Error(Code::kDenied, "registers.same_maker");
  if (error.message() == "iam.four_eyes_of_person")
    error = Error(Code::kDenied, "registers.one_person");
  co_return std::unexpected(std::move(error));
}

// Errors: invalid ("api.missing_field", "api.bad_parameter": no version has that number).
Result<std::int64_t> number_of_version(const json& body) {
  const auto number = body.find("version");
  if (number == body.end() || !number->is_number_integer())
    return fail(Code::kInvalid, "api.missing_field", {{"name", "version"}});
  if (!number->is_number_unsigned() || !std::in_range<std::int64_t>(number->get<std::uint64_t>()))
    return fail(Code::kInvalid, "api.bad_parameter", {{"name", "version"}});
  return number->get<std::int64_t>();
}

// The transition that `candidates` have for the state that it is in now.
Task<registers::Move> move_now(Call& call, Meant& on, const json& body,
                               const std::vector<const Transition*>& candidates) {
  CO_TRY(const registers::Entry entry, co_await registers_of(call).find(on.of, on.id));
  registers::Move move{.transition = candidates.front()};
  on.details = {{"act", std::string(move.transition->act)},
                {"entry", entry.values.find(on.of.key().name)->second}};
  std::string state = entry.state;
  UserId proposer;
  if (on.of.has_versions()) {
    CO_TRY(move.number, number_of_version(body));
    on.details.push_back({"version", std::to_string(move.number)});
    const auto version =
        std::ranges::find(entry.versions, move.number, &registers::Version::number);
    // It may be there by the time of the transaction, and who proposed it was not looked at.
    if (version == entry.versions.end())
      co_return std::unexpected(registers::no_version(move.number));
    state = version->state;
    proposer = version->proposed.user;
  }
  const auto fits = std::ranges::find(candidates, state, &Transition::from);
  if (fits == candidates.end())
    co_return std::unexpected(registers::wrong_state(*candidates.front(), state));
  move.transition = *fits;
  if (move.transition->eyes == registers::Eyes::kFour) {
    CO_TRY(move.other, co_await check_other_person(call, proposer));
  }
  co_return move;
}

Task<Answer> move_entry(Call& call) {
  CO_TRY(const json body, co_await call.read_body());
  CO_TRY(Meant on, meant(call));
  CO_TRY(const std::string act, text_field(body, "act"));
  CO_TRY(const auto candidates, transitions_of(on.of, act));
  if (const std::string_view right = candidates.front()->right; !right.empty()) {
    // From here on it is that act, to whom it is told too.
    call.action = right;
    CO_TRY(authorize_on(call, on.resource));
  }
  CO_TRY(const auto by, check_change(call, on));
  CO_TRY(const auto move, told(call, on, co_await move_now(call, on, body, candidates)));
  CO_TRY(const auto moved,
         told(call, on, co_await registers_of(call).move(by, on.of, on.id, move)));
  co_return answer(shape_after_act(call, on.of, moved));
}

Task<Answer> propose_version(Call& call) {
  CO_TRY(const Meant on, meant(call));
  CO_TRY(const auto by, check_change(call, on));
  registers::File file{.name = call.parameter("name"), .octets = {}};
  CO_TRY(file.octets, co_await call.read_text(registers::kFileOctetsMax));
  CO_TRY(const auto proposed,
         told(call, on, co_await registers_of(call).propose(by, on.of, on.id, file)));
  co_return answer(shape_after_act(call, on.of, proposed), 201);
}

Task<Answer> get_file(Call& call) {
  CO_TRY(Meant on, meant(call));
  CO_TRY(const auto number, parse_id<Id<struct NumberTag>>(call.path[2]));
  on.details = {{"version", number.text()}};
  CO_TRY(const auto file,
         told(call, on, co_await registers_of(call).file(on.of, on.id, number.value)));
  CO_TRY(call.record_read());
  co_return co_await send_attachment(call, "application/octet-stream", file.name, file.octets);
}

Task<Answer> scan_entry(Call& call) {
  CO_TRY(const Meant on, meant(call));
  CO_TRY(const auto by, check_change(call, on));
  CO_TRY(std::string file, co_await call.read_text(registers::kFileOctetsMax));
  CO_TRY(const auto scanned, co_await registers_of(call).scan(by, on.of, on.id, std::move(file)));
  json faults = json::array();
  for (const auto& [line, error] : scanned.faults)
    faults.push_back({{"line", line},
                      {"message_id", error.message()},
                      {"message", text::text(error, call.language())}});
  co_return answer({{"lines", scanned.lines}, {"faults", std::move(faults)}});
}

Task<Answer> export_entries(Call& call) {
  CO_TRY(const Meant on, meant(call));
  CO_TRY(const auto file, co_await registers_of(call).export_entries(actor_of(call), on.of));
  call.note_read();
  co_return co_await send_attachment(call, "text/csv; charset=utf-8",
                                     std::string(on.of.name) + ".csv", file);
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/registers/{register}", "registers:ListEntries", list_entries},
    {"POST", "/api/v1/registers/{register}", "registers:EnterEntry", enter_entry},
    {"GET", "/api/v1/registers/{register}/entries.csv", "registers:ExportEntries", export_entries},
    {"GET", "/api/v1/registers/{register}/{entry}", "registers:GetEntry", get_entry},
    {"PATCH", "/api/v1/registers/{register}/{entry}", "registers:ChangeEntry", change_entry},
    {"POST", "/api/v1/registers/{register}/{entry}/transitions", "registers:MoveEntry", move_entry},
    {"POST", "/api/v1/registers/{register}/{entry}/versions", "registers:ProposeVersion",
     propose_version},
    {"GET", "/api/v1/registers/{register}/{entry}/versions/{version}", "registers:GetFile",
     get_file},
    {"POST", "/api/v1/registers/{register}/{entry}/scan", "registers:ScanEntry", scan_entry},
};

}  // namespace

std::span<const Route> register_routes() {
  return kRoutes;
}

}  // namespace belfry::api
