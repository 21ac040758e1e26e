// Roles that are assumed: who may, what their sessions have, and how these end.
#include "iam/people.h"
#include "secrets.h"
#include "world.h"

namespace belfry::iam {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

std::string allow(const std::string& action, const std::string& resource = "*") {
  return R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ")" + action +
         R"(", "Resource": ")" + resource + "\"}}";
}
std::string trust(const std::string& principal, const std::string& condition = "{}") {
  return R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": ")" +
         principal + R"("}, "Action": "sts:AssumeRole", "Condition": )" + condition + "}}";
}
std::string role_arn(TenantId tenant, const std::string& name) {
  return "arn:aws:iam::" + account_of(tenant) + ":role/" + name;
}

class RolesTest : public testing::TestWithParam<database::Engine> {
 protected:
  RolesTest() {
    auto made = world_.wait(
        iam().create_user(admin_, kFirstCustomer, "anna", "", Role::kReader, kGoodPassword));
    EXPECT_TRUE(made);
    anna_id_ = made->id;
    anna_ = world_.enter("anna", kGoodPassword);
  }

  ProfileId make_profile(const std::string& name, const std::string& document) {
    auto made = world_.wait(iam().profiles().create_profile(admin_, name, document));
    EXPECT_TRUE(made) << made.error().describe();
    return made ? made->id : ProfileId{};
  }
  // A role that may put objects.
  AssumableRole make_role(const std::string& name, const std::string& document,
                          Duration session_max = hours(12)) {
    auto made = world_.wait(roles().create_role(admin_, name, document, session_max));
    EXPECT_TRUE(made) << made.error().describe();
    if (!made) return {};
    if (!puts_.value) puts_ = make_profile("Puts", allow("s3:PutObject"));
    EXPECT_TRUE(world_.wait(roles().give_profile(admin_, made->id, puts_)));
    return *made;
  }
  Result<RoleCredentials> assume(const Principal& by, const std::string& arn,
                                 RoleAssumption wanted = {}) {
    wanted.role_arn = arn;
    if (wanted.session_name.empty()) wanted.session_name = "nightly";
    return world_.wait(roles().assume_role(by, wanted));
  }
  Result<Principal> principal_of(const RoleCredentials& made) {
    auto identity = world_.wait(iam().find_signing_identity(made.session.id));
    if (!identity) return std::unexpected(identity.error());
    EXPECT_EQ(identity->secret, made.secret);
    if (auto checked = check_session_token(*identity, made.token, world_.clock.now()); !checked)
      return std::unexpected(checked.error());
    return identity->principal;
  }
  // Whether the session may now.
  std::string may(const RoleCredentials& made, std::string_view action,
                  const std::string& resource = "arn:aws:s3:::b/a",
                  TenantId owner = kFirstCustomer) {
    auto principal = principal_of(made);
    if (!principal) return principal.error().message();
    return message_of(iam().authorize(*principal, action, {resource, owner},
                                      {.time = world_.clock.now(), .source_ip = "192.0.2.1"}));
  }

  Iam& iam() { return *world_.iam; }
  Roles& roles() { return iam().roles(); }

  World world_{GetParam()};
  Principal admin_ = world_.customer();
  UserId anna_id_;
  Principal anna_;
  ProfileId puts_;
  const std::string anna_arn_ = arn_of(kFirstCustomer, "anna");
  const std::string account_ = account_of(kFirstCustomer);
};
BELFRY_ON_BOTH_ENGINES(RolesTest);

TEST_P(RolesTest, GiveForAWhileWhatTheirProfilesGive) {
  const AssumableRole role = make_role("backup", trust(anna_arn_));
  EXPECT_EQ(role.arn, role_arn(kFirstCustomer, "backup"));
  auto made = assume(anna_, role.arn);
  ASSERT_TRUE(made) << made.error().describe();
  EXPECT_TRUE(is_temporary_key_id(made->session.id));
  EXPECT_EQ(made->session.arn, "arn:aws:sts::000000000002:assumed-role/backup/nightly");
  EXPECT_EQ(made->session.expires - made->session.created, hours(1));
  EXPECT_EQ(may(*made, "s3:PutObject"), "");
  EXPECT_EQ(may(*made, "s3:GetObject"), "iam.denied") << "a reader's right is not the role's";
  EXPECT_EQ(may(*made, "iam:GetUser", "belfry:user/" + anna_id_.text()), "iam.denied");
  EXPECT_EQ(may(*made, "s3:PutObject", "arn:aws:s3:::x/a", kProviderTenant), "iam.denied");
  EXPECT_EQ(world_.ledger.last(kFirstCustomer).substr(0, 14), "sts:AssumeRole");
  world_.clock.advance(hours(1));
  EXPECT_EQ(may(*made, "s3:PutObject"), "iam.session_token_expired");
}

