// What all TLS connections of a listener share.
#pragma once

#include "base/result.h"
#include "http/server.h"

#include <openssl/ssl.h>

#include <memory>

namespace belfry::http {

struct FreeTlsContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

// TLS 1.2 and later, forward secrecy and authenticated encryption only, HTTP/1.1 by ALPN.
class TlsContext {
 public:
  // Errors: invalid ("http.bad_certificate").
  static Result<std::unique_ptr<TlsContext>> make(const Tls& tls);
  SSL_CTX* get() const { return context_.get(); }

 private:
  explicit TlsContext(SSL_CTX* context) : context_(context) {}
  std::unique_ptr<SSL_CTX, FreeTlsContext> context_;
};

}  // namespace belfry::http
