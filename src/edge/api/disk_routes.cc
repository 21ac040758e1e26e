// Disks, replica sets, scrubbing and healing: for the provider's operators.
#include "base/text_encoding.h"
#include "page.h"
#include "route.h"
#include "shapes.h"
#include "text/catalogue.h"

#include <boost/asio/this_coro.hpp>
#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace belfry::api {
namespace {

using nlohmann::json;

// Why a disk is not good, in words; the store keeps the description of an error.
std::string reason_of(const segments::DiskStatus& status, text::Language language) {
  switch (status.health) {
    case segments::DiskHealth::kGood:
      return {};
    case segments::DiskHealth::kAbsent:
      return text::text("api.disk_absent", {}, language);
    case segments::DiskHealth::kFailed:
      return worded_description(status.reason, language);
  }
  return {};
}

json disk_json(const topology::Disk& disk, const segments::DiskStatus* status,
               text::Language language) {
  bool known = status != nullptr;
  return {{"id", disk.id.text()},
          {"name", disk.name},
          {"server", disk.server_name},
          {"site", disk.site_name},
          {"path", disk.path},
          {"simulated", disk.simulated},
          {"health", name_of(known ? status->health : segments::DiskHealth::kAbsent)},
          {"reason", known ? reason_of(*status, language) : ""},
          {"used_bytes", known ? status->used.count : 0},
          {"free_bytes", known ? status->free.count : 0},
          {"total_bytes", known ? status->total.count : 0},
          {"last_scrub_us", known ? time_or_null(status->last_scrub) : json(nullptr)}};
}

Task<Answer> list_disks(Call& call) {
  const Services& services = call.host.services;
  CO_TRY(call.authorize({"belfry:disk/*", services.provider}));
  CO_TRY(auto asked, page_request(call));
  auto disks = services.topology.disks;
  std::string next =
      cut_to_page(disks, asked, [](const topology::Disk& disk) { return disk.name; });
  auto states = services.segments.disks();
  auto damages = services.segments.damages();
  json items = json::array();
  for (const topology::Disk& disk : disks) {
    auto state = std::ranges::find(states, disk.id, &segments::DiskStatus::disk);
    json item = disk_json(disk, state == states.end() ? nullptr : &*state, call.language());
    item["damaged"] = std::ranges::count(damages, disk.id, &segments::Damage::disk);
    items.push_back(std::move(item));
  }
  co_return answer(page_of(std::move(items), next));
}

// How many objects have their records in each set, as the collector last counted them.
Result<std::map<SetId, std::int64_t>> count_objects(database::Database& database) {
  std::map<SetId, std::int64_t> objects;
  TRY(database.read(std::chrono::seconds(5), [&](database::Transaction& transaction) -> Result<> {
    objects.clear();
    TRY(auto rows, transaction.query("SELECT set_id, objects FROM replica_set"));
    for (auto& row : rows) objects[SetId{row.integer("set_id")}] = row.integer("objects");
    return {};
  }));
  return objects;
}

Task<Answer> list_sets(Call& call) {
  const Services& services = call.host.services;
  CO_TRY(call.authorize({"belfry:replica-set/*", services.provider}));
  CO_TRY(auto asked, page_request(call));
  CO_TRY(auto objects, co_await runtime::blocking(
                           *services.pool, [&] { return count_objects(services.database); }));
  auto sets = services.segments.sets();
  std::string next =
      cut_to_page(sets, asked, [](const segments::SetStatus& set) { return set.set.text(); });
  auto names = [&](const std::vector<DiskId>& disks) {
    json list = json::array();
    for (DiskId disk : disks) list.push_back(disk_name(disk, services.topology));
    return list;
  };
  json items = json::array();
  for (auto& set : sets) {
    auto counted = objects.find(set.set);
    items.push_back({{"id", set.set.text()},
                     {"stream", set.stream == segments::Stream::kLedger ? "ledger" : "objects"},
                     {"placement", to_json(set.placement, services.topology)},
                     {"objects", counted == objects.end() ? json(nullptr) : json(counted->second)},
                     {"generation", set.generation},
                     {"disks", names(set.disks)},
                     {"missing", names(set.missing)},
                     {"stored_bytes", set.stored.count},
                     {"files", set.files},
                     {"segments", set.segments},
                     {"damaged", set.damaged},
                     {"last_scrub_us", time_or_null(set.last_scrub)}});
  }
  co_return answer(page_of(std::move(items), next));
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
                     {"found_us", to_us(damage.found)}});
  }
  return {{"sets", report.sets},       {"records", report.records},
          {"files", report.files},     {"read_bytes", report.read.count},
          {"found", std::move(found)}, {"repaired", report.repaired}};
}

std::string_view state_of(const JobState& job) {
  if (!job.finished) return "running";
  return job.error ? "failed" : "done";
}

