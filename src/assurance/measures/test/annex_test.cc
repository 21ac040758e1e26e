// The annex itself: complete, and every bound measure with its texts and the name of its negative
// test. That each name is a test's is looked at by tests/measures/named_tests.py.
#include "catalogue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace belfry::measures {
namespace {

std::string source_folder() {
  const char* source = std::getenv("BELFRY_SOURCE");
  return source ? source : ".";
}

std::vector<Definition> annex() {
  auto definitions = read_catalogue(source_folder() + "/annex");
  EXPECT_TRUE(definitions) << definitions.error().argument("faults");
  return definitions ? *definitions : std::vector<Definition>();
}

TEST(Annex, HasEveryPromise) {
  std::map<Party, int> count;
  for (const Definition& definition : annex()) ++count[definition.measure.party];
  EXPECT_EQ(count[Party::kProvider], 186);
  EXPECT_EQ(count[Party::kClient], 40);
}

TEST(Annex, IsInItsOwnOrder) {
  std::vector<std::string> ids;
  for (const Definition& definition : annex()) ids.push_back(definition.measure.id);
  ASSERT_EQ(ids.size(), 226u);
  EXPECT_EQ(ids.front(), "S00-P-01");
  EXPECT_EQ(ids.back(), "S10-C-04");
  auto position = [&](std::string_view id) { return std::ranges::find(ids, id) - ids.begin(); };
  EXPECT_LT(position("S06-P-39"), position("S06-C-01"));
  EXPECT_LT(position("S06-C-09"), position("S07-P-01"));
}

TEST(Annex, BindsThese) {
  std::set<std::string> bound;
  for (const Definition& definition : annex())
    if (definition.measure.check) bound.insert(definition.measure.id);
  EXPECT_EQ(bound,
            (std::set<std::string>{
                "S01-P-02", "S01-P-03", "S01-P-04", "S05-P-01", "S06-P-07", "S06-P-08", "S06-P-11",
                "S06-P-12", "S06-P-20", "S06-P-21", "S07-C-01", "S07-C-02", "S07-C-03", "S07-C-04",
                "S07-C-05", "S07-C-06", "S07-C-07", "S07-P-01", "S07-P-02", "S07-P-03", "S07-P-04",
                "S07-P-05", "S07-P-06", "S07-P-07", "S07-P-08", "S07-P-09", "S07-P-10", "S07-P-11",
                "S07-P-12", "S07-P-13", "S07-P-14", "S07-P-15", "S07-P-16", "S07-P-17", "S07-P-18",
                "S07-P-19", "S07-P-20", "S07-P-21", "S07-P-22", "S07-P-23", "S10-C-01", "S10-C-02",
                "S10-C-03", "S10-C-04", "S10-P-02", "S10-P-04"}));
}

TEST(Annex, GivesEveryBoundMeasureItsTextsAndNamesItsNegativeTest) {
  for (const Definition& definition : annex()) {
    const Measure& measure = definition.measure;
    if (!measure.check) continue;
    ASSERT_TRUE(measure.text) << measure.id;
    EXPECT_FALSE(measure.text->fr.empty() || measure.text->en.empty()) << measure.id;
    EXPECT_FALSE(measure.owner_role.empty()) << measure.id;
    EXPECT_TRUE(measure.negative_test.starts_with("measures_broken:MeasuresBroken."))
        << measure.id << " is not broken in a whole provider: " << measure.negative_test;
  }
}

// Whatever branch of a check is taken, its reason has words.
TEST(Annex, WordsEveryReasonThatItsSqlGives) {
  const std::regex literal("'([a-z_]+)( [a-z_]+=)?'");
  const std::set<std::string> others = {
      "pass", "fail", "objects", "provider", "tenant_administrator", "ledger", "session", "user",
      "key", "token", "profile", "group", "bucket", "request", "invitation",
      // Of the life of rights.
      "role", "role_profile", "trust", "membership", "delegation", "reader", "founding", "earlier",
      "approved", "provider_administrator", "boundary", "renewed", "expired", "keep", "remove",
      "unconfirmed", "pending", "all", "privileged", "open", "ended", "passkey", "break_glass",
      "tenant",
      // Topics of attestations.
      "access_management", "guest_access", "staff", "skills", "instructions",
      // Of the provider's registers.
      "iam", "in_service", "production", "programs", "directory",
      // Of checklists.
      "arrival", "departure", "employee", "contractor", "waived"};
  std::size_t seen = 0;
  for (const Definition& definition : annex()) {
    const Measure& measure = definition.measure;
    if (!measure.check) continue;
    const std::string& sql = measure.check->sql;
    for (std::sregex_iterator at(sql.begin(), sql.end(), literal), end; at != end; ++at) {
      if (others.contains((*at)[1])) continue;
      EXPECT_NE(std::ranges::find(measure.reasons, (*at)[1].str(), &Reason::id),
                measure.reasons.end())
          << measure.id << " " << at->str();
      ++seen;
    }
    for (const Reason& reason : measure.reasons) EXPECT_NE(reason.text.fr, reason.text.en);
  }
  EXPECT_GE(seen, 25u);
}

// The kind of proof follows from the tables alone.
TEST(Annex, ComputesTheKindOfProof) {
  std::map<std::string, Proof> proof;
  for (const Definition& definition : annex())
    proof[definition.measure.id] = definition.measure.proof;
  for (const char* id : {"S06-P-07", "S06-P-08", "S06-P-11", "S06-P-12", "S05-P-01", "S07-P-01",
                         "S07-P-02", "S07-P-09", "S07-P-10", "S10-P-02", "S10-P-04"})
    EXPECT_EQ(proof[id], Proof::kDeclared) << id;
  for (const char* id :
       {"S01-P-02", "S01-P-03", "S06-P-20", "S06-P-21", "S07-P-07", "S07-P-12", "S07-P-13",
        "S07-C-02", "S07-P-03", "S07-P-04", "S07-P-06", "S07-P-08", "S07-C-05"})
    EXPECT_EQ(proof[id], Proof::kObserved) << id;
  for (const char* id : {"S07-C-01", "S07-C-07", "S10-C-01", "S10-C-02", "S10-C-04"})
    EXPECT_EQ(proof[id], Proof::kAttested) << id;
  EXPECT_EQ(proof["S02-P-01"], Proof::kNone);
}

TEST(Annex, IsRefusedWithAllFaults) {
  auto none = read_catalogue("/nowhere");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().message(), "measures.no_annex");
}

}  // namespace
}  // namespace belfry::measures
