// Issuers as this program asks them: where they are asked and their keys, kept for a while, and
// codes redeemed for tokens.
#pragma once

#include "base/time.h"
#include "oidc/metadata.h"
#include "oidc/token.h"
#include "runtime/clock.h"
#include "runtime/task.h"

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace belfry::oidc {

struct Request {
  std::string url;
  std::string form;           // application/x-www-form-urlencoded, sent by POST; empty: a GET
  std::string authorization;  // the field; empty: none
};
struct Reply {
  int status = 0;
  std::string body;
};
// One exchange with an issuer: follows no redirect, ends within its deadline, takes no body beyond
// `kReplyOctetsMax`. Any thread.
using Fetch = std::function<Task<Reply>(Request)>;
inline constexpr std::size_t kReplyOctetsMax = 128 << 10;

// Who this program is to an issuer.
struct Client {
  std::string id;
  std::string secret;  // empty: none was agreed
};

struct Redemption {
  std::string code, redirect_url;
  std::string verifier;  // of PKCE (RFC 7636)
};

// Invariants
//  1. What an issuer said counts for an hour, then it is asked again.
//  2. However many tokens name keys that are not known, an issuer is asked for its keys at most
//     once in kKeysAskedAfter; one that failed to answer, at most once in kAskedAgainAfter.
//  3. At most kAtOnce exchanges with one issuer are underway.
//
// Safe to use from any thread.
class Directories {
 public:
  static constexpr Duration kKept = std::chrono::hours(1);
  static constexpr Duration kKeysAskedAfter = std::chrono::seconds(30);
  static constexpr Duration kAskedAgainAfter = std::chrono::seconds(5);
  static constexpr std::size_t kAtOnce = 4, kIssuersMax = 1'000;

  Directories(Fetch fetch, Transport transport, Clock& clock);

  Transport transport() const { return transport_; }

  // Errors: retry ("oidc.unreachable", "oidc.busy"), invalid ("oidc.bad_metadata").
  Task<Metadata> find(const std::string& issuer);
  // Whether the issuer says so. Errors: those of `find` and of `check_token`, retry
  // ("oidc.unreachable", "oidc.busy"), invalid ("oidc.bad_keys").
  Task<Claims> check(const std::string& token, const Expected& expected);
  // The ID token, not yet checked, that the code is worth. Errors: those of `find`; denied
  // ("oidc.code_refused"), invalid ("oidc.no_sign_in").
  Task<std::string> redeem(const std::string& issuer, const Client& client,
                           const Redemption& redemption);

 private:
  struct Known {
    std::optional<Metadata> metadata;
    Timestamp metadata_read;
    std::shared_ptr<const KeySet> keys;
    Timestamp keys_read;
    std::optional<Timestamp> keys_asked, failed;
    std::size_t underway = 0;
    std::list<std::string>::iterator age;
  };
  class Turn;  // an exchange that is underway

  Known& known(const std::string& issuer);  // under the lock
  Task<std::string> ask(const std::string& issuer, Request request);
  // Those that are known; asked for when they are old, or `refresh` is wanted and they are not new.
  Task<std::shared_ptr<const KeySet>> keys_of(const std::string& issuer, bool refresh);

  const Fetch fetch_;
  const Transport transport_;
  Clock& clock_;
  std::mutex mutex_;
  std::unordered_map<std::string, Known> known_;
  std::list<std::string> oldest_first_;
};

// The page where people sign in.
struct SignInPage {
  std::string client_id, redirect_url, scope;
  std::string state, nonce;
  std::string verifier;  // of PKCE: the page is told its digest alone
};
// Errors: invalid ("oidc.no_sign_in").
Result<std::string> sign_in_url(const Metadata& metadata, const SignInPage& page);

}  // namespace belfry::oidc
