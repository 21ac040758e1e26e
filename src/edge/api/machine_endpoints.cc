#include "machine_endpoints.h"

#include "shapes.h"

#include <fmt/format.h>

namespace belfry::api {
namespace {

// Backslash, quote and line end are written as the text format asks for.
std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out;
}

void describe(std::string& out, std::string_view name, std::string_view type,
              std::string_view help) {
  out += fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
}

void write_disks(std::string& out, segments::Store& store, const topology::Topology& topology) {
  auto disks = store.disks();
  auto label = [&](const segments::DiskStatus& disk) {
    return escaped(disk_name(disk.disk, topology));
  };
  describe(out, "belfry_disk_up", "gauge", "1 when the disk takes reads and writes.");
  for (auto& disk : disks)
    out += fmt::format("belfry_disk_up{{disk=\"{}\",health=\"{}\"}} {:d}\n", label(disk),
                       name_of(disk.health), disk.health == segments::DiskHealth::kGood);
  describe(out, "belfry_disk_used_bytes", "gauge", "Octets of objects and ledger on the disk.");
  for (auto& disk : disks)
    out += fmt::format("belfry_disk_used_bytes{{disk=\"{}\"}} {}\n", label(disk), disk.used.count);
  describe(out, "belfry_disk_free_bytes", "gauge", "Octets free on the disk's file system.");
  for (auto& disk : disks)
    out += fmt::format("belfry_disk_free_bytes{{disk=\"{}\"}} {}\n", label(disk), disk.free.count);
}

void write_sets(std::string& out, segments::Store& store) {
  std::uint64_t degraded = 0, damaged = 0;
  auto sets = store.sets();
  for (auto& set : sets) degraded += !set.missing.empty(), damaged += set.damaged;
  describe(out, "belfry_replica_sets", "gauge", "Replica sets.");
  out += fmt::format("belfry_replica_sets {}\n", sets.size());
  describe(out, "belfry_replica_sets_degraded", "gauge", "Replica sets that miss a disk.");
  out += fmt::format("belfry_replica_sets_degraded {}\n", degraded);
  describe(out, "belfry_damaged_copies", "gauge", "Copies found damaged and not repaired yet.");
  out += fmt::format("belfry_damaged_copies {}\n", damaged);
}

void write_witnesses(std::string& out, audit::RootLog& root_log) {
  const auto witnesses = root_log.witnesses();
  describe(out, "belfry_witnesses", "gauge", "Witnesses that provider.yaml names.");
  out += fmt::format("belfry_witnesses {}\n", witnesses.size());
  describe(out, "belfry_witness_up", "gauge", "1 when it cosigned the newest root checkpoint.");
  for (auto& witness : witnesses)
    out += fmt::format("belfry_witness_up{{witness=\"{}\",problem=\"{}\"}} {:d}\n",
                       escaped(witness.name), audit::name_of(witness.problem),
                       witness.problem == audit::WitnessProblem::kNone);
  describe(out, "belfry_witness_alarms", "counter",
           "Forks and rollbacks of the ledger that it found.");
  for (auto& witness : witnesses)
    out += fmt::format("belfry_witness_alarms{{witness=\"{}\"}} {}\n", escaped(witness.name),
                       witness.alarms);
}

void write_holds(std::string& out, audit::Vault& vault) {
  std::uint64_t lost = 0, damaged = 0;
  const auto holds = vault.list(std::nullopt);
  for (const audit::Hold& hold : holds) {
    lost += hold.state == audit::HoldState::kLost;
    damaged += hold.state == audit::HoldState::kDamaged;
  }
  describe(out, "belfry_legal_holds", "gauge", "Legal holds on logs.");
  out += fmt::format("belfry_legal_holds {}\n", holds.size());
  describe(out, "belfry_legal_holds_lost", "gauge",
           "Legal holds of which no disk has a whole copy or the key.");
  out += fmt::format("belfry_legal_holds_lost {}\n", lost);
  describe(out, "belfry_legal_holds_damaged", "gauge",
           "Legal holds of which a part is gone from every disk.");
  out += fmt::format("belfry_legal_holds_damaged {}\n", damaged);
  describe(out, "belfry_ledger_months_waiting", "gauge",
           "Tenants whose old months wait to be destroyed, because their holds are not copied.");
  out += fmt::format("belfry_ledger_months_waiting {}\n", vault.waiting().size());
}

Task<std::string> metrics(Host& host) {
  std::string out;
  write_disks(out, host.services.segments, host.services.topology);
  write_sets(out, host.services.segments);
  describe(out, "belfry_ledger_healthy", "gauge", "1 when the ledger takes events.");
  out += fmt::format("belfry_ledger_healthy {:d}\n", host.services.ledger.healthy());
  write_witnesses(out, host.services.root_log);
  write_holds(out, host.services.vault);
  CO_TRY(auto annex, co_await host.services.measures.annex());
  describe(out, "belfry_measure_pass", "gauge", "1 when the measure's last verdict is pass.");
  for (auto& status : annex)
    out += fmt::format("belfry_measure_pass{{measure=\"{}\",verdict=\"{}\",proof=\"{}\"}} {:d}\n",
                       status.id, measures::name_of(status.verdict),
                       measures::name_of(status.proof), status.verdict == measures::Verdict::kPass);
  co_return out;
}

}  // namespace

Task<> serve_machine_endpoint(Host& host, http::Request& request, http::Response& response) {
  response.fields.set("Content-Type", "text/plain; charset=utf-8");
  response.fields.set("Cache-Control", "no-store");
  if (request.path == "/metrics") {
    CO_TRY(std::string text, co_await metrics(host));
    response.fields.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    co_return co_await response.send(std::move(text));
  }
  if (request.path == "/readyz" && !host.services.ledger.healthy()) {
    response.status = 503;
    co_return co_await response.send("The ledger does not take events.\n");
  }
  co_return co_await response.send("ok\n");
}

}  // namespace belfry::api
