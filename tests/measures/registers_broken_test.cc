// The provider's registers with something missing, late or untrue: its documents, its inventory.
#include "prepared_provider.h"
#include "registers/registers.h"

#include <gmock/gmock.h>

namespace belfry::measures_broken {
namespace {

using registers::Declaration;
using registers::EntryId;
using registers::Values;
using std::chrono::days;
using testing::ElementsAre;
using testing::IsEmpty;

class RegistersKept {
 public:
  RegistersKept(registers::Registers& kept, UserId first, UserId second)
      : kept_(kept), first_(actor(first, "ines")), second_(actor(second, "oleg")) {}

  Task<registers::Entry> enter(const Declaration& of, const Values& values) {
    return kept_.enter(first_, of, values);
  }
  Task<registers::Entry> change(const Declaration& of, EntryId id, const Values& values) {
    return kept_.change(first_, of, id, values);
  }
  Task<registers::Entry> propose(EntryId id) {
    return kept_.propose(first_, documents, id, {"access.pdf", "who gets what"});
  }
  Task<registers::Entry> move(const Declaration& of, EntryId id, std::string_view act,
                              std::int64_t number = 0) {
    for (const registers::Transition& each : of.transitions)
      if (each.act == act)
        return kept_.move(
            second_, of, id,
            {.transition = &each, .number = number, .other = registers::OtherPerson{first_.user}});
    ENSURE(false);
  }
  Task<registers::Scanned> scan(EntryId id, const std::string& file) {
    return kept_.scan(first_, systems, id, file);
  }

  const Declaration& documents = *registers::find_declaration("documents");
  const Declaration& systems = *registers::find_declaration("systems");

 private:
  static registers::Actor actor(UserId user, const std::string& name) {
    return {.tenant = iam::kProviderTenant,
            .user = user,
            .name = name,
            .source_ip = "192.0.2.1",
            .action = "registers:ChangeEntry"};
  }

  registers::Registers& kept_;
  registers::Actor first_, second_;
};

const Values kAccess = {{"reference", "IAM-1"},
                        {"title", "Who gets which access"},
                        {"topic", "iam"},
                        {"owner_role", "CISO"}};
const Values kConsoles = {{"name", "Consoles"},
                          {"purpose", "serial consoles"},
                          {"owner_role", "Head of operations"},
                          {"sign_in", "belfry"}};

TEST_F(MeasuresBroken, SystemWhoseAccessNothingDescribes) {
  EXPECT_EQ(verdict("S07-P-01"), "no_data") << "nothing was entered";
  RegistersKept kept(provider().registers(),
                     create_user(iam::kProviderTenant, "ines", iam::Role::kReader).id,
                     create_user(iam::kProviderTenant, "oleg", iam::Role::kReader).id);
  const EntryId consoles = must(kept.enter(kept.systems, kConsoles)).id;
  EXPECT_EQ(verdict("S07-P-01"), "fail");
  const EntryId access = must(kept.enter(kept.documents, kAccess)).id;
  must(kept.change(kept.systems, consoles, {{"access_document", "IAM-1"}}));
  must(kept.propose(access));
  EXPECT_EQ(verdict("S07-P-01"), "fail") << "a draft describes nothing";
  EXPECT_EQ(why("S07-P-01", "system Consoles"),
            "no version of IAM-1, which describes its access, is approved, or its file is gone: "
            "propose one, and have another person approve it, with `belfry document approve`");
  must(kept.move(kept.documents, access, "approve", 1));
  EXPECT_THAT(failing("S07-P-01"), IsEmpty());
  EXPECT_EQ(verdict("S07-P-01"), "pass");
  EXPECT_EQ(check("S07-P-01").status.proof, measures::Proof::kDeclared);

  clock().jump(days(370));
  EXPECT_THAT(failing("S07-P-01"),
              ElementsAre("system Consoles: the review of IAM-1, version 1, which describes its "
                          "access, has been due for 4 days: review it with `belfry document "
                          "review`, or propose a new version",
                          "topic iam: the review of IAM-1, version 1, has been due for 4 days: "
                          "review it with `belfry document review`, or propose a new version"));
  must(kept.move(kept.documents, access, "review", 1));
  EXPECT_EQ(verdict("S07-P-01"), "pass");
  // By SQL, as somebody who approves without asking.
  stop();
  tamper(data(), "UPDATE document_version SET approved_by_own_account = 1");
  start();
  EXPECT_EQ(verdict("S07-P-01"), "fail");
}

TEST_F(MeasuresBroken, SystemThatIsNotCentral) {
  EXPECT_EQ(verdict("S07-P-02"), "no_data") << "Belfry alone is no inventory";
  const UserId ines = create_user(iam::kProviderTenant, "ines", iam::Role::kReader).id;
  RegistersKept kept(provider().registers(), ines, ines);
  const EntryId consoles = must(kept.enter(kept.systems, kConsoles)).id;
  EXPECT_EQ(verdict("S07-P-02"), "fail");
  EXPECT_EQ(why("S07-P-02", "system Belfry"),
            "2 accounts of the staff are no present person's of the register, admin first: say "
            "whose with `belfry person bind PERSON ACCOUNT`, or suspend");
  const people::JobRole job = make_job("Administrator", "provider_administrator");
  record_person("Ada Roth", job, sign_in_first("admin").user);
  const people::Person person = record_person("Ines Moreau", job, ines);
  EXPECT_THAT(failing("S07-P-02"),
              ElementsAre("system Consoles: its local accounts were never scanned: send them, or "
                          "an empty list, with `belfry system scan SYSTEM FILE`"));
  must(kept.scan(consoles, "account,person,break_glass,reason\nroot,,1,in the safe\nines," +
                               person.reference + ",,\n"));
  EXPECT_EQ(verdict("S07-P-02"), "pass") << testing::PrintToString(failing("S07-P-02"));
  EXPECT_EQ(check("S07-P-02").status.proof, measures::Proof::kDeclared);

  must(kept.change(kept.systems, consoles, {{"sign_in", "local"}}));
  EXPECT_EQ(verdict("S07-P-02"), "fail");
  must(kept.move(kept.systems, consoles, "retire"));
  EXPECT_EQ(verdict("S07-P-02"), "no_data") << "what is retired is nobody's way in";
  must(kept.move(kept.systems, consoles, "restore"));
  must(kept.change(kept.systems, consoles, {{"sign_in", "belfry"}}));

  // Whoever leaves leaves an account behind there, until the next scan.
  record_departure(person);
  must(provider().end_leavers());
  EXPECT_THAT(failing("S07-P-02"),
              ElementsAre("system Consoles: 1 local account is no present person's of the "
                          "register, ines first: remove them there, or say whose they are, and "
                          "scan again"));
  must(kept.scan(consoles, "account,break_glass,reason\nroot,1,in the safe\n"));
  EXPECT_EQ(verdict("S07-P-02"), "pass");
  clock().jump(days(91));
  EXPECT_EQ(why("S07-P-02", "system Consoles"),
            "its local accounts were scanned 91 days ago: scan them again");
}

}  // namespace
}  // namespace belfry::measures_broken
