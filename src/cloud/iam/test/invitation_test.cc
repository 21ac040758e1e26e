#include "iam/people.h"
#include "world.h"

namespace belfry::iam {
namespace {

const NewInvitation kMember{.tenant = kFirstCustomer,
                            .email = "anna@example.org",
                            .user_name = "anna",
                            .role = Role::kMember,
                            .language = "fr"};

class InvitationTest : public testing::TestWithParam<database::Engine> {
 protected:
  InvitationTest() { people().accept_links({"https://cloud.example", true}); }

  People& people() { return world_.iam->people(); }
  MadeInvitation made(const Result<MadeInvitation>& invited) {
    EXPECT_TRUE(invited) << invited.error().describe();
    return invited.value_or(MadeInvitation{});
  }
  // The secret in the link of the mail that is due; it is taken then.
  std::string mailed_secret() {
    auto due = world_.wait(world_.iam->mail().take_due(10));
    EXPECT_TRUE(due && due->size() == 1);
    if (!due || due->empty()) return "";
    last_mail_ = due->front();
    for (const Argument& argument : last_mail_.arguments)
      if (argument.name == "link") return secret_of(argument.value);
    return "";
  }
  static std::string secret_of(const std::string& link) { return link.substr(link.rfind('/') + 1); }
  auto accept(const std::string& secret, const std::string& name = "anna",
              const std::string& terms = "") {
    return world_.wait(
        people().accept_invitation({secret, name, kGoodPassword, terms, "192.0.2.7"}));
  }

