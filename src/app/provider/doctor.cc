#include "provider/doctor.h"

#include "configuration.h"
#include "crypto/certificate.h"
#include "data_directory.h"
#include "storage.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

namespace belfry::provider {
namespace {

namespace fs = std::filesystem;

Error says(std::string_view message, std::initializer_list<Argument> arguments) {
  return Error(Code::kInternal, message, arguments);
}

std::vector<fs::path> entries_of(const fs::path& directory) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error))
    entries.push_back(it->path());
  return entries;
}

// What the disks hold, counted by names alone.
struct Stored {
  std::map<std::string, std::set<std::string>> disks_of_set;  // set -> names of disks
  std::map<std::string, std::string> first_segment;           // of a set, on any disk
  std::size_t segments = 0;
  std::size_t disks_absent = 0;
};

class Examination {
 public:
  Examination(topology::Topology topology, fs::path data, Timestamp now)
      : topology_(std::move(topology)), data_(fs::absolute(data)), now_(now) {}

  std::vector<Finding> run() {
    if (!examine_daemon()) return std::move(findings_);
    examine_keys();
    examine_disks();
    examine_sets();
    examine_index();
    examine_state();
    examine_ledger();
    examine_savepoint();
    examine_holds();
    examine_certificate();
    return std::move(findings_);
  }

 private:
  void add(Error subject, Condition condition, Error message) {
    findings_.push_back({std::move(subject), condition, std::move(message)});
  }

  fs::path resolve(const std::string& path) const { return data_ / path; }

  static bool exists(const fs::path& path) {
    std::error_code error;
    return fs::exists(path, error);
  }

  // Other than one that this user may not read.
  static bool is_missing(const fs::path& path) {
    auto text = read_file(path);
    return !text && text.error().code() == Code::kNotFound;
  }

  // Before the first start nothing is there, and so nothing is lost.
  bool was_started() const {
    auto has_entries = [&](const fs::path& path) { return !entries_of(path).empty(); };
    return exists(data_ / "run" / "endpoints.json") || exists(data_ / "state.db") ||
           std::ranges::any_of(
               topology_.key_disks,
               [&](const std::string& path) { return has_entries(resolve(path)); }) ||
           std::ranges::any_of(topology_.disks, [&](const topology::Disk& disk) {
             return has_entries(resolve(disk.path) / "sets");
           });
  }

  bool examine_daemon() {
    bool started = was_started();
    add(says("doctor.subject.directory", {}), started ? Condition::kGood : Condition::kRebuilt,
        says(started ? "doctor.directory_good" : "doctor.never_started",
             {{"path", data_.string()}}));
    return started;
  }

  void examine_keys() {
    auto master = resolve(topology_.master_key_file);
    bool has_master = exists(master);
    add(says("doctor.subject.master_key", {}), has_master ? Condition::kGood : Condition::kLost,
        says(has_master ? "doctor.master_key_good" : "doctor.master_key_lost",
             {{"path", master.string()}}));
    auto seal = master.parent_path() / seal_name_of(topology_);
    bool has_seal = exists(seal);
    add(says("doctor.subject.month_seal", {}), has_seal ? Condition::kGood : Condition::kDegraded,
        says(has_seal ? "doctor.month_seal_good" : "doctor.month_seal_missing",
             {{"path", seal.string()}}));
    std::size_t copies = 0;
    for (const std::string& disk : topology_.key_disks)
      copies += !entries_of(resolve(disk)).empty();
    Condition condition = copies == topology_.key_disks.size() ? Condition::kGood
                          : copies > 0                         ? Condition::kDegraded
                                                               : Condition::kLost;
    std::string_view message = condition == Condition::kGood       ? "doctor.keys_good"
                               : condition == Condition::kDegraded ? "doctor.keys_degraded"
                                                                   : "doctor.keys_lost";
    add(says("doctor.subject.keys", {}), condition,
        says(message, {{"copies", std::to_string(copies)},
                       {"total", std::to_string(topology_.key_disks.size())}}));
  }

