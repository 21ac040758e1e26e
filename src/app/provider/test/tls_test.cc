#include "tls.h"

#include "runtime/random.h"
#include "runtime_testing/manual_clock.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace belfry::provider {
namespace {

class Tls : public testing::Test {
 protected:
  Tls() { directory_ = DataDirectory::open(folder_.string()).value(); }
  ~Tls() override {
    directory_.reset();
    std::filesystem::remove_all(folder_);
  }

  ServerIdentity load() {
    auto loaded = load_server_identity(*directory_, declared_, clock_);
    EXPECT_TRUE(loaded) << loaded.error().describe();
    return loaded ? *loaded : ServerIdentity();
  }
  bool outdated(const ServerIdentity& current) const {
    return is_outdated(current, *directory_, declared_, clock_);
  }

  std::filesystem::path folder_ = std::filesystem::temp_directory_path() /
                                  ("belfry-tls-" + std::to_string(make_system_random()->id()));
  std::unique_ptr<DataDirectory> directory_;
  topology::Tls declared_;
  runtime::testing::ManualClock clock_;
};

TEST_F(Tls, AnAuthorityThatCannotBeReadIsNotReplaced) {
  const ServerIdentity first = load();
  const auto key = folder_ / "tls" / "authority.key", aside = folder_ / "tls" / "aside";
  std::filesystem::rename(key, aside);
  std::filesystem::create_directory(key);  // opens, and gives an error to who reads
  EXPECT_FALSE(load_server_identity(*directory_, declared_, clock_));
  std::filesystem::remove(key);
  std::filesystem::rename(aside, key);
  EXPECT_EQ(load().authority_pem, first.authority_pem);
}

TEST_F(Tls, AServerCertificateIsExchangedAMonthBeforeItsEnd) {
  ServerIdentity first = load();
  Timestamp end = crypto::end_of(first.identity.certificate_pem).value();
  EXPECT_EQ(end, clock_.now() + std::chrono::days(397));
  clock_.advance(std::chrono::days(366));
  EXPECT_FALSE(outdated(first));
  clock_.advance(std::chrono::days(1));
  EXPECT_TRUE(outdated(first));
  ServerIdentity second = load();
  EXPECT_GT(crypto::end_of(second.identity.certificate_pem).value(), end);
  EXPECT_FALSE(outdated(second));
  EXPECT_EQ(second.authority_pem, first.authority_pem);
}

// For twenty-five years: whenever a server certificate is exchanged, the authority outlives it, and
// what clients trusted last year is still trusted.
TEST_F(Tls, TheAuthorityIsRenewedLongBeforeItsEnd) {
  ServerIdentity current = load();
  const std::string first_authority = current.authority_pem;
  int renewals = 0;
  for (int exchange = 0; exchange < 25; ++exchange) {
    clock_.advance(std::chrono::days(367));
    ASSERT_TRUE(outdated(current));
    ServerIdentity next = load();
    Timestamp authority_end = crypto::end_of(next.authority_pem).value();
    EXPECT_GT(authority_end, crypto::end_of(next.identity.certificate_pem).value());
    auto before = crypto::split_certificates(current.authority_pem);
    auto after = crypto::split_certificates(next.authority_pem);
    if (after.front() != before.front()) {
      ++renewals;
      ASSERT_EQ(after.size(), 2u);
      EXPECT_EQ(after[1], before.front()) << "clients that have it lose the server";
      EXPECT_GT(crypto::end_of(before.front()).value(), clock_.now() + std::chrono::days(330));
    }
    for (const std::string& certificate : after)
      EXPECT_TRUE(next.identity.certificate_pem.contains(certificate));
    current = next;
  }
  EXPECT_EQ(renewals, 3);
  EXPECT_FALSE(current.authority_pem.contains(first_authority)) << "long over";
}

// A machine that starts with a wrong clock, before a server of time sets it right.
TEST_F(Tls, WhatWasMadeWhileTheClockWasAheadIsReplacedOnceItIsRight) {
  ServerIdentity before = load();
  const std::string key = *read_file(folder_ / "tls" / "authority.key");
  for (auto ahead : {std::chrono::days(3000), std::chrono::days(8000)}) {
    clock_.advance(ahead);
    ServerIdentity strayed = load();
    clock_.advance(-ahead);
    EXPECT_TRUE(outdated(strayed)) << ahead.count();
    ServerIdentity right = load();
    EXPECT_FALSE(outdated(right));
    for (const std::string& pem : crypto::split_certificates(right.identity.certificate_pem)) {
      EXPECT_LE(crypto::begin_of(pem).value(), clock_.now()) << ahead.count();
      EXPECT_GT(crypto::end_of(pem).value(), clock_.now()) << ahead.count();
    }
    // The key is the one that clients know.
    EXPECT_EQ(right.authority_pem, load().authority_pem);
    EXPECT_EQ(*read_file(folder_ / "tls" / "authority.key"), key);
  }
  EXPECT_FALSE(outdated(before));
}

TEST_F(Tls, AnAuthorityThatEndedWhileNothingRanIsRenewedAtTheStart) {
  load();
  clock_.advance(std::chrono::days(4000));
  ServerIdentity late = load();
  EXPECT_GT(crypto::end_of(late.authority_pem).value(), clock_.now());
  EXPECT_EQ(crypto::split_certificates(late.authority_pem).size(), 1u);
}

}  // namespace
}  // namespace belfry::provider