  World world_{GetParam()};
  Mail last_mail_;
};
BELFRY_ON_BOTH_ENGINES(InvitationTest);

TEST_P(InvitationTest, TheInvitedPersonComesByTheLinkInTheMail) {
  const Principal customer = world_.customer();
  auto group = world_.wait(world_.iam->profiles().create_group(customer, "Crew"));
  ASSERT_TRUE(group);
  NewInvitation wanted = kMember;
  wanted.groups = {group->id};
  EXPECT_EQ(made(world_.wait(people().invite(customer, wanted))).link, "");
  const std::string secret = mailed_secret();
  EXPECT_EQ(last_mail_.recipient, "anna@example.org");
  EXPECT_EQ(last_mail_.language, "fr");
  EXPECT_EQ(
      world_.count("SELECT count(*) AS n FROM invitation WHERE secret_sha256 = '" + secret + "'"),
      0);
  auto open = world_.wait(people().open_invitation(secret));
  ASSERT_TRUE(open) << open.error().describe();
  EXPECT_EQ(open->tenant_name, "Demonstration");
  EXPECT_EQ(open->organisation, "Demonstration");
  EXPECT_EQ(open->invited_by_name, "customer");
  EXPECT_FALSE(open->privileged);
  auto user = accept(secret);
  ASSERT_TRUE(user) << user.error().describe();
  EXPECT_EQ(user->email, "anna@example.org");
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:AcceptInvitation");
  EXPECT_EQ(world_.ledger.last_event(kFirstCustomer).source_ip, "192.0.2.7");
  EXPECT_EQ(
      world_.wait(world_.iam->profiles().list_members(customer, group->id, {}))->things.at(0).name,
      "anna");
  EXPECT_EQ(world_.enter("anna", kGoodPassword).role, Role::kMember);
  // Once.
  EXPECT_EQ(message_of(accept(secret, "anna2")), "iam.invitation_unknown");
  EXPECT_EQ(message_of(world_.wait(people().open_invitation(secret))), "iam.invitation_unknown");
  auto list = world_.wait(people().list_invitations(customer, kFirstCustomer, {}));
  EXPECT_EQ(list->things.at(0).state, "accepted");
}

TEST_P(InvitationTest, WithoutAMailServerTheLinkIsGivenOnce) {
  people().accept_links({"https://cloud.example", false});
  const auto given = made(world_.wait(people().invite(world_.customer(), kMember)));
  EXPECT_TRUE(given.link.starts_with("https://cloud.example/#/invitation/"));
  EXPECT_EQ(given.invitation.mail.state, "none");
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM mail"), 0);
  EXPECT_TRUE(accept(secret_of(given.link)));
}

TEST_P(InvitationTest, EndsWithTimeWithdrawalANewLinkAndWhoInvited) {
  people().accept_links({"https://cloud.example", false});
  const Principal customer = world_.customer();
  const auto first = made(world_.wait(people().invite(customer, kMember)));
  const auto again = made(world_.wait(people().send_again(customer, first.invitation.id)));
  EXPECT_EQ(again.invitation.sends, 2u);
  EXPECT_EQ(message_of(accept(secret_of(first.link))), "iam.invitation_unknown");
  EXPECT_TRUE(world_.wait(people().open_invitation(secret_of(again.link))));
  EXPECT_TRUE(world_.wait(people().withdraw_invitation(customer, again.invitation.id)));
  EXPECT_EQ(message_of(accept(secret_of(again.link))), "iam.invitation_unknown");
  EXPECT_EQ(message_of(world_.wait(people().send_again(customer, again.invitation.id))),
            "iam.invitation_over");
  const auto late = made(world_.wait(people().invite(customer, kMember)));
  const auto orphan = made(world_.wait(people().invite(customer, kMember)));
  EXPECT_TRUE(world_.wait(world_.iam->set_user_active(world_.admin(), customer.user, false)));
  EXPECT_EQ(message_of(accept(secret_of(orphan.link))), "iam.invitation_unknown");
  EXPECT_TRUE(world_.wait(world_.iam->set_user_active(world_.admin(), customer.user, true)));
  EXPECT_TRUE(accept(secret_of(orphan.link)));
  world_.clock.advance(std::chrono::days(7));
  EXPECT_EQ(message_of(accept(secret_of(late.link), "late")), "iam.invitation_unknown");
}

TEST_P(InvitationTest, RefusesWhatWouldReachTheHeadOfTheMail) {
  const Principal customer = world_.customer();
  for (const char* email :
       {"", "anna", "a@b@c", "anna@example.org\r\nBcc: eve@example.org", "anna@example.org,eve@x",
        "<anna@example.org>", "anna @example.org", "anna@-x.org", "anna@example..org",
        "\"a b\"@example.org", "anna@[192.0.2.1]", "ann\xc3\xa9@example.org"}) {
    NewInvitation wanted = kMember;
    wanted.email = email;
    EXPECT_EQ(message_of(world_.wait(people().invite(customer, wanted))), "iam.bad_mail_address")
        << email;
  }
  NewInvitation wanted = kMember;
  wanted.language = "de";
  EXPECT_EQ(message_of(world_.wait(people().invite(customer, wanted))), "iam.bad_language");
  wanted = kMember;
  wanted.role = Role::kProviderAdministrator;
  EXPECT_EQ(message_of(world_.wait(people().invite(customer, wanted))), "iam.role_not_here");
  wanted.role = Role::kTenantAdministrator;
  wanted.groups = {GroupId{1}};
  EXPECT_EQ(message_of(world_.wait(people().invite(customer, wanted))),
            "iam.administrators_hold_none");
  wanted.role = Role::kMember;
  EXPECT_EQ(message_of(world_.wait(people().invite(customer, wanted))), "iam.group_missing");
}

TEST_P(InvitationTest, OnlyAdministratorsInviteAndOthersTenantsAreNotThere) {
  people().accept_links({"https://cloud.example", false});
  const Principal customer = world_.customer();
  const auto given = made(world_.wait(people().invite(customer, kMember)));
  ASSERT_TRUE(accept(secret_of(given.link)));
  EXPECT_EQ(message_of(world_.wait(people().invite(world_.enter("anna", kGoodPassword), kMember))),
            "iam.denied");
  const auto mine = made(world_.wait(people().invite(customer, kMember)));
  const Principal stranger = world_.make_other("two").administrator;
  EXPECT_EQ(message_of(world_.wait(people().invite(stranger, kMember))), "iam.tenant_missing");
  EXPECT_EQ(message_of(world_.wait(people().list_invitations(stranger, kFirstCustomer, {}))),
            "iam.tenant_missing");
  for (const std::string& id : {mine.invitation.id, std::string("0000")}) {
    EXPECT_EQ(message_of(world_.wait(people().send_again(stranger, id))), "iam.invitation_missing");
    EXPECT_EQ(message_of(world_.wait(people().withdraw_invitation(stranger, id))),
              "iam.invitation_missing");
  }
  // From above, a tenant gets its first alone.
  EXPECT_EQ(message_of(world_.wait(people().invite(world_.admin(), kMember))),
            "iam.tenant_has_users");
}

TEST_P(InvitationTest, AnAdministratorComesWithALongerPasswordAndEnrolsFirst) {
  people().accept_links({"https://cloud.example", false});
  NewInvitation wanted = kMember;
  wanted.role = Role::kTenantAdministrator;
  const auto given = made(world_.wait(people().invite(world_.customer(), wanted)));
  const std::string secret = secret_of(given.link);
  EXPECT_TRUE(world_.wait(people().open_invitation(secret))->privileged);
  EXPECT_EQ(
      message_of(world_.wait(people().accept_invitation({secret, "anna", "fifteen letters", ""}))),
      "iam.password_too_short");
  ASSERT_TRUE(accept(secret));
  const Principal anna = world_.enter("anna", kGoodPassword);
  EXPECT_EQ(message_of(world_.wait(world_.iam->list_users(anna, kFirstCustomer, {}))),
            "iam.second_factor_needed");
}

TEST_P(InvitationTest, EndsWithTheRightToInvite) {
  people().accept_links({"https://cloud.example", false});
  const Principal customer = world_.customer();
  NewInvitation wanted = kMember;
  wanted.role = Role::kTenantAdministrator;
  const auto given = made(world_.wait(people().invite(customer, wanted)));
  // As a review leaves an administrator whom nobody confirmed.
  const std::string of_inviter = " WHERE id = " + customer.user.text();
  world_.execute("UPDATE iam_user SET role = 'reader'" + of_inviter);
  EXPECT_EQ(message_of(accept(secret_of(given.link))), "iam.invitation_unknown");
  EXPECT_EQ(message_of(world_.wait(people().open_invitation(secret_of(given.link)))),
            "iam.invitation_unknown");
  // A role for a time whose time is over, which no turn has taken away yet.
  world_.execute(
      "UPDATE iam_user SET role = 'tenant_administrator', base_role = 'reader', "
      "role_until_us = " +
      std::to_string(to_us(world_.clock.now())) + of_inviter);
  EXPECT_EQ(message_of(accept(secret_of(given.link))), "iam.invitation_unknown");
  world_.execute("UPDATE iam_user SET base_role = NULL, role_until_us = NULL" + of_inviter);
  EXPECT_TRUE(accept(secret_of(given.link)));
}

TEST_P(InvitationTest, FromAboveComesOneEvenIfManyWereInvited) {
  people().accept_links({"https://cloud.example", false});
  const Principal admin = world_.admin();
  auto tenant =
      world_.wait(world_.iam->create_tenant(admin, TenantKind::kCustomer, "New", kProviderTenant));
  ASSERT_TRUE(tenant);
  NewInvitation wanted = kMember;
  wanted.tenant = tenant->id;
  wanted.role = Role::kTenantAdministrator;
  const auto first = made(world_.wait(people().invite(admin, wanted)));
  const auto hidden = made(world_.wait(people().invite(admin, wanted)));
  ASSERT_TRUE(accept(secret_of(first.link), "first"));
  EXPECT_EQ(message_of(accept(secret_of(hidden.link), "second")), "iam.invitation_unknown");
}

TEST_P(InvitationTest, NobodyTriesNamesWithALink) {
  people().accept_links({"https://cloud.example", false});
  const auto given = made(world_.wait(people().invite(world_.customer(), kMember)));
  const std::string secret = secret_of(given.link), taken = "Customer";
  std::string last;
  for (int i = 0; i < 30 && last != "iam.throttled"; ++i) {
    last = message_of(accept(secret, taken));
    EXPECT_TRUE(last == "iam.user_exists" || last == "iam.throttled") << last;
  }
  EXPECT_EQ(last, "iam.throttled");
  world_.clock.advance(std::chrono::hours(1));
  EXPECT_TRUE(accept(secret));
}

TEST_P(InvitationTest, WhatCannotBeAcceptedCostsNoHash) {
  people().accept_links({"https://cloud.example", false});
  const auto given = made(world_.wait(people().invite(world_.customer(), kMember)));
  ASSERT_TRUE(world_.wait(world_.iam->terms().publish_terms(world_.admin(), "2026-1", "Be kind.",
                                                            "Soyez aimable.", world_.clock.now())));
  // What is wrong with the password would be told before it is hashed.
  for (int i = 0; i < 30; ++i)
    EXPECT_EQ(message_of(world_.wait(
                  people().accept_invitation({secret_of(given.link), "anna", "short", "2025"}))),
              "iam.terms_needed");
}

TEST_P(InvitationTest, IsForgottenThirtyDaysAfterItsEnd) {
  people().accept_links({"https://cloud.example", false});
  Principal customer = world_.customer();
  auto group = world_.wait(world_.iam->profiles().create_group(customer, "Crew"));
  NewInvitation wanted = kMember;
  wanted.groups = {group->id};
  const auto withdrawn = made(world_.wait(people().invite(customer, wanted)));
  ASSERT_TRUE(world_.wait(people().withdraw_invitation(customer, withdrawn.invitation.id)));
  const auto accepted = made(world_.wait(people().invite(customer, wanted)));
  ASSERT_TRUE(accept(secret_of(accepted.link)));
  made(world_.wait(people().invite(customer, wanted)));  // nobody ever comes
  world_.clock.advance(std::chrono::days(29));
  customer = world_.customer();
  const auto open = made(world_.wait(people().invite(customer, wanted)));
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM invitation"), 4);
  world_.clock.advance(std::chrono::days(9));
  customer = world_.customer();
  made(world_.wait(people().invite(customer, wanted)));
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM invitation"), 2);
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM invitation_group"), 2);
}

TEST_P(InvitationTest, MailIsTriedAgainUntilItIsRefusedOrTooLate) {
  const Principal customer = world_.customer();
  const auto given = made(world_.wait(people().invite(customer, kMember)));
  MailQueue& mail = world_.iam->mail();
  const auto state = [&] {
    return world_.wait(people().list_invitations(customer, kFirstCustomer, {}))->things.at(0).mail;
  };
  auto due = world_.wait(mail.take_due(10));
  ASSERT_EQ(due->size(), 1u);
  EXPECT_TRUE(world_.wait(mail.take_due(10))->empty());  // somebody has it
  ASSERT_TRUE(
      world_.wait(mail.settle(due->front().id, {Delivery::Outcome::kNotYet, "450 later\r\n\x01"})));
  EXPECT_EQ(state().state, "waiting");
  EXPECT_EQ(state().answer, "450 later   ");
  EXPECT_TRUE(world_.wait(mail.take_due(10))->empty());
  world_.clock.advance(std::chrono::minutes(1));
  due = world_.wait(mail.take_due(10));
  ASSERT_EQ(due->size(), 1u);
  // A mailer that ended before it could tell loses none.
  world_.clock.advance(std::chrono::minutes(10));
  ASSERT_EQ(world_.wait(mail.take_due(10))->size(), 1u);
  ASSERT_TRUE(
      world_.wait(mail.settle(due->front().id, {Delivery::Outcome::kRefused, "550 no such user"})));
  EXPECT_EQ(state().state, "refused");
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM mail WHERE arguments_sealed <> ''"), 0);
  ASSERT_TRUE(world_.wait(people().send_again(customer, given.invitation.id)));
  EXPECT_EQ(state().state, "waiting");
  world_.clock.advance(std::chrono::days(7));
  EXPECT_TRUE(world_.wait(mail.take_due(10))->empty());
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM mail WHERE state = 'given_up'"), 1);
}

TEST_P(InvitationTest, AMailWaitsInTheTransactionOfTheChange) {
  const Principal customer = world_.customer();
  world_.outbox.is_healthy = false;
  EXPECT_EQ(message_of(world_.wait(people().invite(customer, kMember))), "iam.log_unavailable");
  EXPECT_EQ(world_.count("SELECT (SELECT count(*) FROM mail) + (SELECT count(*) FROM invitation) "
                         "AS n"),
            0);
}

TEST_P(InvitationTest, TermsInForceAreAcceptedWithIt) {
  people().accept_links({"https://cloud.example", false});
  const auto given = made(world_.wait(people().invite(world_.customer(), kMember)));
  ASSERT_TRUE(world_.wait(world_.iam->terms().publish_terms(world_.admin(), "2026-1", "Be kind.",
                                                            "Soyez aimable.", world_.clock.now())));
  const std::string secret = secret_of(given.link);
  EXPECT_EQ(world_.wait(people().open_invitation(secret))->terms->version, "2026-1");
  EXPECT_EQ(message_of(accept(secret)), "iam.terms_needed");
  ASSERT_TRUE(accept(secret, "anna", "2026-1"));
  EXPECT_FALSE(world_.enter("anna", kGoodPassword).terms_due);
}

}  // namespace
}  // namespace belfry::iam
