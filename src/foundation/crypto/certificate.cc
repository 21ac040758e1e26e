#include "crypto/certificate.h"

#include "base/ensure.h"
#include "openssl_pointer.h"

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <string_view>
#include <tuple>

namespace belfry::crypto {

namespace {

using Bio = OpenSslPointer<BIO, &BIO_free>;
using PrivateKey = OpenSslPointer<EVP_PKEY, &EVP_PKEY_free>;
using Certificate = OpenSslPointer<X509, &X509_free>;
using Number = OpenSslPointer<BIGNUM, &BN_free>;
using Extension = OpenSslPointer<X509_EXTENSION, &X509_EXTENSION_free>;
using Address = OpenSslPointer<ASN1_OCTET_STRING, &ASN1_OCTET_STRING_free>;
using Names = OpenSslPointer<GENERAL_NAMES, &GENERAL_NAMES_free>;

std::unexpected<Error> failed(const char* step) {
  char reason[256] = "";
  ERR_error_string_n(ERR_get_error(), reason, sizeof reason);
  ERR_clear_error();
  return fail(Code::kInternal, "certificate.not_made", {{"step", step}, {"reason", reason}});
}

Result<std::string> to_pem(X509* certificate, EVP_PKEY* key) {
  Bio out(BIO_new(BIO_s_mem()));
  const bool written =
      out && (certificate ? PEM_write_bio_X509(out.get(), certificate)
                          : PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr,
                                                     nullptr)) == 1;
  char* text = nullptr;
  const long length = written ? BIO_get_mem_data(out.get(), &text) : 0;
  if (length <= 0) return failed("pem");
  return std::string(text, std::size_t(length));
}

Result<Identity> to_identity(X509* certificate, EVP_PKEY* key) {
  TRY(std::string certificate_pem, to_pem(certificate, nullptr));
  TRY(std::string private_key_pem, to_pem(nullptr, key));
  return Identity{std::move(certificate_pem), std::move(private_key_pem)};
}

bool add_extension(X509* certificate, X509* issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

// Built by hand: OpenSSL's text form would let a name with a comma smuggle in another.
bool add_names(X509* certificate, const std::vector<std::string>& names) {
  Names all(GENERAL_NAMES_new());
  if (!all) return false;
  for (const std::string& text : names) {
    OpenSslPointer<GENERAL_NAME, &GENERAL_NAME_free> name(GENERAL_NAME_new());
    if (!name) return false;
    if (Address address{a2i_IPADDRESS(text.c_str())}; address) {
      GENERAL_NAME_set0_value(name.get(), GEN_IPADD, address.release());
    } else {
      OpenSslPointer<ASN1_IA5STRING, &ASN1_IA5STRING_free> dns(ASN1_IA5STRING_new());
      if (!dns || ASN1_STRING_set(dns.get(), text.data(), int(text.size())) != 1) return false;
      GENERAL_NAME_set0_value(name.get(), GEN_DNS, dns.release());
    }
    if (sk_GENERAL_NAME_push(all.get(), name.get()) == 0) return false;
    std::ignore = name.release();
  }
  return X509_add1_ext_i2d(certificate, NID_subject_alt_name, all.get(), 0, 0) == 1;
}

struct Validity {
  Timestamp from, until;
};

std::time_t seconds(Timestamp time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

// An unsigned certificate with all that authority and server have in common.
Result<Certificate> begin(EVP_PKEY* key, const std::string& name, Validity validity) {
  Certificate certificate(X509_new());
  Number serial(BN_new());
  if (!certificate || !serial || X509_set_version(certificate.get(), X509_VERSION_3) != 1)
    return failed("version");
  // 127 random bits: positive, unique, and at most 20 octets (RFC 5280, 4.1.2.2).
  if (BN_rand(serial.get(), 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) != 1 ||
      !BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate.get())))
    return failed("serial");
  if (!ASN1_TIME_set(X509_getm_notBefore(certificate.get()), seconds(validity.from)) ||
      !ASN1_TIME_set(X509_getm_notAfter(certificate.get()), seconds(validity.until)))
    return failed("validity");
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  const auto* text = reinterpret_cast<const unsigned char*>(name.data());
  if (X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, text, int(name.size()), -1, 0) != 1)
    return failed("name");
  if (X509_set_pubkey(certificate.get(), key) != 1) return failed("key");
  return certificate;
}

