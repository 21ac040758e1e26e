// The mail that tells a customer's administrators of interventions on its data.
#include "staff_fixture.h"

#include <algorithm>

namespace belfry::iam {
namespace {

using std::chrono::hours;

class InterventionNotices : public StaffTest {
 protected:
  InterventionNotices() {
    make_staff("nadia", Role::kReader);
    send_mail(true);
    world_.execute("UPDATE iam_user SET email = 'head@harbour.example' WHERE id = " +
                   world_.customer().user.text());
  }
  void send_mail(bool by_mail) {
    iam_.people().accept_links({.console = "https://console.example", .by_mail = by_mail});
  }
  NewIntervention wanted() {
    return {.tenant = kFirstCustomer,
            .actions = {"s3:GetObject"},
            .bucket = "papers",
            .reason = "ticket 7",
            .duration = hours(1)};
  }
  InterventionId ask() {
    auto asked = world_.wait(interventions_.ask(enter("nadia"), wanted()));
    EXPECT_TRUE(asked) << asked.error().describe();
    return asked ? asked->id : InterventionId{};
  }
  std::vector<Mail> mails() {
    auto due = world_.wait(iam_.mail().take_due(50));
    EXPECT_TRUE(due) << due.error().describe();
    return due.value_or(std::vector<Mail>{});
  }
  static std::string said(const Mail& mail, std::string_view name) {
    for (const Argument& argument : mail.arguments)
      if (argument.name == name) return argument.value;
    return "";
  }
};
BELFRY_ON_BOTH_ENGINES(InterventionNotices);

TEST_P(InterventionNotices, GoWhenItIsAskedForAndWhenItOpens) {
  const InterventionId id = ask();
  auto sent = mails();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].kind, "intervention_asked");
  EXPECT_EQ(sent[0].recipient, "head@harbour.example");
  EXPECT_EQ(sent[0].language, "both") << "nobody knows it";
  EXPECT_EQ(said(sent[0], "link"), "https://console.example/#/people/interventions/" + id.text());
  ASSERT_EQ(approve(world_.admin(), id), "");
  sent = mails();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].kind, "intervention_opened");
  EXPECT_EQ(said(sent[0], "by"), world_.founded.admin_user);
  EXPECT_EQ(said(sent[0], "time"),
            format_rfc3339(*world_.wait(interventions_.find(world_.customer(), id))->expires));
  for (const Argument& argument : sent[0].arguments) {
    EXPECT_FALSE(argument.value.contains("ticket 7")) << argument.name;
    EXPECT_FALSE(argument.value.contains("papers")) << argument.name;
  }
  ASSERT_EQ(message_of(world_.wait(interventions_.end(world_.customer(), id))), "");
  EXPECT_TRUE(mails().empty()) << "who ended it knows";
}

TEST_P(InterventionNotices, TellABreakGlassApart) {
  auto asked = world_.wait(interventions_.break_glass(world_.admin(), wanted()));
  ASSERT_TRUE(asked) << asked.error().describe();
  const auto sent = mails();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].kind, "break_glass_asked");
}

TEST_P(InterventionNotices, AreInTheLanguageOfTheInvitation) {
  world_.execute(
      "INSERT INTO invitation (id, tenant_id, secret_sha256, email, user_name, role, language, "
      "invited_by_user_id, sends, created_us, expires_us, ended_us, user_id) SELECT 'x', "
      "u.tenant_id, 'x', u.email, u.name, 'reader', 'fr', u.id, 1, 1, 2, 2, u.id FROM iam_user u "
      "WHERE u.id = " +
      world_.customer().user.text());
  ask();
  EXPECT_EQ(mails().at(0).language, "fr");
}

TEST_P(InterventionNotices, AreBoundedAndGoNowhereWithoutMail) {
  const Principal nadia = enter("nadia");
  const auto ask_and_end = [&] {
    auto asked = world_.wait(interventions_.ask(nadia, wanted()));
    ASSERT_TRUE(asked) << asked.error().describe();
    ASSERT_EQ(message_of(world_.wait(interventions_.end(nadia, asked->id))), "");
  };
  const auto queued = [&] { return world_.count("SELECT count(*) AS n FROM mail"); };
  for (int i = 0; i < 110; ++i) ask_and_end();
  EXPECT_EQ(queued(), 100);
  world_.clock.advance(hours(25));
  send_mail(false);
  ask_and_end();
  EXPECT_EQ(queued(), 100);
  send_mail(true);
  ask_and_end();
  EXPECT_EQ(queued(), 101);
}

}  // namespace
}  // namespace belfry::iam
