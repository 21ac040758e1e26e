#include "sts_request.h"

#include "base/ascii.h"
#include "base/text_encoding.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <span>

namespace belfry::s3 {
namespace {

constexpr std::size_t kParametersMax = 64;
constexpr std::size_t kExternalIdMin = 2, kExternalIdMax = 1'224;

using Parameters = std::map<std::string, std::string, std::less<>>;

std::unexpected<Error> refuse_as(std::string_view code, std::string message) {
  return refuse_as_sts(Code::kInvalid, code, std::move(message));
}

// A name or value of application/x-www-form-urlencoded.
std::optional<std::string> decode(std::string_view text) {
  std::string spaced(text);
  std::ranges::replace(spaced, '+', ' ');
  auto decoded = percent_decode(spaced);
  if (!decoded || !is_utf8(*decoded) || decoded->find('\0') != decoded->npos) return std::nullopt;
  return decoded;
}

Result<Parameters> read_form(std::string_view form) {
  Parameters parameters;
  while (!form.empty()) {
    const std::string_view pair = form.substr(0, form.find('&'));
    form.remove_prefix(std::min(form.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = decode(pair.substr(0, equals));
    auto value = decode(pair.substr(std::min(equals + 1, pair.size())));
    if (!name || !value || parameters.size() == kParametersMax ||
        !parameters.emplace(std::move(*name), std::move(*value)).second)
      return refuse_as("MalformedInput", "The form cannot be read, or names a parameter twice.");
  }
  return parameters;
}

bool is_known(std::string_view action, std::string_view name) {
  constexpr std::string_view kOfAll[] = {"Action", "Version"};
  constexpr std::string_view kOfBoth[] = {"DurationSeconds", "Policy", "RoleArn",
                                          "RoleSessionName"};
  constexpr std::string_view kOfUsers[] = {"ExternalId", "SerialNumber", "TokenCode"};
  const auto is_in = [&](std::span<const std::string_view> names) {
    return std::ranges::find(names, name) != names.end();
  };
  if (is_in(kOfAll)) return true;
  if (action == kWithWebIdentity) return is_in(kOfBoth) || name == "WebIdentityToken";
  // GetCallerIdentity takes none, and passes over these.
  return is_in(kOfBoth) || is_in(kOfUsers);
}

Result<> check_known(std::string_view action, const Parameters& parameters) {
  for (const auto& [name, value] : parameters)
    if (!is_known(action, name))
      return refuse_as("ValidationError", "The parameter " + name + " is not offered here.");
  return {};
}

Result<std::optional<Duration>> read_duration(const Parameters& parameters) {
  const auto found = parameters.find("DurationSeconds");
  if (found == parameters.end()) return std::optional<Duration>();
  const std::string& text = found->second;
  std::int32_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size())
    return refuse_as("ValidationError", "DurationSeconds is not a number of seconds.");
  return std::optional<Duration>(std::chrono::seconds(seconds));
}

bool is_external_id(std::string_view text) {
  return text.size() >= kExternalIdMin && text.size() <= kExternalIdMax &&
         std::ranges::all_of(text, [](char c) {
           return is_alphanumeric(c) || std::string_view("_+=,.@:/-").contains(c);
         });
}

Result<iam::RoleAssumption> read_assumption(const Parameters& parameters) {
  const auto text_of = [&](std::string_view name) {
    const auto found = parameters.find(name);
    return found == parameters.end() ? std::string() : found->second;
  };
  for (const char* needed : {"RoleArn", "RoleSessionName"})
    if (text_of(needed).empty())
      return refuse_as("ValidationError", "The parameter " + std::string(needed) + " is missing.");
  // A factor that was named and not shown would be one that nobody asks for.
  if (parameters.contains("SerialNumber") != parameters.contains("TokenCode"))
    return refuse_as("ValidationError", "SerialNumber and TokenCode go together.");
  if (parameters.contains("ExternalId") && !is_external_id(text_of("ExternalId")))
    return refuse_as("ValidationError",
                     "ExternalId has 2 to 1224 letters, digits and _ + = , . @ : / -");
  if (parameters.contains("Policy") && text_of("Policy").empty())
    return refuse_as("ValidationError", "Policy is empty: leave it out, or say what it allows.");
  if (parameters.contains("TokenCode") && text_of("TokenCode").empty())
    return refuse_as("ValidationError", "TokenCode is empty.");
  TRY(const auto duration, read_duration(parameters));
  return iam::RoleAssumption{.role_arn = text_of("RoleArn"),
                             .session_name = text_of("RoleSessionName"),
                             .duration = duration,
                             .policy = text_of("Policy"),
                             .external_id = text_of("ExternalId"),
                             .totp = text_of("TokenCode")};
}

}  // namespace

std::unexpected<Error> refuse_as_sts(Code kind, std::string_view code, std::string message) {
  return fail(kind, "sts." + std::string(code), {{"Message", std::move(message)}});
}

Result<StsRequest> read_sts_request(std::string_view form) {
  constexpr std::string_view kVersion = "2011-06-15";
  TRY(const Parameters parameters, read_form(form));
  const auto action = parameters.find("Action");
  if (action == parameters.end())
    return refuse_as("InvalidAction", "The parameter Action is missing.");
  StsRequest request{action->second, {}, {}};
  if (request.action != "AssumeRole" && request.action != kWithWebIdentity &&
      request.action != "GetCallerIdentity")
    return refuse_as("InvalidAction", "The action " + request.action + " is not offered here.");
  if (const auto version = parameters.find("Version");
      version != parameters.end() && version->second != kVersion)
    return refuse_as("InvalidAction", "The version " + version->second + " is not offered here.");
  TRY(check_known(request.action, parameters));
  if (request.action != "GetCallerIdentity") {
    TRY(request.assumption, read_assumption(parameters));
  }
  if (request.action == kWithWebIdentity) {
    const auto token = parameters.find("WebIdentityToken");
    if (token == parameters.end() || token->second.empty())
      return refuse_as("ValidationError", "The parameter WebIdentityToken is missing.");
    request.token = token->second;
  }
  return request;
}

}  // namespace belfry::s3
