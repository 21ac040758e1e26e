#include "attestations/attestations.h"

#include "audit/told_changes.h"
#include "base/text_encoding.h"
#include "rows.h"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace belfry::attestations {
namespace {

using database::Row;
using database::Transaction;

std::string_view code_of(Language language) {
  return language == Language::kFrench ? "fr" : "en";
}

// It is shown on terminals too.
bool is_reason(std::string_view reason) {
  const auto is_control = [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f;
  };
  return !reason.empty() && reason.size() <= kReasonMax && is_utf8(reason) &&
         std::ranges::none_of(reason, is_control);
}

State state_of(const Published& asked, const std::optional<Attestation>& newest, Timestamp now) {
  if (!newest) return State::kNever;
  if (newest->withdrawn) return State::kWithdrawn;
  if (newest->expires <= now) return State::kEnded;
  if (!std::ranges::all_of(newest->administrators, &Administrator::is_there))
    return State::kAdministratorGone;
  if (newest->version < asked.statement.version)
    return now < asked.at + kSignAgainWithin ? State::kTextChanged : State::kTextOld;
  return newest->expires - kSoon <= now ? State::kEndsSoon : State::kSigned;
}

// Where a page of a history ended.
struct Place {
  std::int64_t signed_us, id;
};

std::string text_of(const Attestation& last) {
  return std::to_string(to_us(last.signed_at)) + "." + last.id.text();
}

Result<Place> place_of(const std::string& text) {
  Place place{};
  const char *begin = text.data(), *end = begin + text.size();
  const auto time = std::from_chars(begin, end, place.signed_us);
  if (time.ec != std::errc() || time.ptr == end || *time.ptr != '.')
    return fail(Code::kInvalid, "attestations.bad_cursor");
  const auto id = std::from_chars(time.ptr + 1, end, place.id);
  if (id.ec != std::errc() || id.ptr != end) return fail(Code::kInvalid, "attestations.bad_cursor");
  return place;
}

// The name of an active person of the tenant.
Result<std::string> name_of_person(Transaction& transaction, TenantId tenant, UserId user) {
  TRY(auto rows, transaction.query("SELECT name FROM iam_user WHERE id = :id AND tenant_id = "
                                   ":tenant_id AND active = 1 AND deleted_us IS NULL AND "
                                   "owner_id IS NULL",
                                   {{"id", user.value}, {"tenant_id", tenant.value}}));
  if (rows.empty())
    return fail(Code::kInvalid, "attestations.not_a_person", {{"user", user.text()}});
  return rows[0].text("name");
}

Result<bool> is_asked(Transaction& transaction, TenantId tenant) {
  TRY(auto rows, transaction.query("SELECT count(*) AS n FROM tenant WHERE id = :id AND kind <> "
                                   "'provider'",
                                   {{"id", tenant.value}}));
  return rows[0].integer("n") > 0;
}

Result<std::vector<Administrator>> check_administrators(Transaction& transaction, TenantId tenant,
                                                        const NewAttestation& wanted) {
  const bool are_asked = wanted.topic == Topic::kAccessManagement;
  const std::size_t count = wanted.administrators.size();
  if ((count > 0) != are_asked || count > kAdministratorsMax)
    return fail(Code::kInvalid, "attestations.who_manages",
                {{"maximum", std::to_string(kAdministratorsMax)}});
  std::vector<Administrator> named;
  for (const UserId user : wanted.administrators) {
    if (std::ranges::find(named, user, &Administrator::user) != named.end()) continue;
    TRY(std::string name, name_of_person(transaction, tenant, user));
    named.push_back({user, std::move(name)});
  }
  return named;
}

class Service : public Attestations {
 public:
  Service(database::Database& database, std::shared_ptr<Pool> pool, audit::Ledger& ledger,
          audit::Outbox& outbox, Clock& clock, Random& random)
      : changes_(database, std::move(pool), ledger, outbox, "attestations.log_unavailable"),
        clock_(clock),
        random_(random) {}

  Result<> publish(std::span<const Statement> catalogue) override {
    return changes_.database().write([&](Transaction& transaction) -> Result<> {
      for (const Statement& statement : catalogue) TRY(publish_one(transaction, statement));
      return {};
    });
  }

