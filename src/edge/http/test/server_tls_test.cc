#include "crypto/certificate.h"
#include "test_server.h"

#include <openssl/ssl.h>

#include <future>

namespace belfry::http {
namespace {

using namespace std::chrono_literals;

Tls make_identity() {
  auto authority = crypto::make_authority("test", from_us(0), from_us(4'000'000'000'000'000));
  EXPECT_TRUE(authority);
  auto server =
      crypto::issue_server(*authority, {"localhost"}, from_us(0), from_us(4'000'000'000'000'000));
  EXPECT_TRUE(server);
  return {server->certificate_pem, server->private_key_pem};
}

Listen with_tls() {
  Listen options;
  options.tls = make_identity();
  return options;
}

class TlsClient {
 public:
  TlsClient(std::uint16_t port, int version_max)
      : client_(port), context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_max_proto_version(context_, version_max);
    tls_ = SSL_new(context_);
    SSL_set_fd(tls_, client_.descriptor());
    connected_ = SSL_connect(tls_) == 1;
  }
  ~TlsClient() {
    SSL_free(tls_);
    SSL_CTX_free(context_);
  }
  bool connected() const { return connected_; }
  void send(std::string_view text) { SSL_write(tls_, text.data(), int(text.size())); }
  std::string read_count(std::size_t length) {
    std::string out(length, '\0');
    std::size_t have = 0;
    while (have < length) {
      int count = SSL_read(tls_, out.data() + have, int(length - have));
      if (count <= 0) break;
      have += std::size_t(count);
    }
    out.resize(have);
    return out;
  }
  std::string read_until(std::string_view end) {
    std::string out;
    while (!out.ends_with(end)) {
      std::string next = read_count(1);
      if (next.empty()) break;
      out += next;
    }
    return out;
  }

 private:
  TestClient client_;
  SSL_CTX* context_;
  SSL* tls_ = nullptr;
  bool connected_ = false;
};

TEST(Tls, ServesBothVersionsAndStreamsLargeBodies) {
  std::string large(3 << 20, 'z');
  TestServer server(
      [&](Request& request, Response& response) -> Task<> {
        EXPECT_TRUE(request.secure);
        if (request.method == "PUT") co_return co_await echo(request, response);
        CO_TRY(co_await response.start(Bytes{large.size()}));
        co_return co_await response.write(as_view(large));
      },
      with_tls());
  for (int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(server.port(), version);
    ASSERT_TRUE(client.connected());
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 OK"));
    EXPECT_EQ(client.read_count(large.size()), large);
    std::string body(200'000, 'b');
    client.send("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n" + body);
    client.read_until("\r\n\r\n");
    EXPECT_EQ(client.read_count(body.size() + 7), "PUT /x " + body);
  }
}

TEST(Tls, RefusesOldVersionsAndPlainText) {
  TestServer server(echo, with_tls());
  TlsClient old(server.port(), TLS1_1_VERSION);
  EXPECT_FALSE(old.connected());
  TestClient plain(server.port());
  plain.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(plain.read_all().find("HTTP/1.1"), std::string::npos);
}

TEST(Tls, EndsAHandshakeThatStalls) {
  Listen options = with_tls();
  options.limits.head_time = 50ms;
  TestServer server(echo, options);
  TestClient client(server.port());
  client.send("\x16\x03\x01");
  EXPECT_EQ(client.read_all(), "");
}

TEST(Tls, RefusesAKeyOfAnotherCertificate) {
  boost::asio::io_context context;
  Listen options;
  options.tls = Tls{make_identity().certificate_pem, make_identity().private_key_pem};
  auto server = listen({context.get_executor()}, options, echo);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().message(), "http.bad_certificate");
  EXPECT_EQ(check_tls(*options.tls).error().message(), "http.bad_certificate");
  EXPECT_TRUE(check_tls(make_identity()));
}

}  // namespace
}  // namespace belfry::http
