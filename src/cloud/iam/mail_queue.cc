#include "mail_queue.h"

#include "base/ascii.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace belfry::iam {
namespace {

using nlohmann::json;

constexpr std::int64_t kOfDayMax = 500;  // of a tenant
constexpr Duration kLease = std::chrono::minutes(10);
constexpr Duration kKept = std::chrono::days(30);

Purpose purpose_of(std::int64_t id) {
  return {"mail/" + std::to_string(id)};
}

Duration wait_after(std::int64_t attempts) {
  constexpr std::array kMinutes = {1, 5, 15, 60};
  return std::chrono::minutes(kMinutes[std::size_t(
      std::clamp<std::int64_t>(attempts - 1, 0, std::int64_t(kMinutes.size()) - 1))]);
}

// What servers say comes from outside, and is shown.
std::string printable(std::string_view text) {
  std::string kept;
  for (char c : text.substr(0, kMailAnswerMax)) kept += c >= 0x20 && c < 0x7f ? c : ' ';
  return kept;
}

bool is_atom(std::string_view text) {
  constexpr std::string_view kSigns = "!#$%&'*+-/=?^_`{|}~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return is_alphanumeric(c) || kSigns.contains(c);
  });
}

bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
         std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '-'; });
}

bool all_parts(std::string_view text, bool (*is_part)(std::string_view)) {
  while (true) {
    const std::size_t dot = text.find('.');
    if (!is_part(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

}  // namespace

bool is_mail_address(std::string_view text) {
  // RFC 5321, section 4.5.3.1.
  constexpr std::size_t kMax = 254, kLocalMax = 64;
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos || text.size() > kMax || at > kLocalMax) return false;
  return all_parts(text.substr(0, at), is_atom) && all_parts(text.substr(at + 1), is_label);
}

Result<> MailQueueService::queue(Transaction& transaction, const NewMail& mail) {
  return queue_mail(transaction, core_.keys, core_.random, core_.clock.now(), mail);
}

Result<> queue_mail(Transaction& transaction, crypto::KeyStore& keys, Random& random, Timestamp now,
                    const NewMail& mail) {
  TRY(auto recent,
      transaction.query(
          "SELECT count(*) AS n FROM mail WHERE tenant_id = :tenant_id AND "
          "created_us > :since_us",
          {{"tenant_id", mail.tenant.value}, {"since_us", to_us(now - std::chrono::hours(24))}}));
  if (recent[0].integer("n") >= kOfDayMax)
    return fail(Code::kConflict, "iam.too_much_mail", {{"maximum", std::to_string(kOfDayMax)}});
  json arguments = json::object();
  for (const Argument& argument : mail.arguments) arguments[argument.name] = argument.value;
  const std::int64_t id = random.id();
  TRY(const std::string sealed,
      seal_secret(keys, random, purpose_of(id), as_view(arguments.dump())));
  TRY(
      transaction.execute("INSERT INTO mail (id, tenant_id, about, recipient, language, kind, "
                          "arguments_sealed, state, attempts, answer, created_us, next_us, "
                          "expires_us) VALUES (:id, :tenant_id, :about, :recipient, :language, "
                          ":kind, :arguments_sealed, 'waiting', 0, '', :now_us, :now_us, "
                          ":expires_us)",
                          {{"id", id},
                           {"tenant_id", mail.tenant.value},
                           {"about", mail.about},
                           {"recipient", mail.recipient},
                           {"language", mail.language},
                           {"kind", mail.kind},
                           {"arguments_sealed", sealed},
                           {"now_us", to_us(now)},
                           {"expires_us", to_us(mail.expires)}}));
  return {};
}

Result<> MailQueueService::cancel(Transaction& transaction, const std::string& about) {
  TRY(transaction.execute("DELETE FROM mail WHERE about = :about AND state = 'waiting'",
                          {{"about", about}}));
  return {};
}

Result<std::vector<Mail>> MailQueueService::take(Transaction& transaction, std::size_t limit,
                                                 Timestamp now) {
  const database::Parameters parameters = {{"now_us", to_us(now)},
                                           {"forgotten_us", to_us(now - kKept)},
                                           {"next_us", to_us(now + kLease)},
                                           {"limit", std::int64_t(limit)}};
  TRY(transaction.execute("DELETE FROM mail WHERE ended_us < :forgotten_us", parameters));
  TRY(
      transaction.execute("UPDATE mail SET state = 'given_up', ended_us = :now_us, "
                          "arguments_sealed = '' WHERE state = 'waiting' AND "
                          "expires_us <= :now_us",
                          parameters));
  TRY(auto rows, transaction.query("SELECT id, tenant_id, recipient, language, kind, "
                                   "arguments_sealed FROM mail WHERE state = 'waiting' AND "
                                   "next_us <= :now_us ORDER BY next_us, id LIMIT :limit",
                                   parameters));
  std::vector<Mail> due;
  for (const Row& row : rows) {
    Mail mail{.id = row.integer("id"),
              .tenant = TenantId{row.integer("tenant_id")},
              .recipient = row.text("recipient"),
              .language = row.text("language"),
              .kind = row.text("kind"),
              .arguments = {}};
    TRY(
        transaction.execute("UPDATE mail SET attempts = attempts + 1, next_us = :next_us "
                            "WHERE id = :id",
                            {{"next_us", to_us(now + kLease)}, {"id", mail.id}}));
    // One that no key opens any more must not keep the others from being sent.
    auto opened = open_secret(core_.keys, purpose_of(mail.id), row.text("arguments_sealed"));
    if (!opened) continue;
    const json arguments = json::parse(as_text(*opened), nullptr, false);
    for (const auto& [name, value] : arguments.items())
      mail.arguments.push_back({name, value.is_string() ? value.get<std::string>() : ""});
    due.push_back(std::move(mail));
  }
  return due;
}

Task<std::vector<Mail>> MailQueueService::take_due(std::size_t limit) {
  const Timestamp now = core_.clock.now();
  // Asked every few seconds: a write only when there is something to take.
  CO_TRY(const bool any, co_await core_.read<bool>([&](Transaction& transaction) -> Result<bool> {
    TRY(auto rows, transaction.query("SELECT id FROM mail WHERE state = 'waiting' AND "
                                     "next_us <= :now_us LIMIT 1",
                                     {{"now_us", to_us(now)}}));
    return !rows.empty();
  }));
  if (!any) co_return std::vector<Mail>();
  co_return co_await core_.write<std::vector<Mail>>(
      [&](Transaction& transaction) { return take(transaction, limit, now); });
}

Task<> MailQueueService::settle(std::int64_t id, const Delivery& delivery) {
  const Timestamp now = core_.clock.now();
  CO_TRY(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(auto rows,
        transaction.query("SELECT attempts FROM mail WHERE id = :id AND state = 'waiting'",
                          {{"id", id}}));
    if (rows.empty()) return Done{};
    const bool ended = delivery.outcome != Delivery::Outcome::kNotYet;
    const bool sent = delivery.outcome == Delivery::Outcome::kSent;
    const database::Parameters parameters = {
        {"id", id},
        {"answer", printable(delivery.answer)},
        {"state", std::string(sent ? "sent" : "refused")},
        {"now_us", to_us(now)},
        {"next_us", to_us(now + wait_after(rows[0].integer("attempts")))}};
    TRY(transaction.execute(ended ? "UPDATE mail SET state = :state, answer = :answer, ended_us = "
                                    ":now_us, arguments_sealed = '' WHERE id = :id"
                                  : "UPDATE mail SET answer = :answer, next_us = :next_us "
                                    "WHERE id = :id",
                            parameters));
    return Done{};
  }));
  co_return Result<>();
}

}  // namespace belfry::iam