  Task<std::vector<Standing>> standings(TenantId tenant) override {
    using List = std::vector<Standing>;
    const Timestamp now = clock_.now();
    co_return co_await changes_.read<List>([&](Transaction& transaction) -> Result<List> {
      List list;
      TRY(const bool asked, is_asked(transaction, tenant));
      if (!asked) return list;
      for (const Topic topic : kTopics) {
        TRY(Published published, asked_now(transaction, topic));
        TRY(auto newest, newest_of(transaction, tenant, topic));
        Standing standing{.state = state_of(published, newest, now), .newest = std::move(newest)};
        if (standing.state == State::kTextChanged)
          standing.sign_again_by =
              std::min(published.at + kSignAgainWithin, standing.newest->expires);
        standing.statement = std::move(published.statement);
        list.push_back(std::move(standing));
      }
      return list;
    });
  }

  Task<History> history(TenantId tenant, std::optional<Topic> topic, const std::string& after,
                        std::size_t limit) override {
    std::optional<Place> place;
    if (!after.empty()) {
      CO_TRY(place, place_of(after));
    }
    co_return co_await changes_.read<History>(
        [&](Transaction& transaction) { return page(transaction, tenant, topic, place, limit); });
  }

  Task<Attestation> find(AttestationId id) override {
    co_return co_await changes_.read<Attestation>(
        [&](Transaction& transaction) { return find_attestation(transaction, id); });
  }

  Task<Attestation> sign(const Act& act, const NewAttestation& wanted) override {
    const Timestamp now = clock_.now();
    co_return co_await changes_.write<Attestation>(
        [&](Transaction& transaction) { return sign_in(transaction, act, wanted, now); });
  }

  Task<Attestation> withdraw(const Act& act, AttestationId id, const std::string& reason) override {
    if (!is_reason(reason))
      co_return fail(Code::kInvalid, "attestations.bad_reason",
                     {{"maximum", std::to_string(kReasonMax)}});
    const Timestamp now = clock_.now();
    co_return co_await changes_.write<Attestation>(
        [&](Transaction& transaction) -> Result<Attestation> {
          return withdraw_in(transaction, act, id, reason, now);
        });
  }

 private:
  Result<> publish_one(Transaction& transaction, const Statement& statement) {
    const database::Parameters parameters = {{"topic", std::string(name_of(statement.topic))},
                                             {"version", statement.version},
                                             {"text_en", statement.english},
                                             {"text_fr", statement.french},
                                             {"sha256", sha256_of(statement)},
                                             {"now_us", to_us(clock_.now())}};
    TRY(auto rows, transaction.query("SELECT sha256 FROM attestation_statement WHERE topic = "
                                     ":topic AND version = :version",
                                     parameters));
    if (rows.empty()) {
      TRY(
          transaction.execute("INSERT INTO attestation_statement (topic, version, text_en, "
                              "text_fr, sha256, published_us) VALUES (:topic, :version, :text_en, "
                              ":text_fr, :sha256, :now_us)",
                              parameters));
      return {};
    }
    if (rows[0].text("sha256") != sha256_of(statement))
      return fail(Code::kConflict, "attestations.statement_changed",
                  {{"topic", std::string(name_of(statement.topic))},
                   {"version", std::to_string(statement.version)}});
    return {};
  }

  static Result<History> page(Transaction& transaction, TenantId tenant, std::optional<Topic> topic,
                              const std::optional<Place>& place, std::size_t limit) {
    std::string sql =
        "SELECT " + std::string(kColumns) + std::string(kFrom) + "WHERE a.tenant_id = :tenant_id";
    database::Parameters parameters = {{"tenant_id", tenant.value},
                                       {"limit", std::int64_t(limit) + 1}};
    if (topic) {
      sql += " AND a.topic = :topic";
      parameters.push_back({"topic", std::string(name_of(*topic))});
    }
    if (place) {
      sql += " AND (a.signed_us < :signed_us OR (a.signed_us = :signed_us AND a.id < :id))";
      parameters.push_back({"signed_us", place->signed_us});
      parameters.push_back({"id", place->id});
    }
    TRY(auto rows,
        transaction.query(sql + " ORDER BY a.signed_us DESC, a.id DESC LIMIT :limit", parameters));
    const bool is_last = rows.size() <= limit;
    if (!is_last) rows.pop_back();
    History found;
    for (const Row& row : rows) {
      TRY(Attestation item, attestation_of(transaction, row));
      found.items.push_back(std::move(item));
    }
    if (!is_last) found.next = text_of(found.items.back());
    return found;
  }

