#include "audit/root_log.h"

#include "audit/outbox.h"
#include "audit/witness.h"
#include "database_testing/test_database.h"
#include "ledger_fixture.h"
#include "note.h"
#include "round.h"
#include "runtime/simulation.h"
#include "tree.h"

namespace belfry::audit {
namespace {

namespace files = std::filesystem;

class RootLogTest : public LedgerTest, public testing::WithParamInterface<database::Engine> {
 protected:
  static constexpr TenantId kProvider{1};

  void open_all() {
    open();
    const WitnessOptions options{"witness.example/w1", {ledger_->root_verifier_key()}};
    witness_ = open_witness(witness_disk_, clock_, *random_, options).value();
    open_root();
  }
  void open_root() {
    RootLogOptions options;
    options.witnesses = {{"http://witness.example/", witness_->verifier_key()}};
    options.provider = kProvider;
    options.pool = pool_;
    options.ask = [this](const WitnessPeer&, std::string body) -> Task<RootLogOptions::Reply> {
      if (away_) co_return fail(Code::kRetry, "http.cannot_connect");
      const Witness::Answer answer = witness_->add_checkpoint(body);
      co_return RootLogOptions::Reply{answer.status, answer.body};
    };
    auto opened = run(open_root_log(*ledger_, *state_, clock_, *random_, std::move(options)));
    ASSERT_TRUE(opened) << opened.error().describe();
    root_log_ = std::move(*opened);
  }
  void round() {
    auto done = run(root_log_->run_round());
    ASSERT_TRUE(done) << done.error().describe();
  }
  RootProof proof(TenantId tenant) {
    auto found = run(root_log_->proof(tenant));
    EXPECT_TRUE(found) << found.error().describe();
    return found.value_or(RootProof{});
  }
  Result<CheckedRootProof> check(const RootProof& proof) {
    return check_root_proof(proof, ledger_->verifier_key(), {witness_->verifier_key()});
  }
  // Every disk as it was: an old copy of the whole provider.
  void keep_copy() {
    files::remove_all(copy_);
    files::copy(root_, copy_, files::copy_options::recursive);
  }
  void bring_back_copy() {
    root_log_.reset();
    stop();
    ledger_.reset();
    store_.reset();
    keys_.reset();
    files::remove_all(root_);
    files::copy(copy_, root_, files::copy_options::recursive);
    open();
    open_root();
  }
  std::size_t alarms_in_log() {
    Query alarms;
    alarms.action = "audit:WitnessRefused";
    return query(alarms, kProvider).events.size();
  }
  ~RootLogTest() override {
    root_log_.reset();
    files::remove_all(copy_);
  }

