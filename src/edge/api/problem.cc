#include "problem.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace belfry::api {
namespace {

using text::Language;

struct MessageStatus {
  std::string_view message;
  int status;
};

// Messages whose status says more than their code's. 401 invites to sign in; 403 says that it would
// not help.
constexpr MessageStatus kStatuses[] = {
    {"api.sign_in_first", 401},      {"iam.unknown_session", 401}, {"iam.unknown_token", 401},
    {"iam.sign_in_refused", 401},    {"iam.totp_needed", 401},     {"iam.passkey_needed", 401},
    {"api.method_not_allowed", 405}, {"api.length_required", 411}, {"object.precondition", 412},
    {"api.body_too_large", 413},     {"object.too_large", 413},    {"api.bad_range", 416},
    {"iam.throttled", 429},
};

constexpr MessageStatus kTitles[] = {
    {"api.title.invalid", 400},     {"api.title.sign_in", 401},      {"api.title.denied", 403},
    {"api.title.not_found", 404},   {"api.title.method", 405},       {"api.title.conflict", 409},
    {"api.title.length", 411},      {"api.title.precondition", 412}, {"api.title.too_large", 413},
    {"api.title.range", 416},       {"api.title.throttled", 429},    {"api.title.internal", 500},
    {"api.title.unavailable", 503}, {"api.title.exhausted", 507},
};

std::string title_of(int status, Language language) {
  auto title = std::ranges::find(kTitles, status, &MessageStatus::status);
  std::string_view message = title == std::end(kTitles) ? "api.title.internal" : title->message;
  return text::text(message, {}, language);
}

bool is_name(std::string_view word) {
  return !word.empty() && std::ranges::all_of(word, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

bool is_code(std::string_view word) {
  constexpr Code kCodes[] = {Code::kInvalid, Code::kDenied,  Code::kNotFound,  Code::kConflict,
                             Code::kRetry,   Code::kCorrupt, Code::kExhausted, Code::kInternal};
  return std::ranges::any_of(kCodes, [&](Code code) { return name_of(code) == word; });
}

std::string_view take_word(std::string_view& rest) {
  std::size_t end = std::min(rest.find(' '), rest.size());
  std::string_view word = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return word;
}

// "call=write path=/a b reason=no space": a word with `=` begins an argument, others continue it.
std::vector<Argument> arguments_in(std::string_view rest) {
  std::vector<Argument> arguments;
  while (!rest.empty()) {
    std::string_view word = take_word(rest);
    std::size_t equals = word.find('=');
    if (equals != word.npos && is_name(word.substr(0, equals)))
      arguments.push_back(
          {std::string(word.substr(0, equals)), std::string(word.substr(equals + 1))});
    else if (!arguments.empty())
      arguments.back().value += " " + std::string(word);
  }
  return arguments;
}

}  // namespace

int status_of(const Error& error) {
  auto special = std::ranges::find(kStatuses, error.message(), &MessageStatus::message);
  if (special != std::end(kStatuses)) return special->status;
  switch (error.code()) {
    case Code::kInvalid:
      return 400;
    case Code::kDenied:
      return 403;
    case Code::kNotFound:
      return 404;
    case Code::kConflict:
      return 409;
    case Code::kRetry:
      return 503;
    case Code::kExhausted:
      return 507;
    case Code::kCorrupt:
    case Code::kInternal:
      return 500;
  }
  return 500;
}

nlohmann::json problem_of(const Error& error, Language language) {
  nlohmann::json arguments = nlohmann::json::object();
  for (const Argument& argument : error.arguments()) arguments[argument.name] = argument.value;
  int status = status_of(error);
  return {{"type", "about:blank"},
          {"title", title_of(status, language)},
          {"status", status},
          {"detail", text::text(error, language)},
          {"code", std::string(name_of(error.code()))},
          {"message_id", error.message()},
          {"arguments", std::move(arguments)}};
}

Task<> send_problem(const http::Request& request, http::Response& response, const Error& error) {
  nlohmann::json body = problem_of(error, language_of(request));
  body["instance"] = "urn:belfry:request:" + request.id;
  response.status = status_of(error);
  if (response.status == 401) response.fields.set("WWW-Authenticate", "Bearer realm=\"belfry\"");
  // RFC 9110, section 14.4: how long what has no such octets is.
  if (response.status == 416)
    response.fields.set("Content-Range", "bytes */" + std::string(error.argument("size")));
  if (response.status == 503 || response.status == 429) {
    std::string_view seconds = error.argument("seconds");
    response.fields.set("Retry-After", std::string(seconds.empty() ? "1" : seconds));
  }
  response.fields.set("Content-Type", "application/problem+json");
  co_return co_await response.send(
      body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

Language language_of(const http::Request& request) {
  return text::preferred_language(request.fields.get("accept-language"));
}

std::string worded(std::string_view message_id, const std::vector<Argument>& arguments,
                   Language language) {
  if (message_id.empty()) return {};
  std::string filled = text::text(message_id, arguments, language);
  std::string out;
  std::string_view rest = filled;
  while (!rest.empty()) {
    std::size_t open = rest.find('{'), close = rest.find('}', std::min(open, rest.size()));
    std::size_t name = open + (rest.substr(std::min(open, rest.size())).starts_with("{@") ? 2 : 1);
    bool is_open = close != rest.npos && is_name(rest.substr(name, close - name));
    if (open == rest.npos || close == rest.npos) break;
    out += rest.substr(0, open);
    out += is_open ? std::string_view("…") : rest.substr(open, close + 1 - open);
    rest.remove_prefix(close + 1);
  }
  return out.append(rest);
}

std::string worded_description(std::string_view description, Language language) {
  std::string_view rest = description;
  std::string_view word = take_word(rest);
  if (!is_code(word)) return std::string(description);
  while (is_code(word)) word = take_word(rest);
  return worded(word, arguments_in(rest), language);
}

}  // namespace belfry::api
