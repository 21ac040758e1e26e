// Roles of which one may be assumed, by anybody, unless it is told to refuse.
#pragma once

#include "iam/iam.h"

#include <optional>
#include <string>

namespace belfry::s3 {

inline constexpr char kTemporaryKeyId[] = "BLTEMPORARYKEY000000";
inline constexpr char kSessionToken[] = "0123456789abcdef0123456789abcdef";
inline constexpr char kSessionArn[] = "arn:aws:sts::000000000002:assumed-role/backup/nightly";
inline constexpr char kRoleArn[] = "arn:aws:iam::000000000002:role/backup";

class FakeRoles final : public iam::Roles {
 public:
  iam::RoleAssumption asked;
  std::string token;  // that was shown
  std::optional<Error> refusal;

  template <class T>
  static Task<T> absent() {
    co_return fail(Code::kInternal, "test.not_faked");
  }
  Task<iam::RoleCredentials> assume_role(const iam::Principal&,
                                         const iam::RoleAssumption& wanted) override {
    asked = wanted;
    if (refusal) co_return std::unexpected(*refusal);
    co_return credentials(wanted);
  }
  Task<iam::WebIdentityCredentials> assume_with_token(const iam::RoleAssumption& wanted,
                                                      const std::string& shown) override {
    asked = wanted;
    token = shown;
    if (refusal) co_return std::unexpected(*refusal);
    co_return iam::WebIdentityCredentials{credentials(wanted),
                                          {"https://ci.example.org", "repo:harbour/app", "belfry"}};
  }
  static iam::RoleCredentials credentials(const iam::RoleAssumption& wanted) {
    iam::RoleCredentials made;
    made.session = {.id = kTemporaryKeyId,
                    .role = iam::RoleId{7},
                    .name = wanted.session_name,
                    .arn = kSessionArn,
                    .expires = *parse_rfc3339("2026-03-01T13:00:00Z")};
    made.secret = "secret";
    made.token = kSessionToken;
    return made;
  }
  Task<iam::Listing<iam::AssumableRole>> list_roles(const iam::Principal&, iam::Page) override {
    return absent<iam::Listing<iam::AssumableRole>>();
  }
  Task<iam::AssumableRole> find_role(const iam::Principal&, iam::RoleId) override {
    return absent<iam::AssumableRole>();
  }
  Task<iam::AssumableRole> create_role(const iam::Principal&, const std::string&,
                                       const std::string&, Duration) override {
    return absent<iam::AssumableRole>();
  }
  Task<iam::AssumableRole> change_role(const iam::Principal&, iam::RoleId,
                                       const iam::RoleChange&) override {
    return absent<iam::AssumableRole>();
  }
  Task<> delete_role(const iam::Principal&, iam::RoleId) override { return absent<void>(); }
  Task<> give_profile(const iam::Principal&, iam::RoleId, iam::ProfileId) override {
    return absent<void>();
  }
  Task<> withdraw_profile(const iam::Principal&, iam::RoleId, iam::ProfileId) override {
    return absent<void>();
  }
  Task<iam::Listing<iam::RoleSession>> list_role_sessions(const iam::Principal&, iam::RoleId,
                                                          iam::Page) override {
    return absent<iam::Listing<iam::RoleSession>>();
  }
  Task<> revoke_role_session(const iam::Principal&, const std::string&) override {
    return absent<void>();
  }
};

}  // namespace belfry::s3
