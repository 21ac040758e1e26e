#include "base/text_encoding.h"
#include "world.h"

namespace belfry::iam {
namespace {

using std::chrono::seconds;

class CredentialsTest : public testing::TestWithParam<database::Engine> {
 protected:
  std::string lookup(const std::string& id) {
    return message_of(world_.wait(world_.iam->find_signing_identity(id)));
  }

  World world_{GetParam()};
  Iam& iam_ = *world_.iam;
};
BELFRY_ON_BOTH_ENGINES(CredentialsTest);

TEST_P(CredentialsTest, ASigningIdentityHasTheSecretAndTheFactor) {
  const auto& founded = world_.founded;
  auto identity = world_.wait(iam_.find_signing_identity(founded.access_key_id));
  ASSERT_TRUE(identity) << identity.error().describe();
  EXPECT_EQ(identity->secret, founded.secret_key);
  EXPECT_EQ(identity->principal.tenant, kProviderTenant);
  EXPECT_EQ(identity->principal.method, Method::kAccessKey);
  EXPECT_EQ(identity->principal.credential, founded.access_key_id);
  EXPECT_TRUE(iam_.authorize(identity->principal, "s3:PutObject",
                             {"arn:aws:s3:::b/k", kProviderTenant}, {}));
  EXPECT_FALSE(iam_.authorize(identity->principal, "s3:PutObject",
                              {"arn:aws:s3:::b/k", kFirstCustomer}, {}));
}

TEST_P(CredentialsTest, ADeletedKeyIsRefusedAtOnce) {
  const Principal by = world_.customer();
  auto made = world_.wait(iam_.create_access_key(by, by.user));
  ASSERT_TRUE(made) << made.error().describe();
  EXPECT_EQ(made->key.id.size(), 20u);
  EXPECT_EQ(made->secret.size(), 40u);
  EXPECT_EQ(lookup(made->key.id), "");
  EXPECT_TRUE(world_.wait(iam_.delete_access_key(by, made->key.id)));
  EXPECT_EQ(lookup(made->key.id), "iam.unknown_key");
  EXPECT_EQ(lookup("BLFAAAAAAAAAAAAAAAAA"), "iam.unknown_key");
  EXPECT_EQ(lookup("' OR 1 = 1 --"), "iam.unknown_key");
  EXPECT_EQ(lookup(""), "iam.unknown_key");
}

TEST_P(CredentialsTest, AnotherProcessesDeletionIsSeenWithinSeconds) {
  const std::string id = world_.founded.access_key_id;
  EXPECT_EQ(lookup(id), "");
  world_.execute("DELETE FROM access_key");
  EXPECT_EQ(lookup(id), "");  // from memory
  world_.clock.advance(seconds(3));
  EXPECT_EQ(lookup(id), "iam.unknown_key");
}

TEST_P(CredentialsTest, AKeyOutlivesATableThatCannotBeReadForAMoment) {
  const std::string& id = world_.founded.access_key_id;
  EXPECT_EQ(lookup(id), "");
  world_.execute("ALTER TABLE access_key RENAME TO away");
  world_.clock.advance(seconds(3));
  EXPECT_EQ(lookup(id), "");
  EXPECT_EQ(lookup(id), "");
  world_.execute("ALTER TABLE away RENAME TO access_key");
  world_.execute("DELETE FROM access_key");
  EXPECT_EQ(lookup(id), "iam.unknown_key") << "the next one looks again";
}

TEST_P(CredentialsTest, AKeyOutlivesNoTokenThatMadeIt) {
  const Principal by = world_.customer();
  auto ending = world_.wait(iam_.create_api_token(by, "ending", seconds(60)));
  auto lasting = world_.wait(iam_.create_api_token(by, "lasting", std::nullopt));
  ASSERT_TRUE(ending && lasting);
  auto program = world_.wait(iam_.authenticate_token(ending->secret));
  ASSERT_TRUE(program);
  EXPECT_EQ(message_of(world_.wait(iam_.create_access_key(*program, by.user))),
            "iam.session_needed");
  auto other = world_.wait(iam_.authenticate_token(lasting->secret));
  ASSERT_TRUE(other);
  EXPECT_TRUE(world_.wait(iam_.create_access_key(*other, by.user)));
  ASSERT_TRUE(world_.wait(iam_.delete_api_token(by, lasting->token.id)));
  EXPECT_EQ(message_of(world_.wait(iam_.create_access_key(*other, by.user))), "iam.unknown_token");
}

TEST_P(CredentialsTest, KeysOfASuspendedUserStopAtOnce) {
  const Principal by = world_.customer();
  auto user =
      world_.wait(iam_.create_user(by, kFirstCustomer, "ada", "", Role::kMember, kGoodPassword));
  ASSERT_TRUE(user);
  auto made = world_.wait(iam_.create_access_key(by, user->id));
  ASSERT_TRUE(made) << made.error().describe();
  EXPECT_EQ(lookup(made->key.id), "");
  EXPECT_TRUE(world_.wait(iam_.set_user_active(by, user->id, false)));
  EXPECT_EQ(lookup(made->key.id), "iam.unknown_key");
  auto keys = world_.wait(iam_.list_access_keys(by, user->id, {}));
  ASSERT_TRUE(keys);
  ASSERT_EQ(keys->things.size(), 1u);
  EXPECT_FALSE(keys->things.at(0).active);
  EXPECT_TRUE(keys->things.at(0).last_used.has_value());
  EXPECT_TRUE(world_.wait(iam_.set_user_active(by, user->id, true)));
  EXPECT_EQ(lookup(made->key.id), "");
}

TEST_P(CredentialsTest, AUserHasABoundedNumberOfKeys) {
  const Principal by = world_.customer();
  std::string last;
  for (int i = 0; i < 21; ++i) last = message_of(world_.wait(iam_.create_access_key(by, by.user)));
  EXPECT_EQ(last, "iam.too_many_keys");
}

TEST_P(CredentialsTest, TokensActForTheirUserUntilTheyEnd) {
  const Principal by = world_.customer();
  auto made = world_.wait(iam_.create_api_token(by, "backup", seconds(60)));
  ASSERT_TRUE(made) << made.error().describe();
  auto principal = world_.wait(iam_.authenticate_token(made->secret));
  ASSERT_TRUE(principal) << principal.error().describe();
  EXPECT_EQ(principal->user, by.user);
  EXPECT_TRUE(principal->second_factor);
  EXPECT_EQ(message_of(world_.wait(iam_.authenticate_token(made->secret + "0"))),
            "iam.unknown_token");
  // A token's own tokens do not outlive it, and it cannot enrol factors.
  auto child = world_.wait(iam_.create_api_token(*principal, "child", std::nullopt));
  ASSERT_TRUE(child);
  EXPECT_EQ(child->token.expires, made->token.expires);
  EXPECT_EQ(message_of(world_.wait(iam_.begin_totp(*principal))), "iam.session_needed");
  world_.clock.advance(seconds(60));
  EXPECT_EQ(message_of(world_.wait(iam_.authenticate_token(made->secret))), "iam.unknown_token");
  EXPECT_TRUE(world_.wait(iam_.list_api_tokens(by, {}))->things.empty());
}

TEST_P(CredentialsTest, TokensAreDeletedByTheirOwner) {
  const Principal by = world_.customer();
  auto made = world_.wait(iam_.create_api_token(by, "x", std::nullopt));
  ASSERT_TRUE(made);
  const Principal admin = world_.admin();
  EXPECT_EQ(message_of(world_.wait(iam_.delete_api_token(admin, made->token.id))),
            "iam.token_missing");
  EXPECT_TRUE(world_.wait(iam_.delete_api_token(by, made->token.id)));
  EXPECT_EQ(message_of(world_.wait(iam_.authenticate_token(made->secret))), "iam.unknown_token");
  EXPECT_EQ(message_of(world_.wait(iam_.create_api_token(by, "", std::nullopt))), "iam.bad_label");
  EXPECT_EQ(message_of(world_.wait(iam_.create_api_token(by, "x", seconds(-1)))),
            "iam.bad_lifetime");
}

TEST_P(CredentialsTest, SessionsAreListedAndRevoked) {
  const Principal by = world_.customer();
  const auto& founded = world_.founded;
  auto second = world_.sign_in(founded.customer_user, founded.customer_password,
                               world_.code_of(founded.customer_totp_secret), "192.0.2.77");
  ASSERT_TRUE(second) << second.error().describe();
  auto sessions = world_.wait(iam_.list_sessions(by, by.user, {}));
  ASSERT_TRUE(sessions);
  ASSERT_EQ(sessions->things.size(), 2u);
  EXPECT_EQ(sessions->things.at(1).source_ip, "192.0.2.77");
  EXPECT_TRUE(world_.wait(iam_.revoke_session(by, second->session.id)));
  EXPECT_EQ(message_of(world_.wait(iam_.authenticate_session(second->secret, kHere))),
            "iam.unknown_session");
  EXPECT_EQ(message_of(world_.wait(iam_.revoke_session(by, second->session.id))),
            "iam.session_missing");
}

TEST_P(CredentialsTest, RefusesWrongNamesAndAddresses) {
  const Principal by = world_.customer();
  const auto create = [&](const std::string& name, const std::string& email) {
    return message_of(world_.wait(
        iam_.create_user(by, kFirstCustomer, name, email, Role::kMember, kGoodPassword)));
  };
  for (const std::string& name :
       {std::string(), std::string("a b"), std::string(65, 'a'), std::string("a\n")})
    EXPECT_EQ(create(name, ""), "iam.bad_user_name");
  EXPECT_EQ(create("ada", "nowhere"), "iam.bad_email");
  EXPECT_EQ(create("ada", "a b@example.org"), "iam.bad_email");
  EXPECT_EQ(create("ada", "ada@example.org"), "");
  EXPECT_EQ(create("ADA", ""), "iam.user_exists");
}

// A secret sealed for one owner opens for no other, and a flipped bit not at all.
TEST_P(CredentialsTest, SealedSecretsAreBoundToTheirOwner) {
  auto sealed = seal_secret(world_.keys, *world_.random, {"totp/1"}, as_view("seed"));
  ASSERT_TRUE(sealed);
  EXPECT_EQ(as_text(open_secret(world_.keys, {"totp/1"}, *sealed).value()), "seed");
  EXPECT_EQ(message_of(open_secret(world_.keys, {"totp/2"}, *sealed)), "iam.secret_unreadable");
  for (const char* wrong : {"", "1.", "1.x.", "2.1.AAAA", "1.1.", "1.1.AAAA"})
    EXPECT_EQ(message_of(open_secret(world_.keys, {"totp/1"}, wrong)), "iam.secret_unreadable");
}

}  // namespace
}  // namespace belfry::iam
