#include "state.h"

namespace belfry::people {
namespace {

using std::chrono::days;

constexpr TenantId kProvider{1}, kCustomer{2};
constexpr UserId kInes{10}, kOleg{11}, kAnna{20};

class PersonsTest : public RegisterTest {
 protected:
  JobRoleId make_role(const std::string& name) {
    return must(register_->set_job_role(admin_, {}, {.name = name, .owner = "Head of operations"}))
        .id;
  }
  const Actor clerk_{.tenant = kProvider, .user = UserId{12}, .name = "nadia", .source_ip = ""};
};
BELFRY_ON_BOTH_ENGINES(PersonsTest);

TEST_P(PersonsTest, ArePartOfOneTenantAlone) {
  const Person anna = must(register_->record(admin_, new_anna()));
  EXPECT_EQ(last(), "people:RecordPerson");
  EXPECT_EQ(ledger_.events.back().first, kProvider);
  EXPECT_EQ(ledger_.events.back().second.actor, "ines");
  EXPECT_EQ(detail("name"), "Anna Weiss");
  EXPECT_EQ(must(register_->find(kProvider, anna.id)).name, "Anna Weiss");
  EXPECT_EQ(refusal(register_->find(kCustomer, anna.id)), "people.no_person");
  const Actor other{.tenant = kCustomer, .user = kAnna, .name = "anna", .source_ip = ""};
  EXPECT_EQ(refusal(register_->change(other, anna.id, {.name = "X"})), "people.no_person");
  EXPECT_EQ(refusal(register_->record_departure(other, anna.id, now(), "x")), "people.no_person");
  EXPECT_EQ(refusal(register_->bind(admin_, anna.id, kAnna)), "people.no_account");
  EXPECT_TRUE(must(register_->list(kCustomer, State::kAll, {})).persons.empty());
  // The same reference is another person elsewhere.
  EXPECT_EQ(must(register_->record(other, new_anna())).reference, "E-7");
}

TEST_P(PersonsTest, RefusesWhatIsWrongAndSaysWhat) {
  must(register_->record(admin_, new_anna()));
  const auto refused = [&](auto alter) {
    NewPerson wanted = new_anna();
    wanted.reference = "E-8";
    alter(wanted);
    return refusal(register_->record(admin_, wanted));
  };
  EXPECT_EQ(refused([](NewPerson& p) { p.name = ""; }), "people.bad_name");
  EXPECT_EQ(refused([](NewPerson& p) { p.name = "=1+1"; }), "people.bad_name");
  EXPECT_EQ(refused([](NewPerson& p) { p.email = "nowhere"; }), "people.bad_email");
  EXPECT_EQ(refused([](NewPerson& p) { p.reference = "E 8"; }), "people.bad_reference");
  EXPECT_EQ(refused([](NewPerson& p) { p.reference = "E-7"; }), "people.reference_taken");
  EXPECT_EQ(refused([](NewPerson& p) { p.ends = p.starts - days(1); }), "people.ends_before_start");
  EXPECT_EQ(refused([](NewPerson& p) { p.starts = Timestamp::max(); }), "people.bad_date");
  EXPECT_EQ(refused([](NewPerson& p) { p.job_role = JobRoleId{5}; }), "people.no_job_role");
  EXPECT_EQ(refused([](NewPerson& p) { p.manager = PersonId{5}; }), "people.no_person");
  EXPECT_EQ(count("SELECT count(*) AS n FROM person"), 1);
  outbox_.is_healthy = false;
  EXPECT_EQ(refused([](NewPerson&) {}), "people.log_unavailable");
}

TEST_P(PersonsTest, MoveToAnotherJobAndTheHistoryStays) {
  const JobRoleId first = make_role("Storage engineer"), second = make_role("Network engineer");
  NewPerson wanted = new_anna();
  wanted.job_role = first;
  const Person anna = must(register_->record(admin_, wanted));
  const Timestamp moved = now() - days(2);
  const Person after =
      must(register_->change(admin_, anna.id, {.job_role = second, .job_role_since = moved}));
  EXPECT_EQ(last(), "people:ChangePerson");
  EXPECT_EQ(detail("job_role"), "Network engineer");
  EXPECT_EQ(detail("job_role_before"), "Storage engineer");
  ASSERT_EQ(after.jobs.size(), 2u);
  EXPECT_EQ(after.jobs[0].name, "Network engineer");
  EXPECT_EQ(after.jobs[0].since, moved);
  EXPECT_FALSE(after.jobs[0].until);
  EXPECT_EQ(after.jobs[1].until, moved);
  EXPECT_EQ(refusal(register_->change(admin_, anna.id,
                                      {.job_role = first, .job_role_since = moved - days(1)})),
            "people.moved_since");
  // Of the same instant the last word counts.
  const Person mended =
      must(register_->change(admin_, anna.id, {.job_role = first, .job_role_since = moved}));
  EXPECT_EQ(mended.jobs.size(), 2u);
  EXPECT_EQ(mended.jobs[0].name, "Storage engineer");
  const std::size_t events = ledger_.events.size();
  must(register_->change(admin_, anna.id, {.name = "Anna Weiss"}));
  EXPECT_EQ(ledger_.events.size(), events) << "nothing changed, nothing is told";
}

TEST_P(PersonsTest, TheBeginningOfAJobIsCorrected) {
  const JobRoleId first = make_role("Storage engineer"), second = make_role("Network engineer");
  const Person anna = must(register_->record(admin_, new_anna()));
  EXPECT_EQ(refusal(register_->change(admin_, anna.id, {.job_role_since = now()})),
            "people.no_job");
  const Timestamp began = now() - days(9), moved = now() + days(2);
  must(register_->change(admin_, anna.id, {.job_role = first, .job_role_since = began}));
  must(register_->change(admin_, anna.id, {.job_role = second, .job_role_since = moved}));
  // Later with its name, earlier without.
  for (const Change& change : {Change{.job_role = second, .job_role_since = moved + days(1)},
                               Change{.job_role_since = moved - days(7)}}) {
    const Person after = must(register_->change(admin_, anna.id, change));
    EXPECT_EQ(detail("job_role_since_before").empty(), false);
    ASSERT_EQ(after.jobs.size(), 2u);
    EXPECT_EQ(after.jobs[0].role, second);
    EXPECT_EQ(after.jobs[0].since, *change.job_role_since);
    EXPECT_FALSE(after.jobs[0].until);
    EXPECT_EQ(after.jobs[1].since, began);
    EXPECT_EQ(after.jobs[1].until, change.job_role_since);
  }
  EXPECT_EQ(refusal(register_->change(admin_, anna.id, {.job_role_since = began})),
            "people.moved_since");
  // What of the job before has to go by then goes no later.
  EXPECT_EQ(refusal(register_->change(admin_, anna.id, {.job_role_since = now() - days(1)})),
            "people.job_began");
  must(register_->change(admin_, anna.id, {.job_role_since = moved - days(8)}));
}

TEST_P(PersonsTest, TheBeginningOfTheFirstJobIsCorrectedEitherWay) {
  const JobRoleId role = make_role("Storage engineer");
  const Person anna = must(register_->record(admin_, new_anna()));
  must(register_->change(admin_, anna.id, {.job_role = role, .job_role_since = now() - days(9)}));
  for (const Timestamp since : {now() - days(1), now() - days(10)})
    EXPECT_EQ(must(register_->change(admin_, anna.id, {.job_role_since = since})).jobs[0].since,
              since);
}

TEST_P(PersonsTest, AnAccountIsOnePersons) {
  const Person anna = must(register_->record(admin_, new_anna()));
  NewPerson other = new_anna();
  other.reference = "";
  const Person twin = must(register_->record(admin_, other));
  EXPECT_EQ(twin.reference, twin.id.text());
  EXPECT_EQ(must(register_->bind(admin_, anna.id, kOleg)).accounts.at(0).name, "oleg");
  EXPECT_EQ(last(), "people:BindAccount");
  EXPECT_EQ(refusal(register_->bind(admin_, twin.id, kOleg)), "people.account_taken");
  EXPECT_EQ(refusal(register_->unbind(admin_, twin.id, kOleg)), "people.no_account");
  execute("UPDATE iam_user SET owner_id = 10 WHERE id = 12");
  EXPECT_EQ(refusal(register_->bind(admin_, anna.id, UserId{12})), "people.program_account");
  EXPECT_TRUE(must(register_->unbind(admin_, anna.id, kOleg)).accounts.empty());
  EXPECT_EQ(last(), "people:UnbindAccount");
  must(register_->bind(admin_, twin.id, kOleg));
}

TEST_P(PersonsTest, AccountsOfWhoLeftAreTakenOnceAndOnlyWhileThePersonIsGone) {
  const Person anna = must(register_->record(admin_, new_anna()));
  must(register_->bind(admin_, anna.id, kOleg));
  EXPECT_TRUE(must(register_->leavers()).empty());
  const auto take = [&] {
    bool taken = false;
    EXPECT_TRUE(state_->write([&](database::Transaction& transaction) -> Result<> {
      TRY(taken, register_->take_leaver(transaction, kOleg));
      return {};
    }));
    return taken;
  };
  EXPECT_FALSE(take());
  must(register_->record_departure(admin_, anna.id, now() + days(1), "retires"));
  EXPECT_EQ(last(), "people:RecordDeparture");
  EXPECT_EQ(detail("reason"), "retires");
  EXPECT_TRUE(must(register_->leavers()).empty()) << "not yet";
  clock_.advance(days(1));
  const auto due = must(register_->leavers());
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].user, kOleg);
  EXPECT_EQ(due[0].person, anna.id);