std::string_view name_of(JobKind kind) {
  switch (kind) {
    case JobKind::kScrub:
      return "scrub";
    case JobKind::kHeal:
      return "heal";
    case JobKind::kReadmit:
      return "readmit";
  }
  return "";
}

json to_json(const JobState& job, text::Language language) {
  return {{"id", job.id.text()},
          {"kind", name_of(job.kind)},
          {"subject", job.subject},
          {"state", state_of(job)},
          {"progress", job.progress},
          {"started_us", to_us(job.started)},
          {"finished_us", time_or_null(job.finished)},
          {"report", job.report.empty() ? json(nullptr) : json::parse(job.report)},
          {"error", job.error ? problem_of(*job.error, language) : json(nullptr)}};
}

// Ends a job. What it found or mended shows in the annex at once, not at the next period. What is
// begun in the ledger is not cut short by a stop.
Task<> finish(Host& host, JobId job, Result<std::string> report) {
  co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
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

Task<> run_readmit(Host& host, JobId job, DiskId disk) {
  auto readmitted = co_await host.services.segments.readmit(disk);
  Result<std::string> outcome = "";
  if (!readmitted) outcome = std::unexpected(readmitted.error());
  co_return co_await finish(host, job, std::move(outcome));
}

// Starts a job once its order is in the ledger: without that nothing happens.
Task<Answer> start_job(Call& call, JobKind kind, std::string name, std::string resource,
                       std::function<Task<>(Host&, JobId)> work) {
  Host& host = call.host;
  CO_TRY(call.authorize({resource, host.services.provider}));
  JobId id{host.services.random.id()};
  CO_TRY(JobState job, host.jobs.start(id, kind, name, host.services.clock.now()));
  audit::Event order = call.event(std::move(resource));
  order.event_class = audit::EventClass::kEntityManagement;
  auto recorded = co_await host.services.ledger.record(host.services.provider, order);
  if (!recorded) {
    host.jobs.drop(id);
    co_return std::unexpected(recorded.error());
  }
  host.jobs.run(host.services.executor, id, work(host, id), host.services.clock);
  co_return answer(to_json(job, call.language()), 202);
}

Task<Answer> start_scrub(Call& call, DiskId disk, const std::string& name) {
  return start_job(call, JobKind::kScrub, name, "belfry:disk/" + (name.empty() ? "*" : name),
                   [disk](Host& host, JobId id) { return run_scrub(host, id, disk); });
}

Task<Answer> scrub_all(Call& call) {
  co_return co_await start_scrub(call, {}, "");
}

// The disk that the path names. Whether there is one is only for those to know who may ask.
Result<const topology::Disk*> disk_of(Call& call) {
  const std::string& name = call.path[0];
  for (const topology::Disk& disk : call.host.services.topology.disks)
    if (disk.name == name) return &disk;
  TRY(call.authorize({"belfry:disk/*", call.host.services.provider}));
  return fail(Code::kNotFound, "api.no_such_disk", {{"disk", name}});
}

Task<Answer> scrub_disk(Call& call) {
  CO_TRY(const topology::Disk* disk, disk_of(call));
  co_return co_await start_scrub(call, disk->id, disk->name);
}

Task<Answer> readmit_disk(Call& call) {
  CO_TRY(const topology::Disk* disk, disk_of(call));
  co_return co_await start_job(
      call, JobKind::kReadmit, disk->name, "belfry:disk/" + disk->name,
      [id = disk->id](Host& host, JobId job) { return run_readmit(host, job, id); });
}

Task<Answer> heal(Call& call) {
  return start_job(call, JobKind::kHeal, "", "belfry:disk/*", run_heal);
}

Task<Answer> get_job(Call& call) {
  CO_TRY(call.authorize({"belfry:job/" + call.path[0], call.host.services.provider}));
  CO_TRY(auto id, parse_id<JobId>(call.path[0]));
  CO_TRY(auto job, call.host.jobs.find(id, call.host.services.clock.now()));
  co_return answer(to_json(job, call.language()));
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/disks", "disk:ListDisks", list_disks, Access::kSignedIn, Telling::kPolled},
    {"POST", "/api/v1/disks/{disk}/scrub", "disk:Scrub", scrub_disk},
    {"POST", "/api/v1/disks/{disk}/readmit", "disk:Readmit", readmit_disk},
    {"POST", "/api/v1/scrub", "disk:Scrub", scrub_all},
    {"POST", "/api/v1/heal", "disk:Heal", heal},
    {"GET", "/api/v1/jobs/{job}", "disk:GetJob", get_job, Access::kSignedIn, Telling::kPolled},
    {"GET", "/api/v1/replica-sets", "disk:ListReplicaSets", list_sets, Access::kSignedIn,
     Telling::kPolled},
};

}  // namespace

std::span<const Route> disk_routes() {
  return kRoutes;
}

}  // namespace belfry::api
