#include "customer.h"

#include <algorithm>

namespace belfry::prober {
namespace {

// Without an octet of the answer.
constexpr Duration kAnswerLimit = std::chrono::seconds(15);
constexpr const char* kUserAgent = "belfry-probe";

std::unique_ptr<http::Client> connect(const std::string& url, const std::string& host,
                                      const Target& target) {
  auto client = http::make_client(
      {.url = url, .ca_file = target.ca_file, .time_limit = kAnswerLimit, .connect_to = host});
  return client ? std::move(*client) : nullptr;
}

std::string host_of(std::string_view url) {
  url = url.substr(std::min(url.size(), url.find("//") + 2));
  return std::string(url.substr(0, url.find('/')));
}

std::string cookie_of(const http::ClientResponse& response) {
  const std::string_view field = response.fields.get("set-cookie");
  return std::string(field.substr(0, field.find(';')));
}

}  // namespace

nlohmann::json Answer::json() const {
  return nlohmann::json::parse(body, nullptr, false);
}

std::string text_at(const nlohmann::json& value, std::initializer_list<const char*> path) {
  const nlohmann::json* here = &value;
  for (const char* name : path) {
    if (!here->is_object() || !here->contains(name)) return "";
    here = &(*here)[name];
  }
  return here->is_string() ? here->get<std::string>() : "";
}

Customer::Customer(const Target& target, Clock& clock, const std::function<bool()>& is_cancelled)
    : clock_(clock),
      is_cancelled_(is_cancelled),
      s3_host_(host_of(target.s3)),
      api_(connect(target.api, target.api_host, target)),
      s3_(connect(target.s3, target.s3_host, target)) {}

Answer Customer::send(http::Client* client, std::string_view method, const std::string& target,
                      const http::Fields& fields, std::string body) {
  if (client == nullptr || is_cancelled_()) return {};
  auto response = client->send(method, target, fields, std::move(body));
  if (!response) return {};
  return {response->status, std::move(response->body), cookie_of(*response)};
}

Answer Customer::rest(std::string_view method, const std::string& path, const std::string& cookie,
                      const nlohmann::json& body) {
  http::Fields fields;
  fields.add("User-Agent", kUserAgent);
  fields.add("X-Belfry-Request", "1");
  if (!cookie.empty()) fields.add("Cookie", cookie);
  if (!body.is_null()) fields.add("Content-Type", "application/json");
  return send(api_.get(), method, path, fields, body.is_null() ? "" : body.dump());
}

Answer Customer::put_rest(const std::string& path, const std::string& cookie,
                          const std::string& octets) {
  http::Fields fields;
  fields.add("User-Agent", kUserAgent);
  fields.add("X-Belfry-Request", "1");
  fields.add("Cookie", cookie);
  fields.add("Content-Type", "application/octet-stream");
  return send(api_.get(), "PUT", path, fields, octets);
}

Answer Customer::s3(std::string_view method, const std::string& path, const Key& key,
                    const std::string& body) {
  http::Fields fields = signed_fields({method, s3_host_, path, body}, key, clock_.now());
  fields.add("User-Agent", kUserAgent);
  return send(s3_.get(), method, path, fields, body);
}

}  // namespace belfry::prober
