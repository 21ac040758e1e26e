#include "crypto/certificate.h"

#include "openssl_pointer.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace belfry::crypto {
namespace {

using Certificate = OpenSslPointer<X509, &X509_free>;
using Store = OpenSslPointer<X509_STORE, &X509_STORE_free>;
using StoreContext = OpenSslPointer<X509_STORE_CTX, &X509_STORE_CTX_free>;

const Timestamp kFrom(std::chrono::sys_days(std::chrono::year(2026) / 1 / 1));
const Timestamp kUntil(std::chrono::sys_days(std::chrono::year(2036) / 1 / 1));

Certificate read(const std::string& pem) {
  OpenSslPointer<BIO, &BIO_free> text(BIO_new_mem_buf(pem.data(), int(pem.size())));
  return Certificate(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr));
}

// OpenSSL's own chain verification, strict, for a TLS server, at `when`.
int verify_chain(X509* authority, X509* server, Timestamp when) {
  Store store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), authority);
  StoreContext context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), server, nullptr);
  X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_SERVER);
  X509_STORE_CTX_set_flags(context.get(), X509_V_FLAG_X509_STRICT);
  X509_STORE_CTX_set_time(context.get(), 0, to_us(when) / 1'000'000);
  X509_verify_cert(context.get());
  return X509_STORE_CTX_get_error(context.get());
}

TEST(Certificate, AServerIsTrustedThroughItsAuthority) {
  auto authority = make_authority("Belfry local authority", kFrom, kUntil).value();
  auto server = issue_server(authority, {"localhost", "127.0.0.1", "::1"}, kFrom, kUntil).value();
  auto authority_certificate = read(authority.certificate_pem);
  auto certificate = read(server.certificate_pem);
  ASSERT_TRUE(authority_certificate && certificate);
  const Timestamp within = kFrom + std::chrono::days(100);
  EXPECT_EQ(verify_chain(authority_certificate.get(), certificate.get(), within), X509_V_OK);
  EXPECT_EQ(
      verify_chain(authority_certificate.get(), certificate.get(), kUntil + std::chrono::days(1)),
      X509_V_ERR_CERT_HAS_EXPIRED);
  EXPECT_EQ(X509_check_host(certificate.get(), "localhost", 0, 0, nullptr), 1);
  EXPECT_EQ(X509_check_host(certificate.get(), "example.org", 0, 0, nullptr), 0);
  EXPECT_EQ(X509_check_ip_asc(certificate.get(), "127.0.0.1", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(certificate.get(), "::1", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(certificate.get(), "127.0.0.2", 0), 0);
}

// Who has the old certificate of the authority and who has the new one trust the same servers.
TEST(Certificate, ARenewedAuthorityIsTheSame) {
  auto old_one = make_authority("Belfry local authority", kFrom, kUntil).value();
  const Timestamp later = kUntil - std::chrono::days(700), end = later + std::chrono::days(3650);
  auto renewed = renew_authority(old_one, later, end).value();
  auto before = issue_server(old_one, {"localhost"}, kFrom, kUntil).value();
  auto after = issue_server(renewed, {"localhost"}, later, kUntil).value();
  for (const auto& authority : {old_one, renewed})
    for (const auto& server : {before, after})
      EXPECT_EQ(verify_chain(read(authority.certificate_pem).get(),
                             read(server.certificate_pem).get(), later + std::chrono::days(1)),
                X509_V_OK);
  auto last = issue_server(renewed, {"localhost"}, kUntil, end).value();
  EXPECT_EQ(verify_chain(read(renewed.certificate_pem).get(), read(last.certificate_pem).get(),
                         kUntil + std::chrono::days(9)),
            X509_V_OK);
  EXPECT_EQ(end_of(old_one.certificate_pem).value(), kUntil);
  EXPECT_EQ(end_of(renewed.certificate_pem + old_one.certificate_pem).value(), end);
  EXPECT_EQ(split_certificates(renewed.certificate_pem + old_one.certificate_pem),
            (std::vector{renewed.certificate_pem, old_one.certificate_pem}));
  EXPECT_EQ(begin_of(old_one.certificate_pem).value(), kFrom);
  EXPECT_EQ(begin_of("nothing").error().message(), "certificate.unreadable");
  EXPECT_EQ(end_of("nothing").error().message(), "certificate.unreadable");
}

TEST(Certificate, AnotherAuthorityIsNotEnough) {
  auto authority = make_authority("one", kFrom, kUntil).value();
  auto other = make_authority("one", kFrom, kUntil).value();
  auto server = issue_server(authority, {"localhost"}, kFrom, kUntil).value();
  EXPECT_NE(verify_chain(read(other.certificate_pem).get(), read(server.certificate_pem).get(),
                         kFrom + std::chrono::days(1)),
            X509_V_OK);
}

TEST(Certificate, ACommaInANameIsNoSecondName) {
  auto authority = make_authority("one", kFrom, kUntil).value();
  auto server = issue_server(authority, {"a.example,DNS:b.example"}, kFrom, kUntil).value();
  auto certificate = read(server.certificate_pem);
  EXPECT_EQ(X509_check_host(certificate.get(), "b.example", 0, 0, nullptr), 0);
}

TEST(Certificate, RefusesWhatItCannotIssue) {
  auto authority = make_authority("one", kFrom, kUntil).value();
  EXPECT_EQ(issue_server(authority, {}, kFrom, kUntil).error().message(), "certificate.no_names");
  EXPECT_EQ(issue_server({"", ""}, {"localhost"}, kFrom, kUntil).error().message(),
            "certificate.bad_authority");
}

}  // namespace
}  // namespace belfry::crypto
