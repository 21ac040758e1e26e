#include "objects/facts.h"

#include "lock_table.h"

#include <algorithm>
#include <map>
#include <set>

namespace belfry::objects {
namespace {

using database::Parameters;
using database::Transaction;

constexpr std::size_t kDamagedMax = 10'000;

std::int64_t number(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}
std::int64_t number(Timestamp time) {
  return to_us(time);
}

std::string_view name_of(segments::DiskHealth health) {
  switch (health) {
    case segments::DiskHealth::kGood:
      return "good";
    case segments::DiskHealth::kFailed:
      return "failed";
    case segments::DiskHealth::kAbsent:
      return "absent";
  }
  return "";
}

// Everything observed at one moment, before it is written.
struct Observation {
  Timestamp now;
  std::vector<segments::DiskStatus> disks;
  std::vector<segments::SetStatus> sets;
  std::vector<segments::Damage> damages;
  std::map<SetId, SetCounts> counts;
  std::vector<DamagedEntry> damaged;
  std::vector<Bucket> buckets;
};

// What a set's row remembers of the rows before it.
struct Remembered {
  std::int64_t first_seen_us = 0;
  std::int64_t degraded_since_us = 0;
};

class FactsTables : public Facts {
 public:
  FactsTables(Engine& engine, Store& store, segments::Store& segments,
              std::vector<segments::StoreDisk> disks, std::shared_ptr<Pool> pool)
      : engine_(engine), store_(store), segments_(segments), pool_(std::move(pool)) {
    for (auto& disk : disks) {
      DiskId id = disk.id;
      disks_.emplace(id, std::move(disk));
    }
  }

  Task<> collect(database::Database& database, Timestamp now) override {
    auto held = co_await one_at_a_time_.lock(0, LockTable::Mode::kExclusive);
    Observation seen{.now = now};
    // Damage first: what is repaired meanwhile shows as damaged rather than the other way round.
    CO_TRY(seen.damaged, co_await engine_.damaged(kDamagedMax));
    seen.damages = segments_.damages();
    seen.disks = segments_.disks();
    seen.sets = segments_.sets();
    CO_TRY(auto counts, co_await engine_.counts());
    for (const SetCounts& of_set : counts) seen.counts[of_set.set] = of_set;
    CO_TRY(seen.buckets, co_await store_.list_all_buckets());
    co_return co_await runtime::blocking(*pool_, [this, &database, &seen]() -> Result<> {
      identify_devices();
      return database.write([&](Transaction& sql) { return write(sql, seen); });
    });
  }

 private:
  // Folders on one block device are one disk, unless they are declared simulated.
  void identify_devices() {
    for (auto& [id, disk] : disks_) {
      if (devices_.contains(id)) continue;
      if (disk.simulated || !disk.disk) {
        devices_[id] = "disk " + id.text();
        continue;
      }
      auto device = disk.disk->device();
      if (device) devices_[id] = *device;
    }
  }

  Result<> write(Transaction& sql, const Observation& seen) {
    TRY(write_disks(sql, seen));
    TRY(auto remembered, read_remembered(sql));
    for (const char* table :
         {"replica_set", "replica_set_disk", "scrub_result", "damaged_object", "bucket_fact"})
      TRY(sql.execute(std::string("DELETE FROM ") + table));
    for (const segments::SetStatus& set : seen.sets)
      TRY(write_set(sql, seen, set, remembered[set.set]));
    TRY(write_damaged(sql, seen));
    return write_buckets(sql, seen);
  }

  Result<std::map<SetId, Remembered>> read_remembered(Transaction& sql) {
    std::map<SetId, Remembered> remembered;
    TRY(auto rows, sql.query("SELECT set_id, first_seen_us, degraded_since_us FROM replica_set"));
    for (const database::Row& row : rows)
      remembered[SetId{row.integer("set_id")}] = {row.integer("first_seen_us"),
                                                  row.integer("degraded_since_us")};
    return remembered;
  }

