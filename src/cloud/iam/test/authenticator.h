// An authenticator in software, which also does what none should.
#pragma once

#include "iam/passkey.h"

#include <cstdint>
#include <memory>
#include <string>

namespace belfry::iam {

class Authenticator {
 public:
  explicit Authenticator(int algorithm = kEs256);
  ~Authenticator();
  Authenticator(Authenticator&&) noexcept;

  PasskeyAttestation create(const PasskeyCreation& asked);
  PasskeyAssertion get(const PasskeyRequest& asked);

  static constexpr unsigned kPresent = 0x01, kVerified = 0x04, kBackupEligible = 0x08,
                            kBackedUp = 0x10;
  enum class Attestation { kNone, kSelf, kCertificate };

  unsigned flags = kPresent | kVerified;
  std::uint32_t count = 1;  // of the next use
  std::uint32_t step = 1;   // how much it grows at each
  Attestation attestation = Attestation::kNone;
  bool adds_extension = false;
  std::string origin = "https://localhost:8443";
  std::string site;  // empty: the one asked for
  std::string type;  // empty: the right one
  std::string more;  // of the client data: `,"crossOrigin":true`
  bool signs_something_else = false;
  Buffer credential_id, user_handle;

 private:
  struct Key;
  Buffer client_data(const char* right_type, const Buffer& challenge) const;
  Buffer head(const std::string& asked_site, unsigned more_flags);
  Buffer public_key() const;  // COSE
  Buffer sign(View message) const;
  Buffer statement(View signed_data) const;

  int algorithm_;
  std::unique_ptr<Key> key_;
};

}  // namespace belfry::iam
