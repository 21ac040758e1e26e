// A provider's state on either engine: its declaration parsed and stored, facts put beside it.
#pragma once

#include "database_testing/test_database.h"
#include "fakes.h"
#include "measures/measures.h"
#include "runtime_testing/manual_clock.h"
#include "topology/topology.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace belfry::measures {

inline std::string source_folder() {
  const char* source = std::getenv("BELFRY_SOURCE");
  return source ? source : ".";
}

inline std::string file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

inline std::string example_with(const std::string& what, const std::string& replacement) {
  std::string text = file_text(source_folder() + "/examples/provider.yaml");
  std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << "the example lacks: " << what;
  return at == std::string::npos ? text : text.replace(at, what.size(), replacement);
}

// Everything that checks read. Cloud modules meet assurance in tables alone, so their migrations
// are read here as files; those of modules after this one too.
inline std::vector<database::Migration> all_migrations() {
  std::vector<database::Migration> all = topology::migrations();
  std::ranges::copy(migrations(), std::back_inserter(all));
  std::ranges::copy(
      database::testing::read_migrations({"cloud/iam", "cloud/objects", "assurance/people",
                                          "assurance/attestations", "assurance/registers"}),
      std::back_inserter(all));
  return all;
}

class StateTest : public testing::TestWithParam<database::Engine> {
 protected:
  void declare(const std::string& text) {
    topology::Loaded loaded = topology::parse(text, "provider.yaml");
    ASSERT_TRUE(loaded.faults.empty()) << loaded.faults[0].error.describe();
    topology_ = loaded.topology;
    auto done = topology::store(*database_, topology_, clock_.now());
    ASSERT_TRUE(done) << done.error().describe();
  }
  void declare_example() { declare(example_with("", "")); }

  void execute(const std::string& sql, const database::Parameters& parameters = {}) {
    auto done = database_->write([&](database::Transaction& transaction) -> Result<> {
      TRY(transaction.execute(sql, parameters));
      return {};
    });
    ASSERT_TRUE(done) << done.error().describe();
  }

  // What the engine's collector would have seen of the declared disks.
  void observe_disks() {
    for (const topology::Disk& disk : topology_.disks)
      execute(
          "INSERT INTO disk_state (disk_id, name, server_id, site_id, health, reason, used_bytes, "
          "free_bytes, total_bytes, last_scrub_us, simulated, observed_at_us) VALUES (:disk, "
          ":name, :server, :site, 'good', '', 0, 1, 1, 0, :simulated, :now)",
          {{"disk", disk.id.value},
           {"name", disk.name},
           {"server", disk.server.value},
           {"site", disk.site.value},
           {"simulated", std::int64_t{disk.simulated}},
           {"now", to_us(clock_.now())}});
  }

  std::unique_ptr<Measures> load(const std::string& directory = source_folder() + "/annex") {
    Options options{.annex_directory = directory,
                    .pool = make_inline_pool(),
                    .collect = {},
                    .provider = TenantId{1}};
    auto measures = load_measures(*database_, ledger_, clock_, *random_, std::move(options));
    EXPECT_TRUE(measures) << measures.error().describe();
    return measures ? std::move(*measures) : nullptr;
  }

  Evaluation check(const std::string& id) {
    if (!loaded_) loaded_ = load();
    auto evaluation = run_task(loaded_->check_now(id));
    EXPECT_TRUE(evaluation) << evaluation.error().describe();
    return evaluation ? *evaluation : Evaluation();
  }

  // "subject: reason" of each row that fails, of what `check` gave.
  std::vector<std::string> failing(const Evaluation& evaluation) {
    std::vector<std::string> out;
    const Measure* measure = loaded_->find(evaluation.status.id);
    for (const EvaluatedRow& row : evaluation.rows)
      if (!row.pass) out.push_back(row.subject + ": " + reason_text(*measure, row.reason).en);
    return out;
  }

  database::testing::TestDatabase database_{GetParam(), all_migrations()};
  runtime::testing::ManualClock clock_;
  MemoryLedger ledger_;
  std::unique_ptr<Random> random_ = make_seeded_random(7);
  topology::Topology topology_;
  std::unique_ptr<Measures> loaded_;
};

}  // namespace belfry::measures
