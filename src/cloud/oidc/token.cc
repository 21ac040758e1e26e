#include "oidc/token.h"

#include "base/ascii.h"
#include "base/json_text.h"
#include "base/text_encoding.h"
#include "crypto/hash.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace belfry::oidc {
namespace {

using nlohmann::json;

constexpr std::size_t kHeaderDepthMax = 4, kClaimsDepthMax = 16;
constexpr std::size_t kListMax = 256, kKeyIdMax = 256, kNonceMax = 256;
// In the year 9999.
constexpr double kSecondsMax = 253'402'300'799;

std::unexpected<Error> bad() {
  return fail(Code::kDenied, "oidc.bad_token");
}

std::optional<json> object_of(std::string_view part, std::size_t depth_max) {
  const auto octets = from_base64url(part);
  if (!octets || fault_of_json(as_text(*octets), depth_max)) return std::nullopt;
  json object = json::parse(as_text(*octets), nullptr, false);
  if (!object.is_object()) return std::nullopt;
  return object;
}

// Nothing: it is neither a text nor a list of texts.
std::optional<std::vector<std::string>> texts_of(const json& value) {
  if (value.is_string()) return std::vector{value.get<std::string>()};
  if (!value.is_array() || value.size() > kListMax) return std::nullopt;
  std::vector<std::string> texts;
  for (const json& item : value) {
    if (!item.is_string()) return std::nullopt;
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

// Of one that is there: what is none is no reason to pass over it.
Result<std::optional<std::string>> text_in(const json& claims, const char* name,
                                           std::size_t octets_max) {
  const auto field = claims.find(name);
  if (field == claims.end()) return std::optional<std::string>();
  if (!field->is_string() || field->get_ref<const std::string&>().size() > octets_max) return bad();
  return std::optional(field->get<std::string>());
}

// NumericDate (RFC 7519, section 2): seconds, perhaps with a fraction.
Result<std::optional<Timestamp>> time_in(const json& claims, const char* name) {
  const auto field = claims.find(name);
  if (field == claims.end()) return std::optional<Timestamp>();
  if (!field->is_number()) return bad();
  const auto seconds = field->get<double>();
  if (!(seconds >= 0 && seconds <= kSecondsMax)) return bad();
  return std::optional(from_us(std::int64_t(seconds * 1e6)));
}

bool is_plain(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return (unsigned char)(c) < 0x20 || c == 0x7f; });
}

Result<Claims> read_claims(const json& object) {
  Claims claims;
  TRY(auto issuer, text_in(object, "iss", kTokenOctetsMax));
  TRY(auto subject, text_in(object, "sub", kSubjectOctetsMax));
  TRY(claims.authorized_party, text_in(object, "azp", kTokenOctetsMax));
  TRY(claims.nonce, text_in(object, "nonce", kNonceMax));
  TRY(const auto expires, time_in(object, "exp"));
  TRY(const auto issued, time_in(object, "iat"));
  TRY(claims.not_before, time_in(object, "nbf"));
  const auto audience = object.find("aud");
  if (!issuer || !subject || subject->empty() || !is_plain(*subject) || !expires || !issued ||
      audience == object.end())
    return bad();
  auto audiences = texts_of(*audience);
  if (!audiences || audiences->empty()) return bad();
  claims.issuer = std::move(*issuer);
  claims.subject = std::move(*subject);
  claims.audiences = std::move(*audiences);
  claims.expires = *expires;
  claims.issued = *issued;
  constexpr std::string_view kRead[] = {"iss", "sub", "azp", "nonce", "exp", "iat", "nbf", "aud"};
  for (const auto& [name, value] : object.items()) {
    if (std::ranges::find(kRead, name) != std::end(kRead)) continue;
    if (value.is_boolean())
      claims.others[name] = {value.get<bool>() ? "true" : "false"};
    else if (auto texts = texts_of(value))
      claims.others[name] = std::move(*texts);
  }
  return claims;
}

// What is signed for another purpose is no ID token (RFC 8725, section 3.11).
bool is_id_token(const json& header) {
  const auto type = header.find("typ");
  return type == header.end() ||
         (type->is_string() && to_lower(type->get_ref<const std::string&>()) == "jwt");
}

}  // namespace

std::span<const std::string> Claims::find(std::string_view name) const {
  const auto found = others.find(name);
  if (found == others.end()) return {};
  return found->second;
}

Result<Token> parse_token(std::string_view text) {
  if (text.size() > kTokenOctetsMax) return bad();
  std::array<std::string_view, 3> parts;
  std::string_view rest = text;
  for (std::string_view& part : parts) {
    const std::size_t dot = rest.find('.');
    const bool is_last = &part == &parts.back();
    if (is_last != (dot == std::string_view::npos)) return bad();
    part = rest.substr(0, dot);
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
  }
  const auto header = object_of(parts[0], kHeaderDepthMax);
  // What must be understood and is not (RFC 7515, section 4.1.11) is refused, all of it.
  if (!header || header->contains("crit") || !is_id_token(*header)) return bad();
  const auto algorithm = header->find("alg");
  if (algorithm == header->end() || !algorithm->is_string()) return bad();
  const auto known = algorithm_named(algorithm->get_ref<const std::string&>());
  if (!known) return fail(Code::kDenied, "oidc.bad_algorithm");
  TRY(auto key_id, text_in(*header, "kid", kKeyIdMax));
  auto signature = from_base64url(parts[2]);
  const auto claims = object_of(parts[1], kClaimsDepthMax);
  if (!signature || signature->empty() || !claims) return bad();
  Token token{.algorithm = *known,
              .key_id = std::move(key_id),
              .signed_part = std::string(text.substr(0, parts[0].size() + 1 + parts[1].size())),
              .signature = std::move(*signature),
              .claims = {}};
  TRY(token.claims, read_claims(*claims));
  return token;
}

Result<> check_token(const Token& token, const KeySet& keys, const Expected& expected,
                     Timestamp now) {
  TRY(keys.check(token.algorithm, token.key_id, token.signed_part, token.signature));
  const Claims& claims = token.claims;
  const auto refuse = [](std::string_view message) { return fail(Code::kDenied, message); };
  const auto is_ours = [&](const std::string& audience) {
    return std::ranges::find(expected.audiences, audience) != expected.audiences.end();
  };
  if (claims.issuer != expected.issuer) return refuse("oidc.wrong_issuer");
  if (std::ranges::none_of(claims.audiences, is_ours)) return refuse("oidc.wrong_audience");
  // One for several says for whom it was made (OpenID Connect Core 1.0, section 3.1.3.7).
  if (claims.audiences.size() > 1 && !claims.authorized_party) return refuse("oidc.wrong_audience");
  if (claims.authorized_party && !is_ours(*claims.authorized_party))
    return refuse("oidc.wrong_audience");
  if (claims.expires + kSkewMax <= now) return refuse("oidc.token_expired");
  if (claims.issued > now + kSkewMax) return refuse("oidc.token_not_yet");
  if (now - claims.issued > expected.age_max + kSkewMax) return refuse("oidc.token_expired");
  if (claims.not_before && *claims.not_before > now + kSkewMax) return refuse("oidc.token_not_yet");
  if (expected.nonce && (!claims.nonce || !crypto::equal_constant_time(as_view(*claims.nonce),
                                                                       as_view(*expected.nonce))))
    return refuse("oidc.wrong_nonce");
  return {};
}

}  // namespace belfry::oidc
