// Which subject of an issuer is which user; users that are made for one.
#include "base/ascii.h"
#include "base/text_encoding.h"
#include "crypto/hash.h"
#include "grants.h"
#include "issuer_service.h"
#include "paging.h"
#include "rows.h"
#include "sign_in_names.h"
#include "user_rows.h"

#include <algorithm>

namespace belfry::iam {
namespace {

constexpr std::int64_t kSubjectsMax = 10'000;  // of an issuer
constexpr std::size_t kNameMax = 64;

std::string resource_of(IssuerId id) {
  return "belfry:issuer/" + id.text();
}

Result<> check_subject(std::string_view subject) {
  const bool is_plain =
      std::ranges::none_of(subject, [](char c) { return (unsigned char)(c) < 0x20 || c == 0x7f; });
  if (!subject.empty() && subject.size() <= oidc::kSubjectOctetsMax && is_plain && is_utf8(subject))
    return {};
  return fail(Code::kInvalid, "iam.bad_subject");
}

Subject subject_of(const Row& row) {
  return {.id = SubjectId{row.integer("id")},
          .subject = row.text("subject"),
          .user = UserId{row.integer("user_id")},
          .user_name = row.text("user_name"),
          .came_by_itself = row.is_null("linked_by_user_id"),
          .created = from_us(row.integer("created_us")),
          .last_used = optional_time(row, "last_used_us")};
}

// In the log the new user comes by itself.
Principal newcomer(const User& user, const std::string& source_ip) {
  return {.tenant = user.tenant,
          .user = user.id,
          .name = user.name,
          .role = user.role,
          .method = Method::kNone,
          .credential = {},
          .source_ip = source_ip};
}

// What a name may be, of what the directory calls somebody.
std::string plain_name(std::string_view name, std::size_t length_max) {
  std::string plain;
  for (char c : name.substr(0, name.find('@')))
    if (plain.size() < length_max && (is_alphanumeric(c) || std::string_view("._+-").contains(c)))
      plain += c;
  return plain;
}

}  // namespace

Result<> IssuerService::check_may_link(const Principal& by, const User& user) {
  if (user.owner) return fail(Code::kConflict, "iam.links_no_program", {{"user", user.name}});
  // Whoever could say which subject somebody privileged is would be half of that person.
  if (!user.privileged || user.id == by.user) return {};
  return fail(Code::kDenied, "iam.links_itself", {{"user", user.name}});
}

Result<> IssuerService::insert_subject(Transaction& transaction, const Issuer& issuer,
                                       const Subject& link, database::Value linked_by) {
  const database::Parameters parameters = {
      {"id", link.id.value},          {"tenant_id", issuer.tenant.value},
      {"issuer_id", issuer.id.value}, {"subject", link.subject},
      {"user_id", link.user.value},   {"linked_by", std::move(linked_by)},
      {"now_us", to_us(link.created)}};
  TRY(auto counted,
      transaction.query("SELECT count(*) AS n FROM issuer_subject WHERE issuer_id = :issuer_id",
                        parameters));
  if (counted[0].integer("n") >= kSubjectsMax)
    return fail(Code::kConflict, "iam.too_many_subjects",
                {{"maximum", std::to_string(kSubjectsMax)}});
  TRY(auto same, transaction.query("SELECT id FROM issuer_subject WHERE issuer_id = :issuer_id "
                                   "AND subject = :subject",
                                   parameters));
  if (!same.empty())
    return fail(Code::kConflict, "iam.subject_linked", {{"subject", link.subject}});
  TRY(
      transaction.execute("INSERT INTO issuer_subject (id, tenant_id, issuer_id, subject, user_id, "
                          "linked_by_user_id, created_us) VALUES (:id, :tenant_id, :issuer_id, "
                          ":subject, :user_id, :linked_by, :now_us)",
                          parameters));
  return note_ways(transaction, issuer.id);
}

Result<> IssuerService::note_keeper(Transaction& transaction, IssuerId id, UserId user) {
  const database::Parameters parameters = {{"issuer_id", id.value}, {"user_id", user.value}};
  TRY(auto known, transaction.query("SELECT user_id FROM issuer_keeper WHERE "
                                    "issuer_id = :issuer_id AND user_id = :user_id",
                                    parameters));
  if (!known.empty()) return {};
  TRY(
      transaction.execute("INSERT INTO issuer_keeper (issuer_id, user_id) "
                          "VALUES (:issuer_id, :user_id)",
                          parameters));
  return note_ways(transaction, id);
}

Result<> IssuerService::note_ways(Transaction& transaction, IssuerId id) {
  TRY(transaction.execute(
      "INSERT INTO account_way (user_id, by_user_id, since_us) SELECT DISTINCT s.user_id, "
      "k.user_id, CAST(:now_us AS BIGINT) FROM issuer_subject s JOIN issuer_keeper k ON "
      "k.issuer_id = s.issuer_id WHERE s.issuer_id = :issuer_id AND s.user_id <> k.user_id AND "
      "NOT EXISTS (SELECT 1 FROM account_way w WHERE w.user_id = s.user_id AND "
      "w.by_user_id = k.user_id)",
      {{"issuer_id", id.value}, {"now_us", to_us(core_.clock.now())}}));
  return {};
}

Task<Listing<Subject>> IssuerService::list_subjects(const Principal& by, IssuerId id, Page page) {
  using List = Listing<Subject>;
  CO_TRY(const TimeKey after, read_time_key(page.after));
  co_return co_await core_.read<List>([&](Transaction& transaction) -> Result<List> {
    TRY(read_issuer(transaction, by, id, "iam:ListSubjects"));
    TRY(auto rows,
        transaction.query("SELECT s.*, u.name AS user_name FROM issuer_subject s "
                          "JOIN iam_user u ON u.id = s.user_id WHERE s.issuer_id = :issuer_id AND "
                          "(s.created_us > :after_us OR (s.created_us = :after_us AND "
                          "s.id > :after_id)) ORDER BY s.created_us, s.id LIMIT :limit",
                          {{"issuer_id", id.value},
                           {"after_us", after.us},
                           {"after_id", id_of(after)},
                           {"limit", rows_of(page)}}));
    std::vector<Subject> subjects;
    subjects.reserve(rows.size());
    for (const Row& row : rows) subjects.push_back(subject_of(row));
    return page_of(std::move(subjects), page,
                   [](const Subject& link) { return iam::text_of(link.created, link.id.text()); });
  });
}

Task<Subject> IssuerService::link_subject(const Principal& by, IssuerId id,
                                          const std::string& subject, UserId user) {
  CO_TRY(check_subject(subject));
  co_return co_await core_.write<Subject>([&](Transaction& transaction) -> Result<Subject> {
    TRY(const Issuer issuer, read_issuer(transaction, by, id, "iam:LinkSubject"));
    TRY(core_.check_fresh(by, "iam:LinkSubject", resource_of(id)));
    if (!is_for_people(issuer.settings.purpose))
      return fail(Code::kConflict, "iam.issuer_of_programs", {{"url", issuer.url}});
    const Error missing(Code::kNotFound, "iam.user_missing", {{"user", user.text()}});
    auto found = iam::find_user(transaction, user);
    if (!found) return std::unexpected(found.error());
    if (found->tenant != by.tenant) return std::unexpected(missing);
    TRY(check_may_link(by, *found));
    Subject link{.id = SubjectId{core_.random.id()},
                 .subject = subject,
                 .user = user,
                 .user_name = found->name,
                 .created = core_.clock.now(),
                 .last_used = {}};
    TRY(insert_subject(transaction, issuer, link, by.user.value));
    TRY(note_keeper(transaction, id, by.user));
    TRY(core_.trail.changed(
        transaction, by.tenant, by,
        {"iam:LinkSubject",
         iam::resource_of(user),
         {{"name", found->name}, {"issuer", issuer.url}, {"subject", subject}}}));
    return link;
  });
}

Task<> IssuerService::unlink_subject(const Principal& by, IssuerId id, SubjectId link) {
  CO_TRY(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(const Issuer issuer, read_issuer(transaction, by, id, "iam:UnlinkSubject"));
    TRY(core_.check_fresh(by, "iam:UnlinkSubject", resource_of(id)));
    const database::Parameters parameters = {
        {"id", link.value}, {"issuer_id", id.value}, {"now_us", to_us(core_.clock.now())}};
    TRY(auto rows,
        transaction.query("SELECT s.*, u.name AS user_name FROM issuer_subject s JOIN iam_user u "
                          "ON u.id = s.user_id WHERE s.id = :id AND s.issuer_id = :issuer_id",
                          parameters));
    if (rows.empty())
      return fail(Code::kNotFound, "iam.subject_missing", {{"subject", link.text()}});
    const Subject found = subject_of(rows[0]);
    TRY(transaction.execute(
        "UPDATE iam_session SET ended_us = :now_us WHERE issuer_id = :issuer_id AND ended_us IS "
        "NULL AND user_id = (SELECT user_id FROM issuer_subject WHERE id = :id)",
        parameters));
    TRY(transaction.execute("DELETE FROM issuer_subject WHERE id = :id", parameters));
    TRY(core_.trail.changed(
        transaction, by.tenant, by,
        {"iam:UnlinkSubject",
         iam::resource_of(found.user),
         {{"name", found.user_name}, {"issuer", issuer.url}, {"subject", found.subject}}}));
    return Done{};
  }));
  co_return Result<>();
}

