#include "state.h"

namespace belfry::registers {
namespace {

class SystemsTest : public RegistersTest {
 protected:
  void SetUp() override {
    RegistersTest::SetUp();
    execute(
        "INSERT INTO issuer (id, tenant_id, url, organisation, client_id, client_secret_sealed, "
        "audiences, scopes, creates_users, trusts_factors, required_claim, required_value, "
        "created_us, changed_us) VALUES (50, 1, 'https://a', 'staff', 'c', '', '', '', 0, 0, '', "
        "'', 0, 0), (51, 1, 'https://b', 'robots', 'c', '', '', '', 0, 0, '', '', 0, 0), (52, 2, "
        "'https://a', 'others', 'c', '', '', '', 0, 0, '', '', 0, 0)");
    execute("UPDATE issuer SET purpose = 'programs' WHERE id = 51");
    for (const std::int64_t tenant : {1, 2})
      execute(
          "INSERT INTO person (id, tenant_id, reference, kind, name, name_key, email, starts_us, "
          "departure_reason, created_us, changed_us) VALUES (:id, :tenant, :reference, "
          "'employee', 'A', 'a', '', 0, '', 0, 0)",
          {{"id", 60 + tenant}, {"tenant", tenant}, {"reference", "E-" + std::to_string(tenant)}});
  }
  Values system(const Values& more = {}) {
    Values values = {{"name", "Console servers"},
                     {"purpose", "serial consoles"},
                     {"owner_role", "Head of operations"},
                     {"sign_in", "local"}};
    for (const auto& [name, value] : more) values[name] = value;
    return values;
  }
  std::string refused(const Values& more) {
    return refusal(registers_->enter(ines_, systems_, system(more)));
  }
};
BELFRY_ON_BOTH_ENGINES(SystemsTest);

TEST_P(SystemsTest, NameWhatIsThereAlone) {
  EXPECT_EQ(refused({{"sign_in", "directory"}}), "registers.needed");
  EXPECT_EQ(refused({{"directory", "staff"}}), "registers.not_needed");
  for (const char* directory : {"nobody", "robots", "others"})
    EXPECT_EQ(refused({{"sign_in", "directory"}, {"directory", directory}}), "registers.no_link")
        << directory;
  for (const std::string& document : {std::string("IAM-1"), std::string(1, '\0')})
    EXPECT_EQ(refused({{"access_document", document}}), "registers.no_link");
  EXPECT_EQ(refused({{"name", "belfry"}}), "registers.reserved");
  must(registers_->enter(
      ines_, documents_,
      {{"reference", "IAM-1"}, {"title", "Access"}, {"topic", "iam"}, {"owner_role", "CISO"}}));
  const Entry made = must(registers_->enter(ines_, systems_,
                                            system({{"sign_in", "directory"},
                                                    {"directory", "staff"},
                                                    {"access_document", "iam-1"},
                                                    {"access_place", "chapter 4"}})));
  EXPECT_EQ(made.values.at("directory"), "staff");
  EXPECT_EQ(made.values.at("access_document"), "IAM-1");
  EXPECT_EQ(made.values.at("environment"), "production");
  EXPECT_EQ(made.state, "in_service");
  EXPECT_EQ(refusal(registers_->change(ines_, systems_, made.id,
                                       {{"sign_in", "local"}, {"directory", "staff"}})),
            "registers.not_needed");
  EXPECT_EQ(refusal(registers_->change(ines_, systems_, made.id, {{"directory", ""}})),
            "registers.needed");
  EXPECT_EQ(refusal(registers_->propose(ines_, systems_, made.id, {"a", "x"})),
            "registers.no_versions");
}

TEST_P(SystemsTest, AnotherWayInTakesTheDirectoryWithIt) {
  const EntryId id =
      must(registers_->enter(ines_, systems_,
                             system({{"sign_in", "directory"}, {"directory", "staff"}})))
          .id;
  const auto change = [&](const Values& values) {
    return registers_->change(ines_, systems_, id, values);
  };
  EXPECT_EQ(must(change({{"sign_in", "local"}})).values.at("directory"), "");
  EXPECT_EQ(detail("directory_before"), "staff");
  EXPECT_EQ(detail("sign_in_before"), "directory");
  EXPECT_EQ(refusal(change({{"sign_in", "directory"}})), "registers.needed");
  must(change({{"sign_in", "directory"}, {"directory", "staff"}}));

  // What has nothing to do with a directory that is gone is changed all the same.
  execute("DELETE FROM issuer WHERE id = 50");
  EXPECT_EQ(must(change({{"owner_role", "CISO"}})).values.at("owner_role"), "CISO");
  EXPECT_EQ(refusal(change({{"directory", "staff"}})), "registers.no_link");
  EXPECT_EQ(refusal(change({{"sign_in", "directory"}, {"purpose", "x"}})), "registers.needed");
  must(change({{"sign_in", "belfry"}}));
}

TEST_P(SystemsTest, RetireAndComeBack) {
  const EntryId id = must(registers_->enter(ines_, systems_, system())).id;
  const auto move = [&](std::string_view act, std::string_view from) -> Task<Entry> {
    co_return co_await registers_->move(ines_, systems_, id, move_of(systems_, act, from));
  };
  EXPECT_EQ(refusal(move("restore", "retired")), "registers.wrong_state");
  clock_.advance(std::chrono::days(1));
  const Entry retired = must(move("retire", "in_service"));
  EXPECT_EQ(retired.state, "retired");
  EXPECT_EQ(retired.state_since, clock_.now());
  EXPECT_EQ(detail("act"), "retire");
  EXPECT_EQ(must(move("restore", "retired")).state, "in_service");
}

TEST_P(SystemsTest, AScanReplacesAllAccounts) {
  const EntryId id = must(registers_->enter(ines_, systems_, system())).id;
  const auto scan = [&](const std::string& file) {
    return must(registers_->scan(oleg_, systems_, id, file));
  };
  EXPECT_EQ(
      scan("account,person,break_glass,reason\nroot,,1,\"the vault, sealed\"\nanna,E-1,,\n").lines,
      2u);
  EXPECT_EQ(detail("lines"), "2");
  EXPECT_EQ(detail("break_glass"), "1");
  Entry entry = must(registers_->find(systems_, id));
  ASSERT_EQ(entry.list.size(), 2u);
  EXPECT_EQ(entry.list[0], (Values{{"account", "root"},
                                   {"person", ""},
                                   {"break_glass", "1"},
                                   {"reason", "the vault, sealed"}}));
  EXPECT_EQ(entry.list[1].at("person"), "E-1");
  EXPECT_EQ(entry.values.at("account_count"), "2");
  EXPECT_EQ(entry.values.at("scanned_us"), std::to_string(to_us(clock_.now())));

  // Another, with the columns that matter alone; and one that found none.
  EXPECT_EQ(scan("person;account\nE-1;anna.w\n").lines, 1u);
  EXPECT_EQ(must(registers_->find(systems_, id)).list.at(0).at("account"), "anna.w");
  EXPECT_EQ(scan("account\n").lines, 0u);
  EXPECT_EQ(detail("break_glass"), "0");
  EXPECT_EQ(detail("sha256"), "b4c43717363e9ee65008dad757fdcaa969cd5185828346932e72c7fd4d77abae");
  EXPECT_TRUE(must(registers_->find(systems_, id)).list.empty());
}

TEST_P(SystemsTest, AScanWithAFaultReplacesNothing) {
  const EntryId id = must(registers_->enter(ines_, systems_, system())).id;
  must(registers_->scan(oleg_, systems_, id, "account\nroot\n"));
  const std::size_t events = ledger_.events.size();
  const Scanned scanned = must(registers_->scan(oleg_, systems_, id,
                                                "account,person,break_glass,reason\n"
                                                "fine,E-1,0,\n"
                                                ",E-1,,\n"
                                                "a,E-2,,\n"
                                                "b,,1,\n"
                                                "c,,0,why\n"
                                                "d,,yes,\n"
                                                "fine,,,\n"
                                                "e,,,,\n"));
  std::string told;
  for (const Fault& fault : scanned.faults)
    told += std::to_string(fault.line) + " " + fault.error.message() + "\n";
  EXPECT_EQ(told,
            "3 registers.needed\n4 registers.no_link\n5 registers.needed\n6 "
            "registers.not_needed\n7 registers.bad_flag\n8 registers.line_twice\n9 "
            "csv.too_many_cells\n");
  EXPECT_EQ(scanned.lines, 0u);
  const Entry entry = must(registers_->find(systems_, id));
  ASSERT_EQ(entry.list.size(), 1u);
  EXPECT_EQ(entry.list[0].at("account"), "root");
  EXPECT_EQ(ledger_.events.size(), events);
  const auto refused = [&](const std::string& file) {
    return refusal(registers_->scan(oleg_, systems_, id, file));
  };
  EXPECT_EQ(refused(""), "csv.no_columns");
  EXPECT_EQ(refused("account,salary\n"), "csv.unknown_column");
  EXPECT_EQ(refused(std::string(kFileOctetsMax + 1, 'a')), "registers.scan_too_large");
  std::string lines = "account\n";
  for (std::size_t i = 0; i <= kLinesMax; ++i) lines += std::to_string(i) + "\n";
  EXPECT_EQ(refused(lines), "registers.scan_too_large");
}

}  // namespace
}  // namespace belfry::registers
