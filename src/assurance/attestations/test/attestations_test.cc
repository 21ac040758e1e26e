// Signing, renewing and withdrawing, and what becomes of it with time, on both engines.
#include "state.h"

#include <gmock/gmock.h>

namespace belfry::attestations {
namespace {

using std::chrono::days;
using testing::ElementsAre;

BELFRY_ON_BOTH_ENGINES(AttestationTest);

TEST_P(AttestationTest, CountsForAYearAndTellsItsEnd) {
  EXPECT_EQ(state(Topic::kSkills), "never");
  const auto made = sign(Topic::kSkills);
  ASSERT_TRUE(made) << made.error().describe();
  EXPECT_EQ(made->signed_by_name, "ida");
  EXPECT_EQ(made->expires - made->signed_at, days(365));
  EXPECT_EQ(state(Topic::kSkills), "signed");
  EXPECT_EQ(state(Topic::kStaff), "never") << "each topic by itself";
  EXPECT_EQ(name_of(standing(Topic::kSkills, kOther).state), "never") << "each tenant by itself";
  clock_.advance(days(335) - std::chrono::seconds(1));
  EXPECT_EQ(state(Topic::kSkills), "signed");
  clock_.advance(std::chrono::seconds(1));
  EXPECT_EQ(state(Topic::kSkills), "ends_soon");
  clock_.advance(days(30) - std::chrono::seconds(1));
  EXPECT_EQ(state(Topic::kSkills), "ends_soon");
  clock_.advance(std::chrono::seconds(1));
  EXPECT_EQ(state(Topic::kSkills), "ended");
  EXPECT_EQ(message_of(run_task(attestations_->withdraw(act(), made->id, "too late"))),
            "attestations.not_in_force");
}

TEST_P(AttestationTest, ARenewalIsANewRowAndTheOldOneStays) {
  const auto first = sign(Topic::kStaff);
  ASSERT_TRUE(first);
  clock_.advance(days(100));
  const auto second = sign(Topic::kStaff);
  ASSERT_TRUE(second);
  EXPECT_EQ(standing(Topic::kStaff).newest->id, second->id);
  EXPECT_EQ(message_of(run_task(attestations_->withdraw(act(), first->id, "the old one"))),
            "attestations.not_in_force");
  const auto history = run_task(attestations_->history(kCustomer, Topic::kStaff, "", 10));
  ASSERT_TRUE(history);
  ASSERT_EQ(history->items.size(), 2u);
  EXPECT_EQ(history->items[0].id, second->id) << "the newest first";
  EXPECT_EQ(history->items[1].superseded, second->signed_at);
  EXPECT_EQ(history->next, "");
}

TEST_P(AttestationTest, WithdrawingBringsNoOlderOneBack) {
  ASSERT_TRUE(sign(Topic::kStaff));
  clock_.advance(days(1));
  const auto second = sign(Topic::kStaff);
  ASSERT_TRUE(second);
  EXPECT_EQ(message_of(run_task(attestations_->withdraw(act(), second->id, ""))),
            "attestations.bad_reason");
  for (const std::string& bad : {std::string(1001, 'x'), std::string("a\0b", 3),
                                 std::string("\x1b[2J"), std::string("\xff")})
    EXPECT_EQ(message_of(run_task(attestations_->withdraw(act(), second->id, bad))),
              "attestations.bad_reason");
  EXPECT_EQ(
      message_of(run_task(attestations_->withdraw(act(kStranger, kOther), second->id, "not mine"))),
      "attestations.missing");
  EXPECT_EQ(state(Topic::kStaff), "signed");
  const auto withdrawn = run_task(attestations_->withdraw(act(), second->id, "not true any more"));
  ASSERT_TRUE(withdrawn);
  ASSERT_TRUE(withdrawn->withdrawn);
  EXPECT_EQ(withdrawn->withdrawn->reason, "not true any more");
  EXPECT_EQ(state(Topic::kStaff), "withdrawn");
  EXPECT_EQ(message_of(run_task(attestations_->withdraw(act(), second->id, "twice"))),
            "attestations.not_in_force");
  ASSERT_TRUE(sign(Topic::kStaff));
  EXPECT_EQ(state(Topic::kStaff), "signed");
}

TEST_P(AttestationTest, IsSignedByAnActivePersonOfTheTenantAlone) {
  const auto as = [&](UserId user, TenantId tenant) {
    return message_of(run_task(attestations_->sign(act(user, tenant), wanted(Topic::kSkills))));
  };
  EXPECT_EQ(as(kProgram, kCustomer), "attestations.not_a_person");
  EXPECT_EQ(as(kStranger, kCustomer), "attestations.not_a_person");
  EXPECT_EQ(as(UserId{99}, kCustomer), "attestations.not_a_person");
  EXPECT_EQ(as(kIda, TenantId{1}), "attestations.not_asked");
  EXPECT_TRUE(run_task(attestations_->standings(TenantId{1}))->empty());
  execute("UPDATE iam_user SET active = 0 WHERE id = 10");
  EXPECT_EQ(as(kIda, kCustomer), "attestations.not_a_person");
  EXPECT_TRUE(ledger_.events.empty());
  EXPECT_EQ(state(Topic::kSkills), "never");
}

TEST_P(AttestationTest, AgreesToTheTextThatIsAskedForAndNoOther) {
  NewAttestation other = wanted(Topic::kSkills);
  other.version = 2;
  EXPECT_EQ(message_of(run_task(attestations_->sign(act(), other))), "attestations.other_text");
  other = wanted(Topic::kSkills);
  other.sha256[0] = other.sha256[0] == '0' ? '1' : '0';
  EXPECT_EQ(message_of(run_task(attestations_->sign(act(), other))), "attestations.other_text");
  EXPECT_EQ(state(Topic::kSkills), "never");
}

TEST_P(AttestationTest, NamesWhoManagesAccess) {
  const auto with = [&](Topic topic, std::vector<UserId> users) {
    NewAttestation asked = wanted(topic);
    asked.administrators = std::move(users);
    return message_of(run_task(attestations_->sign(act(), asked)));
  };
  EXPECT_EQ(with(Topic::kAccessManagement, {}), "attestations.who_manages");
  EXPECT_EQ(with(Topic::kSkills, {kOleg}), "attestations.who_manages");
  EXPECT_EQ(with(Topic::kAccessManagement, std::vector<UserId>(21, kOleg)),
            "attestations.who_manages");
  EXPECT_EQ(with(Topic::kAccessManagement, {kOleg, kProgram}), "attestations.not_a_person");
  EXPECT_EQ(with(Topic::kAccessManagement, {kStranger}), "attestations.not_a_person");
  EXPECT_EQ(state(Topic::kAccessManagement), "never");
  EXPECT_EQ(with(Topic::kAccessManagement, {kOleg, kIda, kOleg}), "");
  EXPECT_EQ(standing(Topic::kAccessManagement).newest->administrators.size(), 2u);
  EXPECT_EQ(state(Topic::kAccessManagement), "signed");
}

TEST_P(AttestationTest, EndsWithWhoWasNamedAndNotWithWhoSigned) {
  ASSERT_TRUE(sign(Topic::kAccessManagement));
  execute("UPDATE iam_user SET active = 0 WHERE id = 10");
  EXPECT_EQ(state(Topic::kAccessManagement), "signed") << "who signed may leave";
  EXPECT_FALSE(standing(Topic::kAccessManagement).newest->signer_is_there);
  execute("UPDATE iam_user SET active = 0 WHERE id = 11");
  EXPECT_EQ(state(Topic::kAccessManagement), "administrator_gone");
  execute("UPDATE iam_user SET active = 1");
  EXPECT_EQ(state(Topic::kAccessManagement), "signed");
}

TEST_P(AttestationTest, ANewTextAsksAgainAndTheOldOneCountsForAMonth) {
  ASSERT_TRUE(sign(Topic::kSkills));
  clock_.advance(days(10));
  std::vector<Statement> changed(catalogue().begin(), catalogue().end());
  Statement& skills = changed[std::size_t(Topic::kSkills)];
  skills.english += " And more.";
  EXPECT_EQ(message_of(attestations_->publish(changed)), "attestations.statement_changed");
  EXPECT_EQ(state(Topic::kSkills), "signed");
  ++skills.version;
  ASSERT_TRUE(attestations_->publish(changed));
  ASSERT_TRUE(attestations_->publish(changed)) << "safe to repeat";
  EXPECT_EQ(state(Topic::kSkills), "text_changed");
  EXPECT_EQ(standing(Topic::kSkills).sign_again_by, clock_.now() + days(30));
  EXPECT_EQ(message_of(sign(Topic::kSkills)), "attestations.other_text") << "the old text";
  clock_.advance(days(30));
  EXPECT_EQ(state(Topic::kSkills), "text_old");
  NewAttestation again{.topic = Topic::kSkills, .version = 2, .sha256 = sha256_of(skills)};
  ASSERT_TRUE(run_task(attestations_->sign(act(), again)));
  EXPECT_EQ(state(Topic::kSkills), "signed");
}

TEST_P(AttestationTest, LeavesItsEventsInTheCustomersLog) {
  const auto made = sign(Topic::kAccessManagement);
  ASSERT_TRUE(made);
  ASSERT_EQ(ledger_.events.size(), 1u);
  const auto& [tenant, event] = ledger_.events[0];
  EXPECT_EQ(tenant, kCustomer);
  EXPECT_EQ(event.resource, "belfry:attestation/" + made->id.text());
  std::vector<std::string> details;
  details.reserve(event.details.size());
  for (const auto& [name, value] : event.details) details.push_back(name + "=" + value);
  EXPECT_THAT(details,
              ElementsAre("topic=access_management", "version=1", "text_sha256=" + made->sha256,
                          "expires=" + format_rfc3339(made->expires), "administrators=oleg"));
  ASSERT_TRUE(run_task(attestations_->withdraw(act(), made->id, "oleg is away")));
  ASSERT_EQ(ledger_.events.size(), 2u);
  EXPECT_EQ(ledger_.events[1].second.details.back().value, "oleg is away");
  outbox_.is_healthy = false;
  EXPECT_EQ(message_of(sign(Topic::kSkills)), "attestations.log_unavailable");
  EXPECT_EQ(state(Topic::kSkills), "never") << "nothing without its event";
}

TEST_P(AttestationTest, ListsAHistoryAPageAtATime) {
  for (const Topic topic : {Topic::kSkills, Topic::kStaff, Topic::kSkills, Topic::kSkills})
    ASSERT_TRUE(sign(topic)) << "all in the same instant";
  std::vector<AttestationId> seen;
  std::string after;
  do {
    const auto page = run_task(attestations_->history(kCustomer, std::nullopt, after, 1));
    ASSERT_TRUE(page);
    ASSERT_EQ(page->items.size(), 1u);
    seen.push_back(page->items[0].id);
    after = page->next;
  } while (!after.empty());
  std::ranges::sort(seen);
  EXPECT_EQ(seen.size(), 4u);
  EXPECT_EQ(std::ranges::unique(seen).size(), 0u);
  EXPECT_EQ(run_task(attestations_->history(kCustomer, Topic::kSkills, "", 10))->items.size(), 3u);
  EXPECT_TRUE(run_task(attestations_->history(kOther, std::nullopt, "", 10))->items.empty());
  for (const char* bad : {"x", "12", "12.", "12.x", ".12"})
    EXPECT_EQ(message_of(run_task(attestations_->history(kCustomer, std::nullopt, bad, 10))),
              "attestations.bad_cursor")
        << bad;
}

TEST_P(AttestationTest, AnnouncesItsEndOnce) {
  const auto take = [&] {
    std::vector<std::string> names;
    auto done = database_->write([&](database::Transaction& transaction) -> Result<> {
      names.clear();
      TRY(const bool any, any_endings(transaction, clock_.now()));
      TRY(const auto endings, take_endings(transaction, ledger_, clock_.now(), 10));
      EXPECT_EQ(any, !endings.empty());
      for (const Ending& each : endings)
        names.push_back(each.tenant_name + " " + std::string(name_of(each.attestation.topic)));
      return {};
    });
    EXPECT_TRUE(done) << done.error().describe();
    return names;
  };
  ASSERT_TRUE(sign(Topic::kSkills));
  ASSERT_TRUE(sign(Topic::kStaff));
  ASSERT_TRUE(sign(Topic::kSkills)) << "the one before is not told";
  const auto withdrawn = sign(Topic::kInstructions);
  ASSERT_TRUE(run_task(attestations_->withdraw(act(), withdrawn->id, "no")));
  clock_.advance(days(334));
  EXPECT_TRUE(take().empty());
  clock_.advance(days(1));
  ledger_.events.clear();
  auto told = take();
  std::ranges::sort(told);
  EXPECT_THAT(told, ElementsAre("Harbour skills", "Harbour staff"));
  ASSERT_EQ(ledger_.events.size(), 2u);
  EXPECT_EQ(ledger_.events[0].first, kCustomer);
  EXPECT_EQ(ledger_.events[0].second.action, "attestation:EndsSoon");
  EXPECT_TRUE(take().empty());
  clock_.advance(days(30));
  ASSERT_TRUE(sign(Topic::kSkills));
  clock_.advance(days(365));
  EXPECT_TRUE(take().empty()) << "what has ended ends no more";
}

}  // namespace
}  // namespace belfry::attestations
