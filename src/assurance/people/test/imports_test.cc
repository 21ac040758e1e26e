#include "state.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace belfry::people {
namespace {

using testing::ElementsAre;

class ImportsTest : public RegisterTest {
 protected:
  void SetUp() override {
    RegisterTest::SetUp();
    must(register_->set_job_role(admin_, {}, {.name = "Storage engineer", .owner = "Head"}));
  }
  std::vector<std::string> faults(const std::string& file) {
    const Imported imported = must(register_->import_people(admin_, file));
    std::vector<std::string> out;
    out.reserve(imported.faults.size());
    for (const auto& [line, error] : imported.faults)
      out.push_back(std::to_string(line) + " " + error.message());
    return out;
  }
};
BELFRY_ON_BOTH_ENGINES(ImportsTest);

constexpr const char* kGood =
    "reference,kind,name,email,job_role,job_role_since,starts,ends,manager,accounts\n"
    "E-1,employee,Anna Weiss,anna@belfry.example,storage engineer,,2020-03-01,,E-2,oleg nadia\n"
    "E-2,contractor,\"Moreau, Inès\",,,,2019-01-01,2030-06-30T18:00:00Z,,ines\n";

TEST_P(ImportsTest, RecordsAllOfItAndTheSameFileAgainChangesNothing) {
  const Imported imported = must(register_->import_people(admin_, kGood));
  EXPECT_TRUE(imported.faults.empty());
  EXPECT_EQ(imported.recorded, 2u);
  EXPECT_EQ(last(), "people:ImportPeople");
  const Listing all = must(register_->list(TenantId{1}, State::kAll, {}));
  ASSERT_EQ(all.persons.size(), 2u);
  const Person& anna = all.persons[0];
  EXPECT_EQ(anna.manager, all.persons[1].id);
  EXPECT_EQ(anna.jobs.at(0).since, anna.starts);
  EXPECT_EQ(anna.accounts.size(), 2u);
  EXPECT_EQ(all.persons[1].kind, Kind::kContractor);

  const std::string exported = must(register_->export_people(admin_));
  EXPECT_EQ(last(), "people:ExportPeople");
  EXPECT_NE(exported.find("\"Moreau, Inès\""), std::string::npos) << exported;
  const std::size_t events = ledger_.events.size();
  const Imported again = must(register_->import_people(admin_, exported));
  EXPECT_TRUE(again.faults.empty());
  EXPECT_EQ(again.unchanged, 2u) << exported;
  EXPECT_EQ(ledger_.events.size(), events + 1);

  // What a file does not name stays.
  const Imported named = must(register_->import_people(admin_, "reference;name\nE-1;Anna Klein\n"));
  EXPECT_EQ(named.changed, 1u);
  EXPECT_EQ(must(register_->find(TenantId{1}, anna.id)).email, "anna@belfry.example");
}

TEST_P(ImportsTest, ImportsNothingOfAFileWithAFaultAndNamesEachByItsLine) {
  must(register_->import_people(admin_, kGood));
  const std::string before = must(register_->export_people(admin_));
  EXPECT_THAT(
      faults("reference,name,starts,ends,kind,job_role,manager,accounts,email\n"
             "N-1,Fine,2024-01-01,,,,,,\n"
             "N-2,,2024-01-01,,,,,,\n"
             "N-3,No date,,,,,,,\n"
             "N-4,Bad date,2024-02-30,,,,,,\n"
             "N-5,Bad kind,2024-01-01,,friend,,,,\n"
             "N-6,No role,2024-01-01,,,Astronaut,,,\n"
             "N-7,No manager,2024-01-01,,,,E-9,,\n"
             "N-8,Taken,2024-01-01,,,,,oleg,\n"
             "N-1,Twice,2024-01-01,,,,,,\n"
             "N-9,Too many,2024-01-01,,,,,,,x\n"
             "E-1,Anna Weiss,2020-03-01,2010-01-01,,,,,\n"
             "N-10,Nobody's,2024-01-01,,,,,anna,\n"),
      ElementsAre("3 people.bad_name", "4 people.bad_date", "5 people.bad_date",
                  "6 people.bad_kind", "7 people.no_job_role", "8 people.no_person",
                  "9 people.account_taken", "10 people.reference_taken", "11 csv.too_many_cells",
                  "12 people.ends_before_start", "13 people.no_account"));
  EXPECT_EQ(must(register_->export_people(admin_)), before);
  EXPECT_EQ(count("SELECT count(*) AS n FROM person"), 2);
}

TEST_P(ImportsTest, BindsAnAccountOnceHoweverOftenTheCellNamesIt) {
  const Imported imported = must(register_->import_people(
      admin_, "reference,name,starts,accounts\nE-1,Anna Weiss,2020-03-01,oleg OLEG oleg nadia\n"));
  EXPECT_TRUE(imported.faults.empty());
  EXPECT_EQ(std::ranges::count(ledger_.events, "people:BindAccount",
                               [](const auto& sealed) { return sealed.second.action; }),
            2);
  std::string names;
  for (int i = 0; i < 21; ++i) names += "oleg ";
  EXPECT_THAT(faults("reference,accounts\nE-1,nadia\nE-2," + names + "\nE-1," + names + "\n"),
              ElementsAre("3 people.bad_date", "4 people.reference_taken"));
  EXPECT_THAT(faults("reference,accounts\nE-1," + names + "\n"),
              ElementsAre("2 people.too_many_accounts"));
}

TEST_P(ImportsTest, TakesOneFileAtATimeAndTheLogHasItBeforeTheAnswer) {
  std::string second = "not asked";
  outbox_.while_draining = [&] {
    outbox_.while_draining = nullptr;
    second = refusal(register_->import_people(admin_, kGood));
  };
  must(register_->import_people(admin_, kGood));
  EXPECT_EQ(outbox_.drained, 1);
  EXPECT_EQ(second, "people.import_runs");
  EXPECT_EQ(must(register_->import_people(admin_, kGood)).unchanged, 2u);
  EXPECT_FALSE(faults("reference,starts\nE-1,never\n").empty());
  EXPECT_EQ(must(register_->import_people(admin_, kGood)).unchanged, 2u) << "a fault ends its turn";
}

TEST_P(ImportsTest, RecordsNoMoreThanATenantMayHave) {
  execute(
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 49999) INSERT "
      "INTO "
      "person (id, tenant_id, reference, kind, name, name_key, email, starts_us, departure_reason, "
      "created_us, changed_us) SELECT i, 1, 'R' || CAST(i AS TEXT), 'employee', 'N', 'n', '', 0, "
      "'', "
      "0, 0 FROM n");
  EXPECT_THAT(faults("reference,name,starts\nN-1,A,2024-01-01\nN-2,B,2024-01-01\n"),
              ElementsAre("3 people.too_many_people"));
  must(register_->record(admin_, new_anna()));
  EXPECT_EQ(refusal(register_->record(admin_, {.name = "B", .starts = now()})),
            "people.too_many_people");
  EXPECT_GT(must(register_->export_people(admin_)).size(), 50'000u * 10);
}

TEST_P(ImportsTest, RefusesFilesThatAreNone) {
  const auto refused = [&](const std::string& file) {
    return refusal(register_->import_people(admin_, file));
  };
  EXPECT_EQ(refused(""), "csv.no_columns");
  EXPECT_EQ(refused("name,starts\nA,2024-01-01\n"), "csv.no_columns");
  EXPECT_EQ(refused("reference,salary\n"), "csv.unknown_column");
  EXPECT_EQ(refused("reference,name,name\n"), "csv.column_twice");
  EXPECT_EQ(refused("reference\n\"x\n"), "csv.bad_line");
  std::string long_file = "reference\n";
  for (std::size_t i = 0; i <= kLinesMax; ++i) long_file += "R\n";
  EXPECT_EQ(refused(long_file), "people.file_too_large");
  EXPECT_EQ(refused(std::string(kFileOctetsMax + 1, 'x')), "people.file_too_large");
}

}  // namespace
}  // namespace belfry::people
