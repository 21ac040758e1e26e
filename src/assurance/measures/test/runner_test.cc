// The runner: verdicts, proof, evidence, history.
#include "base/text_encoding.h"
#include "evidence.h"
#include "state.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace belfry::measures {
namespace {

class Runner : public StateTest {
 protected:
  ~Runner() override { std::filesystem::remove_all(annex_); }

  // An annex of one measure.
  void write_measure(const std::string& check) {
    std::filesystem::create_directories(annex_ / "6a");
    std::ofstream(annex_ / "6a" / "S06-P-07.yaml")
        << "id: S06-P-07\nsection: 6a\nparty: provider\niso27001: []\ntext: {fr: a, en: b}\n"
           "owner_role: nobody\nnegative_test: a:B.c\n"
           "reasons: [{id: in_city, fr: 'à {city}', en: 'at {city}'}]\ncheck:\n  period_seconds: "
           "60\n"
        << check;
  }
  Evaluation run() {
    auto evaluation = run_task(load(annex_)->check_now("S06-P-07"));
    EXPECT_TRUE(evaluation) << evaluation.error().describe();
    return evaluation ? *evaluation : Evaluation();
  }
  std::string detail(const audit::Event& event, const std::string& name) {
    for (const audit::Detail& detail : event.details)
      if (detail.name == name) return detail.value;
    return "";
  }

