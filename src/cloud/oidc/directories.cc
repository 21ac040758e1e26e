#include "oidc/directories.h"

#include "base/ascii.h"
#include "base/json_text.h"
#include "base/text_encoding.h"
#include "crypto/hash.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace belfry::oidc {
namespace {

using nlohmann::json;

constexpr int kGood = 200;
constexpr std::size_t kJsonDepthMax = 16, kReasonMax = 60;

std::unexpected<Error> unreachable(const std::string& issuer, const std::string& reason) {
  return fail(Code::kRetry, "oidc.unreachable", {{"issuer", issuer}, {"reason", reason}});
}

std::string form_of(std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  std::string form;
  for (const auto& [name, value] : fields)
    form +=
        (form.empty() ? "" : "&") + std::string(name) + "=" + percent_encode(value, Slash::kEncode);
  return form;
}

std::optional<std::string> text_in(const std::string& body, const char* name) {
  if (fault_of_json(body, kJsonDepthMax)) return std::nullopt;
  const json object = json::parse(body, nullptr, false);
  if (!object.is_object()) return std::nullopt;
  const auto field = object.find(name);
  if (field == object.end() || !field->is_string()) return std::nullopt;
  return field->get<std::string>();
}

// What the system says of a connection; of other errors nothing that people can read.
std::string reason_in(const Error& error) {
  const std::string_view reason = error.argument("reason");
  return reason.empty() ? "no answer" : std::string(reason);
}

// A code of RFC 6749, section 5.2, if it is one.
std::string reason_in(const Reply& reply) {
  const std::string reason = text_in(reply.body, "error").value_or("");
  const bool is_code =
      !reason.empty() && reason.size() <= kReasonMax &&
      std::ranges::all_of(reason, [](char c) { return is_alphanumeric(c) || c == '_'; });
  return is_code ? reason : "HTTP " + std::to_string(reply.status);
}

}  // namespace

// Counts as underway until it is destroyed.
class Directories::Turn {
 public:
  Turn(Directories& all, std::string issuer) : all_(all), issuer_(std::move(issuer)) {
    std::lock_guard lock(all_.mutex_);
    Known& known = all_.known(issuer_);
    has_room_ = known.underway < kAtOnce;
    if (has_room_) ++known.underway;
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    if (!has_room_) return;
    std::lock_guard lock(all_.mutex_);
    if (auto found = all_.known_.find(issuer_); found != all_.known_.end())
      --found->second.underway;
  }
  bool has_room() const { return has_room_; }

 private:
  Directories& all_;
  const std::string issuer_;
  bool has_room_ = false;
};

Directories::Directories(Fetch fetch, Transport transport, Clock& clock)
    : fetch_(std::move(fetch)), transport_(transport), clock_(clock) {}

Directories::Known& Directories::known(const std::string& issuer) {
  if (auto found = known_.find(issuer); found != known_.end()) return found->second;
  // Those that are being asked stay.
  for (auto at = oldest_first_.begin();
       known_.size() >= kIssuersMax && at != oldest_first_.end();) {
    auto oldest = known_.find(*at);
    if (oldest->second.underway > 0) {
      ++at;
      continue;
    }
    known_.erase(oldest);
    at = oldest_first_.erase(at);
  }
  Known fresh;
  fresh.age = oldest_first_.insert(oldest_first_.end(), issuer);
  return known_.emplace(issuer, std::move(fresh)).first->second;
}

Task<std::string> Directories::ask(const std::string& issuer, Request request) {
  const Turn turn(*this, issuer);
  if (!turn.has_room()) co_return fail(Code::kRetry, "oidc.busy", {{"issuer", issuer}});
  auto reply = co_await fetch_(std::move(request));
  const std::string reason = !reply                   ? reason_in(reply.error())
                             : reply->status != kGood ? "HTTP " + std::to_string(reply->status)
                                                      : "";
  std::lock_guard lock(mutex_);
  Known& now = known(issuer);
  if (reason.empty()) {
    now.failed.reset();
    co_return std::move(reply->body);
  }
  now.failed = clock_.now();
  co_return unreachable(issuer, reason);
}

Task<Metadata> Directories::find(const std::string& issuer) {
  constexpr std::string_view kWellKnown = "/.well-known/openid-configuration";
  CO_TRY(check_issuer(issuer, transport_));
  const Timestamp now = clock_.now();
  {
    std::lock_guard lock(mutex_);
    const Known& found = known(issuer);
    if (found.metadata && now - found.metadata_read < kKept) co_return *found.metadata;
    if (found.failed && now - *found.failed < kAskedAgainAfter)
      co_return unreachable(issuer, "it failed a moment ago");
  }
  std::string url = issuer;
  if (url.ends_with('/')) url.pop_back();
  CO_TRY(const std::string document, co_await ask(issuer, {url + std::string(kWellKnown), "", ""}));
  auto metadata = parse_metadata(document, issuer, transport_);
  std::lock_guard lock(mutex_);
  Known& found = known(issuer);
  if (!metadata) {
    found.failed = now;
    co_return std::unexpected(metadata.error());
  }
  found.metadata = *metadata;
  found.metadata_read = now;
  co_return std::move(*metadata);
}