  void examine_disks() {
    for (const topology::Disk& disk : topology_.disks) {
      fs::path root = resolve(disk.path);
      Error subject = says("doctor.subject.disk", {{"disk", disk.name}});
      if (!exists(root)) {
        add(subject, Condition::kDegraded, says("doctor.disk_absent", {{"path", root.string()}}));
        ++stored_.disks_absent;
        continue;
      }
      auto sets = entries_of(root / "sets");
      std::size_t segments = 0;
      for (const fs::path& set : sets) {
        stored_.disks_of_set[set.filename().string()].insert(disk.name);
        segments += count_segments(set);
      }
      stored_.segments += segments;
      add(subject, Condition::kGood,
          says("doctor.disk_good",
               {{"sets", std::to_string(sets.size())}, {"segments", std::to_string(segments)}}));
    }
  }

  std::size_t count_segments(const fs::path& set) {
    const auto segments = entries_of(set / "segments");
    for (const fs::path& segment : segments) {
      auto& first = stored_.first_segment.try_emplace(set.filename().string(), segment.filename())
                        .first->second;
      first = std::min(first, segment.filename().string());
    }
    return segments.size();
  }

  void examine_sets() {
    constexpr std::size_t kCopies = 3;
    std::size_t whole = 0;
    for (auto& [set, disks] : stored_.disks_of_set) {
      whole += disks.size() >= kCopies;
      if (disks.size() < kCopies)
        add(says("doctor.subject.set", {{"set", set}}), Condition::kDegraded,
            says("doctor.set_degraded", {{"copies", std::to_string(disks.size())}}));
    }
    add(says("doctor.subject.sets", {}), Condition::kGood,
        says("doctor.sets", {{"whole", std::to_string(whole)},
                             {"total", std::to_string(stored_.disks_of_set.size())}}));
    if (stored_.disks_absent > 0)
      add(says("doctor.subject.sets_out_of_sight", {}), Condition::kDegraded,
          says("doctor.sets_out_of_sight", {{"disks", std::to_string(stored_.disks_absent)}}));
  }

  void examine_index() {
    bool there = exists(data_ / "index" / "CURRENT");
    add(says("doctor.subject.index", {}), there ? Condition::kGood : Condition::kRebuilt,
        says(there ? "doctor.index_good" : "doctor.index_rebuilt",
             {{"segments", std::to_string(stored_.segments)}}));
  }

  void examine_state() {
    if (!topology_.database_url.empty())
      return add(says("doctor.subject.state", {}), Condition::kGood,
                 says("doctor.state_elsewhere", {}));
    fs::path path = data_ / "state.db";
    bool there = exists(path);
    add(says("doctor.subject.state", {}), there ? Condition::kGood : Condition::kLost,
        says(there ? "doctor.state_good" : "doctor.state_lost", {{"path", path.string()}}));
  }

  void examine_ledger() {
    std::set<std::string> tenants;
    for (const topology::Disk& disk : topology_.disks)
      for (const fs::path& log : entries_of(resolve(disk.path) / "audit"))
        if (exists(log / "checkpoint")) tenants.insert(log.filename().string());
    bool there = !tenants.empty();
    add(says("doctor.subject.ledger", {}), there ? Condition::kGood : Condition::kRebuilt,
        says(there ? "doctor.ledger_good" : "doctor.ledger_rebuilt",
             {{"logs", std::to_string(tenants.size())}}));
  }