TEST_P(RolesTest, AreAssumedByWhomTheyTrustAlone) {
  const AssumableRole named = make_role("named", trust(anna_arn_));
  const AssumableRole account = make_role("account", trust(account_));
  ASSERT_TRUE(world_.wait(
      iam().create_user(admin_, kFirstCustomer, "bert", "", Role::kMember, kGoodPassword)));
  const Principal bert = world_.enter("bert", kGoodPassword);
  EXPECT_EQ(message_of(assume(bert, named.arn)), "iam.denied");
  EXPECT_EQ(message_of(assume(admin_, named.arn)), "") << "an administrator's own right";
  // An account leaves the choice to its users' own rights.
  EXPECT_EQ(message_of(assume(bert, account.arn)), "iam.denied");
  EXPECT_EQ(message_of(assume(admin_, account.arn)), "");
  const ProfileId assumes = make_profile("Assumes", allow("sts:AssumeRole", account.arn));
  auto member = world_.wait(iam().list_users(admin_, kFirstCustomer, {}));
  ASSERT_TRUE(member);
  ASSERT_TRUE(world_.wait(iam().profiles().give_profile(admin_, assumes, {.user = bert.user})));
  const Principal again = world_.enter("bert", kGoodPassword);
  EXPECT_EQ(message_of(assume(again, account.arn)), "");
  EXPECT_EQ(message_of(assume(again, named.arn)), "iam.denied");
  for (const char* nobody : {"nothing", "NAMED"})
    EXPECT_EQ(message_of(assume(anna_, role_arn(kFirstCustomer, nobody))), "iam.denied");
  for (const char* bad : {"", "arn:aws:iam::2:role/named", "arn:aws:iam::000000000002:user/anna",
                          "arn:aws:iam::000000000002:role/"})
    EXPECT_EQ(message_of(assume(anna_, bad)), "iam.bad_role_arn") << bad;
}

TEST_P(RolesTest, CrossTheWallWhenBothSidesAllow) {
  const World::Other other = world_.make_other("meadow");
  const AssumableRole role = make_role("guest", trust(account_of(other.tenant.id)));
  auto made = assume(other.administrator, role.arn);
  ASSERT_TRUE(made) << made.error().describe();
  EXPECT_EQ(may(*made, "s3:PutObject"), "");
  EXPECT_EQ(may(*made, "s3:PutObject", "arn:aws:s3:::m/a", other.tenant.id), "iam.denied");
  auto principal = principal_of(*made);
  ASSERT_TRUE(principal);
  EXPECT_EQ(principal->tenant, kFirstCustomer);
  EXPECT_FALSE(principal->user) << "the other tenant's person is not told by its number";
  EXPECT_EQ(principal->assumed->by, arn_of(other.tenant.id, "meadow-admin"));
  for (TenantId tenant : {kFirstCustomer, other.tenant.id})
    EXPECT_EQ(world_.ledger.last(tenant).substr(0, 14), "sts:AssumeRole");

  // Named or not: its own side must allow.
  ASSERT_TRUE(world_.wait(iam().create_user(other.administrator, other.tenant.id, "carl", "",
                                            Role::kMember, kGoodPassword)));
  const Principal carl = world_.enter("carl", kGoodPassword);
  const AssumableRole for_carl = make_role("carl", trust(arn_of(other.tenant.id, "carl")));
  EXPECT_EQ(message_of(assume(carl, for_carl.arn)), "iam.denied");
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "sts:AssumeRole failure iam.denied");
  // The provider's staff is nobody's guest, and has none.
  const Principal staff = world_.admin();
  const AssumableRole for_staff = make_role("staff", trust(account_of(kProviderTenant)));
  EXPECT_EQ(message_of(assume(staff, for_staff.arn)), "iam.denied");
  ASSERT_TRUE(world_.wait(roles().create_role(staff, "ops", trust(account_), hours(1))));
  EXPECT_EQ(message_of(assume(admin_, role_arn(kProviderTenant, "ops"))), "iam.denied");
}

