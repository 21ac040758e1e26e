// What every register does, whatever is declared.
#include "state.h"

#include <set>

namespace belfry::registers {
namespace {

const Values kDocument = {{"reference", "IAM-1"},
                          {"title", "Who gets which access"},
                          {"topic", "iam"},
                          {"owner_role", "CISO"}};

BELFRY_ON_BOTH_ENGINES(RegistersTest);

TEST_P(RegistersTest, AreDeclaredWhole) {
  EXPECT_EQ(find_declaration("nothing"), nullptr);
  std::set<std::string_view> nouns;
  for (const Declaration* of : declarations()) {
    EXPECT_TRUE(nouns.insert(of->noun).second) << of->noun;
    EXPECT_TRUE(of->key().is_required) << of->name;
    EXPECT_FALSE(of->initial.empty()) << of->name;
    for (const Field& field : of->fields) {
      EXPECT_EQ(field.kind == Kind::kChoice, !field.choices.empty()) << field.name;
      EXPECT_EQ(field.kind == Kind::kLink, field.link != nullptr) << field.name;
    }
    for (const Transition& each : of->transitions)
      EXPECT_EQ(of->has_versions(), !each.stamp.empty()) << each.act;
  }
}

TEST_P(RegistersTest, AnEntryIsEnteredFoundAndChanged) {
  const Entry made = must(registers_->enter(ines_, documents_, kDocument));
  EXPECT_EQ(made.values.at("review_months"), "12") << "where nothing is said";
  EXPECT_EQ(last().action, "registers:Act");
  EXPECT_EQ(last().resource, resource_of(documents_, made.id));
  EXPECT_EQ(detail("title"), "Who gets which access");
  EXPECT_EQ(detail("method"), "session");
  EXPECT_EQ(ledger_.events.back().first, TenantId{1});

  const Entry changed =
      must(registers_->change(oleg_, documents_, made.id, {{"title", "Access"}, {"topic", "iam"}}));
  EXPECT_EQ(changed.values.at("title"), "Access");
  EXPECT_EQ(changed.values.at("owner_role"), "CISO");
  EXPECT_EQ(detail("title"), "Access");
  EXPECT_EQ(detail("topic"), "") << "what differed alone is told";
  const std::size_t events = ledger_.events.size();
  must(registers_->change(oleg_, documents_, made.id, {{"title", "Access"}}));
  EXPECT_EQ(ledger_.events.size(), events) << "nothing changed, nothing is told";
  EXPECT_EQ(must(registers_->find(documents_, made.id)).values, changed.values);
  EXPECT_EQ(refusal(registers_->change(oleg_, documents_, made.id, {})), "registers.nothing_given");
  EXPECT_EQ(refusal(registers_->find(documents_, EntryId{7})), "registers.no_entry");
  EXPECT_EQ(refusal(registers_->find(systems_, made.id)), "registers.no_entry");
}

TEST_P(RegistersTest, RefuseWhatIsWrongAndSayWhat) {
  const auto refused = [&](const Values& wrong) {
    Values values = kDocument;
    for (const auto& [name, value] : wrong) values[name] = value;
    return refusal(registers_->enter(ines_, documents_, values));
  };
  EXPECT_EQ(refused({{"colour", "red"}}), "registers.unknown_field");
  EXPECT_EQ(refused({{"version", "7"}}), "registers.unknown_field") << "it is derived";
  EXPECT_EQ(refused({{"title", ""}}), "registers.needed");
  EXPECT_EQ(refused({{"title", "a\nb"}}), "registers.bad_text");
  EXPECT_EQ(refused({{"title", std::string(301, 'x')}}), "registers.bad_text");
  EXPECT_EQ(refused({{"reference", "-1"}}), "registers.bad_reference");
  EXPECT_EQ(refused({{"reference", "IAM 1"}}), "registers.bad_reference");
  EXPECT_EQ(refused({{"topic", "weather"}}), "registers.bad_choice");
  for (const char* months : {"0", "61", "1.5", "x", "99999999999999999999"})
    EXPECT_EQ(refused({{"review_months", months}}), "registers.bad_count") << months;
  EXPECT_EQ(count("document"), 0);
  EXPECT_EQ(refused({}), "");
  EXPECT_EQ(refused({{"reference", "iam-1"}}), "registers.taken");
  outbox_.is_healthy = false;
  EXPECT_EQ(refused({{"reference", "IAM-2"}}), "registers.log_unavailable");
}

TEST_P(RegistersTest, AKeyIsOneEntrys) {
  must(registers_->enter(ines_, documents_, kDocument));
  Values other = kDocument;
  other["reference"] = "IAM-2";
  const Entry second = must(registers_->enter(ines_, documents_, other));
  EXPECT_EQ(refusal(registers_->change(ines_, documents_, second.id, {{"reference", "iam-1"}})),
            "registers.taken");
  EXPECT_EQ(must(registers_->change(ines_, documents_, second.id, {{"reference", "iam-2"}}))
                .values.at("reference"),
            "iam-2");
}

TEST_P(RegistersTest, AreListedByKeyAPageAtATime) {
  for (const char* reference : {"C-3", "a-1", "B-2", "D-4", "e-5"}) {
    Values values = kDocument;
    values["reference"] = reference;
    must(registers_->enter(ines_, documents_, values));
  }
  std::string seen;
  Page page{.limit = 2};
  do {
    const Listing listing = must(registers_->list(documents_, page));
    EXPECT_LE(listing.entries.size(), 2u);
    for (const Entry& entry : listing.entries) seen += entry.values.at("reference") + " ";
    page.after = listing.next;
  } while (!page.after.empty());
  EXPECT_EQ(seen, "a-1 B-2 C-3 D-4 e-5 ");
  const Listing one = must(registers_->list(documents_, {.key = "b-2"}));
  ASSERT_EQ(one.entries.size(), 1u);
  EXPECT_EQ(one.entries[0].values.at("reference"), "B-2");
  EXPECT_TRUE(must(registers_->list(systems_, {})).entries.empty());
  for (const std::string& wrong : {std::string("\xff"), std::string(1, '\0')}) {
    EXPECT_EQ(refusal(registers_->list(documents_, {.after = wrong})), "registers.bad_cursor");
    EXPECT_EQ(refusal(registers_->list(documents_, {.key = wrong})), "registers.bad_cursor");
  }
}

TEST_P(RegistersTest, AreWrittenToAFileThatSpreadsheetsDoNotReckon) {
  Values values = kDocument;
  values["title"] = "=1+1, \"said\"";
  must(registers_->enter(ines_, documents_, values));
  EXPECT_EQ(must(registers_->export_entries(oleg_, documents_)),
            "reference,title,topic,owner_role,review_months,version,due\r\n"
            "IAM-1,\" =1+1, \"\"said\"\"\",iam,CISO,12,,\r\n");
  EXPECT_EQ(last().resource, "belfry:register/documents");
  EXPECT_EQ(detail("entries"), "1");
  EXPECT_EQ(must(registers_->export_entries(oleg_, systems_)),
            "name,purpose,owner_role,environment,sign_in,directory,access_document,access_place,"
            "state,account_count,scanned\r\n");
}

}  // namespace
}  // namespace belfry::registers
