#include "audit/witness.h"

#include "runtime/simulation.h"
#include "witness_log.h"

#include <gtest/gtest.h>

namespace belfry::audit {
namespace {

constexpr const char* kOrigin = "belfry.example/root";

class WitnessTest : public testing::Test {
 protected:
  void open() {
    auto opened = try_open();
    ASSERT_TRUE(opened) << opened.error().describe();
    witness_ = std::move(*opened);
  }
  Result<std::unique_ptr<Witness>> try_open(const std::string& name = "witness.example/w1") {
    return open_witness(disk_, world_.clock(), world_.random(), {name, {log_.key().text()}});
  }
  std::string text_of(const std::string& path) {
    const Buffer octets = read_whole(*disk_, path, {64 << 10}).value();
    return std::string(as_text(octets));
  }
  // The time of the cosignature of a checkpoint, or nothing.
  std::optional<std::uint64_t> cosigned(const Witness::Answer& answer, std::uint64_t size) {
    const std::string note = log_.note(size);
    const auto key = parse_verifier_key(witness_->verifier_key(), KeyType::kCosignature).value();
    const auto lines = split_signatures(answer.body);
    if (answer.status != 200 || !lines || lines->size() != 1) return std::nullopt;
    const auto found = find_cosignature(*lines, split_note(note)->text, key);
    return found ? std::optional(found->seconds) : std::nullopt;
  }