TEST_P(RolesTest, ThatArePrivilegedWantASecondFactor) {
  const AssumableRole role = make_role("auditor", trust(anna_arn_));
  const ProfileId audits = make_profile("Audits", allow("audit:List*"));
  ASSERT_TRUE(world_.wait(roles().give_profile(admin_, role.id, audits)));
  EXPECT_TRUE(world_.wait(roles().find_role(admin_, role.id))->privileged);
  EXPECT_EQ(message_of(assume(anna_, role.arn)), "iam.second_factor_needed");

  const AssumableRole fresh =
      make_role("fresh", trust(anna_arn_, R"({"Bool": {"aws:MultiFactorAuthPresent": true},
                                    "NumericLessThan": {"aws:MultiFactorAuthAge": 600}})"));
  EXPECT_EQ(message_of(assume(anna_, fresh.arn)), "iam.denied");
  auto seed = world_.wait(iam().begin_totp(anna_));
  ASSERT_TRUE(seed);
  ASSERT_TRUE(world_.wait(iam().confirm_totp(anna_, world_.code_of(*seed))));
  world_.clock.advance(std::chrono::seconds(30));
  const Principal anna = world_.enter("anna", kGoodPassword, *seed);
  auto made = assume(anna, role.arn);
  ASSERT_TRUE(made) << made.error().describe();
  EXPECT_EQ(may(*made, "s3:PutObject"), "");
  EXPECT_EQ(message_of(assume(anna, fresh.arn)), "");
  world_.clock.advance(minutes(11));
  EXPECT_EQ(message_of(assume(anna, fresh.arn)), "iam.denied");
  world_.clock.advance(minutes(11));
  EXPECT_EQ(message_of(assume(anna, role.arn)), "iam.step_up_needed");

  // A program shows a code instead, which serves once.
  auto key = world_.wait(iam().create_access_key(world_.customer(), anna_id_));
  ASSERT_TRUE(key) << key.error().describe();
  const Principal program = world_.wait(iam().find_signing_identity(key->key.id))->principal;
  EXPECT_EQ(message_of(assume(program, role.arn)), "iam.second_factor_needed");
  EXPECT_EQ(message_of(assume(program, role.arn, {.totp = "000000"})), "iam.wrong_code");
  const std::string code = world_.code_of(*seed);
  auto proved = assume(program, role.arn, {.totp = code});
  ASSERT_TRUE(proved) << proved.error().describe();
  EXPECT_TRUE(proved->session.second_factor);
  EXPECT_EQ(message_of(assume(program, role.arn, {.totp = code})), "iam.wrong_code");
  // Also one with which nothing was assumed.
  world_.clock.advance(std::chrono::seconds(60));
  const std::string spent = world_.code_of(*seed);
  EXPECT_EQ(message_of(assume(program, role_arn(kFirstCustomer, "none"), {.totp = spent})),
            "iam.denied");
  EXPECT_EQ(message_of(assume(program, role.arn, {.totp = spent})), "iam.wrong_code");
}

