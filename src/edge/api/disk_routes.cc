// Disks, replica sets, scrubbing and healing: for the provider's operators.
#include "base/text_encoding.h"
#include "route.h"
#include "shapes.h"
#include "text/catalogue.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace belfry::api {
namespace {

using nlohmann::json;

std::string_view health_name(segments::DiskHealth health) {
  switch (health) {
    case segments::DiskHealth::kGood:
      return "good";
    case segments::DiskHealth::kFailed:
      return "failed";
    case segments::DiskHealth::kAbsent:
      return "absent";
  }
  return "failed";
}

json time_or_null(Timestamp time) {
  return to_us(time) == 0 ? json(nullptr) : json(to_us(time));
}

Task<Answer> list_disks(Call& call) {
  const Services& services = call.host.services;
  CO_TRY(call.authorize({"belfry:disk/*", services.provider}));
  json items = json::array();
  auto states = services.segments.disks();
  auto damages = services.segments.damages();
  for (const topology::Disk& disk : services.topology.disks) {
    auto state = std::ranges::find(states, disk.id, &segments::DiskStatus::disk);
    bool known = state != states.end();
    items.push_back({{"id", disk.id.text()},
                     {"name", disk.name},
                     {"server", disk.server_name},
                     {"site", disk.site_name},
                     {"path", disk.path},
                     {"simulated", disk.simulated},
                     {"health", known ? health_name(state->health) : "absent"},
                     {"reason", known ? state->reason : ""},
                     {"used_bytes", known ? state->used.count : 0},
                     {"free_bytes", known ? state->free.count : 0},
                     {"total_bytes", known ? state->total.count : 0},
                     {"last_scrub_us", known ? time_or_null(state->last_scrub) : json(nullptr)},
                     {"damaged", std::ranges::count(damages, disk.id, &segments::Damage::disk)}});
  }
  co_return answer(page_of(std::move(items)));
}

Task<Answer> list_sets(Call& call) {
  const Services& services = call.host.services;
  CO_TRY(call.authorize({"belfry:replica-set/*", services.provider}));
  auto names = [&](const std::vector<DiskId>& disks) {
    json list = json::array();
    for (DiskId disk : disks) list.push_back(disk_name(disk, services.topology));
    return list;
  };
  json items = json::array();
  for (auto& set : services.segments.sets())
    items.push_back({{"id", set.set.text()},
                     {"stream", set.stream == segments::Stream::kLedger ? "ledger" : "objects"},
                     {"placement", to_json(set.placement, services.topology)},
                     {"objects", nullptr},
                     {"generation", set.generation},
                     {"disks", names(set.disks)},
                     {"missing", names(set.missing)},
                     {"stored_bytes", set.stored.count},
                     {"files", set.files},
                     {"segments", set.segments},
                     {"damaged", set.damaged},
                     {"last_scrub_us", time_or_null(set.last_scrub)}});
  co_return answer(page_of(std::move(items)));
}

constexpr std::size_t kDamagesShown = 1000;

json to_json(const segments::ScrubReport& report, const topology::Topology& topology) {
  json found = json::array();
  for (auto& damage : report.found) {
    if (found.size() == kDamagesShown) break;
    bool missing = damage.state == segments::CopyState::kMissing;
    found.push_back({{"set", damage.set.text()},
                     {"disk", disk_name(damage.disk, topology)},
                     {"kind", damage.is_file ? "file" : "record"},
                     {"state", missing ? "missing" : "corrupt"},
                     {"found_us", to_us(damage.found)},
                     {"object", nullptr}});
  }
  return {{"sets", report.sets},       {"records", report.records},
          {"files", report.files},     {"read_bytes", report.read.count},
          {"found", std::move(found)}, {"repaired", report.repaired}};
}

std::string_view state_of(const JobState& job) {
  if (!job.finished) return "running";
  return job.error ? "failed" : "done";
}

json to_json(const JobState& job, text::Language language) {
  json error = nullptr;
  if (job.error)
    error = {{"message_id", job.error->message()}, {"detail", text::text(*job.error, language)}};
  return {{"id", job.id.text()},
          {"kind", job.kind == JobKind::kScrub ? "scrub" : "heal"},
          {"subject", job.subject},
          {"state", state_of(job)},
          {"progress", job.progress},
          {"started_us", to_us(job.started)},
          {"finished_us", job.finished ? json(to_us(*job.finished)) : json(nullptr)},
          {"report", job.report.empty() ? json(nullptr) : json::parse(job.report)},
          {"error", std::move(error)}};
}

// Ends a job. What it found or mended shows in the annex at once, not at the next period.
Task<> finish(Host& host, JobId job, Result<std::string> report) {
  Services& services = host.services;
  for (const measures::Measure& measure : services.measures.catalogue()) {
    if (!measure.check) continue;
    auto checked = co_await services.measures.check_now(measure.id);
    if (!checked) spdlog::warn("checking {}: {}", measure.id, checked.error().describe());
  }
  host.jobs.finish(job, std::move(report), services.clock.now());
  co_return Result<>();
}

// Works off a scrub and tells the job how it goes. Parameters by value: the request is long gone.
Task<> run_scrub(Host& host, JobId job, DiskId disk) {
  Result<> inspected = co_await host.services.segments.inspect_disks();
  if (!inspected) spdlog::warn("inspecting the disks: {}", inspected.error().describe());
  auto progress = [&host, job](double fraction) { host.jobs.progress(job, fraction); };
  auto report = co_await host.services.segments.scrub(disk, progress);
  Result<std::string> outcome = "";
  if (report)
    outcome = to_json(*report, host.services.topology).dump();
  else
    outcome = std::unexpected(report.error());
  co_return co_await finish(host, job, std::move(outcome));
}

Task<> run_heal(Host& host, JobId job) {
  Result<> inspected = co_await host.services.segments.inspect_disks();
  if (!inspected) spdlog::warn("inspecting the disks: {}", inspected.error().describe());
  auto healed = co_await host.services.segments.heal();
  Result<std::string> outcome = "";
  if (healed)
    outcome = json({{"healed", *healed}}).dump();
  else
    outcome = std::unexpected(healed.error());
  co_return co_await finish(host, job, std::move(outcome));
}

Task<audit::Receipt> record_order(Call& call, std::string resource) {
  audit::Event event;
  event.time = call.host.services.clock.now();
  event.event_class = audit::EventClass::kEntityManagement;
  event.action = call.action;
  event.actor = call.by.name;
  event.actor_id = call.by.user;
  event.source_ip = call.request.peer_ip;
  event.resource = std::move(resource);
  co_return co_await call.host.services.ledger.record(call.host.services.provider, event);
}

text::Language language_of(const Call& call) {
  return text::preferred_language(call.request.fields.get("accept-language"));
}

Task<Answer> start_scrub(Call& call, DiskId disk, const std::string& name) {
  Host& host = call.host;
  std::string resource = "belfry:disk/" + (name.empty() ? "*" : name);
  CO_TRY(call.authorize({resource, host.services.provider}));
  JobId id{host.services.random.id()};
  CO_TRY(JobState job, host.jobs.start(id, JobKind::kScrub, name, host.services.clock.now()));
  CO_TRY(co_await record_order(call, std::move(resource)));
  boost::asio::co_spawn(host.services.executor, run_scrub(host, id, disk), boost::asio::detached);
  co_return answer(to_json(job, language_of(call)), 202);
}

Task<Answer> scrub_all(Call& call) {
  co_return co_await start_scrub(call, {}, "");
}

Task<Answer> scrub_disk(Call& call) {
  const std::string& name = call.path[0];
  for (const topology::Disk& disk : call.host.services.topology.disks)
    if (disk.name == name) co_return co_await start_scrub(call, disk.id, disk.name);
  CO_TRY(call.authorize({"belfry:disk/*", call.host.services.provider}));
  co_return fail(Code::kNotFound, "api.no_such_disk", {{"disk", name}});
}

Task<Answer> heal(Call& call) {
  Host& host = call.host;
  CO_TRY(call.authorize({"belfry:disk/*", host.services.provider}));
  JobId id{host.services.random.id()};
  CO_TRY(JobState job, host.jobs.start(id, JobKind::kHeal, "", host.services.clock.now()));
  CO_TRY(co_await record_order(call, "belfry:disk/*"));
  boost::asio::co_spawn(host.services.executor, run_heal(host, id), boost::asio::detached);
  co_return answer(to_json(job, language_of(call)), 202);
}

Task<Answer> get_job(Call& call) {
  CO_TRY(call.authorize({"belfry:job/" + call.path[0], call.host.services.provider}));
  CO_TRY(auto id, parse_id<JobId>(call.path[0]));
  CO_TRY(auto job, call.host.jobs.find(id));
  co_return answer(to_json(job, language_of(call)));
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/disks", "disk:ListDisks", list_disks},
    {"POST", "/api/v1/disks/{disk}/scrub", "disk:Scrub", scrub_disk},
    {"POST", "/api/v1/scrub", "disk:Scrub", scrub_all},
    {"POST", "/api/v1/heal", "disk:Heal", heal},
    {"GET", "/api/v1/jobs/{job}", "disk:GetJob", get_job},
    {"GET", "/api/v1/replica-sets", "disk:ListReplicaSets", list_sets},
};

}  // namespace

std::span<const Route> disk_routes() {
  return kRoutes;
}

}  // namespace belfry::api
