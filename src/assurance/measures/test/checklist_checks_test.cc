// The checks that read the checklists of arrival and departure.
#include "rights_state.h"

namespace belfry::measures {
namespace {

constexpr std::int64_t kAnna = 60, kBruno = 61, kBadge = 80, kDeed = 81;

class ChecklistChecks : public RightsChecks {
 protected:
  // Of every kind of person, from ten days ago on.
  void add_step(std::int64_t id, const std::string& kind, const std::string& name,
                bool is_mandatory = true) {
    execute(
        "INSERT INTO checklist_step (id, tenant_id, kind, name, name_key, text, mandatory, "
        "for_employees, for_contractors, for_externals, from_us, created_us, changed_us) VALUES "
        "(:id, 1, :kind, :name, :name, 'x', :mandatory, 1, 1, 1, :from, 0, 0)",
        {{"id", id},
         {"kind", kind},
         {"name", name},
         {"mandatory", std::int64_t{is_mandatory}},
         {"from", now() - 10 * kDayUs}});
  }
  void add_person(std::int64_t id, std::int64_t starts_us, std::int64_t ends_us = 0) {
    execute(
        "INSERT INTO person (id, tenant_id, reference, kind, name, name_key, email, starts_us, "
        "ends_us, departure_reason, created_us, changed_us) VALUES (:id, 1, :reference, "
        "'employee', 'A', 'a', '', :starts, :ends, '', 0, 0)",
        {{"id", id},
         {"reference", "E-" + std::to_string(id)},
         {"starts", starts_us},
         {"ends", or_null(ends_us)}});
  }
  void settle(std::int64_t person, std::int64_t step, const std::string& state = "done",
              std::int64_t own = 0) {
    execute(
        "INSERT INTO checklist_item (person_id, step_id, tenant_id, state, note, by_user_id, "
        "by_name, at_us, by_own_account) VALUES (:person, :step, 1, :state, 'x', 10, 'ines', 0, "
        ":own)",
        {{"person", person}, {"step", step}, {"state", state}, {"own", own}});
  }
  std::string listed(const std::string& id, const std::string& subject) {
    auto measures = load();
    for (const EvaluatedRow& row : check(id).rows)
      if (row.subject == subject) return reason_text(*measures->find(id), row.reason).en;
    return "";
  }
};
BELFRY_ON_BOTH_ENGINES(ChecklistChecks);

TEST_P(ChecklistChecks, AListWithoutStepsGovernsNothing) {
  for (const auto& [id, kind] : {std::pair{"S10-P-02", "arrival"}, {"S10-P-04", "departure"}}) {
    const std::string empty = std::string("list ") + kind +
                              ": no mandatory step is asked now, and a process without steps "
                              "governs nothing: add some, with `belfry checklist add NAME --kind " +
                              kind + " --text TEXT`";
    expect(id, Verdict::kFail, {empty});
    EXPECT_EQ(check(id).status.population, 1u);
    const std::int64_t number = kind == std::string("arrival") ? kBadge : kDeed;
    add_step(number, kind, "Badge", false);
    expect(id, Verdict::kFail, {empty});
    execute("UPDATE checklist_step SET mandatory = 1");
    expect(id, Verdict::kNoData, {});
    execute("UPDATE checklist_step SET retired_us = :now", {{"now", now()}});
    expect(id, Verdict::kFail, {empty});
    execute("UPDATE checklist_step SET retired_us = NULL");
  }
}

TEST_P(ChecklistChecks, WhoStartedHasTheMandatoryStepsDone) {
  add_step(kBadge, "arrival", "Badge");
  add_step(kDeed, "arrival", "Lunch", false);
  add_step(82, "departure", "Keys");
  add_person(kAnna, now() - 5 * kDayUs + kHourUs);
  add_person(kBruno, now() - 11 * kDayUs);    // before there was a list
  add_person(62, now() + kDayUs);             // to come
  add_person(63, now() - 9 * kDayUs, now());  // gone again
  expect("S10-P-02", Verdict::kPass, {});
  EXPECT_EQ(check("S10-P-02").status.population, 1u);
  EXPECT_EQ(listed("S10-P-02", "person E-60"), "1 mandatory step open, the next due in 1 day");
  EXPECT_EQ(listed("S10-P-02", "list arrival"), "1 mandatory step; 0 waived for a person");
  const auto late = [](const std::string& days) {
    return "person E-60: 1 mandatory step overdue, for " + days +
           ", Badge among them: do it and say so, with `belfry checklist do PERSON STEP --note "
           "NOTE`, or have somebody else waive it";
  };
  execute("UPDATE person SET starts_us = :starts WHERE id = 60", {{"starts", now() - 7 * kDayUs}});
  expect("S10-P-02", Verdict::kFail, {late("2 days")});
  // A step says itself when it is due.
  execute("UPDATE checklist_step SET due_days = 6");
  expect("S10-P-02", Verdict::kFail, {late("1 day")});
  execute("UPDATE checklist_step SET due_days = 8");
  expect("S10-P-02", Verdict::kPass, {});
  execute("UPDATE checklist_step SET due_days = 0");

  // One that is retired since is asked still, done or not; of another kind it is not.
  add_step(83, "arrival", "Pass");
  settle(kAnna, 83);
  execute("UPDATE checklist_step SET retired_us = :now WHERE id = 80", {{"now", now()}});
  expect("S10-P-02", Verdict::kFail, {late("7 days")});
  execute("UPDATE checklist_step SET for_employees = 0 WHERE id = 80");
  expect("S10-P-02", Verdict::kPass, {});
  execute("UPDATE checklist_step SET for_employees = 0");
  expect("S10-P-02", Verdict::kFail,
         {"person E-60: no mandatory step is asked of persons of its kind: add one, with `belfry "
          "checklist add NAME --kind arrival --text TEXT`"});
  // One that is asked from today on is what can be done.
  add_step(84, "arrival", "Late");
  execute("UPDATE checklist_step SET from_us = :now WHERE id = 84", {{"now", now()}});
  expect("S10-P-02", Verdict::kPass, {});
  EXPECT_EQ(
      listed("S10-P-02", "person E-60"),
      "started before a mandatory step was asked of persons of its kind; whoever starts now is "
      "asked");
  execute("UPDATE checklist_step SET retired_us = :now WHERE id = 84", {{"now", now()}});
  EXPECT_EQ(check("S10-P-02").status.violations, 1u);
  execute("DELETE FROM checklist_step WHERE id = 84");
  execute("UPDATE checklist_step SET for_employees = 1");
  settle(kAnna, kBadge, "waived");
  expect("S10-P-02", Verdict::kPass, {});
  EXPECT_EQ(listed("S10-P-02", "list arrival"), "1 mandatory step; 1 waived for a person");
  EXPECT_EQ(listed("S10-P-02", "persons Belfry Example"),
            "1 person with every mandatory step done or waived");
}

TEST_P(ChecklistChecks, WhoLeftHasTheListClosedAndNothingThatWorks) {
  add_step(kBadge, "departure", "Badge");
  add_user(11, 1, "oleg", "operator");
  add_person(kAnna, 0, now() - kDayUs + kHourUs);
  execute(
      "INSERT INTO person_account (user_id, person_id, tenant_id, bound_us, kept) VALUES (11, 60, "
      "1, 0, '')");
  expect("S10-P-04", Verdict::kPass, {});
  EXPECT_EQ(listed("S10-P-04", "person E-60"),
            "2 mandatory steps or accounts open, to be settled in 1 day");
  execute("UPDATE checklist_step SET due_days = 30");
  EXPECT_EQ(listed("S10-P-04", "person E-60"),
            "2 mandatory steps or accounts open, to be settled in 1 day")
      << "the account";
  execute("UPDATE checklist_step SET due_days = NULL");
  execute("UPDATE person SET ends_us = :ends", {{"ends", now() - kDayUs}});
  const auto live = [](const std::string& days) {
    return "person E-60: left " + days +
           " ago, and something of 1 account works still: S07-P-10 says what, and what to do";
  };
  expect("S10-P-04", Verdict::kFail, {live("1 day")});
  settle(kAnna, kBadge);
  expect("S10-P-04", Verdict::kFail, {live("1 day")});
  execute("UPDATE iam_user SET active = 0, role = 'reader' WHERE id = 11");
  expect("S10-P-04", Verdict::kPass, {});
  execute(
      "INSERT INTO access_key (id, tenant_id, user_id, secret_sealed, second_factor, created_us) "
      "VALUES ('K', 1, 11, '', 0, 0)");
  expect("S10-P-04", Verdict::kFail, {live("1 day")});
  execute("DELETE FROM access_key");
  execute("DELETE FROM checklist_item");
  expect("S10-P-04", Verdict::kFail,
         {"person E-60: 1 mandatory step overdue, for 0 days, Badge among them: do it and say so, "
          "with `belfry checklist do PERSON STEP --note NOTE`, or have somebody else waive it"});
  // Of another kind, until a step is asked of that one.
  execute("UPDATE checklist_step SET for_employees = 0");
  expect("S10-P-04", Verdict::kFail,
         {"person E-60: no mandatory step is asked of persons of its kind: add one, with `belfry "
          "checklist add NAME --kind departure --text TEXT`"});
  add_step(84, "departure", "Late");
  execute("UPDATE checklist_step SET from_us = :now WHERE id = 84", {{"now", now()}});
  expect("S10-P-04", Verdict::kPass, {});
  EXPECT_EQ(listed("S10-P-04", "person E-60"),
            "left before a mandatory step was asked of persons of its kind; whoever leaves now is "
            "asked");
  execute("DELETE FROM checklist_step WHERE id = 84");
  execute("UPDATE checklist_step SET for_employees = 1");
  // Who left before there was a list is judged by the accounts alone.
  execute("UPDATE person SET ends_us = :ends", {{"ends", now() - 20 * kDayUs}});
  expect("S10-P-04", Verdict::kPass, {});
  execute(
      "INSERT INTO access_key (id, tenant_id, user_id, secret_sealed, second_factor, created_us) "
      "VALUES ('K', 1, 11, '', 0, 0)");
  expect("S10-P-04", Verdict::kFail, {live("20 days")});
  execute("DELETE FROM access_key");
  execute("UPDATE iam_user SET active = 1 WHERE id = 11");
  expect("S10-P-04", Verdict::kFail, {live("20 days")});
  execute("DELETE FROM person_account");
  expect("S10-P-04", Verdict::kNoData, {});
}

TEST_P(ChecklistChecks, AWaiverThatMayBeOfTheSamePersonIsNone) {
  add_step(kBadge, "arrival", "Badge");
  add_step(kDeed, "departure", "Deed");
  add_person(kAnna, now() - kDayUs);
  add_person(kBruno, now() - 3 * kDayUs, now() - kHourUs);
  const auto expect_both = [&](Verdict verdict) {
    for (const auto& [id, person] : {std::pair{"S10-P-02", "60"}, std::pair{"S10-P-04", "61"}})
      expect(id, verdict,
             verdict == Verdict::kPass
                 ? std::vector<std::string>{}
                 : std::vector<std::string>{
                       std::string("person E-") + person +
                       ": 1 mandatory step waived, but not surely by another person than who "
                       "answers for the list: undo that with `belfry checklist undo`, and do the "
                       "step, or have another administrator waive it"});
  };
  settle(kAnna, kBadge, "waived", 1);
  settle(kBruno, kDeed, "waived", 1);
  expect_both(Verdict::kFail);
  execute("UPDATE checklist_item SET by_own_account = 0");
  expect_both(Verdict::kPass);
}

TEST_P(ChecklistChecks, HoldWithAHundredThousandPeople) {
  for (const std::int64_t id : {kBadge, kDeed, std::int64_t{82}}) {
    add_step(id, "arrival", "Step " + std::to_string(id));
    add_step(id + 10, "departure", "Step " + std::to_string(id));
  }
  const std::string numbers =
      "WITH d AS (SELECT 0 AS x UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL "
      "SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION "
      "ALL SELECT 9), n AS (SELECT a.x + 10 * b.x + 100 * c.x + 1000 * e.x + 10000 * f.x + 1000000 "
      "AS id FROM d a CROSS JOIN d b CROSS JOIN d c CROSS JOIN d e CROSS JOIN d f) ";
  execute(
      "INSERT INTO person (id, tenant_id, reference, kind, name, name_key, email, starts_us, "
      "departure_reason, created_us, changed_us) " +
          numbers +
          "SELECT n.id, 1, CAST(n.id AS TEXT), 'employee', 'A', 'a', '', :starts, '', 0, 0 FROM n",
      {{"starts", now() - 9 * kDayUs}});
  execute(
      "INSERT INTO checklist_item (person_id, step_id, tenant_id, state, note, by_user_id, "
      "by_name, at_us, by_own_account) SELECT p.id, s.id, 1, 'done', 'x', 10, 'ines', 0, 0 FROM "
      "person p JOIN "
      "checklist_step s ON s.id IN (80, 81, 90, 91)");
  execute("ANALYZE");  // as the engine does by itself, a while later
  const auto expect_all = [&](const std::string& id) {
    const Evaluation evaluation = check(id);
    EXPECT_EQ(evaluation.status.population, 100'000u) << id << evaluation.status.reason;
    EXPECT_EQ(evaluation.status.violations, 100'000u) << id;
    EXPECT_LE(evaluation.rows.size(), 103u) << id;
  };
  expect_all("S10-P-02");
  execute("UPDATE person SET ends_us = :ends", {{"ends", now() - 8 * kDayUs}});
  execute("ANALYZE");
  expect_all("S10-P-04");
}

}  // namespace
}  // namespace belfry::measures