TEST_P(RolesTest, AreDecidedAnewAtEachRequest) {
  const AssumableRole role = make_role("backup", trust(anna_arn_));
  auto made = assume(anna_, role.arn);
  ASSERT_TRUE(made);
  EXPECT_EQ(may(*made, "s3:PutObject"), "");
  EXPECT_EQ(message_of(world_.wait(iam().profiles().delete_profile(admin_, puts_))),
            "iam.profile_held");
  ASSERT_TRUE(world_.wait(roles().withdraw_profile(admin_, role.id, puts_)));
  EXPECT_EQ(may(*made, "s3:PutObject"), "iam.denied");
  ASSERT_TRUE(world_.wait(roles().give_profile(admin_, role.id, puts_)));
  EXPECT_EQ(may(*made, "s3:PutObject"), "");
  ASSERT_TRUE(
      world_.wait(iam().profiles().change_profile(admin_, puts_, allow("s3:DeleteObject"))));
  EXPECT_EQ(may(*made, "s3:PutObject"), "iam.denied");
  EXPECT_EQ(may(*made, "s3:DeleteObject"), "");
  // Privileged by now, and the session has no factor.
  const ProfileId audits = make_profile("Audits", allow("audit:List*"));
  ASSERT_TRUE(world_.wait(roles().give_profile(admin_, role.id, audits)));
  EXPECT_EQ(may(*made, "s3:DeleteObject"), "iam.second_factor_needed");
  ASSERT_TRUE(world_.wait(roles().withdraw_profile(admin_, role.id, audits)));
  ASSERT_TRUE(world_.wait(iam().set_user_active(admin_, anna_id_, false)));
  EXPECT_EQ(may(*made, "s3:DeleteObject"), "iam.unknown_key");
  ASSERT_TRUE(world_.wait(iam().set_user_active(admin_, anna_id_, true)));
  EXPECT_EQ(may(*made, "s3:DeleteObject"), "");
  ASSERT_TRUE(world_.wait(roles().delete_role(admin_, role.id)));
  EXPECT_EQ(may(*made, "s3:DeleteObject"), "iam.unknown_key");
}

TEST_P(RolesTest, EndWithTheirSessionAndItsChain) {
  const AssumableRole first = make_role("first", trust(anna_arn_));
  const AssumableRole second = make_role("second", trust(first.arn));
  auto made = assume(anna_, first.arn, {.duration = hours(12)});
  ASSERT_TRUE(made);
  auto principal = principal_of(*made);
  ASSERT_TRUE(principal);
  EXPECT_EQ(message_of(assume(*principal, second.arn, {.duration = minutes(61)})),
            "iam.bad_session_duration");
  auto chained = assume(*principal, second.arn, {.duration = hours(1)});
  ASSERT_TRUE(chained) << chained.error().describe();
  EXPECT_EQ(chained->session.by, made->session.arn);
  EXPECT_EQ(may(*chained, "s3:PutObject"), "");
  auto open = world_.wait(roles().list_role_sessions(admin_, first.id, {}));
  ASSERT_TRUE(open);
  ASSERT_EQ(open->things.size(), 1u);
  EXPECT_EQ(open->things[0].by, anna_arn_);
  ASSERT_TRUE(world_.wait(roles().revoke_role_session(admin_, made->session.id)));
  EXPECT_EQ(may(*made, "s3:PutObject"), "iam.unknown_key");
  EXPECT_EQ(may(*chained, "s3:PutObject"), "iam.unknown_key");
  EXPECT_TRUE(world_.wait(roles().list_role_sessions(admin_, first.id, {}))->things.empty());
}

TEST_P(RolesTest, OutliveNoSessionThatAssumedThem) {
  const AssumableRole first = make_role("first", trust(anna_arn_));
  const AssumableRole second = make_role("second", trust(first.arn));
  auto made = assume(anna_, first.arn, {.duration = minutes(20)});
  ASSERT_TRUE(made);
  auto principal = principal_of(*made);
  ASSERT_TRUE(principal);
  auto chained = assume(*principal, second.arn);
  ASSERT_TRUE(chained) << chained.error().describe();
  EXPECT_EQ(chained->session.expires, made->session.expires);
  // Who asked before the revocation and is answered after it gets nothing.
  ASSERT_TRUE(world_.wait(roles().revoke_role_session(admin_, made->session.id)));
  EXPECT_EQ(message_of(assume(*principal, second.arn)), "iam.unknown_key");
}

TEST_P(RolesTest, EndTheChainsOfTheirSessionsWhenTheyAreDeleted) {
  const AssumableRole first = make_role("first", trust(anna_arn_));
  const AssumableRole second = make_role("second", trust(first.arn));
  auto made = assume(anna_, first.arn);
  ASSERT_TRUE(made);
  auto chained = assume(*principal_of(*made), second.arn);
  ASSERT_TRUE(chained);
  EXPECT_EQ(may(*chained, "s3:PutObject"), "");
  ASSERT_TRUE(world_.wait(roles().delete_role(admin_, first.id)));
  EXPECT_EQ(may(*chained, "s3:PutObject"), "iam.unknown_key");
}