  Result<> write_disks(Transaction& sql, const Observation& seen) {
    TRY(sql.execute("DELETE FROM disk_state"));
    for (const segments::DiskStatus& status : seen.disks) {
      const segments::StoreDisk& disk = disks_[status.disk];
      TRY(sql.execute(
          "INSERT INTO disk_state (disk_id, name, server_id, site_id, health, reason, used_bytes,"
          " free_bytes, total_bytes, last_scrub_us, simulated, observed_at_us) VALUES (:disk,"
          " :name, :server, :site, :health, :reason, :used, :free, :total, :scrub, :simulated,"
          " :now)",
          {{"disk", status.disk.value},
           {"name", disk.name},
           {"server", disk.server.value},
           {"site", disk.site.value},
           {"health", std::string(name_of(status.health))},
           {"reason", status.reason},
           {"used", number(status.used.count)},
           {"free", number(status.free.count)},
           {"total", number(status.total.count)},
           {"scrub", number(status.last_scrub)},
           {"simulated", std::int64_t(disk.simulated)},
           {"now", number(seen.now)}}));
    }
    return {};
  }

  Result<> write_set(Transaction& sql, const Observation& seen, const segments::SetStatus& set,
                     Remembered remembered) {
    std::set<std::string> devices;
    std::set<ServerId> servers;
    std::set<SiteId> sites;
    bool simulated = false;
    std::int64_t present = 0, now = number(seen.now);
    for (DiskId id : set.disks) {
      bool there = std::ranges::find(set.missing, id) == set.missing.end();
      const segments::StoreDisk& disk = disks_[id];
      simulated = simulated || disk.simulated;
      if (there) {
        ++present;
        if (devices_.contains(id)) devices.insert(devices_[id]);
        servers.insert(disk.server);
        sites.insert(disk.site);
      }
      TRY(
          sql.execute("INSERT INTO replica_set_disk (set_id, disk_id, present, observed_at_us)"
                      " VALUES (:set, :disk, :present, :now)",
                      {{"set", set.set.value},
                       {"disk", id.value},
                       {"present", std::int64_t(there)},
                       {"now", now}}));
    }
    bool degraded = !set.missing.empty() || set.damaged > 0;
    std::int64_t first_seen = remembered.first_seen_us ? remembered.first_seen_us : now;
    std::int64_t since = !degraded                      ? 0
                         : remembered.degraded_since_us ? remembered.degraded_since_us
                                                        : now;
    auto counts = seen.counts.find(set.set);
    SetCounts counted = counts == seen.counts.end() ? SetCounts{} : counts->second;
    bool is_default = set.placement == segments::Placement{};
    TRY(sql.execute(
        "INSERT INTO replica_set (set_id, stream, objects, object_bytes, stored_bytes,"
        " copies_expected, servers_expected, sites_expected, copies_present, disks_distinct,"
        " servers_distinct, sites_distinct, missing_copies, damaged_copies, placement_default,"
        " oldest_check_us, first_seen_us, degraded_since_us, simulated, observed_at_us) VALUES"
        " (:set, :stream, :objects, :object_bytes, :stored, :copies, :servers, :sites, :present,"
        " :disks_distinct, :servers_distinct, :sites_distinct, :missing, :damaged, :is_default,"
        " :checked, :first_seen, :since, :simulated, :now)",
        {{"set", set.set.value},
         {"stream", std::string(set.stream == segments::Stream::kLedger ? "ledger" : "objects")},
         {"objects", number(counted.objects)},
         {"object_bytes", number(counted.stored.count)},
         {"stored", number(set.stored.count)},
         {"copies", std::int64_t(set.placement.copies)},
         {"servers", std::int64_t(set.placement.servers_min)},
         {"sites", std::int64_t(set.placement.sites_min)},
         {"present", present},
         {"disks_distinct", number(devices.size())},
         {"servers_distinct", number(servers.size())},
         {"sites_distinct", number(sites.size())},
         {"missing", number(set.missing.size())},
         {"damaged", number(set.damaged)},
         {"is_default", std::int64_t(is_default)},
         {"checked", number(set.last_scrub)},
         {"first_seen", first_seen},
         {"since", since},
         {"simulated", std::int64_t(simulated)},
         {"now", now}}));
    return write_scrub(sql, seen, set, first_seen);
  }

