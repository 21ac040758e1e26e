#include "attestation_reminders.h"

#include "iam/notices.h"
#include "text/catalogue.h"

namespace belfry::provider {
namespace {

using database::Transaction;

constexpr std::size_t kBatch = 50;  // of one transaction
constexpr int kBatchesMax = 100;    // of one turn
constexpr Duration kReadLimit = std::chrono::seconds(5);

std::string_view message_of(attestations::Topic topic) {
  switch (topic) {
    case attestations::Topic::kAccessManagement:
      return "mail.attestation_topic.access_management";
    case attestations::Topic::kGuestAccess:
      return "mail.attestation_topic.guest_access";
    case attestations::Topic::kStaff:
      return "mail.attestation_topic.staff";
    case attestations::Topic::kSkills:
      return "mail.attestation_topic.skills";
    case attestations::Topic::kInstructions:
      return "mail.attestation_topic.instructions";
  }
  return "";
}

iam::Notice notice_of(const attestations::Ending& ending) {
  const attestations::Attestation& about = ending.attestation;
  const bool french = about.language == attestations::Language::kFrench;
  const auto language = french ? text::Language::kFrench : text::Language::kEnglish;
  constexpr std::size_t kDate = 10;  // "2026-03-01"
  return {.tenant = about.tenant,
          .about = "attestation/" + about.id.text(),
          .kind = "attestation_ends",
          .language = french ? "fr" : "en",
          .arguments = {{"tenant", ending.tenant_name},
                        {"topic", text::text(message_of(about.topic), {}, language)},
                        {"measure", std::string(measure_of(about.topic))},
                        {"by", about.signed_by_name},
                        {"date", format_rfc3339(about.expires).substr(0, kDate)}},
          .first = about.signed_by,
          .expires = about.expires};
}

// How many were told.
Result<std::size_t> remind(const RemindingParts& parts) {
  const Timestamp now = parts.clock.now();
  bool any = false;
  // Most turns find nothing, and then write nothing.
  TRY(parts.database.read(kReadLimit, [&](Transaction& transaction) -> Result<> {
    TRY(any, attestations::any_endings(transaction, now));
    return {};
  }));
  if (!any) return 0;
  std::size_t told = 0;
  TRY(parts.database.write([&](Transaction& transaction) -> Result<> {
    TRY(const auto endings, attestations::take_endings(transaction, parts.ledger, now, kBatch));
    told = endings.size();
    if (!parts.mails) return {};
    for (const attestations::Ending& ending : endings)
      TRY(iam::queue_notice(transaction, parts.keys, parts.random, now, notice_of(ending)));
    return {};
  }));
  parts.outbox.notify();
  return told;
}

}  // namespace

Task<> remind_of_attestations(RemindingParts parts) {
  for (int batch = 0; batch < kBatchesMax && parts.outbox.healthy(); ++batch) {
    CO_TRY(const std::size_t told,
           co_await runtime::blocking(*parts.pool, [&] { return remind(parts); }));
    if (told < kBatch) break;
  }
  co_return Result<>();
}

}  // namespace belfry::provider
