// Who answers for a list once dates or the kind of a person change.
#include "checklists_state.h"

namespace belfry::people {
namespace {

class ChecklistCorrectionsTest : public ChecklistsTest {};
BELFRY_ON_BOTH_ENGINES(ChecklistCorrectionsTest);

// Who set the end answers for it also once somebody else moved it.
TEST_P(ChecklistCorrectionsTest, EverybodyWhoSetTheEndAnswersForTheDeparture) {
  const Step keys = add(StepKind::kDeparture, "Keys");
  const PersonId anna = record("E-7", now(), Kind::kEmployee, now() + days(30));
  must(register_->record_departure(user(kOleg, "oleg"), anna, now() + days(20), "sooner"));
  must(register_->change(user(kOleg, "oleg"), anna, {.ends = std::optional<Timestamp>{}}));
  must(register_->record_departure(nadia_, anna, now() + days(2), "after all"));
  EXPECT_EQ(refused(admin_, anna, keys, StepAct::kWaive), "people.waived_by_responsible");
  EXPECT_EQ(responsible_.users, (std::vector{kInes, kOleg, kNadia}));
  settle(user(UserId{20}, "other"), anna, keys, StepAct::kWaive);
  // Also of who came back; of the end of another contract, who set that one.
  clock_.advance(days(3));
  must(register_->change(nadia_, anna, {.ends = std::optional<Timestamp>{}}));
  must(register_->record_departure(nadia_, anna, now() - days(1), "for good"));
  EXPECT_EQ(refused(oleg_, anna, keys, StepAct::kWaive), "people.waived_by_responsible");
  settle(user(UserId{20}, "other"), anna, keys, StepAct::kWaive);
  must(register_->change(nadia_, anna,
                         {.starts = now(), .ends = std::optional<Timestamp>{now() + days(9)}}));
  settle(oleg_, anna, keys, StepAct::kWaive);
  EXPECT_EQ(responsible_.users, std::vector{kNadia});
}

// Else who recorded the person would lift what it may not waive.
TEST_P(ChecklistCorrectionsTest, WhatIsOpenIsLiftedByNoCorrection) {
  const Step badge = add(StepKind::kArrival, "Badge");
  const Step card = add(StepKind::kArrival, "Card", true, {}, {Kind::kExternal});
  const Step keys = add(StepKind::kDeparture, "Keys");
  const PersonId anna = record("E-7", now(), Kind::kExternal);
  const auto changed = [&](const Change& change) {
    return refusal(register_->change(admin_, anna, change));
  };
  const std::string lifted = "people.steps_lifted";
  clock_.advance(days(6));
  EXPECT_EQ(shown(anna), (Names{"Badge!", "Card!"}));
  EXPECT_EQ(changed({.starts = now() - days(20)}), lifted) << "before the list began";
  EXPECT_EQ(changed({.starts = now() - days(5)}), lifted) << "due a day later";
  EXPECT_EQ(changed({.starts = now() + days(300)}), lifted);
  EXPECT_EQ(changed({.kind = Kind::kEmployee}), lifted);
  const Imported imported =
      must(register_->import_people(admin_, "reference,starts\r\nE-7,2014-01-01\r\n"));
  ASSERT_EQ(imported.faults.size(), 1u);
  EXPECT_EQ(imported.faults[0].error.message(), lifted);
  settle(oleg_, anna, card);
  EXPECT_EQ(changed({.kind = Kind::kEmployee}), "");
  EXPECT_EQ(detail("kind_before"), "external");

  // Of who leaves not, after all, nothing is taken back; of who is gone, all.
  EXPECT_EQ(changed({.ends = now() + days(1)}), "");
  EXPECT_EQ(changed({.ends = std::optional<Timestamp>{}}), "");
  EXPECT_EQ(changed({.starts = now() - days(20), .ends = now()}), lifted) << "to come back then";
  EXPECT_EQ(changed({.ends = now()}), "") << "of who leaves no arrival is asked";
  EXPECT_EQ(changed({.starts = now() - days(20)}), "");
  clock_.advance(days(2));
  EXPECT_EQ(changed({.ends = now() - days(4)}), "");
  EXPECT_EQ(changed({.starts = now() - days(30), .ends = now() - days(20)}), lifted);
  EXPECT_EQ(changed({.ends = std::optional<Timestamp>{}}), lifted);
  EXPECT_EQ(changed({.starts = now(), .ends = std::optional<Timestamp>{}}), lifted);
  EXPECT_EQ(refusal(register_->record_departure(admin_, anna, now() + days(9), "x")), lifted);
  settle(oleg_, anna, keys);
  EXPECT_EQ(changed({.starts = now(), .ends = std::optional<Timestamp>{}}), "");
  EXPECT_EQ(shown(anna), Names{"Badge"}) << "another contract";
}

// Another person than who answers for the list corrects what would let somebody off it.
TEST_P(ChecklistCorrectionsTest, AnotherPersonMakesTheCorrection) {
  const Step badge = add(StepKind::kArrival, "Badge");
  const Step card = add(StepKind::kArrival, "Card");
  const PersonId anna = record("E-7", now());
  clock_.advance(days(2));
  settle(oleg_, anna, card);
  bool is_sure = true;
  const auto later = [&](UserId by, const std::string& name) {
    Actor actor = user(by, name);
    actor.is_another = [&, by](database::Transaction&,
                               const Responsible& responsible) -> Result<bool> {
      responsible_ = responsible;
      if (std::ranges::find(responsible.users, by) != responsible.users.end())
        return fail(Code::kDenied, "iam.four_eyes");
      return is_sure;
    };
    return refusal(register_->change(actor, anna, {.starts = now()}));
  };
  EXPECT_EQ(later(kInes, "ines"), "people.steps_lifted") << "who recorded it";
  EXPECT_EQ(later(kOleg, "oleg"), "people.steps_lifted") << "who did another step";
  EXPECT_EQ(responsible_.users, (std::vector{kInes, kOleg}));
  EXPECT_EQ(later(kNadia, "nadia"), "");
  EXPECT_EQ(detail("steps_lifted"), "Badge");
  EXPECT_EQ(detail("arrival_anew"), "Card");
  EXPECT_EQ(detail("approved_by_own_account"), "");
  clock_.advance(days(1));
  is_sure = false;
  EXPECT_EQ(later(kNadia, "nadia"), "people.steps_lifted") << "it answers now too";
  EXPECT_EQ(later(UserId{13}, "clerk"), "");
  EXPECT_EQ(detail("approved_by_own_account"), "yes");
}

// Who begins it answers for the arrival, and no longer who recorded the person years ago.
TEST_P(ChecklistCorrectionsTest, AnotherContractHasAnotherAuthor) {
  const Step badge = add(StepKind::kArrival, "Badge");
  add(StepKind::kDeparture, "Keys");
  const PersonId anna = record("E-7", now() - days(900), Kind::kEmployee, now() - days(400));
  must(register_->change(user(kOleg, "oleg"), anna,
                         {.starts = now(), .ends = std::optional<Timestamp>{}}));
  settle(nadia_, anna, badge, StepAct::kWaive);
  EXPECT_EQ(responsible_.users, std::vector{kOleg});
}

// The same in two changes.
TEST_P(ChecklistCorrectionsTest, WhoBeginsAnotherContractArrivesAnew) {
  const Step badge = add(StepKind::kArrival, "Badge"), deed = add(StepKind::kArrival, "Deed");
  const PersonId anna = record("E-7", now(), Kind::kEmployee, now() + days(10));
  settle(oleg_, anna, badge);
  clock_.advance(days(3));
  settle(oleg_, anna, deed);
  must(register_->change(admin_, anna, {.starts = now() - days(1)}));
  EXPECT_EQ(detail("arrival_anew"), "Badge");
  EXPECT_EQ(shown(anna), (Names{"Badge", "(Deed)", "accounts_ended"})) << "done before it began";
  settle(oleg_, anna, badge);
  clock_.advance(days(60));
  must(register_->change(admin_, anna, {.ends = std::optional<Timestamp>{}}));
  must(register_->change(admin_, anna, {.starts = now()}));
  EXPECT_EQ(shown(anna), (Names{"Badge", "Deed"}));
  // One that has not begun is put off.
  const PersonId nadia = record("E-9", now() + days(5));
  settle(oleg_, nadia, badge);
  must(register_->change(admin_, nadia, {.starts = now() + days(9)}));
  EXPECT_EQ(shown(nadia), (Names{"(Badge)", "Deed"}));
}

}  // namespace
}  // namespace belfry::people