  Result<> write_scrub(Transaction& sql, const Observation& seen, const segments::SetStatus& set,
                       std::int64_t first_seen) {
    std::int64_t mismatches = 0, oldest = 0;
    for (const segments::Damage& damage : seen.damages) {
      if (damage.set != set.set || damage.state != segments::CopyState::kCorrupt) continue;
      ++mismatches;
      oldest = oldest ? std::min(oldest, number(damage.found)) : number(damage.found);
    }
    TRY(
        sql.execute("INSERT INTO scrub_result (set_id, last_scrub_us, first_seen_us,"
                    " mismatches_open, oldest_mismatch_us, observed_at_us) VALUES (:set, :scrub,"
                    " :first_seen, :mismatches, :oldest, :now)",
                    {{"set", set.set.value},
                     {"scrub", number(set.last_scrub)},
                     {"first_seen", first_seen},
                     {"mismatches", mismatches},
                     {"oldest", oldest},
                     {"now", number(seen.now)}}));
    return {};
  }

  Result<> write_damaged(Transaction& sql, const Observation& seen) {
    std::map<BucketId, TenantId> owners;
    for (const Bucket& bucket : seen.buckets) owners[bucket.id] = bucket.tenant;
    // Several damaged places of one object on one disk are one row.
    std::set<std::tuple<BucketId, std::string, SetId, DiskId>> written;
    for (const DamagedEntry& damaged : seen.damaged) {
      const Entry& entry = damaged.entry;
      if (entry.kind != EntryKind::kObject && entry.kind != EntryKind::kPart) continue;
      const segments::Damage& damage = damaged.damage;
      if (!written.emplace(entry.bucket, entry.key, damage.set, damage.disk).second) continue;
      bool missing = damage.state == segments::CopyState::kMissing;
      TRY(
          sql.execute("INSERT INTO damaged_object (bucket_id, object_key, set_id, disk_id,"
                      " tenant_id, state, found_us, observed_at_us) VALUES (:bucket, :key, :set,"
                      " :disk, :tenant, :state, :found, :now)",
                      {{"bucket", entry.bucket.value},
                       {"key", entry.key},
                       {"set", damage.set.value},
                       {"disk", damage.disk.value},
                       {"tenant", owners[entry.bucket].value},
                       {"state", std::string(missing ? "missing" : "corrupt")},
                       {"found", number(damage.found)},
                       {"now", number(seen.now)}}));
    }
    return {};
  }

  Result<> write_buckets(Transaction& sql, const Observation& seen) {
    for (const Bucket& bucket : seen.buckets) {
      TRY(
          sql.execute("INSERT INTO bucket_fact (bucket_id, tenant_id, name, placement_default,"
                      " copies, servers_min, sites_min, created_us, observed_at_us) VALUES"
                      " (:bucket, :tenant, :name, :is_default, :copies, :servers, :sites,"
                      " :created, :now)",
                      {{"bucket", bucket.id.value},
                       {"tenant", bucket.tenant.value},
                       {"name", bucket.name},
                       {"is_default", std::int64_t(bucket.placement_is_default)},
                       {"copies", std::int64_t(bucket.placement.copies)},
                       {"servers", std::int64_t(bucket.placement.servers_min)},
                       {"sites", std::int64_t(bucket.placement.sites_min)},
                       {"created", number(bucket.created)},
                       {"now", number(seen.now)}}));
    }
    return {};
  }

  Engine& engine_;
  Store& store_;
  segments::Store& segments_;
  std::shared_ptr<Pool> pool_;
  std::map<DiskId, segments::StoreDisk> disks_;
  std::map<DiskId, std::string> devices_;
  LockTable one_at_a_time_;
};

}  // namespace

std::unique_ptr<Facts> make_facts(Engine& engine, Store& store, segments::Store& segments,
                                  std::vector<segments::StoreDisk> disks,
                                  std::shared_ptr<Pool> pool) {
  return std::make_unique<FactsTables>(engine, store, segments, std::move(disks), std::move(pool));
}

}  // namespace belfry::objects
