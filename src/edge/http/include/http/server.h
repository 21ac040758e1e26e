// HTTP/1.1 (RFC 9110, 9112) over TCP and TLS: the one place that sees Beast.
//
// Bodies stream both ways with bounded memory. Every wait has a deadline: a header that trickles, a
// body that stalls, a reader that does not read end the connection. Malformed heads get 400 and a
// close. A handler never sees a request whose head is not well-formed.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "runtime/stream.h"
#include "runtime/task.h"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace belfry::http {

// Header fields in the order they came; names compare without case.
class Fields {
 public:
  void add(std::string name, std::string value);
  void set(std::string name, std::string value);
  // The first value, or nothing.
  std::optional<std::string_view> find(std::string_view name) const;
  // Or an empty string.
  std::string_view get(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& all() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

struct QueryParameter {
  std::string name;   // decoded
  std::string value;  // decoded; empty without `=`
};

struct Request {
  std::string method;
  std::string target;    // as sent: "/bucket/a%20b?list-type=2"
  std::string raw_path;  // before `?`, still encoded
  std::string path;      // decoded
  std::vector<QueryParameter> query;
  Fields fields;
  std::optional<Bytes> content_length;
  std::string peer_ip;
  bool secure = false;
  std::string id;  // random, for logs and error bodies
  // Empty when there is none. The first read sends `100 Continue` if asked. Errors: invalid
  // ("http.body_cut", "http.bad_chunk"), retry ("http.body_timeout").
  Source* body = nullptr;
  Fields trailers;  // of a chunked body, once it was read to its end

  // The first parameter of that name, or nothing.
  std::optional<std::string_view> parameter(std::string_view name) const;
};

// What the handler answers with. One of: `send` once; or `start` once, then `write`.
class Response {
 public:
  virtual ~Response() = default;
  int status = 200;
  Fields fields;

  // Head and whole body. For HEAD the length is told and the body left out.
  virtual Task<> send(std::string body) = 0;
  // Head only, with a body of `length` octets to follow through `write` (nothing: chunked).
  virtual Task<> start(std::optional<Bytes> length) = 0;
  virtual Task<> write(View bytes) = 0;
  virtual bool started() const = 0;
  // Whether the listener ends and waits for this answer: who waits for something gives it now.
  virtual bool is_awaited() const { return false; }
};

// An error that a handler returns before it has started the response becomes a plain 500;
// afterwards it closes the connection, so that the client sees a body cut short.
using Handler = std::function<Task<>(Request&, Response&)>;

struct Limits {
  Bytes head = 40_KiB;  // so that S3 itself can refuse a key of 10,000 octets
  // Of one server. All of a process share what its limit of open files leaves (room.h); when it
  // gets narrow, connections that wait for a request are closed, longest first.
  std::size_t connections = 10'000;
  Duration head_time = std::chrono::seconds(15);  // from the first octet of a head to its end
  Duration idle_time = std::chrono::seconds(60);  // between requests
  // In a body: without an octet, or longer than it takes at the least rate.
  Duration progress_time = std::chrono::seconds(30);
  Bytes body_rate_min = 1_KiB;  // a second, on the whole
  // Of a body that the handler did not read; more: the connection closes.
  Bytes discard = 256_KiB;
  Duration discard_time = std::chrono::seconds(5);
};

struct Tls {
  std::string certificate_pem;  // chain
  std::string private_key_pem;
};

// Whether a listener can use them. Errors: invalid ("http.bad_certificate").
Result<> check_tls(const Tls& tls);

struct Listen {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free one
  std::optional<Tls> tls;
  Limits limits;
};

class Server {
 public:
  virtual ~Server() = default;
  virtual std::uint16_t port() const = 0;
  virtual std::size_t connections() const = 0;
  // No new connections; waits for the requests underway, at most `grace`.
  virtual boost::asio::awaitable<void> stop(Duration grace) = 0;
};

// Listens at once. Connections run on `executors`, one each in turn; each executor runs one thing
// at a time (a context with one thread, or a strand). Errors: conflict ("http.port_in_use",
// argument port), invalid (certificate).
Result<std::unique_ptr<Server>> listen(std::vector<Executor> executors, Listen options,
                                       Handler handler);

}  // namespace belfry::http
