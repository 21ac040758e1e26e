// A provider for tests that break it: prepared once with some objects, cloned for each test, on
// real folders, with a clock that jumps. Nothing runs by itself: tests look at disks, heal and
// scrub when they want, and every check collects fresh facts first.
#pragma once

#include "attestations/attestations.h"
#include "base/ensure.h"
#include "iam/access.h"
#include "iam/iam.h"
#include "iam/reviews.h"
#include "measures/measures.h"
#include "objects/store.h"
#include "people/checklists.h"
#include "people/people.h"
#include "prober/s3_request.h"
#include "provider/provider.h"
#include "runtime/clock.h"
#include "segments/store.h"
#include "topology/topology.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace belfry::measures_broken {

// The machine's clock, and how far tests have jumped ahead of it.
class JumpingClock : public Clock {
 public:
  Timestamp now() const override { return real_->now() + Duration(ahead_us_.load()); }
  Monotonic monotonic() const override {
    return real_->monotonic() + std::chrono::microseconds(ahead_us_.load());
  }
  boost::asio::awaitable<void> sleep(Duration duration) override { return real_->sleep(duration); }
  void jump(Duration duration) { ahead_us_ += duration.count(); }

 private:
  std::unique_ptr<Clock> real_ = make_system_clock();
  std::atomic<std::int64_t> ahead_us_ = 0;
};

// What the prepared provider holds: the bucket of the first customer, with so many objects in
// records and so many in files.
inline constexpr const char* kBucket = "documents";
inline constexpr int kSmallObjects = 12, kLargeObjects = 4;
// Of every user that a test makes.
inline constexpr const char* kUserPassword = "Otters-and-9-lanterns-by-the-quay";

// What somebody does who has got at the file of the state database, past the program.
void tamper(const std::filesystem::path& data, const char* sql);

// The first column of what it finds in that file, as text.
std::vector<std::string> look_up(const std::filesystem::path& data, const std::string& sql);

class MeasuresBroken : public ::testing::Test {
 protected:
  static void SetUpTestSuite();
  static void TearDownTestSuite();
  void SetUp() override;
  void TearDown() override;

  // Runs everything until `task` has ended.
  template <class T>
  Result<T> run(Task<T> task) {
    std::optional<Result<T>> outcome;
    boost::asio::co_spawn(context_, std::move(task),
                          [&](std::exception_ptr thrown, Result<T> result) {
                            ENSURE(!thrown);
                            outcome.emplace(std::move(result));
                          });
    while (!outcome) context_.run_one();
    return std::move(*outcome);
  }
  // The same for what must succeed.
  template <class T>
  T must(Task<T> task) {
    auto outcome = run(std::move(task));
    EXPECT_TRUE(outcome) << outcome.error().describe();
    ENSURE(outcome.has_value());
    if constexpr (!std::is_void_v<T>) return std::move(*outcome);
  }

  // Lets what the provider does by itself go on for a moment.
  void pause();
  // Pauses until it holds, for ten seconds at most.
  void wait_until(const std::function<bool()>& holds);

  provider::Provider& provider() { return *provider_; }
  JumpingClock& clock() { return clock_; }

  // Begins again from an empty data directory, or from the prepared one, with another declaration.
  enum class From { kNothing, kPrepared };
  void begin(From from);
  void stop();
  // kByItself: what a provider does by itself goes on while something is run.
  enum class Work { kNone, kByItself };
  void start(Work work = Work::kNone);
  // Stops it, replaces the first `what` in provider.yaml, starts it.
  void redeclare(const std::string& what, const std::string& replacement);
  void redeclare_as_before();

  measures::Evaluation check(const std::string& id);
  std::string verdict(const std::string& id);
  // "subject: reason" of each row that fails.
  std::vector<std::string> failing(const std::string& id);

  // Rows about `subject`: why it fails, or nothing.
  std::string why(const std::string& id, const std::string& subject);

  // A probe, through those endpoints or the provider's own, without much patience.
  Result<> probe(const provider::Endpoints* through = nullptr) {
    return run(provider().probe(std::chrono::seconds(2), through));
  }

