// Accounts of nobody, with too much, or of who has left: people come, move and go by the register.
#include "iam/profiles.h"
#include "prepared_provider.h"

#include <gmock/gmock.h>

namespace belfry::measures_broken {
namespace {

using std::chrono::days;
using std::chrono::hours;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kNobody =
    "no person of the register: say whose it is, with `belfry person add NAME --starts DATE "
    "--job-role ROLE --account ACCOUNT`";

TEST_F(MeasuresBroken, AccountThatIsNobodysOrHasTooMuch) {
  EXPECT_EQ(verdict("S07-P-09"), "fail") << "nobody has said who the founder is";
  EXPECT_THAT(failing("S07-P-09"), ElementsAre(std::string("user admin: ") + kNobody));
  const iam::Principal founder = sign_in_first("admin");
  record_person("Ines Moreau", make_job("Administrator", "provider_administrator"), founder.user);
  EXPECT_EQ(verdict("S07-P-09"), "pass") << testing::PrintToString(failing("S07-P-09"));

  const UserId nadia = create_user(iam::kProviderTenant, "nadia", iam::Role::kReader).id;
  EXPECT_EQ(why("S07-P-09", "user nadia"), kNobody);
  iam::Profiles& profiles = provider().iam().profiles();
  const iam::Group crew = must(profiles.create_group(founder, "Archivists"));
  const people::JobRole job = make_job("Archivist", "reader", {crew.id.value});
  record_person("Nadia Klein", job, nadia, days(2));
  EXPECT_EQ(why("S07-P-09", "user nadia"),
            "active, and its person's contract starts in 2 days: suspend it until then");
  suspend(iam::kProviderTenant, "nadia");
  EXPECT_EQ(verdict("S07-P-09"), "pass") << "who is suspended waits for the first day";
  must(provider().iam().set_user_active(system_in(iam::kProviderTenant), nadia, true));
  clock().jump(days(2));
  EXPECT_EQ(verdict("S07-P-09"), "pass");

  // What the job gives, and then what it does not.
  const iam::Principal administrator = sign_in_first("admin");
  must(profiles.add_member(administrator, crew.id, nadia));
  EXPECT_EQ(verdict("S07-P-09"), "pass");
  const iam::Group other = must(profiles.create_group(administrator, "Keepers"));
  must(profiles.add_member(administrator, other.id, nadia));
  EXPECT_THAT(failing("S07-P-09"),
              ElementsAre("user nadia: 1 right beyond the job role Archivist, without an approved "
                          "request that ends"));
  must(profiles.remove_member(administrator, other.id, nadia));
  EXPECT_EQ(verdict("S07-P-09"), "pass");
  // For a time, by another's approval.
  const iam::AccessRequest asked = ask_for_role(sign_in("nadia"), iam::Role::kOperator, hours(8));
  must(provider().iam().access().approve(administrator, asked.id, ""));
  EXPECT_EQ(verdict("S07-P-09"), "pass") << testing::PrintToString(failing("S07-P-09"));
}

TEST_F(MeasuresBroken, AccountOfWhoHasLeft) {
  EXPECT_EQ(verdict("S07-P-10"), "no_data");
  const iam::User oleg = create_user(iam::kProviderTenant, "oleg", iam::Role::kReader);
  const auto made = must(provider().iam().create_access_key(sign_in("oleg"), oleg.id));
  const prober::Key key{made.key.id, made.secret};
  const people::Person person =
      record_person("Oleg Brandt", make_job("Archivist", "reader"), oleg.id);
  EXPECT_EQ(verdict("S07-P-10"), "no_data") << "nobody has left";
  record_departure(person, hours(1));
  EXPECT_EQ(list_buckets(key), 200);

  // The daemon's own work stands still: what is left works on.
  clock().jump(hours(2));
  EXPECT_EQ(list_buckets(key), 200);
  EXPECT_EQ(verdict("S07-P-10"), "pass") << "there is a day for it";
  clock().jump(hours(24));
  EXPECT_EQ(verdict("S07-P-10"), "fail");
  EXPECT_THAT(failing("S07-P-10"),
              ElementsAre("user oleg: its person left 25 hours ago: 1 session, "
                          "key or token, 0 rights"));
  stop();
  start(Work::kByItself);
  wait_until([&] { return list_buckets(key) == 403; });
  EXPECT_EQ(verdict("S07-P-10"), "pass") << testing::PrintToString(failing("S07-P-10"));
  const audit::Query query{.action = "iam:EndLeaver"};
  wait_until([&] {
    return must(provider().ledger().query(iam::kProviderTenant, query)).events.size() == 1;
  });
  stop();
  start();

  // Somebody lets the account in again.
  must(provider().iam().set_user_active(system_in(iam::kProviderTenant), oleg.id, true));
  EXPECT_THAT(failing("S07-P-10"), ElementsAre("user oleg: its person left 25 hours ago: 0 "
                                               "sessions, keys and tokens, 0 rights"));
  must(provider().end_leavers());
  EXPECT_EQ(verdict("S07-P-10"), "pass");
}

TEST_F(MeasuresBroken, LastAdministratorWhoHasLeft) {
  const UserId admin = sign_in_first("admin").user;
  const people::Person person =
      record_person("Ines Moreau", make_job("Administrator", "provider_administrator"), admin);
  record_departure(person);
  must(provider().end_leavers());
  must(provider().end_leavers());
  const auto is_active = [&] {
    return must(provider().iam().find_user(system_in(iam::kProviderTenant), admin)).active;
  };
  EXPECT_TRUE(is_active());
  EXPECT_THAT(failing("S07-P-10"),
              ElementsAre("user admin: its person left 0 hours ago, and nobody else "
                          "administers for good: have two others with a second factor administer, "
                          "then suspend it by hand"));
  const audit::Query alarms{.action = "people:LeaverAlarm"};
  wait_until([&] {
    return must(provider().ledger().query(iam::kProviderTenant, alarms)).events.size() == 1;
  });

  create_user(iam::kProviderTenant, "nadia", iam::Role::kProviderAdministrator);
  enrol(sign_in("nadia"));
  must(provider().end_leavers());
  EXPECT_FALSE(is_active());
  EXPECT_EQ(verdict("S07-P-10"), "pass") << testing::PrintToString(failing("S07-P-10"));
}

TEST_F(MeasuresBroken, RightsOfAFormerJob) {
  const iam::Principal founder = sign_in_first("admin");
  iam::Profiles& profiles = provider().iam().profiles();
  const iam::Group crew = must(profiles.create_group(founder, "Archivists"));
  const UserId nadia = create_user(iam::kProviderTenant, "nadia", iam::Role::kReader).id;
  must(profiles.add_member(founder, crew.id, nadia));
  const people::Person person =
      record_person("Nadia Klein", make_job("Archivist", "reader", {crew.id.value}), nadia);
  EXPECT_EQ(verdict("S07-P-10"), "no_data");
  const people::Actor by{
      .tenant = iam::kProviderTenant, .user = {}, .name = "admin", .source_ip = ""};
  must(provider().people().change(by, person.id, {.job_role = make_job("Keeper", "reader").id}));
  EXPECT_EQ(verdict("S07-P-10"), "pass") << "there are some days for it";
  clock().jump(days(5));
  EXPECT_THAT(failing("S07-P-10"),
              ElementsAre("user nadia: 1 right of a former job role 5 days after the change"));
  EXPECT_EQ(why("S07-P-09", "user nadia"), "") << "it is judged once";
  must(profiles.remove_member(sign_in_first("admin"), crew.id, nadia));
  EXPECT_THAT(failing("S07-P-10"), IsEmpty());
  EXPECT_EQ(verdict("S07-P-10"), "pass");
}

}  // namespace
}  // namespace belfry::measures_broken