  // It cannot be: that is told once.
  must(register_->note_kept(due[0], "last_administrator"));
  EXPECT_EQ(last(), "people:LeaverAlarm");
  const auto kept = must(register_->leavers());
  ASSERT_EQ(kept.size(), 1u) << "it is tried again";
  const std::size_t events = ledger_.events.size();
  must(register_->note_kept(kept[0], "last_administrator"));
  EXPECT_EQ(ledger_.events.size(), events);

  EXPECT_TRUE(take());
  execute("UPDATE iam_user SET active = 0 WHERE id = 11");
  EXPECT_TRUE(must(register_->leavers()).empty());
  EXPECT_EQ(must(register_->find(kProvider, anna.id)).accounts[0].kept, "");
  // Readmitted while its person is gone.
  execute("UPDATE iam_user SET active = 1 WHERE id = 11");
  EXPECT_EQ(must(register_->leavers()).size(), 1u);
  // The person comes back: whoever was about to end the account leaves it alone.
  const Person back =
      must(register_->change(admin_, anna.id, {.ends = std::optional<Timestamp>()}));
  EXPECT_EQ(back.departure_reason, "");
  EXPECT_FALSE(back.accounts.at(0).ended);
  EXPECT_FALSE(take());
  EXPECT_TRUE(must(register_->leavers()).empty());
}

