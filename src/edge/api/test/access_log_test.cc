#include "access_log.h"

#include "audit_testing/idle_ledger.h"
#include "iam/crossing.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace belfry::api {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

const Timestamp kNow = from_us(1'800'000'000'000'000);
constexpr TenantId kOwn{5}, kOther{9};

class KeptLines : public audit::testing::IdleLedger {
 public:
  Result<> record_read(TenantId tenant, audit::Event event) override {
    if (is_full) return fail(Code::kRetry, "audit.unavailable");
    lines.emplace_back(tenant, std::move(event));
    return {};
  }
  std::vector<TenantId> tenants() const {
    std::vector<TenantId> in;
    in.reserve(lines.size());
    for (const auto& [tenant, event] : lines) in.push_back(tenant);
    return in;
  }
  std::vector<std::string> counts() const {
    std::vector<std::string> told;
    told.reserve(lines.size());
    for (const auto& [tenant, event] : lines) told.push_back(detail(event, "requests"));
    return told;
  }
  static std::string detail(const audit::Event& event, std::string_view name) {
    const auto found = std::ranges::find(event.details, name, &audit::Detail::name);
    return found == event.details.end() ? "" : found->value;
  }

  bool is_full = false;
  std::vector<std::pair<TenantId, audit::Event>> lines;
};

class AccessLogTest : public ::testing::Test {
 protected:
  static iam::Principal somebody(const std::string& request = "r1") {
    return {.tenant = kOwn,
            .user = UserId{7},
            .name = "ada",
            .method = iam::Method::kSession,
            .credential = "session-1",
            .request = std::make_shared<iam::ServedRequest>(request, kOwn)};
  }
  static AccessLog::Read read_of(TenantId owner, const std::string& polled = "",
                                 Timestamp when = kNow) {
    audit::Event event;
    event.time = when;
    event.action = "iam:ListUsers";
    event.actor = "ada";
    event.actor_id = UserId{7};
    event.source_ip = "192.0.2.1";
    event.details = iam::credential_details(somebody());
    return {.event = std::move(event), .owner = owner, .asked = polled};
  }
  void stranger(const std::string& from, Timestamp when) {
    audit::Event event;
    event.time = when;
    event.source_ip = from;
    log_.record_stranger(ledger_, iam::kProviderTenant, std::move(event));
  }

  KeptLines ledger_;
  AccessLog log_;
};

TEST_F(AccessLogTest, TellsARequestOnce) {
  const iam::Principal by = somebody();
  EXPECT_TRUE(log_.record_read(ledger_, by, read_of(kOwn)));
  EXPECT_TRUE(log_.record_read(ledger_, by, read_of(kOwn)));
  EXPECT_THAT(ledger_.tenants(), ElementsAre(kOwn));
  EXPECT_TRUE(log_.record_read(ledger_, somebody("r2"), read_of(kOwn)));
  EXPECT_THAT(ledger_.tenants(), ElementsAre(kOwn, kOwn)) << "the same again is another request";
}

TEST_F(AccessLogTest, WhatTheRouteToldItselfHasNoSecondLine) {
  const iam::Principal by = somebody();
  by.request->note_read();
  EXPECT_TRUE(log_.record_read(ledger_, by, read_of(kOwn)));
  EXPECT_THAT(ledger_.lines, IsEmpty());
}

TEST_F(AccessLogTest, AnothersThingsAreToldToBothAndThePersonToTheOwnAlone) {
  EXPECT_TRUE(log_.record_read(ledger_, somebody(), read_of(kOther)));
  ASSERT_THAT(ledger_.tenants(), ElementsAre(kOther, kOwn));
  const audit::Event& seen = ledger_.lines[0].second;
  EXPECT_EQ(seen.actor, iam::arn_of(kOwn, "ada"));
  EXPECT_EQ(seen.actor_id, UserId{});
  EXPECT_EQ(KeptLines::detail(seen, "credential"), "");
  EXPECT_EQ(KeptLines::detail(ledger_.lines[1].second, "credential"), "session-1");
}

TEST_F(AccessLogTest, WhatCannotBeToldIsNotAnswered) {
  ledger_.is_full = true;
  const iam::Principal by = somebody();
  const auto refused = log_.record_read(ledger_, by, read_of(kOwn));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::kRetry);
  EXPECT_FALSE(by.request->is_read_told());
}

