// Lists of people, and those who settle them.
#pragma once

#include "people/checklists.h"
#include "state.h"

namespace belfry::people {

using std::chrono::days;

inline constexpr TenantId kProvider{1}, kCustomer{2};
inline constexpr UserId kInes{10}, kOleg{11}, kNadia{12};

class ChecklistsTest : public RegisterTest {
 protected:
  Checklists& lists() { return register_->checklists(); }
  static Actor user(UserId id, const std::string& name) {
    return {.tenant = kProvider,
            .user = id,
            .name = name,
            .source_ip = "192.0.2.1",
            .how = {{"method", "session"}}};
  }
  Step add(StepKind kind, const std::string& name, bool is_mandatory = true,
           std::optional<std::int64_t> due_days = {}, std::vector<Kind> persons = {}) {
    return must(lists().add_step(admin_, {.kind = kind,
                                          .words = {name, "Do " + name, due_days},
                                          .is_mandatory = is_mandatory,
                                          .persons = std::move(persons)}));
  }
  PersonId record(const std::string& reference, Timestamp starts, Kind kind = Kind::kEmployee,
                  std::optional<Timestamp> ends = {}) {
    return must(register_->record(admin_, {.reference = reference,
                                           .kind = kind,
                                           .name = reference,
                                           .starts = starts,
                                           .ends = ends}))
        .id;
  }
  // "Badge" or "Badge!" of what is overdue; "(Badge)" done, "[Badge]" waived.
  std::vector<std::string> shown(PersonId person) {
    std::vector<std::string> names;
    for (const Item& item : must(lists().checklist(kProvider, person))) {
      std::string name = item.step ? item.name : item.fact;
      if (item.is_overdue) name += "!";
      if (item.state == ItemState::kDone) name = "(" + name + ")";
      if (item.state == ItemState::kWaived) name = "[" + name + "]";
      names.push_back(name);
    }
    return names;
  }
  using Names = std::vector<std::string>;
  std::int64_t overdue(PersonId person) {
    const auto listed = must(register_->list(kProvider, State::kAll, {})).persons;
    const auto found = std::ranges::find(listed, person, &Person::id);
    EXPECT_EQ(found->overdue_steps, must(register_->find(kProvider, person)).overdue_steps);
    return found->overdue_steps;
  }
  // Who answers for what `by` settles, as it is asked of whoever knows of accounts; `by` is one of
  // them no more than its number is.
  IsAnother other_than(const Actor& by) {
    return [this, user = by.user](database::Transaction&, const Responsible& all) -> Result<bool> {
      responsible_ = all;
      if (std::ranges::find(all.users, user) != all.users.end())
        return fail(Code::kDenied, "people.waived_by_responsible");
      return is_sure_;
    };
  }
  void settle(const Actor& by, PersonId person, const Step& step, StepAct act = StepAct::kDo) {
    must(lists().settle(by, person, step.id, act, "Doc 12", other_than(by)));
  }
  std::string refused(const Actor& by, PersonId person, const Step& step,
                      StepAct act = StepAct::kDo) {
    return refusal(lists().settle(by, person, step.id, act, "Doc 12", other_than(by)));
  }

  Responsible responsible_;
  bool is_sure_ = true;
  const Actor oleg_ = user(kOleg, "oleg"), nadia_ = user(kNadia, "nadia");
};

}  // namespace belfry::people