// Signed by its own key.
Result<Identity> make_root(EVP_PKEY* key, const std::string& name, Validity validity) {
  TRY(Certificate certificate, begin(key, name, validity));
  X509* it = certificate.get();
  if (X509_set_issuer_name(it, X509_get_subject_name(it)) != 1) return failed("issuer");
  if (!add_extension(it, it, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
      !add_extension(it, it, NID_key_usage, "critical,keyCertSign,cRLSign") ||
      !add_extension(it, it, NID_subject_key_identifier, "hash"))
    return failed("extension");
  if (X509_sign(it, key, EVP_sha256()) == 0) return failed("sign");
  return to_identity(it, key);
}

struct Issuer {
  Certificate certificate;
  PrivateKey key;
};

Certificate read_certificate(const std::string& pem) {
  Bio text(BIO_new_mem_buf(pem.data(), int(pem.size())));
  Certificate certificate(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr));
  if (!certificate) ERR_clear_error();
  return certificate;
}

Result<Timestamp> time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1)
    return fail(Code::kInvalid, "certificate.unreadable");
  return Timestamp(std::chrono::seconds(::timegm(&parts)));
}

Result<Issuer> read_issuer(const Identity& authority) {
  Bio key_text(
      BIO_new_mem_buf(authority.private_key_pem.data(), int(authority.private_key_pem.size())));
  Issuer issuer{read_certificate(authority.certificate_pem),
                PrivateKey(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr))};
  if (!issuer.certificate || !issuer.key) {
    ERR_clear_error();
    return fail(Code::kInvalid, "certificate.bad_authority");
  }
  return issuer;
}

}  // namespace

Result<Identity> make_authority(const std::string& name, Timestamp from, Timestamp until) {
  PrivateKey key(EVP_EC_gen("P-256"));
  if (!key) return failed("key");
  return make_root(key.get(), name, {from, until});
}

Result<Identity> renew_authority(const Identity& authority, Timestamp from, Timestamp until) {
  TRY(Issuer issuer, read_issuer(authority));
  char name[256] = "";
  if (X509_NAME_get_text_by_NID(X509_get_subject_name(issuer.certificate.get()), NID_commonName,
                                name, sizeof name) <= 0)
    return fail(Code::kInvalid, "certificate.bad_authority");
  return make_root(issuer.key.get(), name, {from, until});
}

Result<Timestamp> begin_of(const std::string& certificate_pem) {
  Certificate certificate = read_certificate(certificate_pem);
  return time_of(certificate ? X509_get0_notBefore(certificate.get()) : nullptr);
}

Result<Timestamp> end_of(const std::string& certificate_pem) {
  Certificate certificate = read_certificate(certificate_pem);
  return time_of(certificate ? X509_get0_notAfter(certificate.get()) : nullptr);
}

std::vector<std::string> split_certificates(const std::string& pem) {
  constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
  std::vector<std::string> parts;
  for (std::size_t at = pem.find(kBegin); at != pem.npos;) {
    std::size_t next = pem.find(kBegin, at + kBegin.size());
    parts.push_back(pem.substr(at, next == pem.npos ? next : next - at));
    at = next;
  }
  return parts;
}

Result<Identity> issue_server(const Identity& authority, const std::vector<std::string>& names,
                              Timestamp from, Timestamp until) {
  if (names.empty()) return fail(Code::kInvalid, "certificate.no_names");
  for (const std::string& name : names)
    if (name.empty() || name.size() > 253 || name.find('\0') != std::string::npos)
      return fail(Code::kInvalid, "certificate.bad_name", {{"name", name}});
  TRY(Issuer read, read_issuer(authority));
  const auto& [issuer, issuer_key] = read;
  PrivateKey key(EVP_EC_gen("P-256"));
  if (!key) return failed("key");
  // A common name holds at most 64 characters; clients read the alternative names anyway.
  TRY(Certificate certificate, begin(key.get(), names.front().substr(0, 64), {from, until}));
  X509* it = certificate.get();
  if (X509_set_issuer_name(it, X509_get_subject_name(issuer.get())) != 1) return failed("issuer");
  if (!add_extension(it, issuer.get(), NID_basic_constraints, "critical,CA:FALSE") ||
      !add_extension(it, issuer.get(), NID_key_usage, "critical,digitalSignature") ||
      !add_extension(it, issuer.get(), NID_ext_key_usage, "serverAuth") ||
      !add_extension(it, issuer.get(), NID_subject_key_identifier, "hash") ||
      !add_extension(it, issuer.get(), NID_authority_key_identifier, "keyid:always") ||
      !add_names(it, names))
    return failed("extension");
  if (X509_sign(it, issuer_key.get(), EVP_sha256()) == 0) return failed("sign");
  return to_identity(it, key.get());
}

}  // namespace belfry::crypto
