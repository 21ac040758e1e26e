// Programs that assume roles with tokens of a tenant's issuer: whose tokens count, for how long,
// and how these sessions end.
#include "issuers_fixture.h"

namespace belfry::iam {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const std::string kCi = "https://ci.example.org/forge";
const std::string kKey = "ci.example.org/forge";

std::string allow(const std::string& action) {
  return R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ")" + action +
         R"(", "Resource": "*"}})";
}

class WebIdentitiesTest : public IssuersTest {
 protected:
  Roles& roles() { return world_.iam->roles(); }

  static NewIssuer of_programs(std::vector<std::string> audiences = {"belfry", "belfry-2"}) {
    return {.url = kCi,
            .client_secret = "",
            .settings = {.purpose = IssuerPurpose::kPrograms, .audiences = std::move(audiences)}};
  }
  static std::string trust(const Issuer& issuer, const std::string& subject = "repo:harbour/*",
                           const std::string& audience = "belfry") {
    const json document = {{"Version", "2012-10-17"},
                           {"Statement",
                            {{"Effect", "Allow"},
                             {"Principal", {{"Federated", issuer.arn}}},
                             {"Action", "sts:AssumeRoleWithWebIdentity"},
                             {"Condition",
                              {{"StringLike", {{kKey + ":sub", subject}}},
                               {"StringEquals", {{kKey + ":aud", audience}}}}}}}};
    return document.dump();
  }
  ProfileId make_profile(const std::string& name, const std::string& action) {
    auto made =
        world_.wait(world_.iam->profiles().create_profile(administrator_, name, allow(action)));
    EXPECT_TRUE(made) << made.error().describe();
    return made ? made->id : ProfileId{};
  }
  AssumableRole make_role(const std::string& document, Duration session_max = hours(12)) {
    auto made = world_.wait(roles().create_role(administrator_, "ci", document, session_max));
    EXPECT_TRUE(made) << made.error().describe();
    if (!made) return {};
    const ProfileId puts = make_profile("Puts", "s3:PutObject");
    EXPECT_TRUE(world_.wait(roles().give_profile(administrator_, made->id, puts)));
    return *made;
  }
  std::int64_t now_s() {
    return std::chrono::floor<seconds>(world_.clock.now()).time_since_epoch().count();
  }
  std::string token(const json& change = json::object()) {
    json claims = {{"iss", kCi},
                   {"sub", "repo:harbour/app"},
                   {"aud", "belfry"},
                   {"iat", now_s()},
                   {"exp", now_s() + 600}};
    claims.merge_patch(change);
    return signer_.token(claims.dump());
  }
  Result<WebIdentityCredentials> come(const std::string& shown, RoleAssumption wanted = {}) {
    if (wanted.role_arn.empty()) wanted.role_arn = "arn:aws:iam::000000000002:role/ci";
    wanted.session_name = "job-7";
    if (wanted.source_ip.empty()) wanted.source_ip = "192.0.2." + std::to_string(++addresses_);
    wanted.secure = true;
    return world_.wait(roles().assume_with_token(wanted, shown));
  }
  std::string refusal(const std::string& shown, const RoleAssumption& wanted = {}) {
    return message_of(come(shown, wanted));
  }
  std::string may(const RoleCredentials& made, std::string_view action) {
    auto identity = world_.wait(world_.iam->find_signing_identity(made.session.id));
    if (!identity) return identity.error().message();
    if (auto good = check_session_token(*identity, made.token, world_.clock.now()); !good)
      return good.error().message();
    return message_of(world_.iam->authorize(identity->principal, action,
                                            {"arn:aws:s3:::b/a", kFirstCustomer},
                                            {.time = world_.clock.now()}));
  }
  std::string detail(const std::string& name) {
    for (const audit::Detail& each : world_.ledger.last_event(kFirstCustomer).details)
      if (each.name == name) return each.value;
    return "";
  }

