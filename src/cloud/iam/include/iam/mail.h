// Mail that waits to be sent: queued in SQL with the change that it tells of, sent by whoever runs
// the daemon's mailer, which words it.
#pragma once

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"
#include "runtime/task.h"

#include <string>
#include <vector>

namespace belfry::iam {

struct Mail {
  std::int64_t id = 0;
  TenantId tenant;
  std::string recipient;
  std::string language;             // "en", "fr"
  std::string kind;                 // "invitation": messages mail.invitation.*
  std::vector<Argument> arguments;  // of its words; a link's secret is here alone
};

// What became of an attempt, in the words of the recipient's server.
struct Delivery {
  enum class Outcome {
    kSent,     // a server has it
    kRefused,  // a server does not take it for this recipient, and will not
    kNotYet,   // try again later
  };
  Outcome outcome = Outcome::kNotYet;
  std::string answer;  // at most kMailAnswerMax printable octets are kept
};
inline constexpr std::size_t kMailAnswerMax = 300;

// Every call is safe from any thread.
class MailQueue {
 public:
  virtual ~MailQueue() = default;

  // What is due, at most `limit`, the oldest first. Each waits ten minutes from then on before it
  // is given out again: a mailer that ends meanwhile loses none, and may send one twice.
  virtual Task<std::vector<Mail>> take_due(std::size_t limit) = 0;
  // Writes down what became of it. Later attempts come after 1, 5, 15 minutes, then every hour
  // until what it is about has ended. Safe to repeat.
  virtual Task<> settle(std::int64_t id, const Delivery& delivery) = 0;
};

}  // namespace belfry::iam