  // How many disks make up for a journal that begins behind its first record: sets of objects keep
  // all their segments.
  void examine_savepoint() {
    constexpr std::size_t kCopies = 3;
    std::size_t copies = 0;
    for (const topology::Disk& disk : topology_.disks)
      copies += exists(resolve(disk.path) / "audit" / "savepoint") ? 1 : 0;
    const bool is_pruned = std::ranges::any_of(
        stored_.first_segment, [](const auto& set) { return set.second != "00000000"; });
    const Error subject = says("doctor.subject.savepoint", {});
    if (copies == 0)
      return add(subject, is_pruned ? Condition::kLost : Condition::kGood,
                 says(is_pruned ? "doctor.savepoint_lost" : "doctor.savepoint_none", {}));
    add(subject, copies >= kCopies ? Condition::kGood : Condition::kDegraded,
        says(copies >= kCopies ? "doctor.savepoint_good" : "doctor.savepoint_degraded",
             {{"copies", std::to_string(copies)}}));
  }

  // By the names of files (docs/formats/vault.md); whether they are whole, and go with a key, only
  // the daemon knows.
  void examine_holds() {
    constexpr std::size_t kCopies = 3;
    std::map<std::string, std::map<std::string, std::size_t>> holds;  // hold -> file -> copies
    for (const topology::Disk& disk : topology_.disks)
      for (const fs::path& hold : entries_of(resolve(disk.path) / "vault")) {
        for (const fs::path& file : entries_of(hold))
          if (file.extension() != ".new")
            ++holds[hold.filename().string()][file.filename().string()];
      }
    std::size_t whole = 0;
    for (const auto& [hold, copies] : holds) {
      const Error subject = says("doctor.subject.hold", {{"hold", hold}});
      const auto has_few = [](const auto& file) { return file.second < kCopies; };
      if (!copies.contains("hold"))
        add(subject, Condition::kLost, says("doctor.hold_lost", {}));
      else if (std::ranges::any_of(copies, has_few))
        add(subject, Condition::kDegraded, says("doctor.hold_degraded", {}));
      else
        ++whole;
    }
    if (!holds.empty())
      add(says("doctor.subject.holds", {}), Condition::kGood,
          says("doctor.holds",
               {{"whole", std::to_string(whole)}, {"total", std::to_string(holds.size())}}));
  }

  // What clients check the servers with, or the operator's own certificate.
  void examine_certificate() {
    bool is_own = !topology_.tls.certificate_file.empty();
    fs::path path =
        is_own ? resolve(topology_.tls.certificate_file) : data_ / "tls" / "authority.pem";
    Error subject = says(is_own ? "doctor.subject.certificate" : "doctor.subject.authority", {});
    if (!is_own)
      for (const fs::path& file : {path, data_ / "tls" / "authority.key"})
        if (is_missing(file))
          return add(subject, Condition::kRebuilt,
                     says("doctor.authority_made", {{"path", file.string()}}));
    auto text = read_file(path);
    auto end = text ? crypto::end_of(*text) : Result<Timestamp>(std::unexpected(text.error()));
    if (!end)
      return add(subject, Condition::kDegraded,
                 says(is_own ? "doctor.certificate_unreadable" : "doctor.authority_unreadable",
                      {{"path", path.string()}}));
    bool ends_soon = *end < now_ + std::chrono::days(30);
    std::string_view message =
        is_own ? (ends_soon ? "doctor.certificate_ends" : "doctor.certificate_good")
               : (ends_soon ? "doctor.authority_ends" : "doctor.authority_good");
    Condition soon = is_own ? Condition::kDegraded : Condition::kRebuilt;
    add(subject, ends_soon ? soon : Condition::kGood,
        says(message, {{"path", path.string()}, {"date", format_rfc3339(*end).substr(0, 10)}}));
  }

  topology::Topology topology_;
  fs::path data_;
  Timestamp now_;
  Stored stored_;
  std::vector<Finding> findings_;
};

}  // namespace

Result<std::vector<Finding>> examine(const std::string& config, const std::string& data,
                                     Timestamp now) {
  TRY(auto topology, load_configuration(config));
  return Examination(std::move(topology), data, now).run();
}

}  // namespace belfry::provider