TEST_P(PersonsTest, WhoMayNotSuspendAdministratorsDoesNotHaveThemLeave) {
  const Person ines = must(register_->record(clerk_, new_anna()));
  must(register_->bind(admin_, ines.id, kInes));
  const std::string denied = "people.administrator_leaves";
  EXPECT_EQ(refusal(register_->record_departure(clerk_, ines.id, now(), "x")), denied);
  EXPECT_EQ(refusal(register_->change(clerk_, ines.id, {.ends = std::optional(now())})), denied);
  EXPECT_EQ(refusal(register_->import_people(clerk_, "reference,ends\nE-7,2020-01-01\n")), "");
  EXPECT_FALSE(must(register_->find(kProvider, ines.id)).ends);
}

// Four eyes rest on it.
TEST_P(PersonsTest, WhoMayNotSuspendAdministratorsDoesNotSayWhoseTheirAccountsAre) {
  const Person ines = must(register_->record(clerk_, new_anna()));
  const std::string denied = "people.administrator_account";
  EXPECT_EQ(refusal(register_->bind(clerk_, ines.id, kInes)), denied);
  const Imported imported =
      must(register_->import_people(clerk_, "reference,accounts\nE-7,ines\n"));
  ASSERT_EQ(imported.faults.size(), 1u);
  EXPECT_EQ(imported.faults[0].error.message(), denied);
  must(register_->bind(admin_, ines.id, kInes));
  EXPECT_EQ(refusal(register_->unbind(clerk_, ines.id, kInes)), denied);
  // Nor does it while the role is for a time, or will be back after it.
  execute("UPDATE iam_user SET base_role = role, role = 'reader', role_until_us = 1 WHERE id = 10");
  EXPECT_EQ(refusal(register_->unbind(clerk_, ines.id, kInes)), denied);
  must(register_->bind(clerk_, ines.id, kOleg));
  must(register_->unbind(clerk_, ines.id, kOleg));
}