  Simulation world_{1};
  std::shared_ptr<SimulatedDisk> disk_ = world_.add_disk();
  WitnessedLog log_{kOrigin};
  std::unique_ptr<Witness> witness_;
};

TEST_F(WitnessTest, CosignsWhatExtendsWhatItCosigned) {
  open();
  const auto now = std::chrono::floor<std::chrono::seconds>(world_.clock().now());
  const auto answer = witness_->add_checkpoint(log_.request(0, 5));
  EXPECT_EQ(cosigned(answer, 5), std::uint64_t(now.time_since_epoch().count())) << answer.body;
  EXPECT_FALSE(cosigned(answer, 6)) << "the signature is over that checkpoint alone";
  EXPECT_TRUE(cosigned(witness_->add_checkpoint(log_.request(5, 9)), 9));
  EXPECT_TRUE(cosigned(witness_->add_checkpoint(log_.request(9, 9)), 9)) << "again, with its time";
  EXPECT_TRUE(cosigned(witness_->add_checkpoint(log_.request(9, 200)), 200));
}

TEST_F(WitnessTest, TellsHowFarItIs) {
  open();
  witness_->add_checkpoint(log_.request(0, 8));
  for (std::uint64_t old_size : {0, 7, 9}) {
    const auto answer = witness_->add_checkpoint(log_.request(old_size, 12));
    EXPECT_EQ(answer.status, 409);
    EXPECT_EQ(answer.content_type, "text/x.tlog.size");
    EXPECT_EQ(answer.body, "8\n");
  }
}

TEST_F(WitnessTest, RefusesAForkAndARollback) {
  open();
  witness_->add_checkpoint(log_.request(0, 8));
  const WitnessedLog fork(kOrigin, 1, 5);
  EXPECT_EQ(witness_->add_checkpoint(fork.request(8, 12)).status, 422);
  EXPECT_EQ(witness_->add_checkpoint(fork.request(8, 8)).status, 409) << "the same size";
  EXPECT_EQ(witness_->add_checkpoint(log_.request(6, 6)).status, 409) << "a smaller one";
  EXPECT_EQ(witness_->add_checkpoint("old 8\n\n" + log_.note(6)).status, 400);
  EXPECT_TRUE(cosigned(witness_->add_checkpoint(log_.request(8, 12)), 12)) << "nothing of it stays";
}

TEST_F(WitnessTest, RefusesWhatIsNoneOfItsLogs) {
  open();
  EXPECT_EQ(witness_->add_checkpoint(WitnessedLog("other.example/root").request(0, 3)).status, 404);
  std::string unsigned_note = log_.request(0, 3);
  unsigned_note.replace(unsigned_note.rfind("belfry.example/root "), 6, "velvet");
  EXPECT_EQ(witness_->add_checkpoint(unsigned_note).status, 403);
  for (const std::string& bad :
       {std::string(), std::string("old 1"), std::string("old 01\n\n"), "new 0\n\n" + log_.note(3),
        "old 0\nAAAA\n\n" + log_.note(3), "old -1\n\n" + log_.note(3), "old 0\n" + log_.note(3),
        std::string("old 0\n\nno note"), std::string(kWitnessRequestMax + 1, 'x')})
    EXPECT_EQ(witness_->add_checkpoint(bad).status, 400) << bad.substr(0, 60);
  std::string long_proof = "old 0\n";
  for (int i = 0; i < 64; ++i) long_proof += std::string(43, 'A') + "=\n";
  EXPECT_EQ(witness_->add_checkpoint(long_proof + "\n" + log_.note(3)).status, 400);
}

TEST_F(WitnessTest, RemembersOverRestarts) {
  open();
  const std::string key = witness_->verifier_key();
  EXPECT_TRUE(cosigned(witness_->add_checkpoint(log_.request(0, 8)), 8));
  open();
  EXPECT_EQ(witness_->verifier_key(), key);
  EXPECT_EQ(witness_->add_checkpoint(log_.request(0, 9)).body, "8\n");
  EXPECT_EQ(witness_->add_checkpoint(WitnessedLog(kOrigin, 1).request(8, 9)).status, 422);
}

// With its old key and an empty memory it would sign a second history.
TEST_F(WitnessTest, DoesNotBeginAnewOverDamage) {
  open();
  witness_->add_checkpoint(log_.request(0, 8));
  auto names = disk_->list("").value();
  ASSERT_EQ(names.size(), 2u);
  EXPECT_EQ(try_open("witness.example/w2").error().message(), "witness.other_name");
  const std::string& state = names[1];
  ASSERT_TRUE(disk_->flip(state, 30, 0));
  EXPECT_EQ(try_open().error().message(), "witness.damaged");
  ASSERT_TRUE(disk_->flip(state, 30, 0));
  for (const char* gone : {"key", state.c_str()}) {
    ASSERT_TRUE(disk_->rename(gone, "elsewhere"));
    EXPECT_EQ(try_open().error().message(), "witness.damaged") << gone << " is gone";
    ASSERT_TRUE(disk_->rename("elsewhere", gone));
  }
  EXPECT_TRUE(try_open());
}

// Its key's file had two lines, and no names.
TEST_F(WitnessTest, GoesOnFromAReleaseThatNotedNoStates) {
  open();
  const std::string key = witness_->verifier_key();
  witness_->add_checkpoint(log_.request(0, 8));
  const std::string whole = text_of("key");
  const std::string before = whole.substr(0, whole.find('\n', whole.find('\n') + 1) + 1);
  ASSERT_LT(before.size(), whole.size());
  ASSERT_TRUE(replace_file(*disk_, "key", as_view(before), {}, {}));
  open();
  EXPECT_EQ(witness_->verifier_key(), key);
  EXPECT_EQ(witness_->add_checkpoint(log_.request(0, 9)).body, "8\n");
  EXPECT_EQ(text_of("key"), whole) << "and notes them";
}

TEST_F(WitnessTest, TakesAnotherLogLater) {
  open();
  witness_->add_checkpoint(log_.request(0, 8));
  const WitnessedLog second("second.example/root");
  const auto both = [&] {
    return open_witness(disk_, world_.clock(), world_.random(),
                        {"witness.example/w1", {log_.key().text(), second.key().text()}});
  };
  witness_ = both().value();
  EXPECT_EQ(witness_->add_checkpoint(second.request(0, 3)).status, 200);
  witness_ = both().value();
  EXPECT_EQ(witness_->add_checkpoint(second.request(0, 4)).body, "3\n");
  EXPECT_EQ(witness_->add_checkpoint(log_.request(0, 9)).body, "8\n");
}

TEST_F(WitnessTest, CosignsNothingThatItsDiskDoesNotTake) {
  open();
  witness_->add_checkpoint(log_.request(0, 8));
  for (std::uint64_t operation = 0; operation < 5; ++operation) {
    disk_->fail_after(operation, Fault::kInputOutput);
    const auto answer = witness_->add_checkpoint(log_.request(8, 12));
    if (answer.status == 200) break;
    EXPECT_EQ(answer.status, 500);
    EXPECT_EQ(witness_->add_checkpoint(log_.request(8, 9)).status, 500) << "until it starts again";
    disk_->fail_after(~std::uint64_t{0}, Fault::kInputOutput);
    open();
    const auto size = witness_->add_checkpoint(log_.request(1, 1)).body;
    if (size == "12\n") break;
    EXPECT_EQ(size, "8\n");
  }
}

TEST_F(WitnessTest, ManyForeignSignaturesDoNotStopItsNextStart) {
  open();
  std::string request = log_.request(0, 3);
  const std::string line = request.substr(request.rfind("\xE2\x80\x94"));
  for (int i = 0; i < 99; ++i) request += "\xE2\x80\x94 other.example AAAAAAAA\n";
  EXPECT_EQ(witness_->add_checkpoint(request).status, 200);
  open();
  EXPECT_EQ(witness_->add_checkpoint(log_.request(0, 3)).body, "3\n");
}

}  // namespace
}  // namespace belfry::audit
