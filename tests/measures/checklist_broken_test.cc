// Steps of arrival and departure that nobody did, and lists without steps.
#include "prepared_provider.h"

#include <gmock/gmock.h>

namespace belfry::measures_broken {
namespace {

using people::StepAct;
using people::StepKind;
using std::chrono::days;
using std::chrono::hours;
using testing::ElementsAre;

std::string empty_list(const std::string& kind) {
  return "list " + kind +
         ": no mandatory step is asked now, and a process without steps governs nothing: add some, "
         "with `belfry checklist add NAME --kind " +
         kind + " --text TEXT`";
}

std::string late(const std::string& count, const std::string& since, const std::string& step) {
  return count + " overdue, for " + since + ", " + step +
         " among them: do it and say so, with `belfry checklist do PERSON STEP --note NOTE`, or "
         "have somebody else waive it";
}

TEST_F(MeasuresBroken, ArrivalWithStepsLeftOpen) {
  EXPECT_THAT(failing("S10-P-02"), ElementsAre(empty_list("arrival")));
  const people::JobRole job = make_job("Archivist", "reader");
  const UserId admin = sign_in_first("admin").user;
  record_person("Ines Moreau", job, admin);
  const people::Step badge = add_step(StepKind::kArrival, "Badge");
  EXPECT_EQ(verdict("S10-P-02"), "no_data") << "who is here already is asked for nothing";

  const UserId nadia = create_user(iam::kProviderTenant, "nadia", iam::Role::kReader).id;
  const UserId oleg = create_user(iam::kProviderTenant, "oleg", iam::Role::kReader).id;
  const people::Person person = record_person("Nadia Klein", job, nadia, {});
  const people::Step deed = add_step(StepKind::kArrival, "Deed");
  const std::string subject = "person " + person.reference;
  EXPECT_EQ(verdict("S10-P-02"), "pass") << "there are some days for it";
  clock().jump(days(people::kArrivalDays));
  EXPECT_EQ(verdict("S10-P-02"), "fail");
  EXPECT_EQ(why("S10-P-02", subject), late("2 mandatory steps", "0 days", "Badge"));
  settle(admin, person, badge);
  clock().jump(days(1));
  EXPECT_EQ(why("S10-P-02", subject), late("1 mandatory step", "1 day", "Deed"));
  settle(oleg, person, deed, StepAct::kWaive);
  EXPECT_EQ(verdict("S10-P-02"), "pass") << testing::PrintToString(failing("S10-P-02"));

  const people::Actor by{
      .tenant = iam::kProviderTenant, .user = admin, .name = "admin", .source_ip = ""};
  people::Checklists& lists = provider().people().checklists();
  must(lists.undo(by, person.id, badge.id, "another's receipt"));
  EXPECT_EQ(why("S10-P-02", subject), late("1 mandatory step", "1 day", "Badge"));
  must(lists.retire_step(by, badge.id));
  EXPECT_EQ(verdict("S10-P-02"), "fail") << "what was asked stays asked";
  settle(admin, person, badge);
  EXPECT_EQ(verdict("S10-P-02"), "pass");
  must(lists.retire_step(by, deed.id));
  EXPECT_THAT(failing("S10-P-02"), ElementsAre(empty_list("arrival")));
}

TEST_F(MeasuresBroken, DepartureWithStepsLeftOpen) {
  EXPECT_THAT(failing("S10-P-04"), ElementsAre(empty_list("departure")));
  const people::Step badge = add_step(StepKind::kDeparture, "Badge");
  EXPECT_EQ(verdict("S10-P-04"), "no_data") << "nobody has left";
  const UserId admin = sign_in_first("admin").user;
  const iam::User oleg = create_user(iam::kProviderTenant, "oleg", iam::Role::kReader);
  const people::Person person =
      record_person("Oleg Brandt", make_job("Archivist", "reader"), oleg.id);
  record_departure(person, hours(1));
  clock().jump(hours(2));
  EXPECT_EQ(verdict("S10-P-04"), "pass") << "there is a day for it";
  settle(admin, person, badge);
  clock().jump(hours(24));
  const std::string subject = "person " + person.reference;
  EXPECT_EQ(why("S10-P-04", subject),
            "left 1 day ago, and something of 1 account works still: S07-P-10 says what, and what "
            "to do");
  must(provider().end_leavers());
  EXPECT_EQ(verdict("S10-P-04"), "pass") << testing::PrintToString(failing("S10-P-04"));

  const people::Actor by{
      .tenant = iam::kProviderTenant, .user = admin, .name = "admin", .source_ip = ""};
  must(provider().people().checklists().undo(by, person.id, badge.id, "it was another's"));
  EXPECT_EQ(why("S10-P-04", subject), late("1 mandatory step", "0 days", "Badge"));
  settle(admin, person, badge);
  EXPECT_EQ(verdict("S10-P-04"), "pass");
}

// The days that the register counts with are those of the measures.
TEST_F(MeasuresBroken, StepsAreDueWhenTheMeasuresSay) {
  for (const auto& [id, limit] : {std::pair{"S10-P-02", people::kArrivalDays},
                                  std::pair{"S10-P-04", people::kDepartureDays}}) {
    const auto& parameters = provider().measures().find(id)->parameters;
    ASSERT_EQ(parameters.size(), 1u);
    EXPECT_EQ(parameters[0].name, "days_max");
    EXPECT_EQ(parameters[0].value, limit) << id;
  }
}

}  // namespace
}  // namespace belfry::measures_broken