TEST_P(PersonsTest, NobodyPartsItsOwnAccounts) {
  const Person ines = must(register_->record(admin_, new_anna()));
  must(register_->bind(admin_, ines.id, kInes));
  EXPECT_EQ(refusal(register_->unbind(admin_, ines.id, kInes)), "people.own_accounts")
      << "else it would settle the own list";
  must(register_->bind(admin_, ines.id, kOleg));
  for (UserId account : {kInes, kOleg})
    EXPECT_EQ(refusal(register_->unbind(admin_, ines.id, account)), "people.own_accounts");
  execute("UPDATE iam_user SET owner_id = 10 WHERE id = 12");
  Actor program = clerk_;
  program.may_suspend_administrators = true;
  EXPECT_EQ(refusal(register_->unbind(program, ines.id, kOleg)), "people.own_accounts");
  execute("UPDATE iam_user SET owner_id = NULL WHERE id = 12");
  must(register_->unbind(program, ines.id, kOleg));
}

TEST_P(PersonsTest, WhatWasUnboundIsRemembered) {
  const Person anna = must(register_->record(admin_, new_anna()));
  const Timestamp bound = now();
  must(register_->bind(admin_, anna.id, kOleg));
  clock_.advance(kMistakeLimit + std::chrono::seconds(1));
  const Person after = must(register_->unbind(admin_, anna.id, kOleg));
  EXPECT_TRUE(after.accounts.empty());
  EXPECT_EQ(detail("remembered"), "yes");
  ASSERT_EQ(after.former_accounts.size(), 1u);
  EXPECT_EQ(after.former_accounts[0].user, kOleg);
  EXPECT_EQ(after.former_accounts[0].name, "oleg");
  EXPECT_EQ(after.former_accounts[0].bound, bound);
  EXPECT_EQ(after.former_accounts[0].unbound, now());

  // What is known already is not forgotten by binding anew, whatever comes of that.
  must(register_->bind(admin_, anna.id, kOleg));
  EXPECT_EQ(must(register_->unbind(admin_, anna.id, kOleg)).former_accounts.size(), 1u);
  must(register_->bind(admin_, anna.id, kOleg));
  clock_.advance(days(1));
  const Person again = must(register_->unbind(admin_, anna.id, kOleg));
  ASSERT_EQ(again.former_accounts.size(), 1u);
  EXPECT_EQ(again.former_accounts[0].unbound, now());
  EXPECT_EQ(must(register_->list(kProvider, State::kAll, {})).persons[0].former_accounts.size(),
            1u);
}

