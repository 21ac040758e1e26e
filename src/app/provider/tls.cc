#include "tls.h"

#include <algorithm>

namespace belfry::provider {
namespace {

constexpr auto kAuthorityLifetime = std::chrono::days(3650);
// Longer than what it issues lives, and a year in which clients fetch the new certificate.
constexpr auto kAuthorityRenewBefore = std::chrono::days(730);
constexpr auto kServerLifetime = std::chrono::days(397);
static_assert(kAuthorityRenewBefore > kServerLifetime);
constexpr auto kRenewBefore = std::chrono::days(30);
// Clients whose clocks are a little behind accept it too.
constexpr auto kBackdating = std::chrono::hours(1);

bool is_good(const std::string& certificate_pem, Timestamp now) {
  auto begin = crypto::begin_of(certificate_pem), end = crypto::end_of(certificate_pem);
  return begin && end && *begin <= now && now < *end;
}

Result<crypto::Identity> load_authority(const DataDirectory& directory, Timestamp now) {
  auto certificate_path = directory.root() / "tls" / "authority.pem";
  auto key_path = directory.root() / "tls" / "authority.key";
  auto certificate = read_file(certificate_path);
  auto key = read_file(key_path);
  if (certificate && key) {
    crypto::Identity kept{*certificate, *key};
    TRY(Timestamp end, crypto::end_of(kept.certificate_pem));
    // One that is yet to begin was made while the clock was ahead: nobody trusts it for years.
    if (is_good(kept.certificate_pem, now) && now < end - kAuthorityRenewBefore) return kept;
    TRY(auto renewed, crypto::renew_authority(kept, now - kBackdating, now + kAuthorityLifetime));
    // Clients that know the certificate before may go on with it until its end.
    for (const std::string& before : crypto::split_certificates(kept.certificate_pem))
      if (is_good(before, now)) renewed.certificate_pem += before;
    TRY(write_file(certificate_path, renewed.certificate_pem, Readable::kEveryone));
    return renewed;
  }
  // One that is there and cannot be read now must not be replaced: nobody would trust the new one.
  for (const auto* file : {&certificate, &key})
    if (!*file && file->error().code() != Code::kNotFound) return std::unexpected(file->error());
  TRY(auto made, crypto::make_authority("Belfry local authority", now - kBackdating,
                                        now + kAuthorityLifetime));
  TRY(write_file(key_path, made.private_key_pem, Readable::kOwner));
  TRY(write_file(certificate_path, made.certificate_pem, Readable::kEveryone));
  return made;
}

Result<ServerIdentity> read_own_files(const DataDirectory& directory,
                                      const topology::Tls& declared) {
  ServerIdentity own;
  TRY(own.identity.certificate_pem, read_file(directory.resolve(declared.certificate_file)));
  TRY(own.identity.private_key_pem, read_file(directory.resolve(declared.key_file)));
  TRY(own.authority_pem, read_file(directory.resolve(declared.authority_file)));
  return own;
}

}  // namespace

Result<ServerIdentity> load_server_identity(const DataDirectory& directory,
                                            const topology::Tls& declared, const Clock& clock) {
  if (!declared.certificate_file.empty()) return read_own_files(directory, declared);
  TRY(auto authority, load_authority(directory, clock.now()));
  std::vector<std::string> names = {"localhost", "127.0.0.1", "::1"};
  for (const std::string& name : declared.names)
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  Timestamp now = clock.now();
  TRY(auto identity,
      crypto::issue_server(authority, names, now - kBackdating, now + kServerLifetime));
  identity.certificate_pem += authority.certificate_pem;
  return ServerIdentity{std::move(identity), authority.certificate_pem,
                        now + kServerLifetime - kRenewBefore, now - kBackdating};
}

bool is_outdated(const ServerIdentity& current, const DataDirectory& directory,
                 const topology::Tls& declared, const Clock& clock) {
  if (current.renew_from)
    return clock.now() >= *current.renew_from || clock.now() < current.good_from;
  // While files are being exchanged one may be missing: the next turn sees them.
  auto files = read_own_files(directory, declared);
  return files && (files->identity.certificate_pem != current.identity.certificate_pem ||
                   files->identity.private_key_pem != current.identity.private_key_pem ||
                   files->authority_pem != current.authority_pem);
}

}  // namespace belfry::provider
