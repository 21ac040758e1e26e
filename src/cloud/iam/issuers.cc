// Issuers that a tenant believes.
#include "base/ascii.h"
#include "base/text_encoding.h"
#include "issuer_service.h"
#include "paging.h"
#include "role_service.h"
#include "rows.h"

#include <algorithm>

namespace belfry::iam {
namespace {

constexpr std::int64_t kIssuersMax = 10;  // of a tenant
constexpr std::size_t kOrganisationMin = 2, kOrganisationMax = 40, kTextMax = 255, kListMax = 20;

struct NamedPurpose {
  IssuerPurpose purpose;
  std::string_view name;
};
constexpr NamedPurpose kPurposes[] = {{IssuerPurpose::kPeople, "people"},
                                      {IssuerPurpose::kPrograms, "programs"},
                                      {IssuerPurpose::kBoth, "both"}};

std::string resource_of(IssuerId id) {
  return "belfry:issuer/" + id.text();
}

Error issuer_missing(IssuerId id) {
  return Error(Code::kNotFound, "iam.issuer_missing", {{"issuer", id.text()}});
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

std::string text_of(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= kTextMax &&
         std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

bool is_organisation(std::string_view name) {
  return name.size() >= kOrganisationMin && name.size() <= kOrganisationMax &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || is_digit(c) || c == '.' || c == '-';
         });
}

bool is_value(std::string_view text) {
  return text.size() <= kTextMax && is_utf8(text) && text.find('\0') == std::string_view::npos;
}

// What an issuer of this purpose would never use was meant for another. Client secrets are of the
// client.
Result<> check_purpose(const IssuerSettings& settings, bool has_secret) {
  const auto not_here = [&](std::string_view name) {
    return fail(
        Code::kInvalid, "iam.not_of_purpose",
        {{"field", std::string(name)}, {"purpose", std::string(name_of(settings.purpose))}});
  };
  if (!is_for_programs(settings.purpose))
    return settings.audiences.empty() ? Result<>() : not_here("audiences");
  if (std::ranges::find(settings.audiences, settings.client_id) != settings.audiences.end())
    return fail(Code::kInvalid, "iam.audience_is_client", {{"client", settings.client_id}});
  if (is_for_people(settings.purpose)) return {};
  if (!settings.organisation.empty()) return not_here("organisation");
  if (!settings.client_id.empty()) return not_here("client_id");
  if (has_secret) return not_here("client_secret");
  if (!settings.scopes.empty()) return not_here("scopes");
  if (settings.creates_users) return not_here("creates_users");
  if (settings.trusts_factors) return not_here("trusts_factors");
  return {};
}

Result<> check_settings(const IssuerSettings& settings, bool has_secret) {
  TRY(check_purpose(settings, has_secret));
  const auto bad = [](std::string_view name) {
    return fail(Code::kInvalid, "iam.bad_issuer", {{"field", std::string(name)}});
  };
  if (!settings.organisation.empty() && !is_organisation(settings.organisation))
    return bad("organisation");
  if (is_for_people(settings.purpose) && !is_word(settings.client_id)) return bad("client_id");
  if (is_for_programs(settings.purpose) && settings.audiences.empty()) return bad("audiences");
  if (settings.audiences.size() > kListMax || !std::ranges::all_of(settings.audiences, is_word))
    return bad("audiences");
  if (settings.scopes.size() > kListMax || !std::ranges::all_of(settings.scopes, is_word))
    return bad("scopes");
  const std::string& claim = settings.required_claim;
  if ((!claim.empty() && !is_word(claim)) || claim.empty() != settings.required_value.empty())
    return bad("required_claim");
  if (!is_value(settings.required_value)) return bad("required_value");
  return {};
}

Result<> check_secret(std::string_view secret) {
  if (secret.empty() || is_word(secret)) return {};
  return fail(Code::kInvalid, "iam.bad_issuer", {{"field", "client_secret"}});
}

database::Parameters parameters_of(const Issuer& issuer) {
  const IssuerSettings& settings = issuer.settings;
  return {{"id", issuer.id.value},
          {"tenant_id", issuer.tenant.value},
          {"url", issuer.url},
          {"organisation", settings.organisation.empty() ? database::Value(database::Null{})
                                                         : database::Value(settings.organisation)},
          {"purpose", std::string(name_of(settings.purpose))},
          {"client_id", settings.client_id},
          {"audiences", text_of(settings.audiences)},
          {"scopes", text_of(settings.scopes)},
          {"creates_users", std::int64_t(settings.creates_users)},
          {"trusts_factors", std::int64_t(settings.trusts_factors)},
          {"required_claim", settings.required_claim},
          {"required_value", settings.required_value},
          {"created_us", to_us(issuer.created)},
          {"changed_us", to_us(issuer.changed)}};
}

std::vector<audit::Detail> details_of(const Issuer& issuer) {
  const IssuerSettings& settings = issuer.settings;
  return {{"url", issuer.url},
          {"purpose", std::string(name_of(settings.purpose))},
          {"organisation", settings.organisation},
          {"client", settings.client_id},
          {"audiences", text_of(settings.audiences)},
          {"creates_users", settings.creates_users ? "yes" : "no"},
          {"trusts_factors", settings.trusts_factors ? "yes" : "no"},
          {"required", settings.required_claim + "=" + settings.required_value}};
}

}  // namespace

std::string_view name_of(IssuerPurpose purpose) {
  return std::ranges::find(kPurposes, purpose, &NamedPurpose::purpose)->name;
}

std::optional<IssuerPurpose> issuer_purpose_named(std::string_view name) {
  const auto* found = std::ranges::find(kPurposes, name, &NamedPurpose::name);
  if (found == std::end(kPurposes)) return std::nullopt;
  return found->purpose;
}

std::string IssuerService::arn_of(TenantId tenant, std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  if (url.ends_with('/')) url.remove_suffix(1);
  return "arn:aws:iam::" + account_of(tenant) + ":oidc-provider/" + std::string(url);
}

Issuer issuer_of(const Row& row) {
  const TenantId tenant{row.integer("tenant_id")};
  return {
      .id = IssuerId{row.integer("id")},
      .tenant = tenant,
      .url = row.text("url"),
      .arn = IssuerService::arn_of(tenant, row.text("url")),
      .settings = {.purpose =
                       issuer_purpose_named(row.text("purpose")).value_or(IssuerPurpose::kPeople),
                   .organisation = row.is_null("organisation") ? "" : row.text("organisation"),
                   .client_id = row.text("client_id"),
                   .audiences = words_of(row.text("audiences")),
                   .scopes = words_of(row.text("scopes")),
                   .creates_users = row.flag("creates_users"),
                   .trusts_factors = row.flag("trusts_factors"),
                   .required_claim = row.text("required_claim"),
                   .required_value = row.text("required_value")},
      .has_secret = !row.text("client_secret_sealed").empty(),
      .created = from_us(row.integer("created_us")),
      .changed = from_us(row.integer("changed_us"))};
}

void IssuerService::ask_with(oidc::Fetch fetch, oidc::Transport transport) {
  std::lock_guard lock(mutex_);
  directories_ = std::make_shared<oidc::Directories>(std::move(fetch), transport, core_.clock);
}

Result<std::shared_ptr<oidc::Directories>> IssuerService::directories() {
  std::lock_guard lock(mutex_);
  if (!directories_) return fail(Code::kRetry, "iam.issuers_not_yet");
  return directories_;
}

Result<Issuer> IssuerService::read_issuer(Transaction& transaction, const Principal& by,
                                          IssuerId id, std::string_view action) {
  TRY(auto rows, transaction.query("SELECT * FROM issuer WHERE id = :id AND tenant_id = :tenant_id",
                                   {{"id", id.value}, {"tenant_id", by.tenant.value}}));
  if (rows.empty()) return std::unexpected(issuer_missing(id));
  TRY(core_.check(by, action, {resource_of(id), by.tenant}, issuer_missing(id)));
  return issuer_of(rows[0]);
}

Task<Listing<Issuer>> IssuerService::list_issuers(const Principal& by, Page page) {
  using List = Listing<Issuer>;
  CO_TRY(const TimeKey after, read_time_key(page.after));
  CO_TRY(core_.check(by, "iam:ListIssuers", {"belfry:issuer/*", by.tenant}, issuer_missing({})));
  co_return co_await core_.read<List>([&](Transaction& transaction) -> Result<List> {
    TRY(auto rows, transaction.query("SELECT * FROM issuer WHERE tenant_id = :tenant_id AND "
                                     "(created_us > :after_us OR (created_us = :after_us AND "
                                     "id > :after_id)) ORDER BY created_us, id LIMIT :limit",
                                     {{"tenant_id", by.tenant.value},
                                      {"after_us", after.us},
                                      {"after_id", id_of(after)},
                                      {"limit", rows_of(page)}}));
    std::vector<Issuer> issuers;
    issuers.reserve(rows.size());
    for (const Row& row : rows) issuers.push_back(issuer_of(row));
    return page_of(std::move(issuers), page, [](const Issuer& issuer) {
      return iam::text_of(issuer.created, issuer.id.text());
    });
  });
}

Task<Issuer> IssuerService::find_issuer(const Principal& by, IssuerId id) {
  co_return co_await core_.read<Issuer>(
      [&](Transaction& transaction) { return read_issuer(transaction, by, id, "iam:GetIssuer"); });
}

// The secret is bound to its issuer.
Result<std::string> IssuerService::seal(const Issuer& issuer, const std::string& secret) {
  if (secret.empty()) return std::string();
  return seal_secret(core_.keys, core_.random, {"issuer/" + issuer.id.text()}, as_view(secret));
}

Result<> IssuerService::check_free(Transaction& transaction, const Issuer& issuer) {
  const database::Parameters parameters = parameters_of(issuer);
  TRY(auto others,
      transaction.query("SELECT url FROM issuer WHERE tenant_id = :tenant_id AND id <> :id",
                        parameters));
  // Trust policies name it by its ARN: two must not have the same.
  for (const Row& other : others)
    if (arn_of(issuer.tenant, other.text("url")) == issuer.arn)
      return fail(Code::kConflict, "iam.issuer_exists", {{"url", other.text("url")}});
  TRY(auto taken,
      transaction.query("SELECT id FROM issuer WHERE organisation = :organisation AND id <> :id",
                        parameters));
  if (taken.empty()) return {};
  return fail(Code::kConflict, "iam.organisation_taken",
              {{"organisation", issuer.settings.organisation}});
}

Task<Issuer> IssuerService::create_issuer(const Principal& by, const NewIssuer& wanted) {
  const std::string all = "belfry:issuer/*";
  CO_TRY(core_.check(by, "iam:CreateIssuer", {all, by.tenant}, issuer_missing({})));
  CO_TRY(check_settings(wanted.settings, !wanted.client_secret.empty()));
  CO_TRY(check_secret(wanted.client_secret));
  CO_TRY(core_.check_fresh(by, "iam:CreateIssuer", all));
  CO_TRY(const auto asked, directories());
  CO_TRY(const oidc::Metadata metadata, co_await asked->find(wanted.url));
  if (!wanted.settings.organisation.empty() && metadata.authorization_url.empty())
    co_return fail(Code::kInvalid, "oidc.no_sign_in", {{"issuer", wanted.url}});
  const Timestamp now = core_.clock.now();
  Issuer issuer{.id = IssuerId{core_.random.id()},
                .tenant = by.tenant,
                .url = wanted.url,
                .arn = arn_of(by.tenant, wanted.url),
                .settings = wanted.settings,
                .has_secret = !wanted.client_secret.empty(),
                .created = now,
                .changed = now};
  CO_TRY(const std::string sealed, seal(issuer, wanted.client_secret));
  co_return co_await core_.write<Issuer>([&](Transaction& transaction) -> Result<Issuer> {
    database::Parameters parameters = parameters_of(issuer);
    parameters.emplace_back("secret", sealed);
    TRY(auto counted, transaction.query("SELECT count(*) AS n FROM issuer "
                                        "WHERE tenant_id = :tenant_id",
                                        {{"tenant_id", by.tenant.value}}));
    if (counted[0].integer("n") >= kIssuersMax)
      return fail(Code::kConflict, "iam.too_many_issuers",
                  {{"maximum", std::to_string(kIssuersMax)}});
    TRY(check_free(transaction, issuer));
    if (is_for_programs(issuer.settings.purpose))
      TRY(check_may_change_issuer(transaction, by, issuer.arn));
    TRY(transaction.execute(
        "INSERT INTO issuer (id, tenant_id, url, purpose, organisation, client_id, "
        "client_secret_sealed, audiences, scopes, creates_users, trusts_factors, required_claim, "
        "required_value, created_us, changed_us) VALUES (:id, :tenant_id, :url, :purpose, "
        ":organisation, :client_id, :secret, :audiences, :scopes, :creates_users, "
        ":trusts_factors, :required_claim, :required_value, :created_us, :changed_us)",
        parameters));
    TRY(note_keeper(transaction, issuer.id, by.user));
    TRY(core_.trail.changed(transaction, by.tenant, by,
                            {"iam:CreateIssuer", resource_of(issuer.id), details_of(issuer)}));
    return issuer;
  });
}

Task<Issuer> IssuerService::change_issuer(const Principal& by, IssuerId id,
                                          const IssuerChange& change) {
  CO_TRY(check_secret(change.client_secret.value_or("")));
  auto changed = co_await core_.write<Issuer>([&](Transaction& transaction) -> Result<Issuer> {
    TRY(Issuer issuer, read_issuer(transaction, by, id, "iam:ChangeIssuer"));
    TRY(core_.check_fresh(by, "iam:ChangeIssuer", resource_of(id)));
    const IssuerPurpose before = issuer.settings.purpose;
    issuer.settings = change.settings;
    issuer.settings.purpose = change.purpose.value_or(before);
    issuer.changed = core_.clock.now();
    if (change.client_secret) issuer.has_secret = !change.client_secret->empty();
    TRY(check_settings(issuer.settings, issuer.has_secret));
    TRY(check_free(transaction, issuer));
    if (is_for_programs(issuer.settings.purpose))
      TRY(check_may_change_issuer(transaction, by, issuer.arn));
    TRY(
        transaction.execute("UPDATE issuer SET purpose = :purpose, organisation = :organisation, "
                            "client_id = :client_id, audiences = :audiences, scopes = :scopes, "
                            "creates_users = :creates_users, trusts_factors = :trusts_factors, "
                            "required_claim = :required_claim, required_value = :required_value, "
                            "changed_us = :changed_us WHERE id = :id",
                            parameters_of(issuer)));
    TRY(note_keeper(transaction, id, by.user));
    if (!is_for_people(issuer.settings.purpose)) TRY(end_people(transaction, id));
    if (!is_for_programs(issuer.settings.purpose)) TRY(end_programs(transaction, id));
    if (change.client_secret) {
      TRY(const std::string sealed, seal(issuer, *change.client_secret));
      TRY(transaction.execute("UPDATE issuer SET client_secret_sealed = :secret WHERE id = :id",
                              {{"secret", sealed}, {"id", id.value}}));
    }
    auto details = details_of(issuer);
    details.push_back({"secret", change.client_secret ? "changed" : "kept"});
    TRY(core_.trail.changed(transaction, by.tenant, by,
                            {"iam:ChangeIssuer", resource_of(id), std::move(details)}));
    return issuer;
  });
  core_.signing.forget_sessions();
  co_return changed;
}

Result<> IssuerService::end_people(Transaction& transaction, IssuerId id) {
  const database::Parameters parameters = {{"id", id.value}, {"now_us", to_us(core_.clock.now())}};
  TRY(
      transaction.execute("UPDATE iam_session SET ended_us = :now_us WHERE issuer_id = :id AND "
                          "ended_us IS NULL",
                          parameters));
  TRY(transaction.execute("DELETE FROM issuer_subject WHERE issuer_id = :id", parameters));
  return {};
}

// Those that they assumed have the issuer too.
Result<> IssuerService::end_programs(Transaction& transaction, IssuerId id) {
  TRY(transaction.execute("DELETE FROM role_session WHERE issuer_id = :id", {{"id", id.value}}));
  return {};
}

Task<> IssuerService::delete_issuer(const Principal& by, IssuerId id) {
  CO_TRY(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(const Issuer issuer, read_issuer(transaction, by, id, "iam:DeleteIssuer"));
    TRY(core_.check_fresh(by, "iam:DeleteIssuer", resource_of(id)));
    TRY(end_people(transaction, id));
    TRY(end_programs(transaction, id));
    for (const char* change :
         {"DELETE FROM issuer_keeper WHERE issuer_id = :id", "DELETE FROM issuer WHERE id = :id"})
      TRY(transaction.execute(change, {{"id", id.value}}));
    TRY(core_.trail.changed(transaction, by.tenant, by,
                            {"iam:DeleteIssuer", resource_of(id), {{"url", issuer.url}}}));
    return Done{};
  }));
  core_.signing.forget_sessions();
  co_return Result<>();
}

}  // namespace belfry::iam