  const IssuerKey& signer_ = key_;  // that the issuer publishes
  int addresses_ = 0;               // each attempt comes from another: the throttle is apart
};
BELFRY_ON_BOTH_ENGINES(WebIdentitiesTest);

TEST_P(WebIdentitiesTest, AssumeWhatTrustsThem) {
  const Issuer issuer = registered(of_programs());
  EXPECT_EQ(issuer.arn, "arn:aws:iam::000000000002:oidc-provider/" + kKey);
  const AssumableRole role = make_role(trust(issuer));
  auto made = come(token());
  ASSERT_TRUE(made) << made.error().describe();
  EXPECT_EQ(made->identity.issuer, kCi);
  EXPECT_EQ(made->identity.subject, "repo:harbour/app");
  EXPECT_EQ(made->identity.audience, "belfry");
  const RoleSession& session = made->credentials.session;
  EXPECT_EQ(session.arn, "arn:aws:sts::000000000002:assumed-role/ci/job-7");
  EXPECT_EQ(session.by, issuer.arn + ":belfry:repo:harbour/app");
  EXPECT_EQ(session.expires - session.created, hours(1));
  EXPECT_FALSE(session.second_factor);
  EXPECT_EQ(world_.ledger.last(kFirstCustomer).substr(0, 29), "sts:AssumeRoleWithWebIdentity");
  EXPECT_EQ(detail("issuer") + " " + detail("subject") + " " + detail("audience"),
            kCi + " repo:harbour/app belfry");
  EXPECT_EQ(may(made->credentials, "s3:PutObject"), "");
  EXPECT_EQ(may(made->credentials, "s3:GetObject"), "iam.denied");
  EXPECT_EQ(may(made->credentials, "s3:PutBucketPolicy"), "iam.denied");
  auto listed = world_.wait(roles().list_role_sessions(administrator_, role.id, {}));
  ASSERT_TRUE(listed);
  ASSERT_EQ(listed->things.size(), 1u);
  EXPECT_EQ(listed->things[0].by, session.by);
  // Again, as long as it is good.
  const std::string shown = token();
  EXPECT_EQ(refusal(shown), "");
  EXPECT_EQ(refusal(shown), "");
  world_.clock.advance(hours(1));
  EXPECT_EQ(may(made->credentials, "s3:PutObject"), "iam.session_token_expired");
}

