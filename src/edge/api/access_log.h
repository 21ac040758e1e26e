// What the log tells of requests that change nothing: who read what, and who was refused. It is
// told before the answer goes out, and rides with other lines of its tenant (Ledger::record_read).
#pragma once

#include "api/service.h"
#include "audit/event.h"
#include "audit/ledger.h"
#include "iam/iam.h"
#include "runtime/counted_repeats.h"

#include <string>

namespace belfry::api {

struct Call;
struct Host;
struct Route;

// One a provider. Safe from any thread; what it remembers is bounded.
class AccessLog {
 public:
  struct Read {
    audit::Event event;
    TenantId owner;     // whose things were read
    std::string asked;  // of what is polled: what repeats when it is asked again; else empty
  };
  // In the log of the owner, and in that of who asked (iam::record_in_both), once a request.
  // Nothing of what repeats: the next line of the same counts it. Errors: those of
  // Ledger::record_read.
  Result<> record_read(audit::Ledger& ledger, const iam::Principal& by, Read read);
  // Who comes with a token or a session that is none, into the log of `provider`. Anybody can: of
  // each period there are kStrangersMax lines at most, and each says of how many requests.
  void record_stranger(audit::Ledger& ledger, TenantId provider, audit::Event event);

  static constexpr Duration kRepeatsToldEvery = std::chrono::minutes(10);
  static constexpr Duration kStrangersToldEvery = std::chrono::seconds(10);
  static constexpr std::size_t kStrangersMax = 32;

 private:
  CountedRepeats repeats_{kRepeatsToldEvery};      // by credential, source and what was asked
  CountedRepeats strangers_{kStrangersToldEvery};  // by source, of which some share a line
};

// The line of a read, as of when its request came: with its path, and by what credential.
audit::Event read_event(const Call& call, std::string resource);

// How the log calls what a route reads. A right that changes go by too would look like one of them:
// "iam:Read" instead.
std::string read_action(const Route& route);

// Of what was allowed, unless the route told it by itself. Errors: those of Ledger::record_read.
Result<> record_read(const Call& call);
// Of what was denied, unless the log of who asked has it already.
void record_refusal(const Call& call, const Error& error);
void record_stranger(Host& host, const http::Request& request, const Route& route,
                     const Error& error);

}  // namespace belfry::api