Result<User> IssuerService::resolve(Transaction& transaction, const Arrival& arrival,
                                    const std::string& unknown_hash) {
  const Error stranger(Code::kDenied, "iam.directory_stranger");
  const database::Parameters parameters = {{"issuer_id", arrival.issuer.id.value},
                                           {"subject", arrival.subject},
                                           {"now_us", to_us(core_.clock.now())}};
  // Deleted meanwhile, perhaps.
  TRY(auto issuers, transaction.query("SELECT * FROM issuer WHERE id = :issuer_id", parameters));
  if (issuers.empty()) return std::unexpected(stranger);
  TRY(auto rows, transaction.query("SELECT user_id FROM issuer_subject WHERE issuer_id = "
                                   ":issuer_id AND subject = :subject",
                                   parameters));
  if (rows.empty()) {
    if (!issuer_of(issuers[0]).settings.creates_users) return std::unexpected(stranger);
    return create_reader(transaction, arrival, unknown_hash);
  }
  // Who was deleted here does not come back by itself: the link keeps the name.
  auto user = iam::find_user(transaction, UserId{rows[0].integer("user_id")});
  if (!user || !user->active) return std::unexpected(stranger);
  TRY(
      transaction.execute("UPDATE issuer_subject SET last_used_us = :now_us WHERE issuer_id = "
                          ":issuer_id AND subject = :subject",
                          parameters));
  return user;
}

