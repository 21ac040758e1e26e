// A plain HTTP/1.1 client over TLS or TCP, for the command line and for tests. Blocking; one
// request after the other on one connection.
#pragma once

#include "base/result.h"
#include "http/server.h"

#include <memory>
#include <string>
#include <string_view>

namespace belfry::http {

struct ClientOptions {
  std::string url;      // "https://127.0.0.1:8443"
  std::string ca_file;  // PEM; a server that it does not vouch for is refused
  Duration time_limit = std::chrono::seconds(30);  // without an octet
  // Where to connect, if the name in `url` leads elsewhere: that name is verified all the same.
  std::string connect_to{};
};

struct ClientResponse {
  int status = 0;
  Fields fields;
  std::string body;
};

class Client {
 public:
  virtual ~Client() = default;
  // A request that a broken connection left without an answer is sent again on a new one if it is a
  // GET or HEAD, or nothing of it had left. Errors: retry ("http.cannot_connect",
  // "http.connection_broken", with the reason), denied
  // ("http.not_trusted"), exhausted (an answer larger than 64 MiB).
  virtual Result<ClientResponse> send(std::string_view method, const std::string& target,
                                      const Fields& fields, std::string body) = 0;
};

// Errors: invalid ("http.bad_url").
Result<std::unique_ptr<Client>> make_client(ClientOptions options);

}  // namespace belfry::http
