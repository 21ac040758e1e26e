#include "objects/facts.h"

#include "lock_table.h"
#include "segments/names.h"

#include <algorithm>
#include <map>
#include <set>

namespace belfry::objects {
namespace {

using database::Parameters;
using database::Transaction;

constexpr std::size_t kDamagedMax = 10'000;
constexpr Duration kReadTime = std::chrono::seconds(10);
// Objects named because their set misses copies, of one set and of all; the sets' rows count them
// all.
constexpr std::size_t kNamedOfSetMax = 100, kNamedMax = 5'000;

std::int64_t number(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}
std::int64_t number(Timestamp time) {
  return to_us(time);
}

// Everything observed at one moment, before it is written.
struct Observation {
  Timestamp now;
  std::vector<segments::DiskStatus> disks;
  std::vector<segments::SetStatus> sets;
  std::vector<segments::Damage> damages;
  std::map<SetId, SetCounts> counts;
  std::vector<DamagedEntry> damaged;
  // Sets that the index counts and no disk that is there knows: every copy of them is away.
  std::vector<SetId> lost;
  std::map<SetId, std::vector<Entry>> without_copy;  // of sets that miss disks, as far as named
  std::vector<Bucket> buckets;
};

// A row of replica_set; the names are those of its columns.
struct SetRow {
  SetId set;
  std::string stream = "objects";
  SetCounts counted;
  Bytes stored;
  segments::Placement placement;
  std::int64_t present = 0, disks_distinct = 0, servers_distinct = 0, sites_distinct = 0;
  std::int64_t missing = 0, damaged = 0;
  bool is_default = true;
  std::int64_t checked = 0, first_seen = 0, degraded_since = 0;
  bool simulated = false;
};

// What the rows before remember of a set: all there is when its disks are away.
struct Remembered {
  SetRow row;
  std::vector<DiskId> disks;
};

// The rows of damaged_object. Several damaged places of one object on one disk are one row.
class DamageRows {
 public:
  DamageRows(Transaction& sql, std::int64_t now_us, std::map<BucketId, TenantId> owners)
      : sql_(sql), now_us_(now_us), owners_(std::move(owners)) {}

  Result<> add(const Entry& entry, const segments::Damage& damage) {
    if (entry.kind != EntryKind::kObject && entry.kind != EntryKind::kPart) return {};
    if (!written_.emplace(entry.bucket, entry.key, damage.set, damage.disk).second) return {};
    bool missing = damage.state == segments::CopyState::kMissing;
    TRY(
        sql_.execute("INSERT INTO damaged_object (bucket_id, object_key, set_id, disk_id,"
                     " tenant_id, state, found_us, observed_at_us) VALUES (:bucket, :key, :set,"
                     " :disk, :tenant, :state, :found, :now)",
                     {{"bucket", entry.bucket.value},
                      {"key", entry.key},
                      {"set", damage.set.value},
                      {"disk", damage.disk.value},
                      {"tenant", owners_[entry.bucket].value},
                      {"state", std::string(missing ? "missing" : "corrupt")},
                      {"found", number(damage.found)},
                      {"now", now_us_}}));
    return {};
  }

 private:
  Transaction& sql_;
  std::int64_t now_us_;
  std::map<BucketId, TenantId> owners_;
  std::set<std::tuple<BucketId, std::string, SetId, DiskId>> written_;
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
    CO_TRY(co_await name_without_copy(seen));
    CO_TRY(seen.buckets, co_await store_.list_all_buckets());
    co_return co_await runtime::blocking(*pool_, [this, &database, &seen]() -> Result<> {
      identify_devices();
      return database.write([&](Transaction& sql) { return write(sql, seen); });
    });
  }

