// The caller's own log: its events, and what is needed to verify it offline.
#include "base/text_encoding.h"
#include "page.h"
#include "route.h"
#include "shapes.h"

#include <nlohmann/json.hpp>

namespace belfry::api {
namespace {

using nlohmann::json;

// A member of nested objects, or null.
const json& at(const json& value, std::initializer_list<const char*> path) {
  static const json nothing;
  const json* here = &value;
  for (const char* name : path) {
    if (!here->is_object() || !here->contains(name)) return nothing;
    here = &(*here)[name];
  }
  return *here;
}

std::string text_at(const json& value, std::initializer_list<const char*> path) {
  const json& found = at(value, path);
  return found.is_string() ? found.get<std::string>() : "";
}

// Why it failed, in words: the log keeps the id of the message, and its arguments among the
// details.
std::string reason_of(const json& event, text::Language language) {
  std::vector<Argument> arguments = {{"action", text_at(event, {"api", "operation"})}};
  const json& resources = at(event, {"resources"});
  if (resources.is_array() && !resources.empty())
    arguments.push_back({"resource", text_at(resources.front(), {"name"})});
  if (const json& details = at(event, {"unmapped"}); details.is_object())
    for (auto& [name, value] : details.items())
      if (value.is_string()) arguments.push_back({name, value.get<std::string>()});
  return worded(text_at(event, {"status_detail"}), arguments, language);
}

// The fields that lists show, beside the whole event (docs/formats/leaf.md).
json to_json(const audit::LoggedEvent& logged, text::Language language) {
  json event = json::parse(logged.ocsf, nullptr, false);
  const json& time_ms = at(event, {"time"});
  const json& resources = at(event, {"resources"});
  bool has_resource = resources.is_array() && !resources.empty();
  bool succeeded = at(event, {"status_id"}) == 1;
  json body = {{"index", logged.index},
               {"part", logged.part},
               {"time_us", time_ms.is_number_integer() ? time_ms.get<std::int64_t>() * 1000 : 0},
               {"class_uid", at(event, {"class_uid"})},
               {"action", text_at(event, {"api", "operation"})},
               {"outcome", succeeded ? "success" : "failure"},
               {"reason", reason_of(event, language)},
               {"actor", text_at(event, {"actor", "user", "name"})},
               {"source_ip", text_at(event, {"src_endpoint", "ip"})},
               {"resource", has_resource ? text_at(resources.front(), {"name"}) : ""}};
  body["ocsf"] = std::move(event);
  return body;
}

// Each tenant reads its own log and no other.
Result<TenantId> own_log(Call& call) {
  TenantId tenant = call.by.tenant;
  if (std::string named = call.parameter("tenant"); !named.empty()) {
    TRY(tenant, parse_id<TenantId>(named));
  }
  if (tenant != call.by.tenant)
    return fail(Code::kNotFound, "api.no_such_thing", {{"id", tenant.text()}});
  TRY(call.authorize({"belfry:audit/" + tenant.text(), tenant}));
  return tenant;
}

Result<std::optional<Timestamp>> time_parameter(const Call& call, std::string_view name) {
  TRY(std::int64_t us, call.number(name, 0));
  if (us == 0) return std::nullopt;
  return from_us(us);
}

Task<Answer> list_events(Call& call) {
  CO_TRY(TenantId tenant, own_log(call));
  audit::Query query;
  CO_TRY(query.from, time_parameter(call, "from_us"));
  CO_TRY(query.until, time_parameter(call, "until_us"));
  query.actor = call.parameter("actor");
  query.action = call.parameter("action");
  query.resource = call.parameter("resource");
  CO_TRY(std::int64_t after, call.number("cursor", 0));
  query.after = std::uint64_t(after);
  CO_TRY(query.limit, page_limit(call));
  CO_TRY(auto page, co_await call.host.services.ledger.query(tenant, query));
  json items = json::array();
  for (auto& logged : page.events) items.push_back(to_json(logged, call.language()));
  json body = page_of(std::move(items), page.next == 0 ? "" : std::to_string(page.next));
  body["log_size"] = page.log_size;
  co_return answer(body);
}

Task<Answer> get_checkpoint(Call& call) {
  CO_TRY(TenantId tenant, own_log(call));
  CO_TRY(auto checkpoint, co_await call.host.services.ledger.checkpoint(tenant));
  co_return answer({{"origin", call.host.services.ledger.origin(tenant)},
                    {"size", checkpoint.size},
                    {"root", to_hex(checkpoint.root)},
                    {"note", checkpoint.note}});
}

Task<Answer> get_tile(Call& call) {
  CO_TRY(TenantId tenant, own_log(call));
  CO_TRY(Buffer octets, co_await call.host.services.ledger.tile(tenant, call.path[0]));
  call.response.fields.set("Content-Type", "application/octet-stream");
  CO_TRY(co_await call.response.send(std::string(as_text(octets))));
  co_return Answer::sent();
}

Task<Answer> get_proof(Call& call) {
  CO_TRY(TenantId tenant, own_log(call));
  CO_TRY(std::int64_t index, call.number("index", 0));
  CO_TRY(std::int64_t size, call.number("size", 0));
  CO_TRY(auto path, co_await call.host.services.ledger.inclusion_proof(tenant, std::uint64_t(index),
                                                                       std::uint64_t(size)));
  json hashes = json::array();
  for (auto& hash : path) hashes.push_back(to_hex(hash));
  co_return answer({{"index", index}, {"size", size}, {"hashes", std::move(hashes)}});
}

Task<Answer> get_keys(Call& call) {
  CO_TRY(TenantId tenant, own_log(call));
  audit::Ledger& ledger = call.host.services.ledger;
  // Who has these keys reads the log for ever: nobody gets them unseen.
  CO_TRY(co_await ledger.record(tenant, call.event("belfry:audit/" + tenant.text())));
  json keys = json::array();
  for (auto& [id, secret] : ledger.month_keys(tenant))
    keys.push_back({{"key_id", id.text()}, {"key", secret}});
  co_return answer({{"origin", ledger.origin(tenant)},
                    {"verifier_key", ledger.verifier_key()},
                    {"month_keys", std::move(keys)}});
}

// What checks the signatures is no secret of anybody's, and reading it leaves no trace.
Task<Answer> get_verifier_key(Call& call) {
  CO_TRY(TenantId tenant, own_log(call));
  audit::Ledger& ledger = call.host.services.ledger;
  co_return answer({{"origin", ledger.origin(tenant)}, {"verifier_key", ledger.verifier_key()}});
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/audit/events", "audit:ListEvents", list_events},
    {"GET", "/api/v1/audit/checkpoint", "audit:GetCheckpoint", get_checkpoint},
    {"GET", "/api/v1/audit/tiles/{path...}", "audit:GetTile", get_tile},
    {"GET", "/api/v1/audit/proof", "audit:GetProof", get_proof},
    {"GET", "/api/v1/audit/keys", "audit:GetKeys", get_keys},
    {"GET", "/api/v1/audit/verifier-key", "audit:GetVerifierKey", get_verifier_key},
};

}  // namespace

std::span<const Route> audit_routes() {
  return kRoutes;
}

}  // namespace belfry::api
