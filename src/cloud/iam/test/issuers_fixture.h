// A tenant's own directory, as the tests play it.
#pragma once

#include "base/text_encoding.h"
#include "iam/issuers.h"
#include "oidc_testing/issuer_keys.h"
#include "world.h"

#include <nlohmann/json.hpp>

#include <map>

namespace belfry::iam {
using nlohmann::json;
using oidc::testing::IssuerKey;
using oidc::testing::key_set_of;
using oidc::testing::KeyKind;

inline const std::string kUrl = "https://id.example.org";
inline const std::string kOrigin = "https://localhost:8443";

// The value of a parameter of the page that the browser is sent to.
inline std::string parameter_of(const std::string& url, const std::string& name) {
  const std::size_t at = url.find("&" + name + "=") + name.size() + 2;
  return percent_decode(url.substr(at, url.find('&', at) - at)).value();
}

class IssuersTest : public ::testing::TestWithParam<database::Engine> {
 protected:
  IssuersTest() {
    world_.iam->second_factors().accept_origins({kOrigin});
    issuers().ask_with([this](oidc::Request request) { return reply(std::move(request)); },
                       oidc::Transport::kTls);
    administrator_ = world_.customer();
  }

  Issuers& issuers() { return world_.iam->issuers(); }

  Task<oidc::Reply> reply(oidc::Request request) {
    if (request.url.ends_with("/keys")) co_return oidc::Reply{200, key_set_of({key_.jwk()})};
    if (request.url.ends_with("/token")) {
      redeemed_ = std::move(request);
      const json said = {{"id_token", key_.token(claims_.dump())}};
      co_return oidc::Reply{200, said.dump()};
    }
    const std::string issuer = request.url.substr(0, request.url.find("/.well-known"));
    const json metadata = {{"issuer", issuer},
                           {"authorization_endpoint", issuer + "/authorize"},
                           {"token_endpoint", issuer + "/token"},
                           {"jwks_uri", issuer + "/keys"}};
    co_return oidc::Reply{200, metadata.dump()};
  }

  static NewIssuer wanted(const std::string& organisation = "acme") {
    return {.url = kUrl,
            .client_secret = "the-secret",
            .settings = {.organisation = organisation,
                         .client_id = "belfry",
                         .scopes = {"email", "profile"},
                         .creates_users = true}};
  }

  Issuer registered(const NewIssuer& issuer = wanted()) {
    auto made = world_.wait(issuers().create_issuer(administrator_, issuer));
    EXPECT_TRUE(made) << made.error().describe();
    return *made;
  }

  BegunSignIn begin() {
    auto begun = world_.wait(issuers().begin_sign_in("Acme", kOrigin, "192.0.2.1"));
    EXPECT_TRUE(begun) << begun.error().describe();
    return *begun;
  }

  // What the directory will say, in answer to `begun`.
  void answer(const BegunSignIn& begun, const json& change = json::object()) {
    const auto now =
        std::chrono::floor<std::chrono::seconds>(world_.clock.now()).time_since_epoch().count();
    claims_ = {{"iss", kUrl},
               {"sub", "subject-1"},
               {"aud", "belfry"},
               {"iat", now},
               {"exp", now + 60},
               {"nonce", parameter_of(begun.url, "nonce")},
               {"email", "anna@example.org"},
               {"preferred_username", "anna"}};
    claims_.merge_patch(change);
  }

  Result<Iam::OpenedSession> come_back(const BegunSignIn& begun, const std::string& totp = "",
                                       const std::string& code = "the-code",
                                       const std::string& source_ip = "192.0.2.1") {
    SignIn attempt{.totp = totp, .source_ip = source_ip, .user_agent = "test"};
    attempt.directory = DirectoryAnswer{.browser = begun.browser,
                                        .state = parameter_of(begun.url, "state"),
                                        .code = code,
                                        .organisation = landed_};
    return world_.wait(world_.iam->sign_in(attempt));
  }

  Result<Iam::OpenedSession> sign_in(const json& change = json::object()) {
    const BegunSignIn begun = begin();
    answer(begun, change);
    return come_back(begun);
  }

  User user_named(const std::string& name, Role role = Role::kMember) {
    auto user = world_.wait(world_.iam->create_user(administrator_, administrator_.tenant, name, "",
                                                    role, kGoodPassword));
    EXPECT_TRUE(user) << user.error().describe();
    return *user;
  }

  World world_{GetParam()};
  const IssuerKey key_{KeyKind::kP256, "one"};
  json claims_;
  oidc::Request redeemed_;
  std::string landed_ = "acme";  // the organisation of the address that the browser comes back to
  Principal administrator_;
};

}  // namespace belfry::iam
