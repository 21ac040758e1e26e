#include "connection.h"

#include "base/text_encoding.h"
#include "output.h"

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <unistd.h>

namespace belfry::command_line {
namespace {

using nlohmann::json;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string text_of(const json& object, const char* name) {
  auto field = object.find(name);
  return field != object.end() && field->is_string() ? field->get<std::string>() : "";
}

Code code_named(std::string_view name) {
  for (Code code : {Code::kInvalid, Code::kDenied, Code::kNotFound, Code::kConflict, Code::kRetry,
                    Code::kCorrupt, Code::kExhausted})
    if (name_of(code) == name) return code;
  return Code::kInternal;
}

// The server's RFC 9457 problem as the Error it was made from.
Error error_of(const http::ClientResponse& response) {
  json problem = json::parse(response.body, nullptr, false);
  if (!problem.is_object() || !problem.contains("message_id"))
    return Error(Code::kInternal, "cli.unexpected_answer",
                 {{"status", std::to_string(response.status)}});
  Error error(code_named(text_of(problem, "code")), text_of(problem, "message_id"));
  if (problem.contains("arguments") && problem["arguments"].is_object())
    for (auto& [name, value] : problem["arguments"].items())
      if (value.is_string()) error.with(name, value.get<std::string>());
  return error;
}

Result<json> parse_answer(const std::string& text) {
  json value = json::parse(text, nullptr, false);
  if (!value.is_structured())
    return fail(Code::kInternal, "cli.strange_answer", {{"reason", "JSON"}});
  return value;
}

}  // namespace

std::filesystem::path profile_path() {
  std::string base = environment("XDG_CONFIG_HOME");
  if (base.empty()) base = environment("HOME") + "/.config";
  return std::filesystem::path(base) / "belfry" / "profile.json";
}

Result<json> read_json(const std::filesystem::path& path) {
  std::ifstream in(path);
  if (!in) return fail(Code::kNotFound, "cli.no_file", {{"path", path.string()}});
  std::string text(std::istreambuf_iterator<char>(in), {});
  json value = json::parse(text, nullptr, false);
  if (!value.is_object()) return fail(Code::kInvalid, "cli.bad_file", {{"path", path.string()}});
  return value;
}

Result<> write_profile(const Profile& profile) {
  json value = {{"url", profile.url}, {"ca", profile.ca}, {"token", profile.token}};
  return write_file(profile_path(), value.dump(2) + "\n", Readable::kOwner);
}

std::string path_segment(const std::string& text) {
  return percent_encode(text, Slash::kEncode);
}

Result<> write_file(const std::filesystem::path& path, const std::string& octets,
                    Readable readable) {
  auto failed = [&] { return fail(Code::kRetry, "cli.cannot_write", {{"path", path.string()}}); };
  std::error_code error;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
  std::string temporary = path.string() + ".new";
  ::unlink(temporary.c_str());
  int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                    readable == Readable::kOwner ? 0600 : 0644);
  if (file < 0) return failed();
  std::string_view rest = octets;
  while (!rest.empty()) {
    ssize_t written = ::write(file, rest.data(), rest.size());
    if (written <= 0) break;
    rest.remove_prefix(std::size_t(written));
  }
  bool whole = ::close(file) == 0 && rest.empty();
  if (!whole || ::rename(temporary.c_str(), path.c_str()) != 0) return failed();
  return {};
}

Result<Profile> resolve(const Place& place) {
  if (!place.url.empty()) return Profile{place.url, place.ca, place.token};
  if (!place.data.empty()) {
    auto run = std::filesystem::path(place.data) / "run";
    TRY(json endpoints, read_json(run / "endpoints.json"));
    Profile profile{text_of(endpoints, "api"), text_of(endpoints, "ca"), place.token};
    if (profile.token.empty()) {
      auto credentials = read_json(run / "credentials.json");
      if (credentials) profile.token = text_of(*credentials, "api_token");
    }
    return profile;
  }
  auto saved = read_json(profile_path());
  if (!saved) return fail(Code::kInvalid, "cli.no_daemon_named");
  Profile profile{text_of(*saved, "url"), text_of(*saved, "ca"), text_of(*saved, "token")};
  if (!place.token.empty()) profile.token = place.token;
  return profile;
}

Result<Connection> Connection::open_unauthenticated(const Profile& profile,
                                                    std::size_t answer_octets_max) {
  http::ClientOptions options{profile.url, profile.ca};
  options.answer_octets_max = answer_octets_max;
  TRY(auto client, http::make_client(std::move(options)));
  Connection connection(std::move(client));
  connection.fields_.set("Accept-Language", std::string(text::name_of(language())));
  return connection;
}

Result<Connection> Connection::open(const Place& place, std::size_t answer_octets_max) {
  TRY(Profile profile, resolve(place));
  TRY(auto connection, open_unauthenticated(profile, answer_octets_max));
  if (!profile.token.empty()) connection.fields_.set("Authorization", "Bearer " + profile.token);
  return connection;
}

Result<std::string> Connection::send(std::string_view method, const std::string& target,
                                     std::string body) {
  http::Fields fields = fields_;
  if (!body.empty()) fields.set("Content-Type", "application/json");
  TRY(auto response, client_->send(method, target, fields, std::move(body)));
  last_fields_ = response.fields;
  if (response.status >= 400) return std::unexpected(error_of(response));
  return std::move(response.body);
}

Result<json> Connection::get(const std::string& target) {
  TRY(std::string text, send("GET", target, ""));
  return parse_answer(text);
}

Result<json> Connection::change(std::string_view method, const std::string& target,
                                std::string body) {
  TRY(std::string text, send(method, target, std::move(body)));
  if (text.empty()) return json(nullptr);
  return parse_answer(text);
}

Result<json> Connection::post(const std::string& target, const json& body) {
  return change("POST", target, body.is_null() ? "" : body.dump());
}

Result<json> Connection::post_text(const std::string& target, std::string document) {
  return change("POST", target, std::move(document));
}

Result<json> Connection::patch(const std::string& target, const json& body) {
  return change("PATCH", target, body.dump());
}

Result<json> Connection::put(const std::string& target, std::string document) {
  return change("PUT", target, std::move(document));
}

Result<json> Connection::remove(const std::string& target) {
  return change("DELETE", target, "");
}

Result<std::string> Connection::get_octets(const std::string& target) {
  return send("GET", target, "");
}

Result<json> Connection::get_list(const std::string& target) {
  constexpr std::size_t kItemsMax = 500'000;
  TRY(json items, get_all(target, kItemsMax + 1));
  if (items.size() > kItemsMax)
    return fail(Code::kExhausted, "cli.list_too_long", {{"count", std::to_string(kItemsMax)}});
  return items;
}

Result<json> Connection::get_all(std::string target, std::size_t limit) {
  json items = json::array();
  std::string cursor;
  std::string separator = target.find('?') == std::string::npos ? "?" : "&";
  while (items.size() < limit) {
    std::string page_target = target + separator + "limit=" +
                              std::to_string(std::min<std::size_t>(limit - items.size(), 1000));
    if (!cursor.empty()) page_target += "&cursor=" + cursor;
    TRY(json page, get(page_target));
    for (auto& item : page.at("items")) items.push_back(std::move(item));
    if (!page.at("next_cursor").is_string()) break;
    cursor = path_segment(page.at("next_cursor").get<std::string>());
  }
  return items;
}

}  // namespace belfry::command_line
