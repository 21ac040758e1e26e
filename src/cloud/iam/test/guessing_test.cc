// Guessing at an account from everywhere: the owner comes in from places that nobody knows yet, and
// who guesses learns nothing by it.
#include "base/text_encoding.h"
#include "world.h"

namespace belfry::iam {
namespace {

class GuessingAtAFactor : public testing::Test {
 protected:
  GuessingAtAFactor() { guess(60); }

  SignIn as_owner(const std::string& totp = "", const std::string& before = "") {
    // From a place of its own each time: one where it signed in is known from then on.
    const std::string place = "203.0.113." + std::to_string(++places_);
    SignIn attempt{founded().customer_user, founded().customer_password, totp, place, "test"};
    attempt.totp_before = before;
    return attempt;
  }
  std::string outcome(const SignIn& attempt) {
    return message_of(world_.wait(world_.iam->sign_in(attempt)));
  }
  // As often, from ever new addresses.
  void guess(int times, const std::string& totp = "", const std::string& password = "a guess") {
    for (int i = 0; i < times; ++i) {
      ++guesses_;
      SignIn attempt{founded().customer_user, password, totp, address(), "test"};
      outcome(attempt);
      world_.clock.advance(std::chrono::milliseconds(36));
    }
  }
  std::string address() {
    return "10." + std::to_string(guesses_ / 62'500 % 250) + "." +
           std::to_string(guesses_ / 250 % 250) + "." + std::to_string(guesses_ % 250);
  }
  std::string code_at(int steps) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(world_.clock.now());
    return crypto::totp_at(*from_base32(founded().customer_totp_secret),
                           seconds.time_since_epoch().count() / 30 + steps);
  }
  // A code that is none of those around now.
  std::string wrong_code() {
    for (int i = 0;; ++i) {
      const std::string code = std::to_string(100'000 + i);
      if (code != code_at(-1) && code != code_at(0) && code != code_at(1)) return code;
    }
  }
  // How many passwords are compared to answer that.
  std::uint64_t work_of(const SignIn& attempt) {
    const auto before = service().passwords_compared();
    EXPECT_EQ(outcome(attempt), "iam.throttled");
    return service().passwords_compared() - before;
  }
  const Iam::Founded& founded() { return world_.founded; }
  IamService& service() { return dynamic_cast<IamService&>(*world_.iam); }

  World world_{database::Engine::kSqlite};
  int guesses_ = 0, places_ = 0;
};

TEST_F(GuessingAtAFactor, LetsTheOwnerInFromANewPlaceByACode) {
  EXPECT_EQ(outcome(as_owner()), "iam.throttled");
  guess(1000);
  const std::string code = code_at(0);
  EXPECT_EQ(outcome(as_owner(code)), "");
  EXPECT_EQ(outcome(as_owner(code)), "iam.throttled") << "a code works once";
}

TEST_F(GuessingAtAFactor, AHundredThousandGuessesWithCodesKeepNoOwnerOut) {
  for (int i = 0; i < 10; ++i) {
    guess(10'000, "123456");
    EXPECT_EQ(outcome(as_owner(code_at(0), code_at(-1))), "") << i;
  }
  EXPECT_LT(service().passwords_compared(), 250) << "an hour of it: one a minute by each way";
}

TEST_F(GuessingAtAFactor, TellsNeitherWhichWasRightNorByItsWork) {
  SignIn nothing_right = as_owner(wrong_code());
  nothing_right.password = "a guess";
  SignIn code_right = as_owner(code_at(0));
  code_right.password = "a guess";
  SignIn nobody = nothing_right;
  nobody.user = "nobody";
  guesses_ = 0;
  for (int i = 0; i < 60; ++i) {
    nobody.source_ip = address();
    ++guesses_;
    outcome({"nobody", "a guess", "", nobody.source_ip, "test"});
  }
  for (const SignIn& attempt : {nothing_right, as_owner(wrong_code()), code_right, nobody}) {
    SignIn tried = attempt;
    tried.source_ip = as_owner().source_ip;
    EXPECT_EQ(work_of(tried), 1) << attempt.user << attempt.totp;
  }
  // The code of the owner, who mistyped the password, is not used up.
  EXPECT_EQ(outcome(as_owner(code_at(0))), "");
}

TEST_F(GuessingAtAFactor, BoundsCodesOfWhoHasThePassword) {
  const auto before = service().passwords_compared();
  guess(10'000, wrong_code(), founded().customer_password);  // in six minutes
  EXPECT_LT(service().passwords_compared() - before, 40);
  // All codes at once do not do, nor does the right one: the account's are used up.
  EXPECT_EQ(work_of(as_owner(code_at(0))), 0);
  EXPECT_EQ(outcome(as_owner(code_at(0), code_at(-1))), "") << "two in a row nobody guesses";
}

TEST_F(GuessingAtAFactor, TwoCodesAreOneAfterTheOtherAndNew) {
  guess(100, "123456");
  EXPECT_EQ(work_of(as_owner(code_at(0), code_at(0))), 0);
  EXPECT_EQ(work_of(as_owner(code_at(0), code_at(1))), 0);
  EXPECT_EQ(work_of(as_owner(code_at(0), "123456")), 0);
  EXPECT_EQ(work_of(as_owner("123456", code_at(0))), 0);
  EXPECT_EQ(outcome(as_owner(code_at(0), code_at(-1))), "");
  EXPECT_EQ(work_of(as_owner(code_at(0), code_at(-1))), 0) << "overheard";
  // The one before was used: the next alone would be a guess of six digits.
  EXPECT_EQ(work_of(as_owner(code_at(1), code_at(0))), 0);
}

TEST_F(GuessingAtAFactor, BoundsThePasswordsOfWhoHasTheCodes) {
  SignIn attempt = as_owner(code_at(0), code_at(-1));
  attempt.password = "a guess";
  const auto before = service().passwords_compared();
  for (int i = 0; i < 1000; ++i) {
    attempt.source_ip = address();
    ++guesses_;
    EXPECT_EQ(outcome(attempt), "iam.throttled");
  }
  EXPECT_EQ(service().passwords_compared() - before, 10);
}

TEST_F(GuessingAtAFactor, ARecoveryCodeIsNotGuessedEither) {
  const Principal owner = world_.customer();
  auto codes = world_.wait(world_.iam->second_factors().make_recovery_codes(owner));
  ASSERT_TRUE(codes) << codes.error().describe();
  guess(1000, "123456");
  SignIn attempt = as_owner();
  attempt.recovery_code = "aaaa-bbbb-cccc-dddd";
  EXPECT_EQ(work_of(attempt), 0);
  attempt.recovery_code = codes->at(0);
  attempt.password = "a guess";
  EXPECT_EQ(work_of(attempt), 1);
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:SignIn failure iam.sign_in_refused")
      << "it was looked at, and the log says what was wrong";
  attempt.password = founded().customer_password;
  EXPECT_EQ(outcome(attempt), "") << "not used up with the wrong password";
  attempt.source_ip = as_owner().source_ip;
  EXPECT_EQ(outcome(attempt), "iam.throttled") << "it works once";
}

TEST_F(GuessingAtAFactor, NoCodeStandsForAFactorThatIsNotThere) {
  ASSERT_TRUE(world_.wait(world_.iam->create_user(world_.customer(), kFirstCustomer, "ada", "",
                                                  Role::kMember, kGoodPassword)));
  for (int i = 0; i < 60; ++i) {
    ++guesses_;
    outcome({world_.typed("ada"), "a guess", "", address(), "test"});
  }
  const Buffer no_seed(20);
  const auto step =
      std::chrono::floor<std::chrono::seconds>(world_.clock.now()).time_since_epoch().count() / 30;
  SignIn attempt{world_.typed("ada"), kGoodPassword, crypto::totp_at(no_seed, step), "203.0.113.1",
                 "test"};
  EXPECT_EQ(outcome(attempt), "iam.throttled");
  attempt.totp_before = crypto::totp_at(no_seed, step - 1);
  EXPECT_EQ(outcome(attempt), "iam.throttled");
}

TEST_F(GuessingAtAFactor, OpensOneSeedWhoeverThereIs) {
  ASSERT_TRUE(world_.wait(world_.iam->create_user(world_.customer(), kFirstCustomer, "ada", "",
                                                  Role::kMember, kGoodPassword)));
  const std::string owner = founded().customer_user;
  const std::string before_owner = owner.substr(0, owner.size() - 1);
  for (const std::string& name : {owner, world_.typed("ada"), std::string("zz"), before_owner}) {
    SignIn attempt{name, "a guess", "", "", "test"};
    for (int i = 0; i < 60; ++i) {
      ++guesses_;
      attempt.source_ip = address();
      outcome(attempt);
    }
    attempt.totp = "123456";
    attempt.totp_before = "654321";
    const int before = world_.keys.looked_up;
    EXPECT_EQ(work_of(attempt), 0) << name;
    EXPECT_EQ(world_.keys.looked_up - before, 1) << name;
  }
  // Where nobody is called so, the neighbour's codes are wrong ones.
  world_.clock.advance(std::chrono::seconds(59));
  for (int i = 0; i < 3; ++i) outcome({before_owner, "a guess", "", "198.51.100.9", "test"});
  SignIn neighbours = as_owner(code_at(0), code_at(-1));
  neighbours.user = before_owner;
  EXPECT_EQ(work_of(neighbours), 0);
  EXPECT_EQ(outcome(as_owner(code_at(0), code_at(-1))), "");
}

// By the work, which a machine under load cannot blur: a time says it only on average.
TEST(SignInWork, IsTheSameWhoeverThereIs) {
  World world(database::Engine::kSqlite);
  const Principal customer = world.customer();
  const auto make = [&](const std::string& name) {
    return world
        .wait(world.iam->create_user(customer, kFirstCustomer, name, "", Role::kMember,
                                     kGoodPassword))
        .value();
  };
  make("ada");
  ASSERT_TRUE(world.wait(world.iam->set_user_active(customer, make("gone").id, false)));
  const auto& service = dynamic_cast<IamService&>(*world.iam);
  world.iam->second_factors().accept_origins({"https://console.example"});
  int place = 0;
  for (const std::string& name : {world.typed("ada"), world.typed("gone"), std::string("nobody"),
                                  std::string("Nobody Ltd/ada"), world.founded.customer_user})
    for (const bool is_passkey : {false, true}) {
      const std::string from = "192.0.2." + std::to_string(++place);
      const auto before = service.passwords_compared();
      const std::string said =
          is_passkey
              ? message_of(world.wait(world.iam->second_factors().begin_passkey_sign_in(
                    {name, "a guess", from, "https://console.example"})))
              : message_of(world.wait(world.iam->sign_in({name, "a guess", "", from, "test"})));
      EXPECT_EQ(said, "iam.sign_in_refused") << name;
      EXPECT_EQ(service.passwords_compared() - before, 1u) << name << is_passkey;
    }
  // Right, of who may not sign in: no other work either.
  const auto before = service.passwords_compared();
  EXPECT_EQ(message_of(world.sign_in("gone", kGoodPassword, "", "192.0.2.99")),
            "iam.sign_in_refused");
  EXPECT_EQ(service.passwords_compared() - before, 1u);
}

}  // namespace
}  // namespace belfry::iam
