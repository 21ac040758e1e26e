#include "authenticator.h"
#include "world.h"

#include <cctype>
#include <set>

namespace belfry::iam {
namespace {

using std::chrono::seconds;

class RecoveryCodeTest : public testing::TestWithParam<database::Engine> {
 protected:
  RecoveryCodeTest() {
    EXPECT_TRUE(world_.wait(iam_.create_user(world_.customer(), kFirstCustomer, "ada", "",
                                             Role::kMember, kGoodPassword)));
    const Principal by = world_.enter("ada", kGoodPassword);
    seed_ = world_.wait(iam_.begin_totp(by)).value_or("");
    auto renewed = world_.wait(iam_.confirm_totp(by, world_.code_of(seed_)));
    EXPECT_TRUE(renewed) << renewed.error().describe();
    codes_ = renewed->recovery_codes;
    ada_ = world_.wait(iam_.authenticate_session(renewed->secret, kHere)).value_or(Principal{});
    world_.clock.advance(seconds(30));
  }

  Result<Iam::OpenedSession> sign_in(const std::string& code,
                                     const std::string& password = kGoodPassword,
                                     const std::string& user = "ada") {
    SignIn attempt{world_.typed(user), password, "", "192.0.2.1", "test"};
    attempt.recovery_code = code;
    return world_.wait(iam_.sign_in(attempt));
  }
  std::size_t left(const Principal& by) {
    return world_.wait(factors_.list_factors(by)).value_or(FactorList{}).recovery_codes_left;
  }

  World world_{GetParam()};
  Iam& iam_ = *world_.iam;
  SecondFactors& factors_ = iam_.second_factors();
  std::string seed_;
  std::vector<std::string> codes_;
  Principal ada_;
};
BELFRY_ON_BOTH_ENGINES(RecoveryCodeTest);

TEST_P(RecoveryCodeTest, ComeWithTheFirstFactorAlone) {
  EXPECT_EQ(codes_.size(), 10u);
  EXPECT_EQ(std::set(codes_.begin(), codes_.end()).size(), 10u);
  for (const std::string& code : codes_) EXPECT_EQ(code.size(), 19u) << code;
  EXPECT_EQ(left(ada_), 10u);
  auto seed = world_.wait(iam_.begin_totp(ada_));
  auto replaced = world_.wait(iam_.confirm_totp(ada_, world_.code_of(*seed)));
  ASSERT_TRUE(replaced) << replaced.error().describe();
  EXPECT_TRUE(replaced->recovery_codes.empty());
  EXPECT_TRUE(sign_in(codes_[0]));
}

TEST_P(RecoveryCodeTest, AreGoodOnceAsASecondFactor) {
  auto opened = sign_in(codes_[0]);
  ASSERT_TRUE(opened) << opened.error().describe();
  EXPECT_TRUE(opened->session.second_factor);
  EXPECT_EQ(opened->session.factor, FactorKind::kRecoveryCode);
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:SignIn");
  EXPECT_EQ(message_of(sign_in(codes_[0])), "iam.sign_in_refused");
  EXPECT_EQ(left(ada_), 9u);
  // However it is typed.
  std::string typed = codes_[1];
  for (char& c : typed) c = char(std::toupper(static_cast<unsigned char>(c)));
  std::erase(typed, '-');
  typed.insert(8, " ");
  EXPECT_TRUE(sign_in(typed));
  EXPECT_EQ(left(ada_), 8u);
}

TEST_P(RecoveryCodeTest, ReplaceNoPasswordAndNoOthersCode) {
  EXPECT_EQ(message_of(sign_in(codes_[0], "not the password at all")), "iam.sign_in_refused");
  EXPECT_EQ(message_of(sign_in("aaaa-aaaa-aaaa-aaaa")), "iam.sign_in_refused");
  EXPECT_EQ(
      message_of(sign_in(codes_[0], world_.founded.admin_password, world_.founded.admin_user)),
      "iam.sign_in_refused");
  EXPECT_EQ(left(ada_), 10u);
  EXPECT_TRUE(sign_in(codes_[0]));
}

TEST_P(RecoveryCodeTest, NewOnesEndAllOthers) {
  auto fresh = world_.wait(factors_.make_recovery_codes(ada_));
  ASSERT_TRUE(fresh) << fresh.error().describe();
  EXPECT_EQ(fresh->size(), 10u);
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:MakeRecoveryCodes");
  EXPECT_EQ(message_of(sign_in(codes_[0])), "iam.sign_in_refused");
  EXPECT_TRUE(sign_in(fresh->at(0)));
  EXPECT_EQ(left(ada_), 9u);
}

TEST_P(RecoveryCodeTest, LeadBackToAFactorOfOnesOwn) {
  auto opened = sign_in(codes_[0]);
  ASSERT_TRUE(opened);
  auto by = world_.wait(iam_.authenticate_session(opened->secret, kHere));
  ASSERT_TRUE(by);
  auto seed = world_.wait(iam_.begin_totp(*by));
  ASSERT_TRUE(seed) << seed.error().describe();
  auto renewed = world_.wait(iam_.confirm_totp(*by, world_.code_of(*seed)));
  ASSERT_TRUE(renewed) << renewed.error().describe();
  by = world_.wait(iam_.authenticate_session(renewed->secret, kHere));
  ASSERT_TRUE(by);
  EXPECT_EQ(world_.wait(iam_.find_session(*by))->value().factor, FactorKind::kTotp);
}

TEST_P(RecoveryCodeTest, GoWithTheLastFactor) {
  auto list = world_.wait(factors_.list_factors(ada_));
  ASSERT_EQ(list->factors.size(), 1u);
  EXPECT_TRUE(world_.wait(factors_.remove_factor(ada_, list->factors[0].id)));
  EXPECT_EQ(left(ada_), 0u);
  const Principal plain = world_.enter("ada", kGoodPassword);
  EXPECT_EQ(message_of(world_.wait(factors_.make_recovery_codes(plain))), "iam.no_second_factor");
  EXPECT_FALSE(sign_in(codes_[0])->session.second_factor);
}

TEST_P(RecoveryCodeTest, AreNotStoredInClear) {
  auto done = world_.state->read(kReadLimit, [&](Transaction& transaction) -> Result<> {
    TRY(auto rows, transaction.query("SELECT code_sha256 FROM recovery_code"));
    EXPECT_EQ(rows.size(), 10u);
    for (const Row& row : rows) {
      EXPECT_EQ(row.text("code_sha256").size(), 64u);
      for (const std::string& code : codes_)
        EXPECT_FALSE(row.text("code_sha256").contains(code.substr(0, 4) + code.substr(5, 4)));
    }
    return {};
  });
  EXPECT_TRUE(done) << done.error().describe();
}

TEST_P(RecoveryCodeTest, ComeWithAFirstPasskeyToo) {
  factors_.accept_origins({"https://localhost:8443"});
  EXPECT_TRUE(world_.wait(
      iam_.create_user(world_.customer(), kFirstCustomer, "bo", "", Role::kMember, kGoodPassword)));
  const Principal bo = world_.enter("bo", kGoodPassword);
  Authenticator authenticator;
  auto asked = world_.wait(factors_.begin_passkey(bo, "https://localhost:8443"));
  auto added = world_.wait(factors_.finish_passkey(bo, "x", authenticator.create(*asked)));
  ASSERT_TRUE(added) << added.error().describe();
  ASSERT_EQ(added->session.recovery_codes.size(), 10u);
  EXPECT_TRUE(sign_in(added->session.recovery_codes[3], kGoodPassword, "bo"));
}

}  // namespace
}  // namespace belfry::iam
