// The implementation of `MailQueue`, and what puts mail into it.
#pragma once

#include "core.h"
#include "iam/mail.h"

namespace belfry::iam {

struct NewMail {
  TenantId tenant;
  std::string about;  // "invitation/7f..."
  std::string recipient, language, kind;
  std::vector<Argument> arguments;
  Timestamp expires;
};

// With the change that it tells of. A tenant's mail of a day is bounded: nobody makes the
// provider's server a nuisance. Errors: conflict ("iam.too_much_mail").
Result<> queue_mail(Transaction& transaction, crypto::KeyStore& keys, Random& random, Timestamp now,
                    const NewMail& mail);

class MailQueueService : public MailQueue {
 public:
  explicit MailQueueService(Core& core) : core_(core) {}

  Task<std::vector<Mail>> take_due(std::size_t limit) override;
  Task<> settle(std::int64_t id, const Delivery& delivery) override;

  // As queue_mail.
  Result<> queue(Transaction& transaction, const NewMail& mail);
  // What waits about it is not sent any more.
  Result<> cancel(Transaction& transaction, const std::string& about);

 private:
  Result<std::vector<Mail>> take(Transaction& transaction, std::size_t limit, Timestamp now);

  Core& core_;
};

// "name@host.example": dots and atoms of RFC 5322 in ASCII, which no field of a mail can be made to
// say more with.
bool is_mail_address(std::string_view text);

}  // namespace belfry::iam