Task<std::shared_ptr<const KeySet>> Directories::keys_of(const std::string& issuer, bool refresh) {
  const Timestamp now = clock_.now();
  {
    std::lock_guard lock(mutex_);
    Known& found = known(issuer);
    const bool is_good = found.keys && now - found.keys_read < kKept;
    const bool may_ask = !found.keys_asked || now - *found.keys_asked >= kKeysAskedAfter;
    if (is_good && !(refresh && may_ask)) co_return found.keys;
    if (found.failed && now - *found.failed < kAskedAgainAfter) {
      if (is_good) co_return found.keys;
      co_return unreachable(issuer, "it failed a moment ago");
    }
    if (is_good) found.keys_asked = now;
  }
  CO_TRY(const Metadata metadata, co_await find(issuer));
  CO_TRY(const std::string document, co_await ask(issuer, {metadata.keys_url, "", ""}));
  auto keys = KeySet::parse(document);
  std::lock_guard lock(mutex_);
  Known& found = known(issuer);
  if (!keys) {
    found.failed = now;
    co_return std::unexpected(keys.error());
  }
  found.keys = std::make_shared<const KeySet>(*std::move(keys));
  found.keys_read = now;
  found.keys_asked = now;
  co_return found.keys;
}

Task<Claims> Directories::check(const std::string& text, const Expected& expected) {
  CO_TRY(Token token, parse_token(text));
  // Before anybody is asked because of it.
  if (token.claims.issuer != expected.issuer) co_return fail(Code::kDenied, "oidc.wrong_issuer");
  const std::string issuer(expected.issuer);
  CO_TRY(auto keys, co_await keys_of(issuer, false));
  auto checked = check_token(token, *keys, expected, clock_.now());
  if (!checked && checked.error().message() == "oidc.unknown_key") {
    // A key that is new.
    CO_TRY(keys, co_await keys_of(issuer, true));
    checked = check_token(token, *keys, expected, clock_.now());
  }
  if (!checked) co_return std::unexpected(checked.error());
  co_return std::move(token.claims);
}

Task<std::string> Directories::redeem(const std::string& issuer, const Client& client,
                                      const Redemption& redemption) {
  CO_TRY(const Metadata metadata, co_await find(issuer));
  if (metadata.token_url.empty())
    co_return fail(Code::kInvalid, "oidc.no_sign_in", {{"issuer", issuer}});
  Request request{.url = metadata.token_url,
                  .form = form_of({{"grant_type", "authorization_code"},
                                   {"code", redemption.code},
                                   {"redirect_uri", redemption.redirect_url},
                                   {"client_id", client.id},
                                   {"code_verifier", redemption.verifier}}),
                  .authorization = ""};
  if (!client.secret.empty() && metadata.secret_in_form) {
    request.form += "&" + form_of({{"client_secret", client.secret}});
  } else if (!client.secret.empty()) {
    // Both are encoded first (RFC 6749, section 2.3.1).
    const std::string pair = percent_encode(client.id, Slash::kEncode) + ":" +
                             percent_encode(client.secret, Slash::kEncode);
    request.authorization = "Basic " + to_base64(as_view(pair));
  }
  const Turn turn(*this, issuer);
  if (!turn.has_room()) co_return fail(Code::kRetry, "oidc.busy", {{"issuer", issuer}});
  auto reply = co_await fetch_(std::move(request));
  if (!reply) co_return unreachable(issuer, reason_in(reply.error()));
  if (reply->status >= 500) co_return unreachable(issuer, reason_in(*reply));
  auto token = reply->status == kGood ? text_in(reply->body, "id_token") : std::nullopt;
  if (!token)
    co_return fail(Code::kDenied, "oidc.code_refused",
                   {{"issuer", issuer}, {"reason", reason_in(*reply)}});
  co_return std::move(*token);
}

Result<std::string> sign_in_url(const Metadata& metadata, const SignInPage& page) {
  if (metadata.authorization_url.empty() || metadata.token_url.empty())
    return fail(Code::kInvalid, "oidc.no_sign_in", {{"issuer", metadata.issuer}});
  const std::string challenge = to_base64url(crypto::sha256(as_view(page.verifier)));
  const char* before = metadata.authorization_url.contains('?') ? "&" : "?";
  return metadata.authorization_url + before +
         form_of({{"response_type", "code"},
                  {"client_id", page.client_id},
                  {"redirect_uri", page.redirect_url},
                  {"scope", page.scope},
                  {"state", page.state},
                  {"nonce", page.nonce},
                  {"code_challenge", challenge},
                  {"code_challenge_method", "S256"}});
}

}  // namespace belfry::oidc
