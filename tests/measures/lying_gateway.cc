#include "lying_gateway.h"

#include "base/ascii.h"
#include "base/ensure.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include <array>

namespace belfry::measures_broken {
namespace {

Task<std::string> read_all(http::Request& request) {
  std::string body;
  if (request.body == nullptr) co_return body;
  std::array<std::byte, 4096> buffer;
  for (;;) {
    CO_TRY(const std::size_t count, co_await request.body->read(buffer));
    if (count == 0) co_return body;
    body.append(as_text(View(buffer).first(count)));
  }
}

// What concerns one connection is not passed on.
bool is_of_connection(std::string_view name) {
  const std::string lowered = to_lower(name);
  return lowered == "connection" || lowered == "content-length" || lowered == "transfer-encoding" ||
         lowered == "date" || lowered == "keep-alive";
}

Task<> pass_on(http::Client& client, const LyingGateway::Lie& lie, http::Request& request,
               http::Response& response) {
  CO_TRY(std::string body, co_await read_all(request));
  http::Fields fields;
  for (const auto& [name, value] : request.fields.all())
    if (!is_of_connection(name)) fields.add(name, value);
  CO_TRY(http::ClientResponse answer,
         client.send(request.method, request.target, fields, std::move(body)));
  lie(request, answer);
  response.status = answer.status;
  for (const auto& [name, value] : answer.fields.all())
    if (!is_of_connection(name)) response.fields.add(name, value);
  co_return co_await response.send(std::move(answer.body));
}

}  // namespace

LyingGateway::LyingGateway(const provider::Endpoints& behind, Lie lie) : lie_(std::move(lie)) {
  endpoints_.api = open(behind.api, behind.ca);
  endpoints_.s3_tls = open(behind.s3, behind.ca);
  thread_ = std::jthread([this] { context_.run(); });
}

LyingGateway::~LyingGateway() {
  boost::asio::co_spawn(context_, stop(), boost::asio::use_future).wait();
  guard_.reset();
  context_.stop();
  thread_.join();
  servers_.clear();
}

boost::asio::awaitable<void> LyingGateway::stop() {
  for (auto& server : servers_) co_await server->stop(std::chrono::seconds(1));
}

std::string LyingGateway::open(const std::string& url, const std::string& ca) {
  auto client = http::make_client({.url = url, .ca_file = ca});
  ENSURE(client.has_value());
  clients_.push_back(std::move(*client));
  auto server = http::listen(
      {context_.get_executor()}, {},
      [this, to = clients_.back().get()](http::Request& request, http::Response& response) {
        return pass_on(*to, lie_, request, response);
      });
  ENSURE(server.has_value());
  servers_.push_back(std::move(*server));
  return "http://127.0.0.1:" + std::to_string(servers_.back()->port());
}

}  // namespace belfry::measures_broken