  database::testing::TestDatabase state_{GetParam(), migrations()};
  Simulation witness_world_{3};
  std::shared_ptr<SimulatedDisk> witness_disk_ = witness_world_.add_disk();
  std::unique_ptr<Witness> witness_;
  std::unique_ptr<RootLog> root_log_;
  std::atomic<bool> away_ = false;
  files::path copy_ = root_.string() + "-copy";
};
BELFRY_ON_BOTH_ENGINES(RootLogTest);

TEST_P(RootLogTest, EachTenantProvesItsCheckpointAndItsCosignature) {
  open_all();
  EXPECT_EQ(run(root_log_->proof(kTenant)).error().message(), "audit.root_not_yet");
  fill(kTenant, 300);
  fill(kOther, 2);
  round();
  for (TenantId tenant : {kTenant, kOther}) {
    const RootProof shown = proof(tenant);
    auto checked = check(shown);
    ASSERT_TRUE(checked) << checked.error().describe();
    EXPECT_EQ(checked->origin, ledger_->origin(tenant));
    EXPECT_EQ(checked->size, tenant == kTenant ? 300u : 2u);
    EXPECT_EQ(checked->root_log_size, 1u) << "one leaf, whoever changed";
    ASSERT_EQ(checked->cosigned.size(), 1u);
    EXPECT_EQ(checked->cosigned[0].witness, "witness.example/w1");
  }
  round();
  EXPECT_EQ(run(ledger_->checkpoint(kRootLog)).value().size, 1u) << "nothing changed, no round";
  fill(kOther, 1);
  round();
  EXPECT_EQ(check(proof(kOther)).value().size, 3u);
  EXPECT_EQ(check(proof(kTenant)).value().root_log_size, 2u) << "its old place, in the newer tree";
  EXPECT_TRUE(ledger_->sizes() ==
              (std::vector<std::pair<TenantId, std::uint64_t>>{{kTenant, 300}, {kOther, 3}}));
}

TEST_P(RootLogTest, AProofOfAnotherOrChangedIsRefused) {
  open_all();
  fill(kTenant, 3);
  fill(kOther, 5);
  round();
  const RootProof good = proof(kTenant), other = proof(kOther);
  ASSERT_TRUE(check(good));
  std::vector<RootProof> bad(9, good);
  bad[0].checkpoint = other.checkpoint;
  bad[1].salt = other.salt;
  bad[2].slot ^= 1;
  bad[3].slot_path[7][0] ^= std::byte{1};
  bad[4].leaf[30] ^= std::byte{1};
  bad[5].index = 1;
  bad[6].path.push_back({});
  bad[7].root_checkpoint = run(ledger_->checkpoint(kRootLog)).value().note;  // not cosigned
  bad[8].root_key = ledger_->verifier_key();
  for (std::size_t i = 0; i < bad.size(); ++i) EXPECT_FALSE(check(bad[i])) << i;
  // The witness' line belongs to the checkpoint that it signed.
  fill(kTenant, 1);
  round();
  RootProof mixed = proof(kTenant);
  const std::string line = good.root_checkpoint.substr(good.root_checkpoint.rfind("\xE2"));
  mixed.root_checkpoint.replace(mixed.root_checkpoint.rfind("\xE2"), std::string::npos, line);
  EXPECT_EQ(check(mixed).error().message(), "audit.not_cosigned");
}

TEST_P(RootLogTest, AWitnessThatIsAwayIsNoAlarmAndGetsEverythingLater) {
  open_all();
  fill(kTenant, 2);
  round();
  away_ = true;
  fill(kTenant, 1);
  round();
  EXPECT_EQ(root_log_->witnesses()[0].problem, WitnessProblem::kUnreachable);
  EXPECT_EQ(check(proof(kTenant)).value().size, 2u) << "the last that is cosigned";
  fill(kTenant, 1);
  round();
  away_ = false;
  round();
  const WitnessState state = root_log_->witnesses()[0];
  EXPECT_EQ(state.problem, WitnessProblem::kNone);
  EXPECT_EQ(state.cosigned_size, 3u);
  EXPECT_EQ(state.alarms, 0u);
  EXPECT_EQ(check(proof(kTenant)).value().size, 4u);
  EXPECT_EQ(alarms_in_log(), 0u);
}

TEST_P(RootLogTest, GoesOnAfterRestarts) {
  open_all();
  for (int i = 0; i < 3; ++i) {
    fill(kTenant, 2);
    round();
    root_log_.reset();
    reopen();
    open_root();
    EXPECT_EQ(root_log_->witnesses()[0].cosigned_size, std::uint64_t(2 * i + 1));
    const std::string note = run(root_log_->checkpoint()).value();
    EXPECT_NE(note.find("witness.example/w1"), note.npos) << "cosigned before the restart";
    round();
    EXPECT_EQ(check(proof(kTenant)).value().size, std::uint64_t(2 * i + 2));
  }
  EXPECT_EQ(root_log_->witnesses()[0].alarms, 0u);
}

// Also when the tables were brought back with the disks: the witness is another host.
TEST_P(RootLogTest, ARollbackAndTheForkAfterItAreAlarmsThatStay) {
  open_all();
  fill(kTenant, 2);
  round();
  stop();
  ledger_.reset();
  store_.reset();
  keep_copy();
  bring_back_copy();
  for (int i = 0; i < 3; ++i) {
    fill(kTenant, 1);
    round();
  }
  bring_back_copy();
  round();
  WitnessState state = root_log_->witnesses()[0];
  EXPECT_EQ(state.problem, WitnessProblem::kRollback);
  EXPECT_EQ(state.alarms, 1u);
  EXPECT_EQ(alarms_in_log(), 1u);
  EXPECT_EQ(run(root_log_->proof(kTenant)).value().root_checkpoint.find("witness.example"),
            std::string::npos)
      << "nothing of the other history's cosignatures is given out";
  for (int i = 0; i < 4; ++i) {
    fill(kTenant, 1);
    round();
  }
  state = root_log_->witnesses()[0];
  EXPECT_EQ(state.problem, WitnessProblem::kFork);
  EXPECT_EQ(state.alarms, 2u);
  EXPECT_EQ(alarms_in_log(), 2u) << "once each, not with every round";
  away_ = true;
  round();
  root_log_.reset();
  open_root();
  EXPECT_EQ(root_log_->witnesses()[0].alarms, 2u);
  EXPECT_FALSE(root_log_->witnesses()[0].last_alarm == Timestamp{});
}

TEST_P(RootLogTest, VerifyFollowsTheChainOffline) {
  open_all();
  fill(kTenant, 300);
  round();
  fill(kTenant, 10);
  ASSERT_TRUE(run(ledger_->checkpoint(kTenant)));
  const RootProof shown = proof(kTenant);
  const std::string verifier = ledger_->verifier_key();
  stop();
  const auto folder = log_folder(1, kTenant);
  const auto write = [&](const RootProof& what) {
    std::ofstream(folder / "root-proof.json") << what.encode();
  };
  VerifyOptions options{folder.string(), verifier, {}, {witness_->verifier_key()}};
  EXPECT_EQ(verify_log(options).error().message(), "audit.verify_missing");
  write(shown);
  auto report = verify_log(options);
  ASSERT_TRUE(report) << report.error().describe();
  EXPECT_EQ(report->size, 310u);
  EXPECT_EQ(report->root_proof->size, 300u);
  ASSERT_EQ(report->root_proof->cosigned.size(), 1u);
  options.witness_keys = {
      make_verifier_key("witness.example/w2", {}, KeyType::kCosignature).text()};
  EXPECT_EQ(verify_log(options).error().message(), "audit.not_cosigned");
  options.witness_keys.clear();
  EXPECT_EQ(verify_log(options).value().root_proof->cosigned.size(), 1u);
}

// A provider that signs two histories of one tenant: each is whole by itself, and one of them is
// not the one that the witness knows.
TEST_P(RootLogTest, VerifyFindsAForkThroughTheWitness) {
  open_all();
  fill(kTenant, 5);
  stop();
  ledger_.reset();
  store_.reset();
  keep_copy();
  bring_back_copy();
  fill(kTenant, 5);
  round();
  const RootProof witnessed = proof(kTenant);
  bring_back_copy();
  fill(kTenant, 9);
  const std::string verifier = ledger_->verifier_key();
  stop();
  const auto folder = log_folder(1, kTenant);
  VerifyOptions options{folder.string(), verifier, {}, {}};
  EXPECT_EQ(verify_log(options).value().size, 14u) << "without the proof nothing is wrong";
  std::ofstream(folder / "root-proof.json") << witnessed.encode();
  EXPECT_EQ(verify_log(options).error().message(), "audit.verify_forked");
}

}  // namespace
}  // namespace belfry::audit