TEST_F(AccessLogTest, WhatIsPolledIsCountedWithTheNextLine) {
  for (int i = 0; i < 40; ++i) {
    const iam::Principal by = somebody();
    EXPECT_TRUE(log_.record_read(ledger_, by, read_of(kOwn, "/disks", kNow + seconds(15 * i))));
    EXPECT_EQ(by.request->is_repeat(), i > 0) << i;
    // Who sends by itself told it before; then the handler sees to it as of all.
    EXPECT_TRUE(log_.record_read(ledger_, by, read_of(kOwn, "/disks", kNow + seconds(15 * i))));
  }
  EXPECT_THAT(ledger_.counts(), ElementsAre("1"));
  const auto later = kNow + AccessLog::kRepeatsToldEvery;
  EXPECT_TRUE(log_.record_read(ledger_, somebody(), read_of(kOwn, "/disks", later)));
  EXPECT_THAT(ledger_.counts(), ElementsAre("1", "40"));
  // Something else, or somebody else, is told at once.
  EXPECT_TRUE(log_.record_read(ledger_, somebody(), read_of(kOwn, "/annex", later)));
  iam::Principal other = somebody();
  other.credential = "session-2";
  EXPECT_TRUE(log_.record_read(ledger_, other, read_of(kOwn, "/disks", later)));
  EXPECT_THAT(ledger_.counts(), ElementsAre("1", "40", "1", "1"));
}

TEST_F(AccessLogTest, WhatIsPolledIsNotAnsweredByALineThatIsNotThere) {
  ledger_.is_full = true;
  EXPECT_FALSE(log_.record_read(ledger_, somebody(), read_of(kOwn, "/disks")));
  EXPECT_FALSE(log_.record_read(ledger_, somebody(), read_of(kOwn, "/disks")));
  stranger("192.0.2.1", kNow);
  ledger_.is_full = false;
  EXPECT_TRUE(log_.record_read(ledger_, somebody(), read_of(kOwn, "/disks")));
  stranger("192.0.2.1", kNow);
  EXPECT_THAT(ledger_.counts(), ElementsAre("3", "2"));
}

TEST_F(AccessLogTest, StrangersFillNoLog) {
  for (int i = 0; i < 10'000; ++i) stranger("192.0.2." + std::to_string(i), kNow);
  EXPECT_LE(ledger_.lines.size(), AccessLog::kStrangersMax);
  for (int i = 0; i < 10'000; ++i)
    stranger("192.0.2." + std::to_string(i), kNow + AccessLog::kStrangersToldEvery);
  EXPECT_LE(ledger_.lines.size(), 2 * AccessLog::kStrangersMax);
  std::uint64_t told = 0;
  for (const std::string& count : ledger_.counts()) told += std::stoull(count);
  EXPECT_GE(told, 10'000u) << "all of the first time";
  for (TenantId tenant : ledger_.tenants()) EXPECT_EQ(tenant, iam::kProviderTenant);
}

TEST(ServedRequest, IsAboutWhatIsAnothersIfAnyOfItIs) {
  iam::ServedRequest request("r", kOwn);
  EXPECT_FALSE(request.subject());
  request.allow_on(kOwn, "belfry:user/1");
  request.allow_on(kOwn, "belfry:user/2");
  EXPECT_EQ(request.subject()->resource, "belfry:user/1");
  request.allow_on(kOther, "belfry:user/3");
  request.allow_on(TenantId{11}, "belfry:user/4");
  EXPECT_EQ(request.subject()->owner, kOther);
  EXPECT_EQ(request.subject()->resource, "belfry:user/3");
}

}  // namespace
}  // namespace belfry::api
