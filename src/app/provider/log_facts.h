// What measures read about the ledger: every log as it is, and whether it tells of what was made.
#pragma once

#include "access_lines.h"
#include "access_samples.h"
#include "audit/ledger.h"
#include "database/database.h"
#include "log_readings.h"
#include "runtime/blocking.h"
#include "runtime/clock.h"
#include "runtime/disk.h"
#include "runtime/task.h"

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace belfry::provider {

class LogFacts {
 public:
  // `tile_disks` are where the ledger publishes. Everything outlives it.
  LogFacts(audit::Ledger& ledger, database::Database& database, AccessSamples& samples,
           std::shared_ptr<Pool> pool, std::vector<std::shared_ptr<Disk>> tile_disks)
      : ledger_(ledger),
        database_(database),
        samples_(samples),
        pool_(std::move(pool)),
        tile_disks_(std::move(tile_disks)) {}

  // kOpened: leaves of every log are opened too; else only those of logs that are new or were empty
  // so far, or where nobody tried for an hour.
  enum class Depth { kProved, kOpened };
  // Brings log_fact, logged_change, change_source, change_reading, access_sample, user_access,
  // log_reading, staff_access, public_setting, anonymous_access and public_reading up to date. Its
  // cost grows with the number of tenants and of what is new, not with their logs. Calls may
  // overlap. Errors: those of Database and Ledger.
  Task<> collect(Timestamp now, Depth depth);

 private:
  // A log as it was found.
  struct Fact {
    TenantId tenant;
    std::uint64_t leaves = 0;
    std::string root_hex;
    bool unchanged = true;
    bool opened = false;  // the next four are new
    std::optional<audit::LoggedEvent> oldest, newest;
    std::int64_t samples = 0, samples_opened = 0;
    std::int64_t checkpoints = 0;
  };
  struct Known {
    TenantId tenant;
    std::uint64_t leaves = 0;
    std::string root_hex;
    Timestamp opened_at;
  };
  // What was made: a session, a user, a key ...
  struct Made {
    std::string kind, id;
    TenantId tenant;
    Timestamp at;
  };

  Task<std::vector<Known>> read_known();
  Task<Fact> observe(const Known& known, bool open);
  Task<> open_leaves(Fact& fact, std::uint64_t leaves);
  // The event of leaf `index`, if it can be opened.
  Task<std::optional<audit::LoggedEvent>> open_leaf(TenantId tenant, std::uint64_t index);
  Task<std::optional<audit::LoggedEvent>> find_oldest(TenantId tenant, std::uint64_t leaves);
  std::int64_t count_checkpoints(TenantId tenant, std::uint64_t leaves);
  Task<> keep(const std::vector<Fact>& facts, Timestamp now);

  // logged_changes.cc
  Task<> compare_changes(Timestamp now);
  Task<std::vector<Made>> unseen_changes(Timestamp now);
  Task<std::optional<std::uint64_t>> find_change(const Made& wanted);

  // followed_logs.cc
  // Which lines of the customers' logs, from where each was read last, and what becomes of them.
  struct Following {
    Readings of;
    audit::Query query;
    // Counts a line of the tenant's log.
    std::function<void(TenantId, const audit::LoggedEvent&)> take;
    // Writes down what was counted of it: once its lines are nobody else's.
    std::function<Result<>(database::Transaction&, TenantId)> add;
  };
  struct Followed {
    LogReading reading;
    audit::Position next;
    bool is_at_end = false;
    int pages = 0;
  };
  Task<> follow_all(const Following& following, Timestamp now);
  Task<Followed> follow(const Following& following, const LogReading& reading);
  Task<std::vector<LogReading>> read_readings(Readings of);
  // What is older, by a DELETE with `:before_us`.
  Task<> forget(const char* statement, Timestamp before);

  // change_sources.cc
  Task<> compare_sources(Timestamp now);

  // compared_access.cc
  Task<> compare_access(Timestamp now);
  Task<> compare_minute(const AccessSamples::Minute& minute);
  struct Wanted {  // requests of which a log has a line each
    std::string service;
    std::set<std::string> requests;
    Timestamp first, last;  // when they came
    Duration margin;        // lines of them may be so much older or younger
  };
  // The lines of those requests, one for each that has one.
  Task<std::vector<audit::LoggedEvent>> find_requests(TenantId tenant, const Wanted& wanted);

  // staff_accesses.cc
  Task<> compare_staff(Timestamp now);

  // public_accesses.cc
  struct PublicReading {  // of a tenant's log for events of one kind, and where it goes on
    TenantId tenant;
    std::string what;
    audit::Position from;
  };
  struct PublicFollowed {
    PublicReading reading;
    audit::Position next;
    bool is_at_end = false;
    AnonymousVisits visits;
    std::set<PublicSetting> settings;
  };
  Task<> compare_public(Timestamp now);
  Task<std::vector<PublicReading>> read_public_readings(const std::string& what);
  Task<PublicFollowed> follow_public(const PublicReading& reading);
  Task<> keep_public(const std::vector<PublicFollowed>& all, Timestamp now);

  audit::Ledger& ledger_;
  database::Database& database_;
  AccessSamples& samples_;
  const std::shared_ptr<Pool> pool_;
  const std::vector<std::shared_ptr<Disk>> tile_disks_;
};

}  // namespace belfry::provider