TEST_P(RolesTest, OutliveNoRightForATime) {
  const AssumableRole role = make_role("account", trust(account_));
  const ProfileId assumes = make_profile("Assumes", allow("sts:AssumeRole", role.arn));
  ASSERT_TRUE(world_.wait(iam().profiles().give_profile(admin_, assumes, {.user = anna_id_})));
  const Timestamp end = world_.clock.now() + minutes(20);
  const auto end_at = [&](const std::string& change) {
    ASSERT_TRUE(world_.state->write([&](Transaction& transaction) -> Result<> {
      TRY(transaction.execute(change, {{"end_us", to_us(end)}, {"user_id", anna_id_.value}}));
      return {};
    }));
  };
  end_at("UPDATE user_profile SET expires_us = :end_us WHERE user_id = :user_id");
  auto key = world_.wait(iam().create_access_key(admin_, anna_id_));
  ASSERT_TRUE(key);
  auto by_key = world_.wait(iam().find_signing_identity(key->key.id));
  ASSERT_TRUE(by_key);
  auto made = assume(by_key->principal, role.arn);
  ASSERT_TRUE(made) << made.error().describe();
  EXPECT_EQ(made->session.expires, end);

  end_at(
      "UPDATE user_profile SET expires_us = NULL WHERE user_id = :user_id AND :end_us IS NOT NULL");
  end_at("UPDATE iam_user SET base_role = role, role_until_us = :end_us WHERE id = :user_id");
  made = assume(world_.enter("anna", kGoodPassword), role.arn);
  ASSERT_TRUE(made) << made.error().describe();
  EXPECT_EQ(made->session.expires, end);
}

TEST_P(RolesTest, KeepNothingOfAPersonWhoIsDeleted) {
  const AssumableRole role = make_role("backup", trust(anna_arn_));
  auto made = assume(anna_, role.arn);
  ASSERT_TRUE(made);
  EXPECT_EQ(may(*made, "s3:PutObject"), "");
  ASSERT_TRUE(world_.wait(iam().people().delete_user(admin_, anna_id_)));
  EXPECT_EQ(may(*made, "s3:PutObject"), "iam.unknown_key");
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM role_session"), 0);
}

