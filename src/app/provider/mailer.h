// Sends the mail that waits: worded here, through the server of provider.yaml.
#pragma once

#include "configuration.h"
#include "data_directory.h"
#include "iam/iam.h"
#include "runtime/blocking.h"
#include "runtime/clock.h"
#include "topology/topology.h"

#include <memory>
#include <string>

namespace belfry::provider {

class Mailer {
 public:
  Mailer(const topology::Topology& topology, const DataDirectory& directory, Clock& clock)
      : topology_(topology), directory_(directory), clock_(clock) {}

  // Sends what is due, one at a time, at most five. What a server refuses is settled and no error.
  // Errors: retry ("provider.mail_failed") with what the operator has to mend.
  Task<> send_due(iam::Iam& iam);

 private:
  Task<> send(iam::MailQueue& queue, iam::Mail mail);

  const topology::Topology& topology_;
  const DataDirectory& directory_;
  Clock& clock_;
  // A server that hangs keeps nothing else waiting.
  const std::unique_ptr<Pool> pool_ = make_pool("mail", 1, 16);
};

// User and password of a credentials file. Errors: retry ("provider.bad_mail_credentials"): it
// cannot be read, others can read it too, or it has not two lines.
struct MailCredentials {
  std::string user, password;
};
Result<MailCredentials> read_mail_credentials(const std::filesystem::path& path);

}  // namespace belfry::provider
