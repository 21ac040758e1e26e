// Customers are answered wrongly: the prober, which is one of them, sees it.
#include "lying_gateway.h"
#include "prepared_provider.h"

#include <gmock/gmock.h>

namespace belfry::measures_broken {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

constexpr const char* kOfProbe[] = {"S07-P-16", "S07-P-17", "S07-P-18", "S07-P-19", "S07-P-23"};

bool is(const http::Request& request, std::string_view method, std::string_view part) {
  return request.method == method && request.target.contains(part);
}

TEST_F(MeasuresBroken, NothingProbedYet) {
  for (const char* id : kOfProbe) EXPECT_EQ(verdict(id), "no_data") << id;
}

TEST_F(MeasuresBroken, ProbeOfWhatWorks) {
  auto probed = probe();
  // Of events of an hour ago nothing is known before there is one.
  EXPECT_EQ(verdict("S07-P-23"), "no_data");
  for (const char* id : kOfProbe) {
    if (id == std::string_view("S07-P-23")) continue;
    EXPECT_EQ(verdict(id), "pass") << id << testing::PrintToString(failing(id));
    EXPECT_EQ(measures::name_of(check(id).status.proof), "observed");
  }
  EXPECT_TRUE(probed) << probed.error().describe();

  // Nothing of it can be used, and nothing of it is left but its tenant.
  const auto tenants = must(provider().iam().list_tenants(system_in(iam::kProviderTenant), {}));
  std::vector<iam::User> users;
  for (const iam::Tenant& tenant : tenants.things)
    if (tenant.name.starts_with("Belfry probe"))
      users = must(provider().iam().list_users(system_in(tenant.id), tenant.id, {})).things;
  ASSERT_EQ(users.size(), 1u);
  EXPECT_FALSE(users[0].active);
  // The second probe finds what the first one left in the log.
  clock().jump(std::chrono::minutes(61));
  static_cast<void>(probe());
  EXPECT_EQ(verdict("S07-P-23"), "pass") << testing::PrintToString(failing("S07-P-23"));
  EXPECT_EQ(measures::name_of(check("S07-P-23").status.proof), "observed");
  clock().jump(std::chrono::hours(3));
  EXPECT_EQ(verdict("S07-P-23"), "stale");
}

TEST_F(MeasuresBroken, DesignatedPersonIsNotAsked) {
  LyingGateway gateway(provider().endpoints(), [](const auto& request, auto& answer) {
    if (is(request, "GET", "/open/x") && answer.status == 403) answer.status = 200;
  });
  static_cast<void>(probe(&gateway.endpoints()));
  EXPECT_EQ(verdict("S07-P-16"), "fail");
  EXPECT_THAT(failing("S07-P-16"), ElementsAre(StartsWith("step forger_refused: "),
                                               StartsWith("step stranger_refused: ")));
}

TEST_F(MeasuresBroken, DeletedUserStillServed) {
  bool is_deleted = false;
  LyingGateway gateway(provider().endpoints(), [&](const auto& request, auto& answer) {
    if (is(request, "DELETE", "/api/v1/users/")) is_deleted = true;
    if (is_deleted && (answer.status == 401 || answer.status == 403)) answer.status = 200;
  });
  static_cast<void>(probe(&gateway.endpoints()));
  EXPECT_EQ(verdict("S07-P-17"), "fail");
  EXPECT_THAT(failing("S07-P-17"),
              ElementsAre(StartsWith("step deleted_key: "), StartsWith("step deleted_session: "),
                          StartsWith("step deleted_sign_in: ")));
}

TEST_F(MeasuresBroken, ProfileThatIsNotEnforced) {
  LyingGateway gateway(provider().endpoints(), [](const auto& request, auto& answer) {
    if (is(request, "GET", "/denied") && answer.status == 403) answer.status = 200;
  });
  static_cast<void>(probe(&gateway.endpoints()));
  EXPECT_EQ(verdict("S07-P-18"), "fail");
  EXPECT_THAT(failing("S07-P-18"),
              ElementsAre(StartsWith("step denied_rest: "), StartsWith("step denied_s3: ")));
}

TEST_F(MeasuresBroken, SecondFactorThatIsNotDemanded) {
  LyingGateway gateway(provider().endpoints(), [](const auto& request, auto& answer) {
    if (is(request, "POST", "/api/v1/session") && answer.body.contains("iam.totp_needed"))
      answer.status = 200;
  });
  static_cast<void>(probe(&gateway.endpoints()));
  EXPECT_EQ(verdict("S07-P-19"), "fail");
  EXPECT_THAT(failing("S07-P-19"), ElementsAre(StartsWith("step factor_demanded: ")));
}

TEST_F(MeasuresBroken, LogThatCannotBeRead) {
  const auto hides = [](const auto& request, auto& answer) {
    if (is(request, "GET", "action=iam%3ACreateUser"))
      answer.body = R"({"items": [], "next_cursor": null, "log_size": 9})";
  };
  {
    LyingGateway gateway(provider().endpoints(), hides);
    static_cast<void>(probe(&gateway.endpoints()));
  }
  EXPECT_EQ(verdict("S07-P-23"), "fail");
  EXPECT_THAT(failing("S07-P-23"), ElementsAre(StartsWith("step event_found: ")));

  // Another tenant's line, and another tenant's log.
  LyingGateway gateway(provider().endpoints(), [](const auto& request, auto& answer) {
    if (!is(request, "GET", "/audit/events")) return;
    if (request.target.contains("tenant=1")) answer.status = 200;
    if (const auto at = answer.body.find(R"("actor":"system")"); at != std::string::npos)
      answer.body.replace(at, 16, R"("actor":"ada")");
  });
  static_cast<void>(probe(&gateway.endpoints()));
  EXPECT_THAT(failing("S07-P-23"), ElementsAre(StartsWith("step other_lines: "),
                                               StartsWith("step other_log_refused: ")));
}

// Whom nobody can reach fails, whatever it would have said.
TEST_F(MeasuresBroken, NobodyAnswersTheProbe) {
  provider::Endpoints nowhere;
  nowhere.api = nowhere.s3_tls = "http://127.0.0.1:1";
  EXPECT_FALSE(probe(&nowhere));
  for (const char* id : kOfProbe) EXPECT_EQ(verdict(id), "fail") << id;
  EXPECT_EQ(verdict("S07-P-17"), "fail");
}

}  // namespace
}  // namespace belfry::measures_broken
