// The checks that read the provider's registers.
#include "rights_state.h"

namespace belfry::measures {
namespace {

constexpr std::int64_t kMonthUs = 2'629'800'000'000;

class RegisterChecks : public RightsChecks {
 protected:
  void add_document(std::int64_t id, const std::string& reference, const std::string& topic) {
    execute(
        "INSERT INTO document (id, key_text, reference, title, topic, owner_role, review_months, "
        "created_us, changed_us) VALUES (:id, :reference, :reference, 'T', :topic, 'CISO', 12, 0, "
        "0)",
        {{"id", id}, {"reference", reference}, {"topic", topic}});
  }
  // A first version, approved so long ago if it is.
  void add_version(std::int64_t document, const std::string& state, std::int64_t ago_us = 0) {
    execute(
        "INSERT INTO document_version (id, entry_id, number, state, state_us, file_name, "
        "file_sha256, file_bytes, proposed_us, proposed_by_user_id, proposed_by_name, "
        "approved_us) VALUES (:id, :id, 1, :state, 0, 'f', 'x', 1, 0, 10, 'ines', :approved)",
        {{"id", document}, {"state", state}, {"approved", now() - ago_us}});
    execute("INSERT INTO document_file (version_id, octets) VALUES (:id, 'eA==')",
            {{"id", document}});
  }
  void add_system(std::int64_t id, const std::string& name, const std::string& more = "") {
    execute(
        "INSERT INTO system (id, key_text, name, purpose, owner_role, environment, sign_in, "
        "access_place, state, state_us, created_us, changed_us) VALUES (:id, :name, :name, 'x', "
        "'x', 'production', 'belfry', '', 'in_service', 0, 0, 0)",
        {{"id", id}, {"name", name}});
    if (!more.empty()) execute("UPDATE system SET " + more + " WHERE id = :id", {{"id", id}});
  }
  void add_account(std::int64_t system, const std::string& account, std::int64_t person,
                   bool break_glass = false) {
    execute(
        "INSERT INTO system_account (system_id, position, account, person_id, break_glass, reason) "
        "VALUES (:system, 1, :account, :person, :glass, '')",
        {{"system", system},
         {"account", account},
         {"person", or_null(person)},
         {"glass", std::int64_t(break_glass)}});
  }
  void add_person(std::int64_t id, std::int64_t user) {
    execute(
        "INSERT INTO person (id, tenant_id, reference, kind, name, name_key, email, starts_us, "
        "departure_reason, created_us, changed_us) VALUES (:id, 1, :reference, 'employee', 'A', "
        "'a', '', 0, '', 0, 0)",
        {{"id", id}, {"reference", std::to_string(id)}});
    if (user != 0)
      execute(
          "INSERT INTO person_account (user_id, person_id, tenant_id, bound_us, kept) VALUES "
          "(:user, :id, 1, 0, '')",
          {{"id", id}, {"user", user}});
  }
  void scanned(std::int64_t ago_us) {
    execute("UPDATE system SET scanned_us = :at", {{"at", now() - ago_us}});
  }
};
BELFRY_ON_BOTH_ENGINES(RegisterChecks);

const std::string kNoDocument =
    "topic iam: no document on it is approved: enter one with `belfry document add REFERENCE "
    "--topic iam`, propose a version, and have another person approve it";
const std::string kNoModel =
    "system Consoles: nothing describes who gets which access: name a document with `belfry "
    "system change SYSTEM --access-document REFERENCE`";

const std::string kNotApproved =
    "system Consoles: no version of IAM-1, which describes its access, is approved, or its file is "
    "gone: propose one, and have another person approve it, with `belfry document approve`";

TEST_P(RegisterChecks, TheTopicHasADocumentThatIsApprovedAndKeptUp) {
  expect("S07-P-01", Verdict::kNoData, {kNoDocument});
  add_document(1, "IAM-1", "iam");
  add_version(1, "draft");
  add_document(2, "INC-1", "incidents");
  add_version(2, "approved");
  add_system(9, "Consoles", "access_document_id = 2");
  expect("S07-P-01", Verdict::kFail, {kNoDocument});
  for (const char* state : {"superseded", "withdrawn"}) {
    execute("UPDATE document_version SET state = :state WHERE id = 1",
            {{"state", std::string(state)}});
    expect("S07-P-01", Verdict::kFail, {kNoDocument});
  }
  execute("UPDATE document_version SET state = 'approved' WHERE id = 1");
  expect("S07-P-01", Verdict::kPass, {});
  EXPECT_EQ(check("S07-P-01").status.population, 2u);
  EXPECT_EQ(check("S07-P-01").rows.at(1).reason, "kept_up reference=IAM-1 version=1 days=365");

  // A review moves the date on; another document that is late is told.
  const auto approve = [&](std::int64_t ago_us) {
    execute("UPDATE document_version SET approved_us = :at WHERE id = 1", {{"at", now() - ago_us}});
  };
  const auto overdue = [](const std::string& reference) {
    return "topic iam: the review of " + reference +
           ", version 1, has been due for 1 day: review it with `belfry document review`, or "
           "propose a new version";
  };
  approve(12 * kMonthUs - 1);
  expect("S07-P-01", Verdict::kPass, {});
  approve(12 * kMonthUs + kDayUs);
  expect("S07-P-01", Verdict::kFail, {overdue("IAM-1")});
  execute("UPDATE document_version SET reviewed_us = :now WHERE id = 1", {{"now", now()}});
  expect("S07-P-01", Verdict::kPass, {});
  add_document(3, "IAM-2", "iam");
  add_version(3, "approved", 12 * kMonthUs + kDayUs);
  expect("S07-P-01", Verdict::kFail, {overdue("IAM-2")});
}

TEST_P(RegisterChecks, AVersionWithoutItsFileIsNone) {
  add_document(1, "IAM-1", "iam");
  add_version(1, "approved");
  add_system(9, "Consoles", "access_document_id = 1");
  expect("S07-P-01", Verdict::kPass, {});
  execute("DELETE FROM document_file");
  expect("S07-P-01", Verdict::kFail, {kNotApproved, kNoDocument});
}

TEST_P(RegisterChecks, AnApprovalByOnesOwnAccountIsNone) {
  add_document(1, "IAM-1", "iam");
  add_version(1, "approved");
  add_system(9, "Consoles", "access_document_id = 1");
  expect("S07-P-01", Verdict::kPass, {});
  execute("UPDATE document_version SET approved_by_own_account = 1");
  const std::string own =
      ": version 1 of IAM-1 was approved, but not surely by another person than who proposed it: "
      "have "
      "a keeper who is no administrator propose it again, and another keeper or administrator "
      "approve it";
  expect("S07-P-01", Verdict::kFail, {"system Consoles" + own, "topic iam" + own});
}

TEST_P(RegisterChecks, EachProductionSystemNamesWhatDescribesItsAccess) {
  add_document(1, "IAM-1", "iam");
  add_version(1, "approved");
  expect("S07-P-01", Verdict::kNoData, {});
  add_system(9, "Consoles");
  expect("S07-P-01", Verdict::kFail, {kNoModel});
  execute("UPDATE system SET environment = 'other'");
  expect("S07-P-01", Verdict::kNoData, {});
  execute("UPDATE system SET environment = 'production', state = 'retired'");
  expect("S07-P-01", Verdict::kNoData, {});
  execute("UPDATE system SET state = 'in_service'");
  add_document(2, "OPS-1", "operations");
  add_version(2, "draft");
  execute("UPDATE system SET access_document_id = 2");
  expect("S07-P-01", Verdict::kFail,
         {"system Consoles: no version of OPS-1, which describes its access, is approved, or its "
          "file is gone: propose one, and have another person approve it, with `belfry document "
          "approve`"});
  execute("UPDATE document_version SET state = 'approved' WHERE id = 2");
  expect("S07-P-01", Verdict::kPass, {});
}

TEST_P(RegisterChecks, AReviewIsYearlyWhateverTheDocumentSays) {
  add_document(1, "IAM-1", "iam");
  add_version(1, "approved", 12 * kMonthUs + kDayUs);
  add_system(9, "Consoles", "access_document_id = 1");
  for (const std::int64_t months : {12, 13, 60}) {
    execute("UPDATE document SET review_months = :months", {{"months", months}});
    EXPECT_EQ(check("S07-P-01").status.violations, 2u) << months;
  }
  execute("UPDATE document_version SET reviewed_us = :at", {{"at", now() - 6 * kMonthUs + 1}});
  expect("S07-P-01", Verdict::kPass, {});
  execute("UPDATE document SET review_months = 5");
  EXPECT_EQ(check("S07-P-01").status.violations, 2u) << "its own period, where it is shorter";
}

TEST_P(RegisterChecks, WhatDescribesAccessIsReviewedInTimeToo) {
  add_document(1, "IAM-1", "iam");
  add_version(1, "approved");
  add_document(2, "OPS-1", "operations");
  add_version(2, "approved", 12 * kMonthUs - 1);
  add_system(9, "Consoles", "access_document_id = 2");
  expect("S07-P-01", Verdict::kPass, {});
  execute("UPDATE document_version SET approved_us = :at WHERE id = 2",
          {{"at", now() - 12 * kMonthUs - 2 * kDayUs}});
  expect("S07-P-01", Verdict::kFail,
         {"system Consoles: the review of OPS-1, version 1, which describes its access, has been "
          "due for 2 days: review it with `belfry document review`, or propose a new version"});
}

TEST_P(RegisterChecks, PeopleSignInCentrally) {
  add_person(60, 10);
  expect("S07-P-02", Verdict::kNoData, {});
  add_system(9, "Consoles", "sign_in = 'local'");
  scanned(0);
  expect("S07-P-02", Verdict::kFail,
         {"system Consoles: people sign in with accounts of its own: let them sign in with Belfry "
          "or a directory, then say so with `belfry system change SYSTEM --sign-in directory "
          "--directory NAME`"});
  EXPECT_EQ(check("S07-P-02").status.population, 2u);
  const std::string gone =
      "system Consoles: the directory that it names is gone, or is no longer for people: name "
      "another with `belfry system change SYSTEM --directory NAME`";
  execute("UPDATE system SET sign_in = 'directory', directory_id = 50");
  expect("S07-P-02", Verdict::kFail, {gone});
  execute(
      "INSERT INTO issuer (id, tenant_id, url, organisation, client_id, client_secret_sealed, "
      "audiences, scopes, creates_users, trusts_factors, required_claim, required_value, "
      "created_us, changed_us) VALUES (50, 1, 'https://a', 'staff', 'c', '', '', '', 0, 0, '', '', "
      "0, 0)");
  expect("S07-P-02", Verdict::kPass, {});
  execute("UPDATE issuer SET purpose = 'programs'");
  expect("S07-P-02", Verdict::kFail, {gone});
  execute("UPDATE system SET sign_in = 'belfry', directory_id = NULL");
  expect("S07-P-02", Verdict::kPass, {});
}

TEST_P(RegisterChecks, LocalAccountsArePresentPeoplesOrForEmergencies) {
  add_person(60, 10);
  add_person(61, 0);
  add_system(9, "Consoles");
  expect("S07-P-02", Verdict::kFail,
         {"system Consoles: its local accounts were never scanned: send them, or an empty list, "
          "with `belfry system scan SYSTEM FILE`"});
  scanned(91 * kDayUs);
  expect("S07-P-02", Verdict::kFail,
         {"system Consoles: its local accounts were scanned 91 days ago: scan them again"});
  scanned(90 * kDayUs);
  expect("S07-P-02", Verdict::kPass, {});
  add_account(9, "anna", 61);
  add_account(9, "root", 0, true);
  expect("S07-P-02", Verdict::kPass, {});
  execute("UPDATE person SET ends_us = :now WHERE id = 61", {{"now", now()}});
  const std::string rest =
      " no present person's of the register, anna first: remove them there, or say whose they "
      "are, and scan again";
  expect("S07-P-02", Verdict::kFail, {"system Consoles: 1 local account is" + rest});
  add_account(9, "backup", 0);
  execute("UPDATE system_account SET break_glass = 0 WHERE account = 'root'");
  expect("S07-P-02", Verdict::kFail, {"system Consoles: 3 local accounts are" + rest});
  execute("UPDATE system_account SET break_glass = 1");
  expect("S07-P-02", Verdict::kFail,
         {"system Consoles: 3 break-glass accounts, of 2 that there may be: remove what is not "
          "needed in an emergency, and scan again"});
  execute("DELETE FROM system_account WHERE account = 'anna'");
  expect("S07-P-02", Verdict::kPass, {});
}

TEST_P(RegisterChecks, BelfryIsASystemByItself) {
  add_system(9, "Consoles");
  scanned(0);
  // Programs, other tenants' people and who is suspended are nobody's to be.
  add_user(20, 2, "anna", "member");
  add_user(11, 1, "robot", "member");
  execute("UPDATE iam_user SET owner_id = 10 WHERE id = 11");
  expect("S07-P-02", Verdict::kFail,
         {"system Belfry: 1 account of the staff is no present person's of the register, ines "
          "first: say whose with `belfry person bind PERSON ACCOUNT`, or suspend"});
  add_person(60, 10);
  expect("S07-P-02", Verdict::kPass, {});
  execute("UPDATE person SET starts_us = :later", {{"later", now() + 1}});
  EXPECT_EQ(check("S07-P-02").status.violations, 1u);
}

}  // namespace
}  // namespace belfry::measures
