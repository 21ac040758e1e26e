#include "checklists_state.h"

namespace belfry::people {
namespace {

BELFRY_ON_BOTH_ENGINES(ChecklistsTest);

TEST_P(ChecklistsTest, StepsAreDeclaredChangedAndRetired) {
  const Step badge = add(StepKind::kArrival, "Badge", true, 3, {Kind::kContractor});
  EXPECT_EQ(last(), "people:AddChecklistStep");
  EXPECT_EQ(detail("persons"), "contractor");
  EXPECT_EQ(badge.persons, std::vector{Kind::kContractor});
  EXPECT_EQ(badge.due_days, 3);
  const auto wrong = [&](StepWords words) {
    return refusal(lists().add_step(admin_, {.kind = StepKind::kArrival, .words = words}));
  };
  EXPECT_EQ(wrong({"badge", "x"}), "people.step_exists");
  EXPECT_EQ(wrong({"=1", "x"}), "people.bad_name");
  EXPECT_EQ(wrong({"NDA", ""}), "people.bad_step_text");
  EXPECT_EQ(wrong({"NDA", "x", 6}), "people.bad_due_days") << "no later than where it says nothing";
  EXPECT_TRUE(must(lists().add_step(admin_, {.kind = StepKind::kDeparture,
                                             .words = {"Letter", "x", 90},
                                             .is_mandatory = false}))
                  .due_days);
  EXPECT_EQ(wrong({"NDA", "x", -1}), "people.bad_due_days");
  add(StepKind::kDeparture, "Badge");

  const Step changed = must(lists().change_step(admin_, badge.id, {"Pass", "Hand it out", {}}));
  EXPECT_EQ(last(), "people:ChangeChecklistStep");
  EXPECT_EQ(changed.name, "Pass");
  EXPECT_FALSE(changed.due_days);
  const Actor customer{.tenant = kCustomer, .user = UserId{20}, .name = "anna", .source_ip = ""};
  EXPECT_EQ(refusal(lists().change_step(customer, badge.id, {"X", "Y", {}})), "people.no_step");
  EXPECT_EQ(refusal(lists().retire_step(customer, badge.id)), "people.no_step");
  EXPECT_TRUE(must(lists().steps(kCustomer)).empty());

  EXPECT_TRUE(must(lists().retire_step(admin_, badge.id)).retired);
  EXPECT_EQ(last(), "people:RetireChecklistStep");
  EXPECT_EQ(refusal(lists().retire_step(admin_, badge.id)), "people.step_retired");
  EXPECT_EQ(refusal(lists().change_step(admin_, badge.id, {"X", "Y", {}})), "people.step_retired");
  add(StepKind::kArrival, "Pass");
  const auto all = must(lists().steps(kProvider));
  ASSERT_EQ(all.size(), 4u);
  EXPECT_TRUE(all[3].retired) << "the retired one last, under its name";
  EXPECT_EQ(all[3].name, "Pass");
}

// What was done stays what was asked.
TEST_P(ChecklistsTest, WhatWasAskedStaysAsItWas) {
  const Step badge = add(StepKind::kArrival, "Badge", true, 2),
             keys = add(StepKind::kArrival, "Keys");
  const std::size_t events = ledger_.events.size();
  must(lists().change_step(admin_, badge.id, {"Badge", "Do Badge", 2}));
  EXPECT_EQ(ledger_.events.size(), events) << "nothing was changed";
  must(lists().change_step(admin_, badge.id, {"Pass", "Do it", 3}));
  EXPECT_EQ(detail("name_before"), "Badge");
  EXPECT_EQ(detail("text_before"), "Do Badge");
  EXPECT_EQ(detail("due_days_before"), "2");
  EXPECT_EQ(refusal(lists().change_step(admin_, badge.id, {"Pass", "x", 6})),
            "people.bad_due_days");
  const PersonId anna = record("E-7", now());
  for (const std::optional<std::int64_t> days : {std::optional<std::int64_t>(4), {}})
    EXPECT_EQ(refusal(lists().change_step(admin_, badge.id, {"Pass", "Do it", days})),
              "people.step_used")
        << "asked of somebody";
  must(lists().change_step(admin_, badge.id, {"Badge", "Do it", 3}));
  settle(oleg_, anna, badge);
  for (const StepWords& words : {StepWords{"Pass", "Do it", 3}, StepWords{"Badge", "x", 3}})
    EXPECT_EQ(refusal(lists().change_step(admin_, badge.id, words)), "people.step_used");
  must(lists().change_step(admin_, badge.id, {"Badge", "Do it", 3}));
  must(lists().change_step(admin_, keys.id, {"Locks", "Do Keys", {}}));
}

TEST_P(ChecklistsTest, WhatIsRetiredMakesRoomForOthers) {
  std::vector<Step> steps;
  steps.reserve(50);
  for (int i = 0; i < 50; ++i)
    steps.push_back(add(StepKind::kArrival, "Step " + std::to_string(i), false));
  const NewStep another{.kind = StepKind::kArrival, .words = {"Another", "x", {}}};
  EXPECT_EQ(refusal(lists().add_step(admin_, another)), "people.too_many_steps");
  add(StepKind::kDeparture, "Another");
  must(lists().retire_step(admin_, steps[7].id));
  must(lists().add_step(admin_, another));
}

// Neither a new step nor a file of those who are there already makes anybody late.
TEST_P(ChecklistsTest, AStepIsAskedOfWhoStartsFromThatDayOn) {
  clock_.advance(std::chrono::hours(14));
  const PersonId old = record("E-1", now() - days(4000));
  const Step badge = add(StepKind::kArrival, "Badge");
  const Step card = add(StepKind::kArrival, "Card", true, 0, {Kind::kExternal});
  const Timestamp today = std::chrono::floor<days>(now());
  const std::string file = "reference,name,starts\r\nE-5,Earlier,2014-01-01\r\n";
  must(register_->import_people(admin_, file));
  const auto imported = must(register_->list(kProvider, State::kAll, {.reference = "E-5"}));
  EXPECT_EQ(shown(imported.persons.at(0).id), Names{});
  EXPECT_EQ(shown(old), Names{});
  EXPECT_EQ(refused(oleg_, old, badge), "people.no_item");
  const PersonId same_day = record("E-2", today);
  const PersonId external = record("X-1", today + days(1), Kind::kExternal);
  EXPECT_EQ(shown(same_day), Names{"Badge"});
  EXPECT_EQ(shown(external), (Names{"Card", "Badge"})) << "by when it is due";
  clock_.advance(days(5));
  EXPECT_EQ(shown(same_day), Names{"Badge!"});
  EXPECT_EQ(overdue(same_day), 1);
  EXPECT_EQ(overdue(external), 1);
  EXPECT_EQ(overdue(old), 0);

  must(lists().retire_step(admin_, badge.id));
  EXPECT_EQ(shown(same_day), Names{"Badge!"}) << "it was asked";
  EXPECT_EQ(shown(record("E-3", now())), Names{});
  settle(oleg_, same_day, badge);
  EXPECT_EQ(shown(same_day), Names{"(Badge)"});
  // Asked of another kind, what was done stays.
  settle(oleg_, external, card);
  must(register_->change(admin_, external, {.kind = Kind::kEmployee}));
  EXPECT_EQ(shown(external), (Names{"(Card)", "Badge"}));
}

// Who started at midnight would be late at once by one that is due with the start.
TEST_P(ChecklistsTest, AStepThatIsDueAtOnceMakesNobodyLateByBeingAdded) {
  clock_.advance(std::chrono::hours(14));
  const Timestamp today = std::chrono::floor<days>(now());
  const PersonId early = record("E-1", today);
  const PersonId gone = record("E-2", today - days(9), Kind::kEmployee, today);
  const PersonId tonight = record("E-3", today + std::chrono::hours(20));
  const Step badge = add(StepKind::kArrival, "Badge", true, 0);
  add(StepKind::kDeparture, "Keys", true, 0);
  EXPECT_EQ(badge.from, now());
  EXPECT_EQ(shown(early), Names{});
  EXPECT_EQ(shown(gone), Names{"(accounts_ended)"});
  EXPECT_EQ(overdue(early) + overdue(gone), 0);
  EXPECT_EQ(shown(tonight), Names{"Badge"});
  // Nor by saying on that day that it is.
  const Step card = add(StepKind::kArrival, "Card", true, {}, {Kind::kExternal});
  EXPECT_EQ(card.from, today);
  clock_.advance(std::chrono::hours(1));
  EXPECT_EQ(must(lists().change_step(admin_, card.id, {"Card", "Do Card", 0})).from, now());
  EXPECT_EQ(shown(record("X-1", today, Kind::kExternal)), Names{});
  clock_.advance(std::chrono::hours(6));
  EXPECT_EQ(shown(tonight), Names{"Badge!"});
  // Another name frees nobody whom it was asked of at midnight.
  clock_.advance(std::chrono::hours(3));
  ASSERT_EQ(now(), today + days(1));
  const Step midnight = add(StepKind::kArrival, "Oath", true, 0, {Kind::kContractor});
  const PersonId sworn = record("C-1", now(), Kind::kContractor);
  clock_.advance(std::chrono::hours(1));
  must(lists().change_step(admin_, midnight.id, {"Vow", "Do it", 0}));
  EXPECT_EQ(shown(sworn), (Names{"Badge!", "Vow!"}));
  // On another day of whom it is asked stays.
  const Step deed = add(StepKind::kArrival, "Deed", true, {}, {Kind::kExternal});
  clock_.advance(days(1));
  EXPECT_EQ(must(lists().change_step(admin_, deed.id, {"Deed", "Do Deed", 0})).from, deed.from);
}

TEST_P(ChecklistsTest, WhatIsDoneSaysByWhomAndWithWhatAndCanBeUndone) {
  const Step badge = add(StepKind::kArrival, "Badge");
  const Step lunch = add(StepKind::kArrival, "Lunch", false, 0);
  const PersonId anna = record("E-7", now());
  EXPECT_EQ(refusal(lists().settle(oleg_, anna, badge.id, StepAct::kDo, "", other_than(oleg_))),
            "people.bad_note");
  EXPECT_EQ(refusal(lists().settle(oleg_, anna, StepId{}, StepAct::kDo, "x", other_than(oleg_))),
            "people.no_item");
  const auto items =
      must(lists().settle(oleg_, anna, badge.id, StepAct::kDo, "Receipt 4711", other_than(oleg_)));
  EXPECT_EQ(last(), "people:DoChecklistStep");
  EXPECT_EQ(detail("note"), "Receipt 4711");
  EXPECT_EQ(detail("method"), "session");
  const auto done = *std::ranges::find(items, badge.id, &Item::step);
  EXPECT_EQ(done.note, "Receipt 4711");
  EXPECT_EQ(done.by_name, "oleg");
  EXPECT_EQ(done.at, now());
  EXPECT_EQ(shown(anna), (Names{"Lunch", "(Badge)"})) << "what is not mandatory is not overdue";
  EXPECT_EQ(refused(nadia_, anna, badge), "people.step_not_open");
  EXPECT_EQ(refusal(lists().undo(nadia_, anna, lunch.id, "x")), "people.step_open");
  EXPECT_EQ(refusal(lists().undo(nadia_, anna, badge.id, "")), "people.bad_step_reason");
  must(lists().undo(nadia_, anna, badge.id, "another's receipt"));
  EXPECT_EQ(last(), "people:UndoChecklistStep");
  EXPECT_EQ(detail("note_before"), "Receipt 4711");
  EXPECT_EQ(detail("by_id_before"), kOleg.text());
  EXPECT_EQ(detail("at_before"), format_rfc3339(now()));
  EXPECT_EQ(detail("step_id"), badge.id.text());
  EXPECT_EQ(shown(anna), (Names{"Lunch", "Badge"}));
  const Actor customer{.tenant = kCustomer, .user = UserId{20}, .name = "anna", .source_ip = ""};
  EXPECT_EQ(refused(customer, anna, badge), "people.no_person");
  EXPECT_EQ(refusal(lists().checklist(kCustomer, anna)), "people.no_person");
}

TEST_P(ChecklistsTest, AWaiverIsAnothersThanWhoAnswersForTheRest) {
  const Step badge = add(StepKind::kArrival, "Badge"), contract = add(StepKind::kArrival, "Deed");
  const Step keys = add(StepKind::kArrival, "Keys");
  const PersonId anna = record("E-7", now());
  EXPECT_EQ(refused(admin_, anna, badge, StepAct::kWaive), "people.waived_by_responsible")
      << "who recorded the person";
  settle(oleg_, anna, contract);
  EXPECT_EQ(refused(oleg_, anna, badge, StepAct::kWaive), "people.waived_by_responsible");
  settle(nadia_, anna, badge, StepAct::kWaive);
  EXPECT_EQ(responsible_.users, (std::vector{kInes, kOleg}));
  EXPECT_EQ(last(), "people:WaiveChecklistStep");
  EXPECT_EQ(detail("reason"), "Doc 12");
  EXPECT_EQ(shown(anna), (Names{"[Badge]", "(Deed)", "Keys"}));
  EXPECT_EQ(refused(nadia_, anna, keys), "people.waived_by_responsible")
      << "nor does the rest who waived";
  EXPECT_EQ(detail("approved_by_own_account"), "");
  is_sure_ = false;
  settle(admin_, anna, keys);
  EXPECT_EQ(responsible_.users, std::vector{kNadia});
  EXPECT_EQ(detail("approved_by_own_account"), "yes");
  clock_.advance(days(9));
  EXPECT_EQ(overdue(anna), 0);
}

// Undoing is no waiver: who undid what it did of a list may waive, and has that done by another.
TEST_P(ChecklistsTest, WhatIsUndoneIsOpenAndLetsNobodyOff) {
  const Step badge = add(StepKind::kArrival, "Badge"), deed = add(StepKind::kArrival, "Deed");
  const PersonId anna = record("E-7", now());
  settle(oleg_, anna, badge);
  EXPECT_EQ(refused(oleg_, anna, deed, StepAct::kWaive), "people.waived_by_responsible");
  clock_.advance(days(9));
  must(lists().undo(oleg_, anna, badge.id, "it was another's"));
  EXPECT_EQ(overdue(anna), 2) << "late again, as nothing was done";
  settle(oleg_, anna, deed, StepAct::kWaive);
  EXPECT_EQ(refused(oleg_, anna, badge), "people.waived_by_responsible");
  EXPECT_EQ(responsible_.users, std::vector{kOleg});
  settle(nadia_, anna, badge);
  // Who undoes its waiver to do the rest leaves that one open too.
  must(lists().undo(oleg_, anna, deed.id, "needed after all"));
  EXPECT_EQ(shown(anna), (Names{"(Badge)", "Deed!"}));
  EXPECT_EQ(refused(nadia_, anna, deed, StepAct::kWaive), "people.waived_by_responsible");
}

// Between the question and the change nothing comes: what is asked is the state that is changed.
TEST_P(ChecklistsTest, WhoAnswersIsAskedInTheTransactionOfTheChange) {
  const Step badge = add(StepKind::kArrival, "Badge");
  const PersonId anna = record("E-7", now());
  const IsAnother refuse = [&](database::Transaction& transaction,
                               const Responsible&) -> Result<bool> {
    TRY(transaction.execute("UPDATE person SET name = 'Changed'"));
    return fail(Code::kDenied, "people.settled_by_maker");
  };
  EXPECT_EQ(refusal(lists().settle(nadia_, anna, badge.id, StepAct::kWaive, "x", refuse)),
            "people.settled_by_maker");
  EXPECT_EQ(must(register_->find(kProvider, anna)).name, "E-7") << "nothing of it stays";
  EXPECT_EQ(shown(anna), Names{"Badge"});
}

TEST_P(ChecklistsTest, NobodySettlesTheOwnListAndAProgramIsItsOwners) {
  const Step badge = add(StepKind::kArrival, "Badge"), contract = add(StepKind::kArrival, "Deed");
  add_user(13, 1, "twin", "reader");
  add_user(14, 1, "robot", "reader");
  execute("UPDATE iam_user SET owner_id = 11 WHERE id = 14");
  const Actor robot = user(UserId{14}, "robot");
  const PersonId oleg = record("E-8", now());
  for (const UserId account : {kOleg, UserId{13}}) must(register_->bind(admin_, oleg, account));
  for (const Actor& own : {oleg_, user(UserId{13}, "twin"), robot}) {
    EXPECT_EQ(refused(own, oleg, badge), "people.own_checklist");
    EXPECT_EQ(refused(own, oleg, badge, StepAct::kWaive), "people.own_checklist");
  }
  settle(nadia_, oleg, contract, StepAct::kWaive);
  EXPECT_EQ(responsible_.barred, (std::vector{kOleg, UserId{13}})) << "nobody waits for them";
  EXPECT_EQ(refused(user({}, "role"), oleg, badge), "people.act_of_nobody");

  // What a program recorded and did, its owner then did.
  const PersonId anna = must(register_->record(robot, new_anna())).id;
  must(register_->change(robot, anna, {.starts = now()}));
  settle(nadia_, anna, badge, StepAct::kWaive);
  EXPECT_EQ(responsible_.users, std::vector{kOleg});
  settle(robot, anna, contract);
  const Item done = must(lists().checklist(kProvider, anna)).at(1);
  EXPECT_EQ(done.by, kOleg);
  EXPECT_EQ(done.by_name, "robot");
  // Where nobody is known who answers for the list, that it is another is not sure.
  execute("DELETE FROM checklist_author");
  settle(nadia_, oleg, badge, StepAct::kWaive);
  EXPECT_EQ(detail("approved_by_own_account"), "yes");
}

// Else who may unbind would lend a second account out for the while of an act.
TEST_P(ChecklistsTest, AnAccountThatWasThePersonsSettlesNoneOfItsListEither) {
  const Step badge = add(StepKind::kArrival, "Badge");
  const PersonId oleg = record("E-8", now());
  add_user(13, 1, "twin", "reader");
  for (const UserId account : {kOleg, UserId{13}}) must(register_->bind(admin_, oleg, account));
  clock_.advance(days(1));
  must(register_->unbind(admin_, oleg, UserId{13}));
  EXPECT_EQ(refused(user(UserId{13}, "twin"), oleg, badge), "people.own_checklist");
  settle(nadia_, oleg, badge, StepAct::kWaive);
  EXPECT_EQ(responsible_.barred, (std::vector{kOleg, UserId{13}})) << "nobody waits for either";
  EXPECT_EQ(refusal(lists().undo(user(UserId{13}, "twin"), oleg, badge.id, "x")),
            "people.own_checklist");
}

TEST_P(ChecklistsTest, TheEndOfAccountsIsSeenAndNotDoneByHand) {
  const Step keys = add(StepKind::kDeparture, "Keys");
  execute("UPDATE checklist_step SET due_days = 2");
  const PersonId oleg = record("E-8", now() - days(100));
  must(register_->bind(admin_, oleg, kOleg));
  EXPECT_EQ(shown(oleg), Names{});
  must(register_->record_departure(admin_, oleg, now() + days(1), "retires"));
  EXPECT_EQ(shown(oleg), (Names{"accounts_ended", "Keys"}));
  clock_.advance(days(2));
  EXPECT_EQ(shown(oleg), (Names{"accounts_ended!", "Keys"}));
  EXPECT_EQ(overdue(oleg), 1);
  const auto works = [&](const char* sql) {
    execute(sql);
    const bool is_open = shown(oleg).at(0) == "accounts_ended!";
    EXPECT_EQ(overdue(oleg), std::int64_t{is_open});
    return is_open;
  };
  EXPECT_TRUE(works("UPDATE iam_user SET active = 0 WHERE id = 11")) << "the role is left";
  EXPECT_FALSE(works("UPDATE iam_user SET role = 'reader' WHERE id = 11"));
  EXPECT_TRUE(
      works("INSERT INTO access_key (id, tenant_id, user_id, secret_sealed, second_factor, "
            "created_us) VALUES ('K', 1, 11, '', 0, 0)"));
  EXPECT_FALSE(works("DELETE FROM access_key"));
  execute("INSERT INTO iam_group (id, tenant_id, name, created_us) VALUES (7, 1, 'Crew', 0)");
  EXPECT_TRUE(
      works("INSERT INTO group_member (group_id, user_id, tenant_id, since_us) VALUES (7, 11, 1, "
            "0)"));
  EXPECT_FALSE(works("DELETE FROM group_member"));
  clock_.advance(days(1));
  EXPECT_EQ(shown(oleg), (Names{"(accounts_ended)", "Keys!"}));
  // Who recorded the departure answers for it.
  EXPECT_EQ(refused(admin_, oleg, keys, StepAct::kWaive), "people.waived_by_responsible");
  settle(nadia_, oleg, keys, StepAct::kWaive);
  EXPECT_EQ(overdue(oleg), 0);
}

// What was given back once is given back again.
TEST_P(ChecklistsTest, WhoComesBackLeavesAnew) {
  const Step badge = add(StepKind::kArrival, "Badge"), keys = add(StepKind::kDeparture, "Keys");
  const PersonId anna = record("E-7", now());
  settle(oleg_, anna, badge);
  must(register_->record_departure(admin_, anna, now() + days(10), "retires"));
  settle(oleg_, anna, keys);
  must(register_->record_departure(admin_, anna, now() + days(3), "sooner"));
  EXPECT_EQ(shown(anna), (Names{"(Badge)", "accounts_ended", "(Keys)"})) << "the same departure";
  must(register_->change(admin_, anna, {.ends = std::optional<Timestamp>{}}));
  EXPECT_EQ(detail("departure_anew"), "Keys");
  must(register_->record_departure(admin_, anna, now() + days(3), "after all"));
  EXPECT_EQ(shown(anna), (Names{"(Badge)", "accounts_ended", "Keys"}));
  settle(oleg_, anna, keys);
  clock_.advance(days(4));
  must(register_->record_departure(admin_, anna, now() + days(30), "stays a while"));
  EXPECT_EQ(detail("departure_anew"), "Keys") << "was gone, and is back";
  // Another contract.
  clock_.advance(days(60));
  settle(oleg_, anna, keys);
  must(register_->change(admin_, anna, {.starts = now(), .ends = std::optional<Timestamp>{}}));
  EXPECT_EQ(shown(anna), Names{"Badge"});
}

TEST_P(ChecklistsTest, OpenStepsAreAFile) {
  const Timestamp today = now();
  add(StepKind::kArrival, "Badge, blue");
  const Step keys = add(StepKind::kDeparture, "Keys");
  const PersonId anna = record("E-7", now());
  record("E-8", now() - days(4000));
  const PersonId gone = record("E-9", now(), Kind::kEmployee, now() + days(1));
  clock_.advance(days(7));
  const std::string head =
      "reference,name,person_kind,starts,ends,list,step,mandatory,due,overdue\r\n";
  const auto date = [&](int day) { return format_rfc3339(today + days(day)).substr(0, 10); };
  EXPECT_EQ(must(lists().export_open_steps(admin_)),
            head + "E-7,E-7,employee," + date(0) + ",,arrival,\"Badge, blue\",yes," + date(5) +
                ",yes\r\nE-9,E-9,employee," + date(0) + "," + date(1) + ",departure,Keys,yes," +
                date(2) + ",yes\r\n");
  EXPECT_EQ(last(), "people:ExportOpenSteps");
  EXPECT_EQ(detail("steps"), "2");
  settle(oleg_, gone, keys);
  EXPECT_EQ(shown(gone), (Names{"Badge, blue", "(accounts_ended)", "(Keys)"}));
  EXPECT_EQ(overdue(gone), 0) << "who has left has arrived";
  must(lists().settle(oleg_, anna, must(lists().checklist(kProvider, anna)).at(0).step,
                      StepAct::kDo, "Receipt", other_than(oleg_)));
  EXPECT_EQ(must(lists().export_open_steps(admin_)), head);
}

}  // namespace
}  // namespace belfry::people
