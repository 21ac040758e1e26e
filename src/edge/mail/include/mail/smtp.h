// Sending mail by SMTP (RFC 5321) through one server: plain text, one recipient a mail.
#pragma once

#include "base/time.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace belfry::mail {

enum class Security {
  kStartTls,  // RFC 3207; no TLS, no mail
  kTls,       // from the first octet (RFC 8314)
  kNone,      // to this machine alone
};

struct Server {
  std::string host;
  std::uint16_t port = 0;
  Security security = Security::kStartTls;
  std::string user, password;      // empty: it asks for none
  std::string authority_file;      // PEM; empty: the system's list
  std::chrono::seconds limit{60};  // of one mail, whatever the server does
};

struct Message {
  std::string from, from_name;  // an address in ASCII; a name in UTF-8
  std::string to;               // an address in ASCII
  std::string subject, text;    // UTF-8, lines parted by "\n"
  std::string id;               // unique: the left side of Message-ID
  Timestamp date;
};

// As it is sent (RFC 5322, 2045, 2047): every line ends with CR LF and has at most 76 octets, all
// of it ASCII. What has no place in a field is left out, so that no argument adds a field.
std::string compose(const Message& message);

// An address as the protocol takes it: a name, one `@`, a host, no blank, bracket or control
// character.
bool is_address(std::string_view text);

struct Attempt {
  enum class Outcome {
    kSent,
    kRefused,  // by a 5xx answer to the recipient or to the mail itself
    kNotYet,   // anything else
  };
  Outcome outcome = Outcome::kNotYet;
  // Of the server to this mail, its last line, printable and short; empty: it did not come so far.
  std::string answer;
  std::string reason;  // why not, for the operator
};

// Blocks, `server.limit` at most. Checks the server's certificate against its name. Any thread.
Attempt send(const Server& server, const Message& message);

}  // namespace belfry::mail
