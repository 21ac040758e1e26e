#include "iam/notices.h"

#include "mail_queue.h"

namespace belfry::iam {
namespace {

constexpr std::int64_t kRecipientsMax = 20;

}  // namespace

Result<std::size_t> queue_notice(Transaction& transaction, crypto::KeyStore& keys, Random& random,
                                 Timestamp now, const Notice& notice) {
  TRY(auto rows,
      transaction.query("SELECT email, COALESCE((SELECT i.language FROM invitation i WHERE "
                        "i.user_id = iam_user.id ORDER BY i.created_us DESC LIMIT 1), 'both') AS "
                        "language FROM iam_user WHERE tenant_id = :tenant_id AND active = 1 "
                        "AND owner_id IS NULL AND deleted_us IS NULL AND email <> '' AND "
                        "(id = :first OR role IN ('tenant_administrator', "
                        "'provider_administrator')) ORDER BY CASE WHEN id = :first THEN 0 ELSE 1 "
                        "END, id LIMIT :limit",
                        {{"tenant_id", notice.tenant.value},
                         {"first", notice.first.value},
                         {"limit", kRecipientsMax}}));
  std::size_t queued = 0;
  for (const Row& row : rows) {
    // An address that was put in before addresses were checked.
    if (!is_mail_address(row.text("email"))) continue;
    auto done =
        queue_mail(transaction, keys, random, now,
                   {.tenant = notice.tenant,
                    .about = notice.about,
                    .recipient = row.text("email"),
                    .language = notice.language.empty() ? row.text("language") : notice.language,
                    .kind = notice.kind,
                    .arguments = notice.arguments,
                    .expires = notice.expires});
    if (!done && done.error().message() == "iam.too_much_mail") return queued;
    if (!done) return std::unexpected(done.error());
    ++queued;
  }
  return queued;
}

}  // namespace belfry::iam