TEST_P(PersonsTest, WhoBoundAnAccountByMistakeTakesThatBackWithinTheHour) {
  const Person anna = must(register_->record(admin_, new_anna()));
  Actor clerk = clerk_;
  clerk.may_suspend_administrators = true;
  const auto unbound = [&](const Actor& by) {
    return must(register_->unbind(by, anna.id, kOleg)).former_accounts.size();
  };
  must(register_->bind(admin_, anna.id, kOleg));
  clock_.advance(kMistakeLimit);
  EXPECT_EQ(unbound(admin_), 0u);
  EXPECT_EQ(detail("remembered"), "no");
  must(register_->import_people(admin_, "reference,accounts\r\nE-7,oleg\r\n"));
  EXPECT_EQ(unbound(admin_), 0u) << "of a file too";
  // A program's acts are its owner's.
  execute("UPDATE iam_user SET owner_id = 10 WHERE id = 12");
  must(register_->bind(clerk, anna.id, kOleg));
  EXPECT_EQ(unbound(admin_), 0u);
  execute("UPDATE iam_user SET owner_id = NULL WHERE id = 12");
  must(register_->bind(clerk, anna.id, kOleg));
  EXPECT_EQ(unbound(admin_), 1u) << "of another's word";
  execute("DELETE FROM former_account");
  // Sessions of roles are nobody, and so is who bound what was bound before that was noted.
  Actor role = admin_;
  role.user = {};
  must(register_->bind(role, anna.id, kOleg));
  EXPECT_EQ(unbound(role), 1u);
}

// Else a first account, taken from its person by another, would part the second.
TEST_P(PersonsTest, WhoseAccountItWasPartsNoneEither) {
  const Person ines = must(register_->record(admin_, new_anna()));
  must(register_->bind(admin_, ines.id, kInes));
  must(register_->bind(admin_, ines.id, kOleg));
  Actor clerk = clerk_;
  clerk.may_suspend_administrators = true;
  must(register_->unbind(clerk, ines.id, kInes));
  EXPECT_EQ(refusal(register_->unbind(admin_, ines.id, kOleg)), "people.own_accounts");
}

TEST_P(PersonsTest, WhoMayNotSuspendAdministratorsTakesNoEndOfOneBack) {
  const Person ines = must(register_->record(admin_, new_anna()));
  must(register_->bind(admin_, ines.id, kInes));
  must(register_->record_departure(admin_, ines.id, now() + days(1), "retires"));
  const std::string denied = "people.administrator_leaves";
  const Change back{.ends = std::optional<Timestamp>()};
  EXPECT_EQ(refusal(register_->change(clerk_, ines.id, back)), denied);
  EXPECT_EQ(refusal(register_->unbind(clerk_, ines.id, kInes)), denied);
  EXPECT_TRUE(must(register_->find(kProvider, ines.id)).ends);
  EXPECT_FALSE(must(register_->change(admin_, ines.id, back)).ends);
}

TEST_P(PersonsTest, AreListedByNameAPageAtATime) {
  for (int i = 0; i < 5; ++i) {
    NewPerson wanted = new_anna();
    wanted.reference = "R" + std::to_string(i);
    wanted.name = i < 2 ? "Same Name" : "Person " + std::to_string(i);
    if (i == 4) wanted.starts = now() + days(3);
    if (i == 3) wanted.ends = now() - days(1);
    must(register_->record(admin_, wanted));
  }
  std::vector<std::string> names;
  Page page{.limit = 2};
  do {
    const Listing listing = must(register_->list(kProvider, State::kAll, page));
    EXPECT_LE(listing.persons.size(), 2u);
    for (const Person& person : listing.persons) names.push_back(person.name);
    page.after = listing.next;
  } while (!page.after.empty());
  EXPECT_EQ(names, (std::vector<std::string>{"Person 2", "Person 3", "Person 4", "Same Name",
                                             "Same Name"}));
  EXPECT_EQ(must(register_->list(kProvider, State::kFuture, {})).persons.size(), 1u);
  EXPECT_EQ(must(register_->list(kProvider, State::kLeft, {})).persons.size(), 1u);
  EXPECT_EQ(must(register_->list(kProvider, State::kPresent, {})).persons.size(), 3u);
  const Listing one = must(register_->list(kProvider, State::kAll, {.reference = "R2"}));
  ASSERT_EQ(one.persons.size(), 1u);
  EXPECT_EQ(one.persons[0].reference, "R2");
  EXPECT_EQ(refusal(register_->list(kProvider, State::kAll, {.after = "x"})), "people.bad_cursor");
}

}  // namespace
}  // namespace belfry::people