  Result<Attestation> sign_in(Transaction& transaction, const Act& act,
                              const NewAttestation& wanted, Timestamp now) {
    TRY(const bool asked, is_asked(transaction, act.tenant));
    if (!asked) return fail(Code::kConflict, "attestations.not_asked");
    TRY(name_of_person(transaction, act.tenant, act.user));
    TRY(const Published published, asked_now(transaction, wanted.topic));
    if (wanted.version != published.statement.version ||
        wanted.sha256 != sha256_of(published.statement))
      return fail(Code::kConflict, "attestations.other_text",
                  {{"version", std::to_string(published.statement.version)}});
    TRY(const auto named, check_administrators(transaction, act.tenant, wanted));
    const AttestationId id{random_.id()};
    TRY(insert(transaction, id, act, wanted, now));
    for (const Administrator& each : named)
      TRY(
          transaction.execute("INSERT INTO attestation_administrator (attestation_id, user_id, "
                              "tenant_id, name) VALUES (:id, :user_id, :tenant_id, :name)",
                              {{"id", id.value},
                               {"user_id", each.user.value},
                               {"tenant_id", act.tenant.value},
                               {"name", each.name}}));
    TRY(Attestation made, find_attestation(transaction, id));
    TRY(tell(transaction, act, made, {}));
    return made;
  }

  Result<> insert(Transaction& transaction, AttestationId id, const Act& act,
                  const NewAttestation& wanted, Timestamp now) {
    const database::Parameters parameters = {{"id", id.value},
                                             {"tenant_id", act.tenant.value},
                                             {"topic", std::string(name_of(wanted.topic))},
                                             {"version", wanted.version},
                                             {"sha256", wanted.sha256},
                                             {"language", std::string(code_of(wanted.language))},
                                             {"user_id", act.user.value},
                                             {"user_name", act.name},
                                             {"now_us", to_us(now)},
                                             {"expires_us", to_us(now + kValidFor)}};
    TRY(
        transaction.execute("UPDATE attestation SET superseded_us = :now_us WHERE tenant_id = "
                            ":tenant_id AND topic = :topic AND superseded_us IS NULL",
                            parameters));
    TRY(
        transaction.execute("INSERT INTO attestation (id, tenant_id, topic, version, sha256, "
                            "language, signed_by_user_id, signed_by_name, signed_us, expires_us, "
                            "withdrawn_by_user_id, withdrawn_by_name, withdrawn_reason) VALUES "
                            "(:id, :tenant_id, :topic, :version, :sha256, :language, :user_id, "
                            ":user_name, :now_us, :expires_us, 0, '', '')",
                            parameters));
    return {};
  }

  Result<Attestation> withdraw_in(Transaction& transaction, const Act& act, AttestationId id,
                                  const std::string& reason, Timestamp now) {
    TRY(const Attestation before, find_attestation(transaction, id));
    if (before.tenant != act.tenant)
      return fail(Code::kNotFound, "attestations.missing", {{"attestation", id.text()}});
    TRY(name_of_person(transaction, act.tenant, act.user));
    if (before.superseded || before.withdrawn || before.expires <= now)
      return fail(Code::kConflict, "attestations.not_in_force");
    TRY(transaction.execute(
        "UPDATE attestation SET withdrawn_us = :now_us, withdrawn_by_user_id = :user_id, "
        "withdrawn_by_name = :user_name, withdrawn_reason = :reason WHERE id = :id",
        {{"id", id.value},
         {"now_us", to_us(now)},
         {"user_id", act.user.value},
         {"user_name", act.name},
         {"reason", reason}}));
    TRY(tell(transaction, act, before, {{"reason", reason}}));
    return find_attestation(transaction, id);
  }

  Result<> tell(Transaction& transaction, const Act& act, const Attestation& about,
                std::vector<audit::Detail> more) {
    audit::Event event = act.event;
    event.event_class = audit::EventClass::kEntityManagement;
    event.resource = resource_of(about.id);
    std::ranges::move(details_of(about), std::back_inserter(event.details));
    std::ranges::move(more, std::back_inserter(event.details));
    return changes_.tell(transaction, act.tenant, event);
  }

  audit::ToldChanges changes_;
  Clock& clock_;
  Random& random_;
};

}  // namespace

std::string_view name_of(State state) {
  switch (state) {
    case State::kNever:
      return "never";
    case State::kSigned:
      return "signed";
    case State::kEndsSoon:
      return "ends_soon";
    case State::kTextChanged:
      return "text_changed";
    case State::kTextOld:
      return "text_old";
    case State::kEnded:
      return "ended";
    case State::kWithdrawn:
      return "withdrawn";
    case State::kAdministratorGone:
      return "administrator_gone";
  }
  return "";
}

std::unique_ptr<Attestations> make_attestations(database::Database& database,
                                                std::shared_ptr<Pool> pool, audit::Ledger& ledger,
                                                audit::Outbox& outbox, Clock& clock,
                                                Random& random) {
  return std::make_unique<Service>(database, std::move(pool), ledger, outbox, clock, random);
}

}  // namespace belfry::attestations