  std::filesystem::path annex_ = std::filesystem::temp_directory_path() /
                                 ("belfry-annex-" + std::to_string(make_system_random()->id()));
};
BELFRY_ON_BOTH_ENGINES(Runner);

// The reason that the file declares must be given by its SQL.
constexpr const char* kUsed = " WHERE name <> 'in_city'\n";
constexpr const char* kCount = "  population_sql: SELECT COUNT(*) AS population FROM site\n";

TEST_P(Runner, WritesEvidenceOfEachRun) {
  declare_example();
  Evaluation evaluation = check("S06-P-08");
  ASSERT_EQ(ledger_.events.size(), 1u);
  const auto& [tenant, event] = ledger_.events[0];
  EXPECT_EQ(tenant, TenantId{1});
  EXPECT_EQ(event.event_class, audit::EventClass::kComplianceFinding);
  EXPECT_EQ(event.action, "measure:Evaluated");
  EXPECT_EQ(event.resource, "measure:S06-P-08");
  EXPECT_EQ(event.outcome, audit::Outcome::kSuccess);
  EXPECT_EQ(detail(event, "verdict"), "pass");
  EXPECT_EQ(detail(event, "proof"), "declared");
  EXPECT_EQ(detail(event, "population"), "14");
  EXPECT_EQ(detail(event, "rows_root"), evaluation.rows_root_hex);
  EXPECT_EQ(evaluation.rows_root_hex.size(), 64u);
  EXPECT_EQ(evaluation.status.ledger_index, 0u);
}

TEST_P(Runner, TellsAChangeOfVerdictAndRemembersOverARestart) {
  declare_example();
  EXPECT_EQ(check("S06-P-08").status.verdict, Verdict::kPass);
  declare(example_with("outlet: par1-k1-b/1,", "outlet: par1-k1-a/11,"));
  EXPECT_EQ(check("S06-P-08").status.verdict, Verdict::kFail);
  ASSERT_EQ(ledger_.events.size(), 3u);
  const audit::Event& change = ledger_.events[2].second;
  EXPECT_EQ(change.action, "measure:VerdictChanged");
  EXPECT_EQ(detail(change, "from"), "pass");
  EXPECT_EQ(detail(change, "to"), "fail");

  auto measures = load();  // as after a restart
  auto last = run_task(measures->last("S06-P-08", 1));
  ASSERT_TRUE(last);
  EXPECT_EQ(last->status.verdict, Verdict::kFail);
  EXPECT_EQ(last->status.ledger_index, 1u);
  ASSERT_EQ(last->rows.size(), 1u);
  EXPECT_EQ(last->rows[0].subject, "par1-s1");  // failing ones first
}

TEST_P(Runner, WithoutALedgerThereIsNoVerdict) {
  declare_example();
  auto measures = load();
  ledger_.failing = true;
  auto evaluation = run_task(measures->check_now("S06-P-08"));
  ASSERT_FALSE(evaluation);
  EXPECT_EQ(evaluation.error().code(), Code::kRetry);
  EXPECT_EQ(run_task(measures->last("S06-P-08", 1))->status.verdict, Verdict::kNoData);
}

TEST_P(Runner, RunsWhatIsDueAndNoMore) {
  declare_example();
  auto measures = load();
  ASSERT_TRUE(run_task(measures->run_due()));
  std::size_t bound = std::ranges::count_if(
      measures->catalogue(), [](const Measure& measure) { return measure.check.has_value(); });
  EXPECT_EQ(ledger_.events.size(), bound);
  ASSERT_TRUE(run_task(measures->run_due()));
  EXPECT_EQ(ledger_.events.size(), bound);
  clock_.advance(std::chrono::seconds(301));
  ASSERT_TRUE(run_task(measures->run_due()));
  EXPECT_EQ(ledger_.events.size(), 2 * bound);
}

TEST_P(Runner, AVerdictThatIsNotRenewedGoesStale) {
  declare_example();
  auto measures = load();
  ASSERT_TRUE(run_task(measures->check_now("S06-P-08")));
  clock_.advance(std::chrono::hours(1));
  auto statuses = run_task(measures->annex());
  ASSERT_TRUE(statuses);
  ASSERT_EQ(statuses->size(), 226u);
  for (const Status& status : *statuses) {
    EXPECT_EQ(status.verdict, status.id == "S06-P-08" ? Verdict::kStale : Verdict::kNoData)
        << status.id;
    EXPECT_FALSE(status.reason.empty()) << status.id;
  }
}

TEST_P(Runner, UnboundAndUnknownMeasuresAreTold) {
  auto measures = load();
  EXPECT_EQ(run_task(measures->check_now("S02-P-01")).error().message(), "measures.no_check");
  EXPECT_EQ(run_task(measures->check_now("S99-P-01")).error().message(), "measures.unknown");
  EXPECT_EQ(run_task(measures->last("S02-P-01", 10))->status.reason, "measures.no_check");
}

TEST_P(Runner, AMistakeInTheSqlIsAnError) {
  declare_example();
  write_measure(std::string(kCount) + "  sql: SELECT nonsense AS subject FROM site" + kUsed);
  Evaluation evaluation = run();
  EXPECT_EQ(evaluation.status.verdict, Verdict::kError);
  EXPECT_EQ(evaluation.status.proof, Proof::kNone);
  EXPECT_FALSE(evaluation.status.reason.empty());
  EXPECT_EQ(ledger_.events.at(0).second.outcome, audit::Outcome::kFailure);
}

TEST_P(Runner, RowsOfAnotherShapeAreAnError) {
  declare_example();
  for (const char* sql :
       {"SELECT name AS subject, 'ok' AS status, '' AS reason FROM site",
        "SELECT name AS subject, 'pass' AS status FROM site",
        "SELECT id AS subject, 'pass' AS status, '' AS reason FROM site",
        "SELECT 'tower ' || name AS subject, 'pass' AS status, '' AS reason FROM site"}) {
    write_measure(std::string(kCount) + "  sql: " + sql + kUsed);
    Evaluation evaluation = run();
    EXPECT_EQ(evaluation.status.verdict, Verdict::kError) << sql;
    EXPECT_EQ(evaluation.status.reason, "measures.wrong_columns") << sql;
  }
}

// What nobody could read in French is told to nobody.
TEST_P(Runner, AReasonWithoutWordsIsAnError) {
  declare_example();
  for (const char* reason : {"'on_fire'", "'in_city'", "city"}) {
    write_measure(std::string(kCount) + "  sql: SELECT name AS subject, 'pass' AS status, " +
                  reason + " AS reason FROM site" + kUsed);
    EXPECT_EQ(run().status.reason, "measures.unworded_reason") << reason;
  }
}

TEST_P(Runner, ASlowCheckIsStopped) {
  declare_example();
  write_measure(
      std::string(kCount) +
      "  time_limit_seconds: 1\n"
      "  sql: |\n"
      "    SELECT MIN(a.name) AS subject, 'pass' AS status, '' AS reason\n"
      "    FROM power_outlet a JOIN power_outlet b ON a.id <> b.id\n"
      "    JOIN power_outlet c ON c.id <> b.id JOIN power_outlet d ON d.id <> c.id\n"
      "    WHERE a.number + b.number + c.number + d.number < 0 AND a.name <> 'in_city'\n");
  Evaluation evaluation = run();
  EXPECT_EQ(evaluation.status.verdict, Verdict::kError);
  EXPECT_EQ(evaluation.status.reason, "database.too_slow");
}

TEST_P(Runner, OldFactsAreStale) {
  declare_example();
  observe_disks();
  EXPECT_EQ(check("S05-P-01").status.verdict, Verdict::kPass);
  clock_.advance(std::chrono::seconds(61));
  Evaluation evaluation = check("S05-P-01");
  EXPECT_EQ(evaluation.status.verdict, Verdict::kStale);
  EXPECT_EQ(evaluation.status.reason, "measures.facts_too_old");
}

TEST_P(Runner, ACustomerGetsItsOwnRowAndItsPath) {
  declare_example();
  write_measure(std::string(kCount) +
                "  sql: |\n"
                "    SELECT name AS subject, 'pass' AS status, 'in_city city=' || city AS reason,\n"
                "           CASE WHEN name = 'par1' THEN 7 ELSE 8 END AS tenant_id FROM site\n"
                "    UNION ALL SELECT name AS subject, 'pass' AS status, '' AS reason,\n"
                "           0 AS tenant_id FROM room\n");
  Evaluation evaluation = run();
  ASSERT_EQ(evaluation.rows.size(), 4u);
  auto measures = load(annex_);
  auto own = run_task(measures->last_of("S06-P-07", TenantId{7}, 100));
  ASSERT_TRUE(own);
  ASSERT_EQ(own->rows.size(), 1u);
  EXPECT_EQ(own->rows[0].subject, "par1");

  auto proof = run_task(measures->prove_row("S06-P-07", TenantId{7}, "par1"));
  ASSERT_TRUE(proof) << proof.error().describe();
  Salt salt;
  std::ranges::copy(*from_hex(proof->salt_hex), salt.begin());
  std::vector<crypto::Digest> path(proof->path_hex.size());
  for (std::size_t i = 0; i < path.size(); ++i)
    std::ranges::copy(*from_hex(proof->path_hex[i]), path[i].begin());
  auto root = root_from(leaf_hash(salt, proof->row), proof->position, proof->tree_size, path);
  EXPECT_EQ(to_hex(root), evaluation.rows_root_hex);
  EXPECT_EQ(proof->rows_root_hex, evaluation.rows_root_hex);
  EXPECT_EQ(run_task(measures->prove_row("S06-P-07", TenantId{7}, "fra1")).error().code(),
            Code::kNotFound);
}

TEST_P(Runner, KeepsTheNewestRunsAndThoseThatDidNotPass) {
  declare_example();
  auto measures = load();
  auto runs = [&] {
    std::int64_t count = 0;
    EXPECT_TRUE(database_->read(std::chrono::seconds(5), [&](database::Transaction& t) -> Result<> {
      TRY(auto rows, t.query("SELECT COUNT(*) AS number FROM measure_run"));
      count = rows.at(0).integer("number");
      return {};
    }));
    return count;
  };
  for (int i = 0; i < 8; ++i) {
    ASSERT_TRUE(run_task(measures->check_now("S06-P-07")));
    clock_.advance(std::chrono::seconds(60));
  }
  EXPECT_EQ(runs(), 5);
  declare(example_with("                  - {name: psu2, outlet: par1-k1-b/1, power_watts: 800}\n",
                       ""));
  ASSERT_TRUE(run_task(measures->check_now("S06-P-07")));
  declare_example();
  for (int i = 0; i < 6; ++i) {
    clock_.advance(std::chrono::seconds(60));
    ASSERT_TRUE(run_task(measures->check_now("S06-P-07")));
  }
  EXPECT_EQ(runs(), 6);
}

TEST_P(Runner, ABadAnnexIsRefusedWithAllFaults) {
  write_measure("  sql: SELECT 1 AS subject FROM secret\n");
  auto measures = load_measures(*database_, ledger_, clock_, *random_,
                                {.annex_directory = annex_,
                                 .pool = make_inline_pool(),
                                 .collect = {},
                                 .provider = TenantId{1}});
  ASSERT_FALSE(measures);
  EXPECT_EQ(measures.error().message(), "measures.bad_annex");
  std::string faults(measures.error().argument("faults"));
  EXPECT_THAT(faults, testing::HasSubstr("S06-P-07.yaml:11:8: invalid measures.sql_unknown_table"));
  EXPECT_THAT(faults, testing::HasSubstr("yaml.missing_key key=population_sql"));
}

}  // namespace
}  // namespace belfry::measures