 private:
  Task<> name_without_copy(Observation& seen) {
    std::set<SetId> known;
    std::vector<SetId> wanted;
    for (const segments::SetStatus& set : seen.sets) {
      known.insert(set.set);
      if (!set.missing.empty() && seen.counts.contains(set.set)) wanted.push_back(set.set);
    }
    for (const auto& [set, counted] : seen.counts) {
      if (known.contains(set)) continue;
      seen.lost.push_back(set);
      wanted.push_back(set);
    }
    std::size_t named = 0;
    for (SetId set : wanted) {
      if (named >= kNamedMax) break;
      std::size_t limit = std::min(kNamedOfSetMax, kNamedMax - named);
      CO_TRY(auto entries, co_await engine_.entries_of(set, limit));
      named += entries.size();
      seen.without_copy[set] = std::move(entries);
    }
    co_return Result<>();
  }

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
    std::map<BucketId, TenantId> owners;
    for (const Bucket& bucket : seen.buckets) owners[bucket.id] = bucket.tenant;
    DamageRows damage(sql, number(seen.now), std::move(owners));
    for (const DamagedEntry& damaged : seen.damaged) TRY(damage.add(damaged.entry, damaged.damage));
    for (const segments::SetStatus& set : seen.sets)
      TRY(write_set(sql, seen, set, remembered[set.set], damage));
    for (SetId set : seen.lost) TRY(write_lost_set(sql, seen, set, remembered, damage));
    return write_buckets(sql, seen);
  }

  Result<std::map<SetId, Remembered>> read_remembered(Transaction& sql) {
    std::map<SetId, Remembered> remembered;
    TRY(auto rows, sql.query("SELECT * FROM replica_set"));
    for (const database::Row& row : rows) {
      SetId id{row.integer("set_id")};
      SetRow& set = remembered[id].row;
      set.set = id;
      set.stored = {std::uint64_t(row.integer("stored_bytes"))};
      set.placement.copies = unsigned(row.integer("copies_expected"));
      set.placement.servers_min = unsigned(row.integer("servers_expected"));
      set.placement.sites_min = unsigned(row.integer("sites_expected"));
      set.is_default = row.integer("placement_default") != 0;
      set.checked = row.integer("oldest_check_us");
      set.first_seen = row.integer("first_seen_us");
      set.degraded_since = row.integer("degraded_since_us");
      set.simulated = row.integer("simulated") != 0;
    }
    TRY(rows, sql.query("SELECT set_id, disk_id FROM replica_set_disk ORDER BY set_id, disk_id"));
    for (const database::Row& row : rows)
      remembered[SetId{row.integer("set_id")}].disks.push_back({row.integer("disk_id")});
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
    TRY(sql.execute("DELETE FROM disk_unproven"));
    for (const segments::DiskStatus& status : seen.disks)
      if (status.unproven)
        TRY(sql.execute("INSERT INTO disk_unproven (disk_id, observed_at_us) VALUES (:disk, :now)",
                        {{"disk", status.disk.value}, {"now", number(seen.now)}}));
    return {};
  }

  Result<> write_set(Transaction& sql, const Observation& seen, const segments::SetStatus& set,
                     const Remembered& remembered, DamageRows& damage) {
    std::set<std::string> devices;
    std::set<ServerId> servers;
    std::set<SiteId> sites;
    SetRow row{.set = set.set, .stored = set.stored, .placement = set.placement};
    if (set.stream == segments::Stream::kLedger) row.stream = "ledger";
    for (DiskId id : set.disks) {
      bool there = std::ranges::find(set.missing, id) == set.missing.end();
      const segments::StoreDisk& disk = disks_[id];
      row.simulated = row.simulated || disk.simulated;
      if (there) {
        ++row.present;
        if (devices_.contains(id)) devices.insert(devices_[id]);
        servers.insert(disk.server);
        sites.insert(disk.site);
      }
      TRY(write_set_disk(sql, set.set, id, there, seen.now));
    }
    row.disks_distinct = number(devices.size());
    row.servers_distinct = number(servers.size());
    row.sites_distinct = number(sites.size());
    row.missing = number(set.missing.size());
    row.damaged = number(set.damaged);
    row.is_default = set.placement == segments::Placement{};
    row.checked = number(set.last_scrub);
    TRY(write_set_row(sql, seen, row, remembered.row));
    for (DiskId id : set.missing) TRY(write_without_copy(seen, row, id, damage));
    return write_scrub(sql, seen, set, row.first_seen);
  }

  // Without a row its objects would leave the population, and what nobody can read would count as
  // kept. No result of a scrub either: nothing is known of its copies.
  Result<> write_lost_set(Transaction& sql, const Observation& seen, SetId set,
                          const std::map<SetId, Remembered>& all, DamageRows& damage) {
    SetRow row{.set = set};
    Remembered before;
    if (auto found = all.find(set); found != all.end()) {
      before = found->second;
      row.stored = before.row.stored;
      row.placement = before.row.placement;
      row.is_default = before.row.is_default;
      row.checked = before.row.checked;
      row.simulated = before.row.simulated;
    } else {
      row.simulated = std::ranges::any_of(disks_, [](auto& each) { return each.second.simulated; });
    }
    row.missing = std::int64_t(row.placement.copies);
    TRY(write_set_row(sql, seen, row, before.row));
    for (DiskId id : before.disks) {
      TRY(write_set_disk(sql, set, id, false, seen.now));
      TRY(write_without_copy(seen, row, id, damage));
    }
    if (before.disks.empty()) TRY(write_without_copy(seen, row, DiskId{}, damage));
    return {};
  }

