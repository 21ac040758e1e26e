// A generated certificate grows old under a running provider: its listeners show a new one, and
// clients that know the authority from before go on.
#include "crypto/certificate.h"

#include "prepared_provider.h"
#include "provider/doctor.h"

#include <gmock/gmock.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <thread>

namespace belfry::measures_broken {
namespace {

template <class T, void (*Free)(T*)>
struct Release {
  void operator()(T* held) const { Free(held); }
};
using Context = std::unique_ptr<SSL_CTX, Release<SSL_CTX, &SSL_CTX_free>>;
using Stream = std::unique_ptr<BIO, Release<BIO, &BIO_free_all>>;
using Shown = std::unique_ptr<X509, Release<X509, &X509_free>>;

// The number of the certificate that the listener shows, once it has been verified with `authority`
// as the time was then; empty when it was refused or nobody listens.
std::string serial_shown(const std::string& address, const std::string& authority, Timestamp when) {
  Context context(SSL_CTX_new(TLS_client_method()));
  if (SSL_CTX_load_verify_locations(context.get(), authority.c_str(), nullptr) != 1) return "";
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(context.get()), to_us(when) / 1'000'000);
  Stream stream(BIO_new_ssl_connect(context.get()));
  BIO_set_conn_hostname(stream.get(), address.c_str());
  if (BIO_do_connect(stream.get()) != 1) return "";
  SSL* tls = nullptr;
  BIO_get_ssl(stream.get(), &tls);
  Shown shown(SSL_get1_peer_certificate(tls));
  std::ostringstream serial;
  const ASN1_INTEGER* number = X509_get0_serialNumber(shown.get());
  for (int i = 0; i < number->length; ++i) serial << std::hex << int(number->data[i]) << ".";
  return serial.str();
}

std::string text_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

class Certificate : public MeasuresBroken {
 protected:
  std::string serial(const std::string& authority) {
    std::string address = provider().endpoints().api;
    address.erase(0, std::string_view("https://").size());
    std::string shown;
    std::atomic<bool> done = false;
    std::thread client([&, now = clock().now()] {
      shown = serial_shown(address, authority, now);
      done = true;
    });
    while (!done) pause();
    client.join();
    return shown;
  }
  // The certificate that is shown once it is another one than `before`.
  std::string exchanged(const std::string& before, const std::string& authority) {
    Deadline limit = real_->deadline_in(std::chrono::seconds(60));
    std::string shown;
    while ((shown.empty() || shown == before) && !real_->expired(limit)) {
      pause();
      shown = serial(authority);
    }
    return shown;
  }
  provider::Condition condition_of_authority(Timestamp when) {
    auto findings = provider::examine(config(), data().string(), when);
    EXPECT_TRUE(findings) << findings.error().describe();
    for (const provider::Finding& finding : *findings)
      if (finding.subject.message() == "doctor.subject.authority") return finding.condition;
    return provider::Condition::kLost;
  }

  std::unique_ptr<Clock> real_ = make_system_clock();
};

TEST_F(Certificate, IsExchangedByItsAgeAndTheAuthorityBeforeItsEnd) {
  stop();
  start(Work::kByItself);
  const std::filesystem::path published = data() / "run" / "ca.pem";
  const std::filesystem::path kept = data() / "kept.pem";  // what a client copied
  std::filesystem::copy_file(published, kept);
  std::string first = serial(kept.string());
  ASSERT_NE(first, "");

  clock().jump(std::chrono::days(366));
  pause();
  EXPECT_EQ(serial(kept.string()), first) << "it is good for another month";
  clock().jump(std::chrono::days(2));
  std::string second = exchanged(first, kept.string());
  EXPECT_THAT(second, testing::AllOf(testing::Ne(""), testing::Ne(first)));
  EXPECT_EQ(text_of(published), text_of(kept)) << "the authority is young";

  // Past the day on which the authority is renewed.
  clock().jump(std::chrono::days(3650 - 730 - 368 + 1));
  std::string third = exchanged(second, kept.string());
  EXPECT_THAT(third, testing::AllOf(testing::Ne(""), testing::Ne(second)));
  auto authorities = crypto::split_certificates(text_of(published));
  ASSERT_EQ(authorities.size(), 2u);
  EXPECT_EQ(authorities[1], text_of(kept));

  // Past the old authority's end, for who fetched the new one in time.
  const std::filesystem::path fetched = data() / "fetched.pem";
  std::filesystem::copy_file(published, fetched);
  clock().jump(std::chrono::days(800));
  EXPECT_NE(exchanged(third, fetched.string()), "");
}

// As when the disk is full: a folder in the way of ca.pem lets no file be put there.
TEST_F(Certificate, IsExchangedOnceItsAuthorityCanBeWrittenAgain) {
  stop();
  start(Work::kByItself);
  const std::filesystem::path published = data() / "run" / "ca.pem";
  const std::filesystem::path kept = data() / "kept.pem";
  std::filesystem::rename(published, kept);
  std::filesystem::create_directories(published / "in_the_way");
  std::string first = serial(kept.string());
  ASSERT_NE(first, "");
  clock().jump(std::chrono::days(368));
  Deadline limit = real_->deadline_in(std::chrono::seconds(3));
  while (!real_->expired(limit)) pause();
  EXPECT_EQ(serial(kept.string()), first);
  std::filesystem::remove_all(published);
  std::string second = exchanged(first, kept.string());
  EXPECT_THAT(second, testing::AllOf(testing::Ne(""), testing::Ne(first)));
  EXPECT_EQ(text_of(published), text_of(kept));
}

TEST_F(Certificate, DoctorSaysWhenTheAuthorityEnds) {
  EXPECT_EQ(condition_of_authority(clock().now()), provider::Condition::kGood);
  EXPECT_EQ(condition_of_authority(clock().now() + std::chrono::days(3630)),
            provider::Condition::kRebuilt);
}

TEST_F(Certificate, DoctorSaysWhetherAnAuthorityIsMadeOrHasToBePutBack) {
  stop();
  const std::filesystem::path tls = data() / "tls", aside = tls / "aside";
  for (const char* name : {"authority.pem", "authority.key"}) {
    std::filesystem::rename(tls / name, aside);
    EXPECT_EQ(condition_of_authority(clock().now()), provider::Condition::kRebuilt) << name;
    std::filesystem::rename(aside, tls / name);
  }
  std::filesystem::rename(tls / "authority.pem", aside);
  std::filesystem::create_directory(tls / "authority.pem");  // opens, and cannot be read
  EXPECT_EQ(condition_of_authority(clock().now()), provider::Condition::kDegraded);
  std::filesystem::remove(tls / "authority.pem");
  std::ofstream(tls / "authority.pem") << "no certificate";
  EXPECT_EQ(condition_of_authority(clock().now()), provider::Condition::kDegraded);
}

}  // namespace
}  // namespace belfry::measures_broken