  // Who may do anything in that tenant, as the program itself.
  static iam::Principal system_in(TenantId tenant);
  iam::User create_user(TenantId tenant, const std::string& name, iam::Role role,
                        const std::string& email = "");
  void suspend(TenantId tenant, const std::string& name);
  // What the user of that name, of the provider or its customer, types to sign in.
  std::string typed(const std::string& name);
  // A new session; `code` of its second factor, if it has one.
  iam::Principal sign_in(const std::string& name, const std::string& code = "");
  std::string code_of(const std::string& seed);
  // A user of the first start, "admin" or "customer", with its second factor. The clock goes on
  // for as long as a code is good: none is good twice.
  iam::Principal sign_in_first(const std::string& who);
  std::string password_of_first(const std::string& who);
  // Of the register of people, by the provider's administrators: people_acts.cc.
  people::JobRole make_job(const std::string& name, const std::string& account_role,
                           std::vector<std::int64_t> groups = {});
  // Who has that account, and has had that job since its contract starts.
  people::Person record_person(const std::string& name, const people::JobRole& job, UserId account,
                               Duration starts_in = -std::chrono::days(30));
  void record_departure(const people::Person& person, Duration in = {});
  // A mandatory step of everybody.
  people::Step add_step(people::StepKind kind, const std::string& name);
  void settle(UserId by, const people::Person& person, const people::Step& step,
              people::StepAct act = people::StepAct::kDo);
  iam::AccessRequest ask_for_role(const iam::Principal& by, iam::Role role, Duration duration);
  // All items of a review, each by the one of two whose right it is not.
  void keep_all(const iam::Principal& one, const iam::Principal& other, iam::ReviewId review);
  // What is asked on the topic now, signed by a user of a customer.
  attestations::Attestation attest(const iam::User& by, attestations::Topic topic,
                                   std::vector<UserId> administrators = {});
  static attestations::Act act_of(const iam::User& by, Timestamp now);
  // How the first customer stands to the topic, as the product tells it.
  std::string standing(attestations::Topic topic);
  // The status of that request of S3, signed with the key.
  int get(const prober::Key& key, const std::string& path);
  int get_unsigned(const std::string& path);
  // That of what is read over REST with an API token.
  int read_over_rest(const std::string& token, const std::string& path);
  // Attaches a policy that lets everybody read, and lifts the bucket's own block: as its owner does
  // over S3, each with its event.
  void open_bucket(const std::string& name);
  int list_buckets(const prober::Key& key) { return get(key, "/"); }
  // Gives the session's user a second factor; returns the session as it is now.
  iam::Principal enrol(const iam::Principal& by);

  std::filesystem::path folder_of(const std::string& disk) const { return data() / "disks" / disk; }
  void delete_disk(const std::string& disk);
  void take_disk_away(const std::string& disk);
  void bring_disk_back(const std::string& disk);
  std::vector<segments::Copy> copies(const std::string& key);
  // Of sets of objects with a copy on that disk, as the measures name them: "set 12".
  std::set<std::string> sets_on(const std::string& disk);
  std::size_t ledger_sets_on(const std::string& disk);
  std::string name_of(DiskId disk) const;
  void inspect() { must(provider().segments().inspect_disks()); }
  void scrub() { must(provider().segments().scrub({}, {})); }
  std::uint64_t heal() { return must(provider().segments().heal()); }

  std::filesystem::path data() const { return folder_ / "data"; }
  std::string config() const { return (folder_ / "provider.yaml").string(); }

 private:
  std::vector<segments::SetStatus> sets_of(segments::Stream stream, const std::string& disk);
  void write_declaration(const std::string& text);
  // The status of what is asked with the fields that `sign` makes of its head.
  using Sign = std::function<http::Fields(const prober::S3Request& request)>;
  int get(const std::string& url, const std::string& path, Sign sign);

  std::filesystem::path folder_;
  std::string declaration_;
  topology::Topology topology_;
  JumpingClock clock_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{
      context_.get_executor()};
  std::unique_ptr<provider::Provider> provider_;
};

}  // namespace belfry::measures_broken
