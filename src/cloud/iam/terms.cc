#include "names.h"
#include "paging.h"
#include "rows.h"
#include "terms_service.h"

namespace belfry::iam {
namespace {

constexpr std::size_t kVersionMax = 40, kTextMax = 28 << 10;
// A clock that is a little behind publishes what is in force at once.
constexpr Duration kPastMax = std::chrono::minutes(5);
// What comes later than this is a slip of the keyboard, and could not be taken back.
constexpr Duration kAheadMax = std::chrono::days(2 * 366);

std::string resource_of_terms(const std::string& version) {
  return "belfry:terms/" + version;
}

Error terms_missing(const std::string& version) {
  return Error(Code::kNotFound, "iam.terms_missing", {{"version", version}});
}

bool is_terms_text(std::string_view text) {
  return !text.empty() && text.size() <= kTextMax && is_utf8(text) && !text.contains('\0');
}

TermsVersion terms_of(const Row& row) {
  return {.version = row.text("version"),
          .english = row.text("text_en"),
          .french = row.text("text_fr"),
          .published = from_us(row.integer("published_us")),
          .in_force = from_us(row.integer("in_force_us"))};
}

}  // namespace

Task<TermsVersion> TermsService::publish_terms(const Principal& by, const std::string& version,
                                               const std::string& english,
                                               const std::string& french, Timestamp in_force) {
  const std::string resource = resource_of_terms(version);
  CO_TRY(core_.check(by, "iam:PublishTerms", {resource, kProviderTenant}, terms_missing(version)));
  const bool is_name = is_display_name(version) && version.size() <= kVersionMax;
  if (!is_name || version.contains('/')) co_return fail(Code::kInvalid, "iam.bad_terms_version");
  if (!is_terms_text(english) || !is_terms_text(french))
    co_return fail(Code::kInvalid, "iam.bad_terms_text", {{"maximum", std::to_string(kTextMax)}});
  const TermsVersion made{version, english, french, core_.clock.now(), in_force};
  if (in_force < made.published - kPastMax) co_return fail(Code::kInvalid, "iam.terms_in_the_past");
  if (in_force > made.published + kAheadMax) co_return fail(Code::kInvalid, "iam.terms_too_late");
  CO_TRY(core_.check_fresh(by, "iam:PublishTerms", resource));
  co_return co_await core_.write<TermsVersion>([&](Transaction& transaction)
                                                   -> Result<TermsVersion> {
    const database::Parameters parameters = {{"version", version},
                                             {"text_en", english},
                                             {"text_fr", french},
                                             {"published_us", to_us(made.published)},
                                             {"in_force_us", to_us(in_force)},
                                             {"by_id", by.user.value}};
    TRY(auto same, transaction.query("SELECT version FROM terms WHERE version = :version OR "
                                     "in_force_us = :in_force_us",
                                     parameters));
    if (!same.empty())
      return fail(Code::kConflict, "iam.terms_exist", {{"version", same[0].text("version")}});
    TRY(transaction.execute(
        "INSERT INTO terms (version, text_en, text_fr, published_us, published_by_user_id, "
        "in_force_us) VALUES (:version, :text_en, :text_fr, :published_us, :by_id, :in_force_us)",
        parameters));
    TRY(core_.trail.changed(
        transaction, kProviderTenant, by,
        {"iam:PublishTerms", resource, {{"in_force_us", std::to_string(to_us(in_force))}}}));
    return made;
  });
}

Task<std::vector<OwnTerms>> TermsService::own_terms(const Principal& by) {
  CO_TRY(decide(core_.tree, by, "iam:GetTerms", {resource_of(by.user), by.tenant}));
  using List = std::vector<OwnTerms>;
  co_return co_await core_.read<List>([&](Transaction& transaction) -> Result<List> {
    TRY(auto rows,
        transaction.query("SELECT t.*, (SELECT a.accepted_us FROM terms_acceptance a WHERE "
                          "a.version = t.version AND a.user_id = :user_id) AS accepted_us "
                          "FROM terms t WHERE t.in_force_us > :now_us OR t.in_force_us = "
                          "(SELECT max(n.in_force_us) FROM terms n WHERE n.in_force_us <= :now_us) "
                          "ORDER BY t.in_force_us LIMIT 20",
                          {{"user_id", by.user.value}, {"now_us", to_us(core_.clock.now())}}));
    List list;
    for (const Row& row : rows) list.push_back({terms_of(row), optional_time(row, "accepted_us")});
    return list;
  });
}

Result<std::optional<TermsVersion>> TermsService::in_force(Transaction& transaction) {
  TRY(auto rows, transaction.query("SELECT * FROM terms WHERE in_force_us <= :now_us "
                                   "ORDER BY in_force_us DESC LIMIT 1",
                                   {{"now_us", to_us(core_.clock.now())}}));
  if (rows.empty()) return std::optional<TermsVersion>();
  return std::optional(terms_of(rows[0]));
}

Result<> TermsService::accept(Transaction& transaction, const Principal& by,
                              const std::string& version) {
  const database::Parameters parameters = {{"version", version},
                                           {"user_id", by.user.value},
                                           {"tenant_id", by.tenant.value},
                                           {"now_us", to_us(core_.clock.now())}};
  TRY(auto rows, transaction.query("SELECT version FROM terms WHERE version = :version AND "
                                   "in_force_us >= coalesce((SELECT max(n.in_force_us) FROM terms "
                                   "n WHERE n.in_force_us <= :now_us), 0)",
                                   parameters));
  if (rows.empty()) return std::unexpected(terms_missing(version));
  TRY(const std::int64_t made,
      transaction.execute("INSERT INTO terms_acceptance (user_id, version, tenant_id, accepted_us) "
                          "VALUES (:user_id, :version, :tenant_id, :now_us) "
                          "ON CONFLICT (user_id, version) DO NOTHING",
                          parameters));
  if (made == 0) return {};
  return core_.trail.changed(transaction, by.tenant, by,
                             {"iam:AcceptTerms", resource_of_terms(version), {}});
}

Task<> TermsService::accept_terms(const Principal& by, const std::string& version) {
  CO_TRY(decide(core_.tree, by, "iam:AcceptTerms", {resource_of(by.user), by.tenant}));
  // What a person agrees to, no program does.
  if (by.method != Method::kSession) co_return fail(Code::kDenied, "iam.session_needed");
  CO_TRY(const std::string asked, read_text_key(version));
  CO_TRY(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(accept(transaction, by, asked));
    return Done{};
  }));
  co_return Result<>();
}

}  // namespace belfry::iam
