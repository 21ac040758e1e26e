// ID tokens: what an issuer says of somebody, signed (OpenID Connect Core 1.0, sections 2 and
// 3.1.3.7; JWT, RFC 7519; JWS, RFC 7515; advice of RFC 8725).
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "oidc/key_set.h"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::oidc {

inline constexpr std::size_t kTokenOctetsMax = 16 << 10;
inline constexpr std::size_t kSubjectOctetsMax = 255;
// How far the clocks of an issuer and of this program may be apart.
inline constexpr Duration kSkewMax = std::chrono::seconds(60);

struct Claims {
  std::string issuer, subject;
  std::vector<std::string> audiences;
  std::optional<std::string> authorized_party, nonce;
  Timestamp expires, issued;
  std::optional<Timestamp> not_before;
  // The others that are texts, lists of texts, or yes and no ("true", "false").
  std::map<std::string, std::vector<std::string>, std::less<>> others;

  // Empty: there is none, or it is none of that.
  std::span<const std::string> find(std::string_view name) const;
};

struct Token {
  Algorithm algorithm;
  std::optional<std::string> key_id;
  std::string signed_part;
  Buffer signature;
  Claims claims;  // believed by nobody before `check_token`
};

// Reads, and believes nothing. Errors: denied ("oidc.bad_token"; "oidc.bad_algorithm" for `none`,
// shared secrets and what is not offered).
Result<Token> parse_token(std::string_view text);

struct Expected {
  std::string_view issuer;
  std::span<const std::string> audiences;  // the token is for one of them
  std::optional<std::string_view> nonce;   // nothing: the token need not have one
  Duration age_max;                        // since it was issued
};

// Errors: as of KeySet::check; denied ("oidc.wrong_issuer", "oidc.wrong_audience",
// "oidc.token_expired", "oidc.token_not_yet", "oidc.wrong_nonce").
Result<> check_token(const Token& token, const KeySet& keys, const Expected& expected,
                     Timestamp now);

}  // namespace belfry::oidc
