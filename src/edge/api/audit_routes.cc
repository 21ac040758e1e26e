// The caller's own log: its events, and what is needed to verify it offline.
#include "audit_shapes.h"
#include "base/text_encoding.h"
#include "iam/crossing.h"
#include "page.h"
#include "route.h"
#include "shapes.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>

namespace belfry::api {
namespace {

using nlohmann::json;

// Of a tenant that has ended nobody is left who reads its log: who administers a tenant above does,
// and both logs know.
Result<TenantId> log_of_ended(Call& call, TenantId tenant) {
  const std::string resource = "belfry:audit/" + tenant.text();
  if (!call.ask("audit:GetEndedLog", {resource, tenant}))
    return fail(Code::kNotFound, "api.no_such_thing", {{"id", tenant.text()}});
  audit::Event event = call.event(resource);
  event.action = "audit:GetEndedLog";
  TRY(iam::record_in_both(call.host.services.ledger, call.by, event, tenant));
  call.note_read();
  return tenant;
}

// Each tenant reads its own log and no other, but for those that have ended.
Result<TenantId> own_log(Call& call) {
  TenantId tenant = call.by.tenant;
  if (std::string named = call.parameter("tenant"); !named.empty()) {
    TRY(tenant, parse_id<TenantId>(named));
  }
  if (tenant != call.by.tenant) return log_of_ended(call, tenant);
  TRY(call.authorize({"belfry:audit/" + tenant.text(), tenant}));
  return tenant;
}

Result<std::optional<Timestamp>> time_parameter(const Call& call, std::string_view name) {
  TRY(std::int64_t us, call.number(name, 0));
  if (us == 0) return std::nullopt;
  return from_us(us);
}

// One of the words, as its place among them; nothing when the parameter is not there.
Result<std::optional<std::size_t>> word_parameter(const Call& call, std::string_view name,
                                                  std::initializer_list<std::string_view> words) {
  const std::string given = call.parameter(name);
  if (given.empty()) return std::nullopt;
  const auto found = std::ranges::find(words, given);
  if (found != words.end()) return std::size_t(found - words.begin());
  return fail(Code::kInvalid, "api.bad_parameter", {{"name", std::string(name)}});
}

constexpr std::size_t kDetailsMax = 8;

// `detail=name=value`, as often as there are details.
Result<std::vector<audit::Detail>> details_of(const Call& call) {
  std::vector<audit::Detail> details;
  for (const http::QueryParameter& parameter : call.request.query) {
    if (parameter.name != "detail") continue;
    const std::size_t equals = parameter.value.find('=');
    if (equals == 0 || equals == std::string::npos || details.size() == kDetailsMax)
      return fail(Code::kInvalid, "api.bad_parameter", {{"name", "detail"}});
    details.push_back({parameter.value.substr(0, equals), parameter.value.substr(equals + 1)});
  }
  return details;
}

// Everything that events are asked for by, but where they begin.
Result<audit::Query> filter_of(const Call& call) {
  audit::Query query;
  TRY(query.from, time_parameter(call, "from_us"));
  TRY(query.until, time_parameter(call, "until_us"));
  query.actor = call.parameter("actor");
  query.action = call.parameter("action");
  query.resource = call.parameter("resource");
  query.source_ip = call.parameter("source_ip");
  query.reason = call.parameter("reason");
  TRY(auto outcome, word_parameter(call, "outcome", {"success", "failure"}));
  if (outcome) query.outcome = *outcome == 0 ? audit::Outcome::kSuccess : audit::Outcome::kFailure;
  TRY(const std::int64_t event_class, call.number("class_uid", 0));
  if (event_class != 0) query.event_class = std::uint32_t(event_class);
  TRY(query.details, details_of(call));
  return query;
}

// How long a list waits for one of its tenant's places, and an export, which has begun to write.
constexpr Duration kListPatience = std::chrono::seconds(2);
constexpr Duration kExportPatience = std::chrono::minutes(1);

Task<audit::QueryPage> search(Call& call, TenantId tenant, const audit::Query& query,
                              Duration patience) {
  audit::Ledger& ledger = call.host.services.ledger;
  co_return co_await call.host.searches.run(call.host.services.clock, tenant, patience,
                                            [&] { return ledger.query(tenant, query); });
}

constexpr std::int64_t kWaitMax = 10;  // seconds
constexpr Duration kLookEvery = std::chrono::milliseconds(250);

// The page; while it is empty, those of the events that come, as long as `wait` lasts and the
// listener does.
Task<audit::QueryPage> page_within(Call& call, TenantId tenant, audit::Query query, Duration wait) {
  Clock& clock = call.host.services.clock;
  const Deadline deadline = clock.deadline_in(wait);
  for (;;) {
    CO_TRY(auto page, co_await search(call, tenant, query, kListPatience));
    if (!page.events.empty() || page.stopped_early || clock.expired(deadline) ||
        call.response.is_awaited())
      co_return page;
    query.cursor = page.next;
    co_await clock.sleep(kLookEvery);
  }
}

Task<Answer> list_events(Call& call) {
  CO_TRY(TenantId tenant, own_log(call));
  CO_TRY(audit::Query query, filter_of(call));
  CO_TRY(query.limit, page_limit(call));
  CO_TRY(auto order, word_parameter(call, "order", {"newest", "oldest"}));
  if (order == 1) query.order = audit::Order::kOldestFirst;
  const std::string cursor = call.parameter("cursor");
  // What comes from now on: a place behind every log is its end.
  if (cursor == "end") {
    query.cursor = audit::Position{~std::uint64_t{0}, 0};
  } else if (!cursor.empty()) {
    CO_TRY(query.cursor, parse_cursor(cursor));
  }
  CO_TRY(const std::int64_t wait, call.number("wait_s", 0));
  // Of a log that has ended nothing comes but the lines of who reads it.
  const bool may_wait = query.order == audit::Order::kOldestFirst && tenant == call.by.tenant;
  if (wait > kWaitMax || (wait > 0 && !may_wait))
    co_return fail(Code::kInvalid, "api.bad_parameter", {{"name", "wait_s"}});
  // Who follows asks again at each event; were each question one, they would never end.
  call.is_polled = wait > 0;
  std::optional<TenantPlaces::Place> place;
  if (wait > 0 && !place.emplace(call.host.followers, tenant).is_there())
    co_return fail(Code::kRetry, "server.busy");
  CO_TRY(auto page, co_await page_within(call, tenant, query, std::chrono::seconds(wait)));
  // Meanwhile its tenant may have been suspended.
  if (wait > 0) CO_TRY(own_log(call));
  json items = json::array();
  for (auto& logged : page.events) items.push_back(to_json(logged, call.language()));
  json body = page_of(std::move(items), page.next ? cursor_text(*page.next) : "");
  body["log_size"] = page.log_size;
  body["stopped_early"] = page.stopped_early;
  co_return answer(body);
}

json to_json(const audit::Checkpoint& checkpoint, const std::string& origin) {
  return {{"origin", origin},
          {"size", checkpoint.size},
          {"root", to_hex(checkpoint.root)},
          {"note", checkpoint.note}};
}

// Writes the events of the leaves that the checkpoint covers, and counts them.
Task<std::uint64_t> write_events(Call& call, TenantId tenant, audit::Query query,
                                 std::uint64_t size) {
  std::uint64_t count = 0;
  for (;;) {
    CO_TRY(auto page, co_await search(call, tenant, query, kExportPatience));
    std::string lines;
    for (const audit::LoggedEvent& logged : page.events) {
      if (logged.index >= size) break;
      lines += "{\"index\":" + std::to_string(logged.index) +
               ",\"part\":" + std::to_string(logged.part) + ",\"ocsf\":" + logged.ocsf + "}\n";
      ++count;
    }
    if (!lines.empty()) CO_TRY(co_await call.response.write(as_view(lines)));
    // Who writes nothing does not notice that the connection was ended.
    if (lines.empty() && call.response.is_awaited()) co_return fail(Code::kRetry, "server.busy");
    query.cursor = page.next;
    if (!page.next || page.next->leaf >= size) co_return count;
  }
}

// Who takes a copy along is in the log, and what was asked for.
audit::Event export_event(const Call& call, TenantId tenant) {
  audit::Event event = call.event("belfry:audit/" + tenant.text());
  constexpr std::size_t kTextMax = 1000;
  const std::size_t question = call.request.target.find('?');
  if (question != std::string::npos)
    event.details.push_back(
        {"filter", call.request.target.substr(question + 1).substr(0, kTextMax)});
  return event;
}

// JSON lines, oldest first. The last line says that it is complete, and what it is a copy of: an
// answer without it was cut.
Task<Answer> export_events(Call& call) {
  CO_TRY(TenantId tenant, own_log(call));
  CO_TRY(audit::Query query, filter_of(call));
  query.order = audit::Order::kOldestFirst;
  query.limit = 1000;
  audit::Ledger& ledger = call.host.services.ledger;
  CO_TRY(co_await ledger.record(tenant, export_event(call, tenant)));
  call.note_read();
  CO_TRY(auto checkpoint, co_await ledger.checkpoint(tenant));
  call.response.fields.set("Content-Type", "application/jsonl");
  call.response.fields.set("Content-Disposition", "attachment; filename=\"belfry-audit.jsonl\"");
  CO_TRY(co_await call.response.start(std::nullopt));
  CO_TRY(const std::uint64_t count, co_await write_events(call, tenant, query, checkpoint.size));
  const json last = {{"complete", true},
                     {"events", count},
                     {"checkpoint", to_json(checkpoint, ledger.origin(tenant))}};
  CO_TRY(co_await call.response.write(as_view(last.dump() + "\n")));
  co_return Answer::sent();
}

// The export of a client that reads the list page by page, and so goes on after a break: told once,
// with the checkpoint of what it takes along.
Task<Answer> begin_export(Call& call) {
  CO_TRY(TenantId tenant, own_log(call));
  CO_TRY(const audit::Query query, filter_of(call));
  audit::Ledger& ledger = call.host.services.ledger;
  CO_TRY(co_await ledger.record(tenant, export_event(call, tenant)));
  CO_TRY(auto checkpoint, co_await ledger.checkpoint(tenant));
  co_return answer({{"checkpoint", to_json(checkpoint, ledger.origin(tenant))}}, 201);
}

Task<Answer> get_checkpoint(Call& call) {
  CO_TRY(TenantId tenant, own_log(call));
  CO_TRY(auto checkpoint, co_await call.host.services.ledger.checkpoint(tenant));
  co_return answer(to_json(checkpoint, call.host.services.ledger.origin(tenant)));
}

Task<Answer> get_tile(Call& call) {
  CO_TRY(TenantId tenant, own_log(call));
  CO_TRY(Buffer octets, co_await call.host.services.ledger.tile(tenant, call.path[0]));
  CO_TRY(call.record_read());
  call.response.fields.set("Content-Type", "application/octet-stream");
  CO_TRY(co_await call.response.send(std::string(as_text(octets))));
  co_return Answer::sent();
}

json hashes_of(const std::vector<audit::Hash>& path) {
  json hashes = json::array();
  for (const audit::Hash& hash : path) hashes.push_back(to_hex(hash));
  return hashes;
}

Task<Answer> get_proof(Call& call) {
  CO_TRY(TenantId tenant, own_log(call));
  CO_TRY(std::int64_t index, call.number("index", 0));
  CO_TRY(std::int64_t size, call.number("size", 0));
  CO_TRY(auto path, co_await call.host.services.ledger.inclusion_proof(tenant, std::uint64_t(index),
                                                                       std::uint64_t(size)));
  co_return answer({{"index", index}, {"size", size}, {"hashes", hashes_of(path)}});
}

Task<Answer> get_consistency_proof(Call& call) {
  CO_TRY(TenantId tenant, own_log(call));
  CO_TRY(const std::int64_t old_size, call.number("old_size", 0));
  CO_TRY(const std::int64_t size, call.number("size", 0));
  CO_TRY(const auto path, co_await call.host.services.ledger.consistency_proof(
                              tenant, std::uint64_t(old_size), std::uint64_t(size)));
  co_return answer({{"old_size", old_size}, {"size", size}, {"hashes", hashes_of(path)}});
}

Task<Answer> get_keys(Call& call) {
  CO_TRY(TenantId tenant, own_log(call));
  audit::Ledger& ledger = call.host.services.ledger;
  // Who has these keys reads the log for ever: nobody gets them unseen.
  CO_TRY(co_await ledger.record(tenant, call.event("belfry:audit/" + tenant.text())));
  call.note_read();
  json keys = json::array();
  for (auto& [id, secret] : ledger.month_keys(tenant))
    keys.push_back({{"key_id", id.text()}, {"key", secret}});
  co_return answer({{"origin", ledger.origin(tenant)},
                    {"verifier_key", ledger.verifier_key()},
                    {"month_keys", std::move(keys)}});
}

// What checks the signatures is no secret of anybody's.
Task<Answer> get_verifier_key(Call& call) {
  CO_TRY(TenantId tenant, own_log(call));
  audit::Ledger& ledger = call.host.services.ledger;
  co_return answer({{"origin", ledger.origin(tenant)}, {"verifier_key", ledger.verifier_key()}});
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/audit/events", "audit:ListEvents", list_events},
    {"GET", "/api/v1/audit/export", "audit:ExportEvents", export_events},
    {"POST", "/api/v1/audit/exports", "audit:ExportEvents", begin_export},
    {"GET", "/api/v1/audit/checkpoint", "audit:GetCheckpoint", get_checkpoint},
    {"GET", "/api/v1/audit/tiles/{path...}", "audit:GetTile", get_tile, Access::kSignedIn,
     Telling::kPolled},
    {"GET", "/api/v1/audit/proof", "audit:GetProof", get_proof},
    {"GET", "/api/v1/audit/consistency-proof", "audit:GetProof", get_consistency_proof},
    {"GET", "/api/v1/audit/keys", "audit:GetKeys", get_keys},
    {"GET", "/api/v1/audit/verifier-key", "audit:GetVerifierKey", get_verifier_key},
};

}  // namespace

std::span<const Route> audit_routes() {
  return kRoutes;
}

}  // namespace belfry::api
