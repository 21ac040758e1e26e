#include "oidc/metadata.h"

#include "base/json_text.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace belfry::oidc {
namespace {

using nlohmann::json;

constexpr std::size_t kJsonDepthMax = 8;

std::optional<std::string> text_of(const json& object, const char* name) {
  const auto field = object.find(name);
  if (field == object.end() || !field->is_string()) return std::nullopt;
  return field->get<std::string>();
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

bool lists(const json& object, const char* name, const char* item) {
  const auto field = object.find(name);
  return field != object.end() && field->is_array() &&
         std::ranges::find(*field, json(item)) != field->end();
}

bool is_true(const json& object, const char* name) {
  const auto field = object.find(name);
  return field != object.end() && *field == true;
}

// Without its port.
std::string_view host_of(std::string_view authority) {
  if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
  return authority.substr(0, authority.find(':'));
}

}  // namespace

Result<> check_url(std::string_view url, Transport transport) {
  constexpr std::string_view kSecure = "https://", kPlain = "http://";
  const auto bad = fail(Code::kInvalid, "oidc.bad_url", {{"url", std::string(url.substr(0, 200))}});
  const bool is_plain_text = std::ranges::all_of(url, [](char c) {
    return c > 0x20 && c < 0x7f && !std::string_view("\"<>\\^`{|}#").contains(c);
  });
  if (!is_plain_text || url.size() > kUrlOctetsMax) return bad;
  const bool is_secure = url.starts_with(kSecure);
  if (!is_secure && !url.starts_with(kPlain)) return bad;
  url.remove_prefix(is_secure ? kSecure.size() : kPlain.size());
  const std::string_view authority = url.substr(0, url.find_first_of("/?"));
  const std::string_view host = host_of(authority);
  if (host.empty() || authority.contains('@')) return bad;
  if (is_secure || (transport == Transport::kTlsOrLoopback && is_loopback(host))) return {};
  return bad;
}

Result<> check_issuer(std::string_view url, Transport transport) {
  if (!url.contains('?')) return check_url(url, transport);
  return fail(Code::kInvalid, "oidc.bad_url", {{"url", std::string(url.substr(0, 200))}});
}

Result<Metadata> parse_metadata(std::string_view document, std::string_view issuer,
                                Transport transport) {
  const auto bad =
      fail(Code::kInvalid, "oidc.bad_metadata", {{"issuer", std::string(issuer.substr(0, 200))}});
  if (document.size() > kMetadataOctetsMax || fault_of_json(document, kJsonDepthMax)) return bad;
  const json object = json::parse(document, nullptr, false);
  // Another's word about this issuer is worth nothing (section 4.3).
  if (!object.is_object() || text_of(object, "issuer") != issuer) return bad;
  Metadata metadata{.issuer = std::string(issuer),
                    .authorization_url = text_of(object, "authorization_endpoint").value_or(""),
                    .token_url = text_of(object, "token_endpoint").value_or(""),
                    .keys_url = text_of(object, "jwks_uri").value_or("")};
  if (!check_url(metadata.keys_url, transport)) return bad;
  // An issuer of workloads' tokens alone has no sign-in page.
  for (const std::string* url : {&metadata.authorization_url, &metadata.token_url})
    if (!url->empty() && !check_url(*url, transport)) return bad;
  constexpr const char* kMethods = "token_endpoint_auth_methods_supported";
  metadata.secret_in_form = lists(object, kMethods, "client_secret_post") &&
                            !lists(object, kMethods, "client_secret_basic");
  metadata.names_itself = is_true(object, "authorization_response_iss_parameter_supported");
  return metadata;
}

}  // namespace belfry::oidc