  static Result<> write_without_copy(const Observation& seen, const SetRow& row, DiskId disk,
                                     DamageRows& damage) {
    auto entries = seen.without_copy.find(row.set);
    if (entries == seen.without_copy.end()) return {};
    for (const Entry& entry : entries->second)
      TRY(damage.add(entry, {.set = row.set,
                             .disk = disk,
                             .is_file = false,
                             .state = segments::CopyState::kMissing,
                             .found = from_us(row.degraded_since)}));
    return {};
  }

  static Result<> write_set_disk(Transaction& sql, SetId set, DiskId disk, bool present,
                                 Timestamp now) {
    TRY(
        sql.execute("INSERT INTO replica_set_disk (set_id, disk_id, present, observed_at_us)"
                    " VALUES (:set, :disk, :present, :now)",
                    {{"set", set.value},
                     {"disk", disk.value},
                     {"present", std::int64_t(present)},
                     {"now", number(now)}}));
    return {};
  }

  static Result<> write_set_row(Transaction& sql, const Observation& seen, SetRow& row,
                                const SetRow& before) {
    std::int64_t now = number(seen.now);
    bool degraded = row.missing > 0 || row.damaged > 0;
    row.first_seen = before.first_seen ? before.first_seen : now;
    row.degraded_since = !degraded ? 0 : before.degraded_since ? before.degraded_since : now;
    if (auto counts = seen.counts.find(row.set); counts != seen.counts.end())
      row.counted = counts->second;
    TRY(sql.execute(
        "INSERT INTO replica_set (set_id, stream, objects, object_bytes, stored_bytes,"
        " copies_expected, servers_expected, sites_expected, copies_present, disks_distinct,"
        " servers_distinct, sites_distinct, missing_copies, damaged_copies, placement_default,"
        " oldest_check_us, first_seen_us, degraded_since_us, simulated, observed_at_us) VALUES"
        " (:set, :stream, :objects, :object_bytes, :stored, :copies, :servers, :sites, :present,"
        " :disks_distinct, :servers_distinct, :sites_distinct, :missing, :damaged, :is_default,"
        " :checked, :first_seen, :since, :simulated, :now)",
        {{"set", row.set.value},
         {"stream", row.stream},
         {"objects", number(row.counted.objects)},
         {"object_bytes", number(row.counted.stored.count)},
         {"stored", number(row.stored.count)},
         {"copies", std::int64_t(row.placement.copies)},
         {"servers", std::int64_t(row.placement.servers_min)},
         {"sites", std::int64_t(row.placement.sites_min)},
         {"present", row.present},
         {"disks_distinct", row.disks_distinct},
         {"servers_distinct", row.servers_distinct},
         {"sites_distinct", row.sites_distinct},
         {"missing", row.missing},
         {"damaged", row.damaged},
         {"is_default", std::int64_t(row.is_default)},
         {"checked", row.checked},
         {"first_seen", row.first_seen},
         {"since", row.degraded_since},
         {"simulated", std::int64_t(row.simulated)},
         {"now", now}}));
    return {};
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

Result<std::vector<DiskId>> unproven_disks(database::Database& database) {
  std::vector<DiskId> disks;
  TRY(database.read(kReadTime, [&](Transaction& sql) -> Result<> {
    disks.clear();
    TRY(auto rows, sql.query("SELECT disk_id FROM disk_unproven ORDER BY disk_id"));
    for (const database::Row& row : rows) disks.push_back({row.integer("disk_id")});
    return {};
  }));
  return disks;
}

std::unique_ptr<Facts> make_facts(Engine& engine, Store& store, segments::Store& segments,
                                  std::vector<segments::StoreDisk> disks,
                                  std::shared_ptr<Pool> pool) {
  return std::make_unique<FactsTables>(engine, store, segments, std::move(disks), std::move(pool));
}

}  // namespace belfry::objects
