#include "state.h"

namespace belfry::registers {
namespace {

using std::chrono::days;

class DocumentsTest : public RegistersTest {
 protected:
  void SetUp() override {
    RegistersTest::SetUp();
    id_ = must(registers_->enter(ines_, documents_,
                                 {{"reference", "IAM-1"},
                                  {"title", "Access"},
                                  {"topic", "iam"},
                                  {"owner_role", "CISO"}}))
              .id;
  }
  Entry propose(const Actor& by, const std::string& octets = "text") {
    return must(registers_->propose(by, documents_, id_, {"access.pdf", octets}));
  }
  Task<Entry> move(const Actor& by, std::string_view act, std::string_view from,
                   std::int64_t number, bool may_be_one = false) {
    Move move = move_of(documents_, act, from, number);
    move.other = OtherPerson{ines_.user, may_be_one};
    co_return co_await registers_->move(by, documents_, id_, move);
  }
  // "2 approved, 1 superseded"
  std::string states() {
    std::string out;
    for (const Version& each : must(registers_->find(documents_, id_)).versions)
      out += (out.empty() ? "" : ", ") + std::to_string(each.number) + " " + each.state;
    return out;
  }
  EntryId id_;
};
BELFRY_ON_BOTH_ENGINES(DocumentsTest);

TEST_P(DocumentsTest, AVersionIsApprovedByAnotherPersonAndSupersedesTheOneBefore) {
  const Entry proposed = propose(ines_);
  EXPECT_EQ(detail("sha256"), "982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1");
  EXPECT_EQ(detail("version"), "1");
  const Version& draft = proposed.versions.at(0);
  EXPECT_EQ(draft.state, "draft");
  EXPECT_EQ(draft.proposed.name, "ines");
  EXPECT_EQ(draft.file_bytes, 4);
  EXPECT_EQ(proposed.values.at("version"), "");

  EXPECT_EQ(refusal(move(ines_, "approve", "draft", 1)), "registers.same_person");
  EXPECT_EQ(refusal(move(robot_, "approve", "draft", 1)), "registers.same_person");
  EXPECT_EQ(refusal(move(as(0), "approve", "draft", 1)), "registers.person_needed");
  EXPECT_EQ(refusal(move(oleg_, "approve", "draft", 2)), "registers.no_version");
  EXPECT_EQ(refusal(move(oleg_, "review", "approved", 1)), "registers.wrong_state");
  const Entry approved = must(move(oleg_, "approve", "draft", 1));
  EXPECT_EQ(detail("act"), "approve");
  EXPECT_EQ(approved.values.at("version"), "1");
  EXPECT_EQ(approved.versions.at(0).approved->name, "oleg");
  EXPECT_FALSE(approved.versions.at(0).approved_by_own_account);

  // What a program proposed is its owner's.
  const Version other = propose(robot_, "another text").versions.at(0);
  EXPECT_EQ(other.proposed.user, ines_.user);
  EXPECT_EQ(other.proposed.name, "ines");
  EXPECT_EQ(last().actor, "robot") << "the log knows the program";
  EXPECT_EQ(refusal(move(ines_, "approve", "draft", 2)), "registers.same_person");
  // Whoever it is given to since.
  execute("UPDATE iam_user SET owner_id = 12 WHERE id = 13");
  EXPECT_EQ(refusal(move(ines_, "approve", "draft", 2)), "registers.same_person");
  EXPECT_EQ(must(registers_->find(documents_, id_)).values.at("version"), "1");
  must(move(oleg_, "approve", "draft", 2));
  EXPECT_EQ(states(), "2 approved, 1 superseded");
  EXPECT_EQ(refusal(move(oleg_, "approve", "draft", 1)), "registers.wrong_state");
}

TEST_P(DocumentsTest, NobodyApprovesWhoseProposerWasNotLookedAt) {
  propose(ines_);
  Move move = move_of(documents_, "approve", "draft", 1);
  const auto approve = [&] { return registers_->move(oleg_, documents_, id_, move); };
  EXPECT_EQ(refusal(approve()), "registers.proposer_unchecked");
  move.other = OtherPerson{UserId{12}};
  EXPECT_EQ(refusal(approve()), "registers.proposer_unchecked");
  EXPECT_EQ(states(), "1 draft");
  move.other = OtherPerson{ines_.user};
  must(approve());
  EXPECT_EQ(states(), "1 approved");
}

TEST_P(DocumentsTest, AnApprovalThatMayBeByTheSamePersonSaysSo) {
  propose(ines_);
  EXPECT_TRUE(
      must(this->move(oleg_, "approve", "draft", 1, true)).versions.at(0).approved_by_own_account);
  EXPECT_EQ(detail("approved_by_own_account"), "yes");
}

TEST_P(DocumentsTest, AnEarlierDraftTakesNoLaterVersionsPlace) {
  propose(ines_);
  propose(ines_);
  must(move(oleg_, "approve", "draft", 2));
  EXPECT_EQ(refusal(move(oleg_, "approve", "draft", 1)), "registers.newer_approved");
  // Nor once that was withdrawn.
  must(move(ines_, "withdraw", "approved", 2));
  EXPECT_EQ(refusal(move(oleg_, "approve", "draft", 1)), "registers.newer_approved");
  must(move(ines_, "withdraw", "draft", 1));
  EXPECT_EQ(states(), "2 withdrawn, 1 withdrawn");
  EXPECT_EQ(must(registers_->find(documents_, id_)).values.at("version"), "");
}

TEST_P(DocumentsTest, AReviewMovesTheDueDateOn) {
  constexpr std::int64_t kMonthUs = 2'629'800'000'000;
  propose(ines_);
  const Timestamp approved = clock_.now();
  must(move(oleg_, "approve", "draft", 1));
  const auto due = [&] { return must(registers_->find(documents_, id_)).values.at("due_us"); };
  EXPECT_EQ(due(), std::to_string(to_us(approved) + 12 * kMonthUs));
  clock_.advance(days(100));
  const Entry reviewed = must(move(ines_, "review", "approved", 1));
  EXPECT_EQ(reviewed.versions.at(0).reviewed->name, "ines");
  EXPECT_EQ(reviewed.versions.at(0).state_since, approved) << "it is approved since then";
  EXPECT_EQ(due(), std::to_string(to_us(approved + days(100)) + 12 * kMonthUs));
  must(registers_->change(ines_, documents_, id_, {{"review_months", "6"}}));
  EXPECT_EQ(due(), std::to_string(to_us(approved + days(100)) + 6 * kMonthUs));
}

TEST_P(DocumentsTest, WhatWasApprovedStaysWhatItIs) {
  const auto change = [&](const Values& values) {
    return refusal(registers_->change(ines_, documents_, id_, values));
  };
  const auto held = [&] {
    EXPECT_EQ(change({{"topic", "other"}}), "registers.held");
    EXPECT_EQ(change({{"reference", "IAM-2"}}), "registers.held");
    EXPECT_EQ(change({{"title", "Lunch"}, {"review_months", "13"}}), "registers.held_count");
    EXPECT_EQ(change({{"review_months", "x"}}), "registers.held_count");
    EXPECT_EQ(change({{"topic", "iam"}, {"title", "Access again"}}), "") << "the topic it has";
    EXPECT_EQ(change({{"title", "Access"}}), "");
  };
  const Values before = must(registers_->find(documents_, id_)).values;
  propose(ines_);
  held();
  must(move(oleg_, "approve", "draft", 1));
  held();
  EXPECT_EQ(must(registers_->find(documents_, id_)).values.at("topic"), before.at("topic"));
  EXPECT_EQ(change({{"review_months", "9"}}), "");
  EXPECT_EQ(detail("review_months"), "9");
  EXPECT_EQ(detail("review_months_before"), "12");
  EXPECT_EQ(change({{"review_months", "10"}}), "registers.held_count");
  must(move(ines_, "withdraw", "approved", 1));
  EXPECT_EQ(change({{"topic", "other"}, {"reference", "X-1"}, {"review_months", "60"}}), "");
  EXPECT_EQ(detail("topic_before"), "iam");
}

TEST_P(DocumentsTest, AFileComesBackAsItWasOrNotAtAll) {
  std::string octets(kFileOctetsMax, '\0');
  for (std::size_t i = 0; i < octets.size(); ++i) octets[i] = char(i % 251);
  propose(ines_, octets);
  const File file = must(registers_->file(documents_, id_, 1));
  EXPECT_EQ(file.name, "access.pdf");
  EXPECT_TRUE(file.octets == octets);
  EXPECT_EQ(refusal(registers_->file(documents_, id_, 2)), "registers.no_version");
  const auto refused = [&](const std::string& name, const std::string& content) {
    return refusal(registers_->propose(ines_, documents_, id_, {name, content}));
  };
  EXPECT_EQ(refused("x", ""), "registers.bad_file");
  EXPECT_EQ(refused("x", octets + "x"), "registers.bad_file");
  for (const char* name : {"", "a/b", "a\\b", ".profile", "a\"b", "a\nb"})
    EXPECT_EQ(refused(name, "x"), "registers.bad_file_name") << name;
  EXPECT_EQ(refusal(registers_->propose(as(0), documents_, id_, {"a", "x"})),
            "registers.person_needed");
  EXPECT_EQ(count("document_version"), 1);
  for (const char* other : {"YWFh", "no base64!"}) {
    execute("UPDATE document_file SET octets = :other", {{"other", std::string(other)}});
    EXPECT_EQ(refusal(registers_->file(documents_, id_, 1)), "registers.file_damaged");
  }
  execute("DELETE FROM document_file");
  EXPECT_EQ(refusal(registers_->file(documents_, id_, 1)), "registers.file_damaged");
}

TEST_P(DocumentsTest, FilesComeToAnEndAllTogether) {
  propose(ines_);
  const auto fill = [&](std::int64_t octets) {
    execute("UPDATE document_version SET file_bytes = :octets WHERE number = 1",
            {{"octets", octets}});
    return refusal(registers_->propose(ines_, documents_, id_, {"a", "four"}));
  };
  EXPECT_EQ(fill(kAllOctetsMax - 3), "registers.files_too_large");
  EXPECT_EQ(count("document_file"), 1);
  EXPECT_EQ(fill(kAllOctetsMax - 4), "");
}

TEST_P(DocumentsTest, HaveNothingToScan) {
  EXPECT_EQ(refusal(registers_->scan(ines_, documents_, id_, "account\n")), "registers.no_list");
}

}  // namespace
}  // namespace belfry::registers
