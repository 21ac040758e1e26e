#include "http/client.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include <cerrno>
#include <optional>
#include <sys/socket.h>

namespace belfry::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;

constexpr std::uint64_t kAnswerMax = 64 << 20;

struct Target {
  bool secure;
  std::string host, port;
};

std::optional<Target> parse_url(std::string_view url) {
  Target target;
  if (url.starts_with("https://"))
    target.secure = true, url.remove_prefix(8);
  else if (url.starts_with("http://"))
    target.secure = false, url.remove_prefix(7);
  else
    return std::nullopt;
  url = url.substr(0, url.find('/'));
  auto colon = url.rfind(':');
  bool has_port = colon != std::string_view::npos && url.find(']', colon) == url.npos;
  target.port = has_port ? url.substr(colon + 1) : target.secure ? "443" : "80";
  target.host = url.substr(0, has_port ? colon : url.size());
  if (target.host.starts_with('[') && target.host.ends_with(']'))
    target.host = target.host.substr(1, target.host.size() - 2);
  if (target.host.empty() || target.port.empty()) return std::nullopt;
  return target;
}

std::unexpected<Error> client_error(Code code, std::string_view message, const std::string& url,
                                    const error_code& error) {
  return fail(code, message, {{"url", url}, {"reason", error.message()}});
}

class BeastClient : public Client {
 public:
  BeastClient(ClientOptions options, Target target)
      : options_(std::move(options)), target_(std::move(target)), tls_(asio::ssl::context::tls) {
    tls_.set_verify_mode(asio::ssl::verify_peer);
  }

  Result<> load_authority() {
    if (!target_.secure || options_.ca_file.empty()) return {};
    error_code error;
    tls_.load_verify_file(options_.ca_file, error);
    if (error) return client_error(Code::kInvalid, "http.bad_authority", options_.ca_file, error);
    return {};
  }

  Result<ClientResponse> send(std::string_view method, const std::string& target,
                              const Fields& fields, std::string body) override {
    // The server may have closed a connection that idled.
    if (stream_ && has_ended()) stream_.reset();
    bool is_fresh = !stream_;
    if (!stream_) TRY(connect());
    auto answer = exchange(method, target, fields, body);
    // Or closes it now. What may have been done once is not asked for twice.
    bool is_read = method == "GET" || method == "HEAD";
    if (!answer && !is_fresh && (is_read || octets_written_ == 0)) {
      stream_.reset();
      TRY(connect());
      answer = exchange(method, target, fields, body);
    }
    if (!answer) stream_.reset();
    return answer;
  }

 private:
  using Stream = beast::ssl_stream<beast::tcp_stream>;

  // Runs one asynchronous operation to its end: only those obey the stream's time limit.
  template <class Start>
  error_code await(Start start) {
    error_code outcome;
    tcp().expires_after(options_.time_limit);
    start([&](error_code error, auto&&... count) {
      outcome = error;
      if constexpr (sizeof...(count) == 1 &&
                    (std::is_same_v<std::decay_t<decltype(count)>, std::size_t> && ...))
        moved_ = (count, ...);
    });
    context_.restart();
    context_.run();
    return outcome;
  }

  beast::tcp_stream& tcp() { return beast::get_lowest_layer(*stream_); }

  // Between two requests the server says nothing but that it ends.
  bool has_ended() {
    char octet;
    ssize_t count = ::recv(tcp().socket().native_handle(), &octet, 1, MSG_PEEK | MSG_DONTWAIT);
    return count >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
  }

  Result<> connect() {
    error_code error;
    asio::ip::tcp::resolver resolver(context_);
    const std::string& host = options_.connect_to.empty() ? target_.host : options_.connect_to;
    auto found = resolver.resolve(host, target_.port, error);
    if (error) return client_error(Code::kRetry, "http.cannot_connect", options_.url, error);
    stream_.emplace(context_, tls_);
    error = await([&](auto done) { tcp().async_connect(found, done); });
    if (!error && target_.secure) {
      SSL_set_tlsext_host_name(stream_->native_handle(), target_.host.c_str());
      stream_->set_verify_callback(asio::ssl::host_name_verification(target_.host));
      error =
          await([&](auto done) { stream_->async_handshake(asio::ssl::stream_base::client, done); });
      if (error) {
        stream_.reset();
        return client_error(Code::kDenied, "http.not_trusted", options_.url, error);
      }
    }
    if (error) {
      stream_.reset();
      return client_error(Code::kRetry, "http.cannot_connect", options_.url, error);
    }
    return {};
  }

  Result<ClientResponse> exchange(std::string_view method, const std::string& target,
                                  const Fields& fields, const std::string& body) {
    beast::http::request<beast::http::string_body> request;
    request.method_string(method);
    request.target(target);
    request.version(11);
    request.set(beast::http::field::host, target_.host + ":" + target_.port);
    for (auto& [name, value] : fields.all()) request.set(name, value);
    request.body() = body;
    request.prepare_payload();
    beast::flat_buffer buffer;
    beast::http::response_parser<beast::http::string_body> parser;
    parser.body_limit(kAnswerMax);
    if (method == "HEAD") parser.skip(true);
    error_code error;
    auto write_and_read = [&](auto& stream) {
      error = await([&](auto done) { beast::http::async_write(stream, request, done); });
      octets_written_ = moved_;
      if (!error)
        error = await([&](auto done) { beast::http::async_read(stream, buffer, parser, done); });
    };
    if (target_.secure)
      write_and_read(*stream_);
    else
      write_and_read(tcp());
    if (error == beast::http::error::body_limit)
      return client_error(Code::kExhausted, "http.answer_too_large", options_.url, error);
    if (error) return client_error(Code::kRetry, "http.connection_broken", options_.url, error);
    return to_response(parser.release());
  }

  ClientResponse to_response(beast::http::response<beast::http::string_body> message) {
    ClientResponse response;
    response.status = int(message.result_int());
    for (auto& field : message)
      response.fields.add(std::string(field.name_string()), std::string(field.value()));
    if (!message.keep_alive()) stream_.reset();
    response.body = std::move(message.body());
    return response;
  }

  ClientOptions options_;
  Target target_;
  asio::io_context context_;
  asio::ssl::context tls_;
  std::optional<Stream> stream_;
  std::size_t moved_ = 0;           // by the last operation
  std::size_t octets_written_ = 0;  // of the last request
};

}  // namespace

Result<std::unique_ptr<Client>> make_client(ClientOptions options) {
  auto target = parse_url(options.url);
  if (!target) return fail(Code::kInvalid, "http.bad_url", {{"url", options.url}});
  auto client = std::make_unique<BeastClient>(std::move(options), std::move(*target));
  TRY(client->load_authority());
  return std::unique_ptr<Client>(std::move(client));
}

}  // namespace belfry::http