TEST_P(RolesTest, RefuseWhatIsNoRoleBeforeACodeIsTried) {
  EXPECT_EQ(message_of(assume(anna_, std::string(10'000, 'x'), {.totp = "000000"})),
            "iam.bad_role_arn");
}

TEST_P(RolesTest, AreNarrowedByTheSessionsPolicy) {
  const AssumableRole role = make_role("backup", trust(anna_arn_));
  auto made = assume(anna_, role.arn, {.policy = allow("s3:*", "arn:aws:s3:::b/a")});
  ASSERT_TRUE(made);
  EXPECT_EQ(may(*made, "s3:PutObject", "arn:aws:s3:::b/a"), "");
  EXPECT_EQ(may(*made, "s3:PutObject", "arn:aws:s3:::b/c"), "iam.denied");
  EXPECT_EQ(may(*made, "s3:GetObject", "arn:aws:s3:::b/a"), "iam.denied");
  EXPECT_EQ(message_of(assume(anna_, role.arn, {.policy = "{"})), "policy.not_json");
  EXPECT_EQ(message_of(assume(anna_, role.arn, {.policy = std::string(3'000, ' ')})),
            "policy.too_long");
}

TEST_P(RolesTest, RefuseAWrongTokenOrDuration) {
  const AssumableRole role = make_role("backup", trust(anna_arn_), hours(2));
  for (const Duration bad : {minutes(14), minutes(121), minutes(0), minutes(-60)})
    EXPECT_EQ(message_of(assume(anna_, role.arn, {.duration = bad})), "iam.bad_session_duration");
  for (const char* bad : {"a", "a b", "a/b", "né"})
    EXPECT_EQ(message_of(assume(anna_, role.arn, {.session_name = bad})),
              "iam.bad_role_session_name");
  auto made = assume(anna_, role.arn), another = assume(anna_, role.arn);
  ASSERT_TRUE(made && another);
  auto identity = world_.wait(iam().find_signing_identity(made->session.id));
  ASSERT_TRUE(identity);
  const auto check = [&](std::optional<std::string_view> token) {
    return message_of(check_session_token(*identity, token, world_.clock.now()));
  };
  EXPECT_EQ(check(made->token), "");
  EXPECT_EQ(check(std::nullopt), "iam.unknown_key");
  EXPECT_EQ(check(another->token), "iam.wrong_session_token");
  EXPECT_EQ(check(made->token.substr(1)), "iam.wrong_session_token");
  EXPECT_EQ(check(""), "iam.wrong_session_token");
  // A lasting key has none.
  auto key = world_.wait(iam().create_access_key(admin_, anna_id_));
  ASSERT_TRUE(key);
  auto lasting = world_.wait(iam().find_signing_identity(key->key.id));
  EXPECT_EQ(message_of(check_session_token(*lasting, made->token, world_.clock.now())),
            "iam.wrong_session_token");
  EXPECT_EQ(message_of(check_session_token(*lasting, {}, world_.clock.now())), "");
}

TEST_P(RolesTest, OutliveNoTokenThatAssumedThem) {
  const AssumableRole role = make_role("backup", trust(anna_arn_));
  auto token = world_.wait(iam().create_api_token(anna_, "short", minutes(5)));
  ASSERT_TRUE(token);
  const auto by = world_.wait(iam().authenticate_token(token->secret));
  ASSERT_TRUE(by);
  auto made = assume(*by, role.arn);
  ASSERT_TRUE(made) << made.error().describe();
  EXPECT_EQ(made->session.expires, token->token.expires);
}

TEST_P(RolesTest, AreAdministratorsToMake) {
  EXPECT_EQ(message_of(world_.wait(roles().create_role(anna_, "x", trust(anna_arn_), hours(1)))),
            "iam.denied");
  const auto refusal = [&](const std::string& name, const std::string& document, Duration limit) {
    return message_of(world_.wait(roles().create_role(admin_, name, document, limit)));
  };
  const std::string good = trust(anna_arn_);
  EXPECT_EQ(refusal("a/b", good, hours(1)), "iam.bad_role_name");
  EXPECT_EQ(refusal("x", good, hours(13)), "iam.bad_session_limit");
  EXPECT_EQ(refusal("x", trust("*"), hours(1)), "policy.public");
  EXPECT_EQ(refusal("x", allow("sts:AssumeRole"), hours(1)), "policy.one_of_two");
  EXPECT_EQ(refusal("x",
                    R"({"Statement": {"Effect": "Allow", "Principal": {"AWS": "000000000002"},
                        "Action": "s3:GetObject"}})",
                    hours(1)),
            "policy.unknown_action");
  const AssumableRole role = make_role("backup", good);
  EXPECT_EQ(refusal("Backup", good, hours(1)), "iam.role_exists");
  auto changed = world_.wait(
      roles().change_role(admin_, role.id, {.trust = trust(account_), .session_max = hours(2)}));
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->session_max, hours(2));
  EXPECT_EQ(message_of(assume(anna_, role.arn)), "iam.denied");
  // Another tenant's is not there.
  const World::Other other = world_.make_other("meadow");
  const Principal& stranger = other.administrator;
  EXPECT_EQ(message_of(world_.wait(roles().find_role(stranger, role.id))), "iam.role_missing");
  EXPECT_EQ(message_of(world_.wait(roles().delete_role(stranger, role.id))), "iam.role_missing");
  EXPECT_EQ(message_of(world_.wait(roles().give_profile(stranger, role.id, puts_))),
            "iam.role_missing");
  EXPECT_EQ(message_of(world_.wait(roles().list_role_sessions(stranger, role.id, {}))),
            "iam.role_missing");
  EXPECT_TRUE(world_.wait(roles().list_roles(stranger, {}))->things.empty());
  world_.clock.advance(minutes(16));
  EXPECT_EQ(message_of(world_.wait(roles().delete_role(admin_, role.id))), "iam.step_up_needed");
}

}  // namespace
}  // namespace belfry::iam
