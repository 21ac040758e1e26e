// TLS straight over the socket: OpenSSL reads and writes the descriptor itself, so that an idle
// connection costs no record buffers (SSL_MODE_RELEASE_BUFFERS), where Asio's stream keeps 68 KiB.
#include "base/ensure.h"
#include "tls_context.h"
#include "transport.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>

namespace belfry::http {
namespace {

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeTls {
  void operator()(SSL* tls) const { SSL_free(tls); }
};

int descriptor_of(BIO* bio) {
  return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

bool should_retry() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

// OpenSSL's own socket BIO raises SIGPIPE; this one does not.
int write_socket(BIO* bio, const char* data, int size) {
  BIO_clear_retry_flags(bio);
  ssize_t count = ::send(descriptor_of(bio), data, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (count < 0 && should_retry()) BIO_set_retry_write(bio);
  return static_cast<int>(count);
}

int read_socket(BIO* bio, char* out, int size) {
  BIO_clear_retry_flags(bio);
  ssize_t count = ::recv(descriptor_of(bio), out, static_cast<std::size_t>(size), 0);
  if (count < 0 && should_retry()) BIO_set_retry_read(bio);
  if (count == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(count);
}

long control_socket(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

int create_socket_bio(BIO* bio) {
  BIO_set_init(bio, 1);
  return 1;
}

const BIO_METHOD* socket_method() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    ENSURE(made != nullptr);
    BIO_meth_set_write(made, write_socket);
    BIO_meth_set_read(made, read_socket);
    BIO_meth_set_ctrl(made, control_socket);
    BIO_meth_set_create(made, create_socket_bio);
    return made;
  }();
  return method;
}

class TlsTransport final : public Transport {
 public:
  TlsTransport(TcpSocket socket, Watch& watch, TlsContext& context)
      : socket_(std::move(socket)), watch_(watch), tls_(SSL_new(context.get())) {
    ENSURE(tls_ != nullptr);
    boost::system::error_code ignored;
    socket_.native_non_blocking(true, ignored);
    BIO* bio = BIO_new(socket_method());
    ENSURE(bio != nullptr);
    BIO_set_data(bio, reinterpret_cast<void*>(std::intptr_t{socket_.native_handle()}));
    SSL_set_bio(tls_.get(), bio, bio);
    SSL_set_accept_state(tls_.get());
  }

  Task<> handshake() override {
    for (;;) {
      ERR_clear_error();
      int done = SSL_do_handshake(tls_.get());
      if (done == 1) co_return Result<>();
      CO_TRY(co_await wait_after(done));
    }
  }

  Task<std::size_t> read(MutableView out) override {
    for (;;) {
      ERR_clear_error();
      std::size_t count = 0;
      int done = SSL_read_ex(tls_.get(), out.data(), out.size(), &count);
      if (done == 1) {
        watch_.moved(count);
        co_return count;
      }
      if (SSL_get_error(tls_.get(), done) == SSL_ERROR_ZERO_RETURN) co_return std::size_t{0};
      CO_TRY(co_await wait_after(done));
    }
  }

  // Small pieces are joined, so that a head and a small body are one record.
  Task<> write(std::span<const View> pieces) override {
    std::size_t total = 0;
    for (View piece : pieces) total += piece.size();
    if (pieces.size() > 1 && total <= kRecordMax) {
      joined_.clear();
      for (View piece : pieces) joined_.insert(joined_.end(), piece.begin(), piece.end());
      auto written = co_await write_piece(joined_);
      joined_ = {};
      co_return written;
    }
    for (View piece : pieces) CO_TRY(co_await write_piece(piece));
    co_return Result<>();
  }

  void end_sending() override {
    // A TLS close and the end of the stream; both are best efforts.
    if (SSL_is_init_finished(tls_.get())) {
      ERR_clear_error();
      SSL_shutdown(tls_.get());
    }
    boost::system::error_code ignored;
    socket_.shutdown(TcpSocket::shutdown_send, ignored);
  }
  void cancel() override {
    boost::system::error_code ignored;
    socket_.cancel(ignored);
  }

 private:
  static constexpr std::size_t kRecordMax = 16384;

  Task<> write_piece(View piece) {
    while (!piece.empty()) {
      ERR_clear_error();
      std::size_t count = 0;
      int done = SSL_write_ex(tls_.get(), piece.data(), piece.size(), &count);
      if (done == 1) {
        piece = piece.subspan(count);
        watch_.moved(count);
        continue;
      }
      CO_TRY(co_await wait_after(done));
    }
    co_return Result<>();
  }

  // Waits for what the last call wants.
  Task<> wait_after(int returned) {
    int reason = SSL_get_error(tls_.get(), returned);
    if (reason == SSL_ERROR_WANT_READ)
      co_return co_await wait_for(socket_, watch_, Direction::kRead);
    if (reason == SSL_ERROR_WANT_WRITE)
      co_return co_await wait_for(socket_, watch_, Direction::kWrite);
    co_return fail(Code::kInvalid, "http.connection_lost");
  }

  TcpSocket socket_;
  Watch& watch_;
  std::unique_ptr<SSL, FreeTls> tls_;
  Buffer joined_;
};

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_length,
                    const unsigned char* in, unsigned in_length, void*) {
  static constexpr unsigned char kOurs[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_length, kOurs, sizeof kOurs - 1, in, in_length) !=
      OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_NOACK;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

bool use_certificates(SSL_CTX* context, const std::string& pem) {
  std::unique_ptr<BIO, FreeBio> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  std::unique_ptr<X509, FreeCertificate> own(
      PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!own || SSL_CTX_use_certificate(context, own.get()) != 1) return false;
  constexpr int kChainMax = 16;
  for (int i = 0; i < kChainMax; ++i) {
    std::unique_ptr<X509, FreeCertificate> next(
        PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!next) break;
    if (SSL_CTX_add1_chain_cert(context, next.get()) != 1) return false;
  }
  ERR_clear_error();
  return true;
}

bool use_key(SSL_CTX* context, const std::string& pem) {
  std::unique_ptr<BIO, FreeBio> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  std::unique_ptr<EVP_PKEY, FreeKey> key(
      PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  return key && SSL_CTX_use_PrivateKey(context, key.get()) == 1 &&
         SSL_CTX_check_private_key(context) == 1;
}

}  // namespace

Result<std::unique_ptr<TlsContext>> TlsContext::make(const Tls& tls) {
  std::unique_ptr<TlsContext> made(new TlsContext(SSL_CTX_new(TLS_server_method())));
  SSL_CTX* context = made->get();
  ENSURE(context != nullptr);
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  if (!use_certificates(context, tls.certificate_pem) || !use_key(context, tls.private_key_pem)) {
    ERR_clear_error();
    return fail(Code::kInvalid, "http.bad_certificate");
  }
  return made;
}

Result<> check_tls(const Tls& tls) {
  TRY(auto context, TlsContext::make(tls));
  return {};
}

std::unique_ptr<Transport> make_tls_transport(TcpSocket socket, Watch& watch, TlsContext& context) {
  return std::make_unique<TlsTransport>(std::move(socket), watch, context);
}

}  // namespace belfry::http
