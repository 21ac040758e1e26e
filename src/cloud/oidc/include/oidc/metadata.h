// Where an issuer is asked (OpenID Connect Discovery 1.0, section 3).
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace belfry::oidc {

inline constexpr std::size_t kUrlOctetsMax = 1'024, kMetadataOctetsMax = 64 << 10;

// What an issuer may be spoken to by.
enum class Transport {
  kTls,            // https alone
  kTlsOrLoopback,  // http too, to this machine: demonstrations
};

// An absolute URL without user, fragment or anything that is not plain ASCII. Errors: invalid
// ("oidc.bad_url").
Result<> check_url(std::string_view url, Transport transport);
// The same of an issuer, which has no query either.
Result<> check_issuer(std::string_view url, Transport transport);

struct Metadata {
  std::string issuer, authorization_url, token_url, keys_url;
  bool secret_in_form = false;  // client_secret_post, where client_secret_basic is not offered
  bool names_itself = false;    // in each answer of its sign-in page (RFC 9207)
};

// Errors: invalid ("oidc.bad_metadata": also when it speaks of another issuer).
Result<Metadata> parse_metadata(std::string_view document, std::string_view issuer,
                                Transport transport);

}  // namespace belfry::oidc
