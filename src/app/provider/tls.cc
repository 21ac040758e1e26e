#include "tls.h"

namespace belfry::provider {
namespace {

constexpr auto kAuthorityLifetime = std::chrono::days(3650);
constexpr auto kServerLifetime = std::chrono::days(397);
// Clients whose clocks are a little behind accept it too.
constexpr auto kBackdating = std::chrono::hours(1);

Result<crypto::Identity> load_authority(const DataDirectory& directory, Timestamp now) {
  auto certificate_path = directory.root() / "tls" / "authority.pem";
  auto key_path = directory.root() / "tls" / "authority.key";
  auto certificate = read_file(certificate_path);
  auto key = read_file(key_path);
  if (certificate && key) return crypto::Identity{*certificate, *key};
  TRY(auto made, crypto::make_authority("Belfry local authority", now - kBackdating,
                                        now + kAuthorityLifetime));
  TRY(write_file(key_path, made.private_key_pem, Readable::kOwner));
  TRY(write_file(certificate_path, made.certificate_pem, Readable::kEveryone));
  return made;
}

}  // namespace

Result<crypto::Identity> prepare_server_identity(const DataDirectory& directory,
                                                 const Clock& clock) {
  TRY(auto authority, load_authority(directory, clock.now()));
  TRY(write_file(directory.root() / "run" / "ca.pem", authority.certificate_pem,
                 Readable::kEveryone));
  Timestamp now = clock.now();
  TRY(auto identity, crypto::issue_server(authority, {"localhost", "127.0.0.1", "::1"},
                                          now - kBackdating, now + kServerLifetime));
  identity.certificate_pem += authority.certificate_pem;
  return identity;
}

}  // namespace belfry::provider