// The name of the organisation tells apart whom a directory brings and who was here before, or came
// by another one; some of the subject's digest namesakes.
Result<std::string> IssuerService::free_name(Transaction& transaction, const Arrival& arrival) {
  constexpr std::size_t kDigestMin = 6, kDigestMax = 16;
  const std::string digest = to_hex(crypto::sha256(as_view(arrival.subject)));
  const std::string behind = "@" + arrival.issuer.settings.organisation;
  std::string own = plain_name(arrival.name, kNameMax - behind.size() - kDigestMax - 1);
  if (own.empty()) own = "user";
  for (std::size_t length = 0; length <= kDigestMax; length += length == 0 ? kDigestMin : 5) {
    std::string name = own + (length == 0 ? "" : "-" + digest.substr(0, length)) + behind;
    TRY(auto same, transaction.query("SELECT id FROM iam_user WHERE sign_in_key = :key",
                                     {{"key", sign_in_key(arrival.issuer.tenant, name)}}));
    if (same.empty()) return name;
  }
  return fail(Code::kConflict, "iam.user_exists", {{"name", own + behind}});
}

Result<User> IssuerService::create_reader(Transaction& transaction, const Arrival& arrival,
                                          const std::string& unknown_hash) {
  User user{.id = UserId{core_.random.id()},
            .tenant = arrival.issuer.tenant,
            .email = check_email(arrival.email) ? arrival.email : "",
            .role = Role::kReader,
            .created = core_.clock.now(),
            .last_sign_in = {}};
  TRY(user.name, free_name(transaction, arrival));
  const Principal by = newcomer(user, arrival.source_ip);
  TRY(insert_user(transaction, user, {unknown_hash, make_password(core_.random)}));
  TRY(record_grant(core_, transaction, role_of(user), {.origin = "direct"}));
  TRY(insert_subject(transaction, arrival.issuer,
                     {.id = SubjectId{core_.random.id()},
                      .subject = arrival.subject,
                      .user = user.id,
                      .created = user.created,
                      .last_used = {}},
                     database::Null{}));
  TRY(core_.trail.changed(transaction, user.tenant, by,
                          {"iam:CreateUser",
                           iam::resource_of(user.id),
                           {{"name", user.name},
                            {"role", std::string(name_of(user.role))},
                            {"issuer", arrival.issuer.url},
                            {"subject", arrival.subject}}}));
  return iam::find_user(transaction, user.id);
}

}  // namespace belfry::iam