TEST_P(WebIdentitiesTest, WrongTokensAreRefusedAndTold) {
  const Issuer issuer = registered(of_programs());
  make_role(trust(issuer));
  const IssuerKey forged(KeyKind::kP256, "one"), strange(KeyKind::kP256, "two");
  const auto with = [&](const IssuerKey& key) {
    return key.token(json({{"iss", kCi},
                           {"sub", "repo:harbour/app"},
                           {"aud", "belfry"},
                           {"iat", now_s()},
                           {"exp", now_s() + 600}})
                         .dump());
  };
  const std::string header = R"({"alg": "none", "typ": "JWT"})";
  for (const auto& [what, shown, message] :
       std::initializer_list<std::tuple<const char*, std::string, const char*>>{
           {"subject", token({{"sub", "repo:meadow/app"}}), "iam.denied"},
           {"another declared audience", token({{"aud", "belfry-2"}}), "iam.denied"},
           {"audience", token({{"aud", "meadow"}}), "oidc.wrong_audience"},
           {"party", token({{"azp", "meadow"}}), "oidc.wrong_audience"},
           {"trusted audience, another party", token({{"azp", "belfry-2"}}), "iam.denied"},
           {"expired", token({{"iat", now_s() - 900}, {"exp", now_s() - 300}}),
            "oidc.token_expired"},
           {"older than a day", token({{"iat", now_s() - 90'000}}), "oidc.token_expired"},
           {"not yet", token({{"nbf", now_s() + 300}}), "oidc.token_not_yet"},
           {"forged", with(forged), "iam.no_web_identity"},
           {"unknown key", with(strange), "iam.no_web_identity"},
           {"issuer", token({{"iss", "https://evil.example"}}), "iam.no_web_identity"},
           {"no address", token({{"iss", "a' OR '1'='1"}}), "iam.no_web_identity"},
           {"none", signer_.token(header, "{}"), "oidc.bad_algorithm"},
           {"nothing", "aaa", "oidc.bad_token"}}) {
    EXPECT_EQ(refusal(shown), message) << what;
    EXPECT_EQ(world_.ledger.last(kFirstCustomer),
              "sts:AssumeRoleWithWebIdentity failure " + std::string(message))
        << what;
  }
  EXPECT_EQ(refusal(token({{"sub", "repo:meadow/app"}})), "iam.denied");
  EXPECT_EQ(detail("subject") + " " + detail("signed_by_issuer"), "repo:meadow/app yes");
  EXPECT_EQ(refusal(with(forged)), "iam.no_web_identity");
  EXPECT_EQ(detail("subject") + " " + detail("signed_by_issuer"), "repo:harbour/app no");
  EXPECT_EQ(refusal(token({{"iat", now_s() - 900}, {"exp", now_s() - 300}})), "oidc.token_expired");
  EXPECT_EQ(detail("subject") + " " + detail("signed_by_issuer"), "repo:harbour/app yes");
  EXPECT_EQ(refusal(signer_.token(R"({"alg": "none"})", "{}")), "oidc.bad_algorithm");
  EXPECT_EQ(detail("signed_by_issuer"), "no");
  EXPECT_EQ(refusal(token()), "") << "and good ones go on";
  EXPECT_EQ(refusal(token(), {.policy = "{}"}).substr(0, 7), "policy.");
}

TEST_P(WebIdentitiesTest, NobodyLearnsWhatThereIs) {
  const Issuer issuer = registered(of_programs());
  make_role(trust(issuer));
  const World::Other other = world_.make_other("meadow");
  const std::string arn = "arn:aws:iam::" + account_of(other.tenant.id) + ":role/ci";
  // Without a token of the tenant's own issuer, whatever role and tenant.
  const IssuerKey forged(KeyKind::kP256, "one");
  const std::string bad = forged.token(
      json({{"iss", kCi}, {"sub", "a"}, {"aud", "belfry"}, {"iat", now_s()}, {"exp", now_s() + 60}})
          .dump());
  const auto events = world_.ledger.count("sts:AssumeRoleWithWebIdentity");
  for (const std::string& role : std::initializer_list<std::string>{
           arn, "arn:aws:iam::000000000002:role/other", "arn:aws:iam::000000000999:role/ci"}) {
    EXPECT_EQ(refusal(bad, {.role_arn = role}), "iam.no_web_identity") << role;
    // Another tenant's issuer is none.
    if (role.find("0002:") == std::string::npos) {
      EXPECT_EQ(refusal(token(), {.role_arn = role}), "iam.no_web_identity") << role;
    }
  }
  // With one, a role that is not there is one that does not trust.
  auto missing = come(token(), {.role_arn = "arn:aws:iam::000000000002:role/other"});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message(), "iam.denied");
  EXPECT_EQ(world_.ledger.count("sts:AssumeRoleWithWebIdentity"), events);
  auto untrusted = come(token({{"sub", "repo:meadow/app"}}));
  ASSERT_FALSE(untrusted);
  EXPECT_EQ(untrusted.error().message(), "iam.denied");
  EXPECT_EQ(untrusted.error().argument("action"), missing.error().argument("action"));
  // The same issuer, registered by both: each for its own roles.
  ASSERT_TRUE(world_.wait(issuers().create_issuer(other.administrator, of_programs())));
  EXPECT_EQ(message_of(world_.wait(
                roles().create_role(other.administrator, "ci", trust(issuer), hours(1)))),
            "iam.trusts_no_issuer");
  EXPECT_EQ(refusal(token(), {.role_arn = arn}), "iam.denied");
}

TEST_P(WebIdentitiesTest, DirectoriesAreNoIssuersForPrograms) {
  NewIssuer directory = wanted();
  directory.url = kCi;
  const Issuer issuer = registered(directory);
  EXPECT_EQ(message_of(world_.wait(
                roles().create_role(administrator_, "ci", trust(issuer, "a", "belfry"), hours(1)))),
            "iam.trusts_no_issuer");
  directory.settings.audiences = {"belfry-ci"};
  EXPECT_EQ(message_of(world_.wait(issuers().change_issuer(administrator_, issuer.id,
                                                           {.settings = directory.settings}))),
            "iam.not_of_purpose");
  directory.settings.audiences = {"belfry"};
  EXPECT_EQ(message_of(world_.wait(issuers().change_issuer(
                administrator_, issuer.id,
                {.settings = directory.settings, .purpose = IssuerPurpose::kBoth}))),
            "iam.audience_is_client");
  directory.settings.audiences = {"belfry-ci"};
  ASSERT_TRUE(world_.wait(
      issuers().change_issuer(administrator_, issuer.id,
                              {.settings = directory.settings, .purpose = IssuerPurpose::kBoth})));
  make_role(trust(issuer, "repo:harbour/*", "belfry-ci"));
  EXPECT_EQ(refusal(token({{"aud", "belfry-ci"}})), "");
  EXPECT_EQ(refusal(token()), "oidc.wrong_audience") << "somebody who signs in";
  // Without a word about it, it stays what it is.
  auto kept = world_.wait(
      issuers().change_issuer(administrator_, issuer.id, {.settings = directory.settings}));
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->settings.purpose, IssuerPurpose::kBoth);
}

TEST_P(WebIdentitiesTest, IssuersForProgramsAreNoDirectories) {
  for (const auto& change : std::initializer_list<void (*)(IssuerSettings&)>{
           [](IssuerSettings& settings) { settings.organisation = "acme"; },
           [](IssuerSettings& settings) { settings.client_id = "belfry-client"; },
           [](IssuerSettings& settings) { settings.scopes = {"email"}; },
           [](IssuerSettings& settings) { settings.creates_users = true; },
           [](IssuerSettings& settings) { settings.trusts_factors = true; }}) {
    NewIssuer bad = of_programs();
    change(bad.settings);
    EXPECT_EQ(message_of(world_.wait(issuers().create_issuer(administrator_, bad))),
              "iam.not_of_purpose");
  }
  EXPECT_EQ(message_of(world_.wait(issuers().create_issuer(administrator_, of_programs({})))),
            "iam.bad_issuer");
  const Issuer issuer = registered(of_programs());
  const User anna = user_named("anna");
  EXPECT_EQ(
      message_of(world_.wait(issuers().link_subject(administrator_, issuer.id, "s-1", anna.id))),
      "iam.issuer_of_programs");
}

TEST_P(WebIdentitiesTest, WhatAnIssuerIsNotForAnyMoreEnds) {
  const Issuer issuer = registered(of_programs());
  make_role(trust(issuer));
  auto made = come(token());
  ASSERT_TRUE(made) << made.error().describe();
  EXPECT_EQ(may(made->credentials, "s3:PutObject"), "");
  ASSERT_TRUE(world_.wait(issuers().change_issuer(
      administrator_, issuer.id,
      {.settings = {.client_id = "client"}, .purpose = IssuerPurpose::kPeople})));
  EXPECT_EQ(may(made->credentials, "s3:PutObject"), "iam.unknown_key");
  EXPECT_EQ(refusal(token()), "iam.no_web_identity");
  ASSERT_TRUE(world_.wait(issuers().change_issuer(
      administrator_, issuer.id,
      {.settings = of_programs().settings, .purpose = IssuerPurpose::kPrograms})));
  made = come(token());
  ASSERT_TRUE(made) << made.error().describe();
  ASSERT_TRUE(world_.wait(issuers().delete_issuer(administrator_, issuer.id)));
  EXPECT_EQ(may(made->credentials, "s3:PutObject"), "iam.unknown_key");
  EXPECT_EQ(refusal(token()), "iam.no_web_identity");
}

TEST_P(WebIdentitiesTest, LastADayAtMostSinceTheTokenWasSigned) {
  const Issuer issuer = registered(of_programs());
  make_role(trust(issuer));
  const std::string old = token({{"iat", now_s() - 23 * 3'600}});
  auto made = come(old, {.duration = hours(12)});
  ASSERT_TRUE(made) << made.error().describe();
  const RoleSession& session = made->credentials.session;
  EXPECT_LE(session.expires - session.created, hours(1));
  EXPECT_GT(session.expires - session.created, minutes(59));
  EXPECT_EQ(refusal(token(), {.duration = hours(13)}), "iam.bad_session_duration");
  auto chained = world_.wait(world_.iam->find_signing_identity(session.id));
  ASSERT_TRUE(chained);
  EXPECT_FALSE(chained->principal.second_factor);
  EXPECT_FALSE(chained->principal.assumed->by_user);
}

TEST_P(WebIdentitiesTest, TheirSessionsTakeTheIssuerAlong) {
  const Issuer issuer = registered(of_programs());
  make_role(trust(issuer));
  auto first = come(token());
  ASSERT_TRUE(first) << first.error().describe();
  const std::string next =
      R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
          "Principal": {"AWS": "arn:aws:iam::000000000002:role/ci"}}})";
  ASSERT_TRUE(world_.wait(roles().create_role(administrator_, "next", next, hours(12))));
  auto identity = world_.wait(world_.iam->find_signing_identity(first->credentials.session.id));
  ASSERT_TRUE(identity);
  const ProfileId assumes = make_profile("Assumes", "sts:AssumeRole");
  auto all = world_.wait(roles().list_roles(administrator_, {}));
  ASSERT_TRUE(all);
  for (const AssumableRole& role : all->things)
    ASSERT_TRUE(world_.wait(roles().give_profile(administrator_, role.id, assumes)));
  identity = world_.wait(world_.iam->find_signing_identity(first->credentials.session.id));
  ASSERT_TRUE(identity);
  auto second = world_.wait(roles().assume_role(
      identity->principal,
      {.role_arn = "arn:aws:iam::000000000002:role/next", .session_name = "next"}));
  ASSERT_TRUE(second) << second.error().describe();
  EXPECT_TRUE(world_.wait(world_.iam->find_signing_identity(second->session.id)));
  ASSERT_TRUE(world_.wait(issuers().delete_issuer(administrator_, issuer.id)));
  EXPECT_EQ(message_of(world_.wait(world_.iam->find_signing_identity(second->session.id))),
            "iam.unknown_key");
}

TEST_P(WebIdentitiesTest, NeverBecomePrivileged) {
  const Issuer issuer = registered(of_programs());
  const AssumableRole role = make_role(trust(issuer));
  auto made = come(token());
  ASSERT_TRUE(made) << made.error().describe();
  const ProfileId reads = make_profile("Reads", "audit:*");
  ASSERT_TRUE(world_.wait(roles().give_profile(administrator_, role.id, reads)));
  EXPECT_EQ(refusal(token()), "iam.privileged_by_token");
  EXPECT_EQ(may(made->credentials, "s3:PutObject"), "iam.second_factor_needed")
      << "nor does a session that was open before";
}

TEST_P(WebIdentitiesTest, ARequiredClaimIsAskedOfProgramsToo) {
  NewIssuer strict = of_programs();
  strict.settings.required_claim = "owner";
  strict.settings.required_value = "harbour";
  make_role(trust(registered(strict)));
  EXPECT_EQ(refusal(token()), "iam.web_identity_stays_out");
  EXPECT_EQ(refusal(token({{"owner", "harbour"}})), "");
}

TEST_P(WebIdentitiesTest, WhoTriesAndTriesWaits) {
  const Issuer issuer = registered(of_programs());
  make_role(trust(issuer));
  const RoleAssumption here{.source_ip = "198.51.100.7"};
  const IssuerKey forged(KeyKind::kP256, "one");
  const auto forge = [&](int n) {
    return forged.token(json({{"iss", kCi},
                              {"sub", "repo:" + std::to_string(n)},
                              {"aud", "belfry"},
                              {"iat", now_s()},
                              {"exp", now_s() + 600}})
                            .dump());
  };
  int tries = 0;
  while (tries < 100 && refusal(forge(tries), here) == "iam.no_web_identity") ++tries;
  EXPECT_EQ(tries, 20);
  EXPECT_EQ(refusal(token(), here), "iam.throttled");
  EXPECT_EQ(refusal(token()), "") << "elsewhere it goes on";
  // A subject that the issuer knows waits by itself.
  const RoleAssumption there{.source_ip = "198.51.100.8"};
  const std::string stranger = token({{"sub", "repo:meadow/app"}});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(refusal(stranger, there), "iam.denied");
  EXPECT_EQ(refusal(stranger, there), "iam.throttled");
  EXPECT_EQ(refusal(token(), there), "") << "at the same address";
  // Whoever finds one that has expired keeps its subject from nothing.
  const std::string old = token({{"iat", now_s() - 900}, {"exp", now_s() - 300}});
  const RoleAssumption finder{.source_ip = "198.51.100.9"};
  for (int i = 0; i < 3; ++i) EXPECT_EQ(refusal(old, finder), "oidc.token_expired");
  EXPECT_EQ(refusal(old, finder), "iam.throttled");
  EXPECT_EQ(refusal(token(), there), "");
}

TEST_P(WebIdentitiesTest, FourEyesWatchWhomRolesTrust) {
  const Issuer issuer = registered(of_programs());
  make_role(trust(issuer));
  auto second = world_.wait(world_.iam->create_user(administrator_, kFirstCustomer, "dora", "",
                                                    Role::kTenantAdministrator, kGoodPassword));
  ASSERT_TRUE(second) << second.error().describe();
  const Principal dora = world_.enter("dora", kGoodPassword);
  auto seed = world_.wait(world_.iam->begin_totp(dora));
  ASSERT_TRUE(seed);
  ASSERT_TRUE(world_.wait(world_.iam->confirm_totp(dora, world_.code_of(*seed))));
  ASSERT_TRUE(world_.wait(world_.iam->access().set_four_eyes(administrator_, FourEyes::kAll)));
  IssuerSettings more = of_programs({"belfry", "belfry-2", "belfry-3"}).settings;
  EXPECT_EQ(message_of(world_.wait(
                issuers().change_issuer(administrator_, issuer.id, {.settings = more}))),
            "iam.issuer_of_four_eyes");
  // Nor by way of a new registration.
  ASSERT_TRUE(world_.wait(issuers().delete_issuer(administrator_, issuer.id)));
  EXPECT_EQ(message_of(world_.wait(issuers().create_issuer(administrator_, of_programs()))),
            "iam.issuer_of_four_eyes");
  NewIssuer another = of_programs();
  another.url = "https://another.example.org";
  EXPECT_TRUE(world_.wait(issuers().create_issuer(administrator_, another)));
}

TEST_P(WebIdentitiesTest, TwoIssuersNeverHaveOneName) {
  issuers().ask_with([this](oidc::Request request) { return reply(std::move(request)); },
                     oidc::Transport::kTlsOrLoopback);
  NewIssuer same = of_programs();
  same.url = "https://localhost/forge";
  registered(same);
  same.url = "http://localhost/forge";
  EXPECT_EQ(message_of(world_.wait(issuers().create_issuer(administrator_, same))),
            "iam.issuer_exists");
}

}  // namespace
}  // namespace belfry::iam
