// Power cuts under a witness: what it cosigned it knows, so that it never cosigns another history;
// its key stays; and each of its syncs is needed for that.
#include "audit/witness.h"
#include "seeds.h"
#include "test/witness_log.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace belfry::sim {
namespace {

using audit::WitnessedLog;

constexpr const char* kOrigin = "belfry.example/root";
// Beyond what the log grows to.
constexpr std::uint64_t kEnd = 199;

class WitnessWorld {
 public:
  explicit WitnessWorld(std::uint64_t seed) : world_(seed), disk_(world_.add_disk()) {}

  // A log grows and asks, until the power is cut or it is at its end.
  void work() {
    world_.cut_power_after(1 + world_.choose(120));
    auto witness = open();
    // It is told as soon as it starts, and stands in provider.yaml from then on.
    if (witness) key_ = (*witness)->verifier_key();
    for (int i = 0; witness && i < 12 && !world_.is_cut(); ++i) {
      const std::uint64_t size = cosigned_ + 1 + world_.choose(4);
      const auto answer = (*witness)->add_checkpoint(log_.request(cosigned_, size));
      if (answer.status == 409) {
        // It wrote the last one before the cut, and nobody got the answer.
        cosigned_ = std::max<std::uint64_t>(cosigned_, std::stoull(answer.body));
      } else if (answer.status == 200) {
        cosigned_ = acknowledged_ = size;
        ++answers_;
      }
    }
    if (world_.is_cut()) world_.power_on();
  }
  std::vector<std::string> check() {
    // Far away: nothing is cut here.
    world_.cut_power_after(1'000'000);
    auto witness = open();
    if (!witness && key_.empty()) return {};
    if (!witness) return {"it does not open: " + witness.error().describe()};
    std::vector<std::string> broken;
    if (!key_.empty() && (*witness)->verifier_key() != key_) broken.push_back("it has another key");
    // What it never cosigned: it tells how far it is.
    const auto told = (*witness)->add_checkpoint(log_.request(kEnd, kEnd));
    const std::uint64_t size = told.status == 409 ? std::stoull(told.body) : 0;
    if (acknowledged_ > 0 && size < acknowledged_)
      broken.push_back("it forgot " + std::to_string(acknowledged_) + " for " +
                       std::to_string(size));
    return broken;
  }

  Simulation& world() { return world_; }
  std::size_t answers() const { return answers_; }

 private:
  Result<std::unique_ptr<audit::Witness>> open() {
    return audit::open_witness(disk_, world_.clock(), world_.random(),
                               {"witness.example/w1", {log_.key().text()}});
  }

  Simulation world_;
  std::shared_ptr<SimulatedDisk> disk_;
  WitnessedLog log_{kOrigin};
  std::string key_;
  std::uint64_t cosigned_ = 0, acknowledged_ = 0;
  std::size_t answers_ = 0;
};

TEST(WitnessPowerCut, NothingThatItCosignedIsForgotten) {
  expect_nothing_lost(2000, run_rounds<WitnessWorld>);
}

TEST(WitnessPowerCut, EachOfItsSyncsIsNeeded) {
  expect_each_needed(kWitnessSyncs, 400, run_rounds<WitnessWorld>);
}

}  // namespace
}  // namespace belfry::sim
