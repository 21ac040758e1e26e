// One tenant's key, another tenant's key, and the rule that nobody touches what is not theirs.
#pragma once

#include "base/text_encoding.h"
#include "crypto/hash.h"
#include "fake_roles.h"
#include "iam/iam.h"

#include <cstdlib>
#include <map>
#include <set>
#include <string>

namespace belfry::s3 {

inline constexpr char kKeyId[] = "AKIAIOSFODNN7EXAMPLE";
inline constexpr char kSecret[] = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
inline constexpr char kOtherKeyId[] = "AKIAOTHERTENANTKEY00";
inline constexpr TenantId kTenant{2}, kOtherTenant{3};

class FakePublicAccess final : public iam::PublicAccess {
 public:
  policy::PublicAccessBlock block;  // of every tenant
  int kept_up = 0;

  Task<policy::PublicAccessBlock> find_block(const iam::Principal&) override { co_return block; }
  Task<policy::PublicAccessBlock> set_block(const iam::Principal&,
                                            const policy::PublicAccessBlock& given) override {
    co_return block = given;
  }
  Task<policy::PublicAccessBlock> block_of(TenantId) override { co_return block; }
  Task<> keep_up() override {
    ++kept_up;
    co_return Result<>();
  }
};

class FakeIam final : public iam::Iam {
 public:
  template <class T>
  static Task<T> absent() {
    co_return fail(Code::kInternal, "test.not_faked");
  }

  std::set<std::string> denied_actions;
  FakeRoles fake_roles;
  FakePublicAccess fake_public_access;
  bool is_open = false;      // to who does not sign, as far as it may read
  bool minds_block = false;  // and where the bucket's own block lets it
  std::map<std::string, std::string> keys_seen;
  std::string resource_seen, policy_seen;  // of the last resource that was asked for

  Result<> authorize(const iam::Principal& principal, std::string_view action,
                     const iam::Resource& resource, const iam::Context& context) override {
    resource_seen = resource.name;
    policy_seen = resource.policy;
    keys_seen.clear();
    for (const char* key : {"s3:prefix", "s3:max-keys", "aws:useragent", "s3:x-amz-storage-class"})
      if (auto values = context.protocol->find(key)) keys_seen[key] = values->front();
    if (principal.method == iam::Method::kAnonymous) {
      const bool reads = action == "s3:GetObject" || action == "s3:ListBucket";
      if (minds_block && resource.restricts_public) return fail(Code::kDenied, "iam.denied");
      if (is_open && reads && resource.tenant && !denied_actions.contains(std::string(action)))
        return {};
      return fail(Code::kDenied, "iam.denied");
    }
    if (principal.tenant != resource.tenant || denied_actions.contains(std::string(action)))
      return fail(Code::kDenied, "iam.denied");
    return {};
  }
  Task<iam::SigningIdentity> find_signing_identity(const std::string& id) override {
    iam::Principal principal;
    if (id == kTemporaryKeyId) co_return temporary_identity();
    principal.credential = id;
    principal.name = "anna";
    principal.method = iam::Method::kAccessKey;
    principal.role = iam::Role::kMember;
    if (id == kKeyId)
      principal.tenant = kTenant;
    else if (id == kOtherKeyId)
      principal.tenant = kOtherTenant;
    else
      co_return fail(Code::kDenied, "iam.unknown_key");
    co_return iam::SigningIdentity{principal, kSecret};
  }

  // Of a session that ends an hour after noon.
  static iam::SigningIdentity temporary_identity() {
    auto assumed = std::make_shared<iam::AssumedRole>();
    assumed->role = iam::RoleId{7};
    assumed->role_arn = kRoleArn;
    assumed->by = "arn:aws:iam::000000000003:user/carl";
    return {{.tenant = kTenant,
             .name = kSessionArn,
             .role = iam::Role::kAssumed,
             .method = iam::Method::kAccessKey,
             .credential = kTemporaryKeyId,
             .assumed = std::move(assumed)},
            kSecret,
            std::nullopt,
            iam::SessionToken{to_hex(crypto::sha256(as_view(std::string_view(kSessionToken)))),
                              *parse_rfc3339("2026-03-01T13:00:00Z")}};
  }

  Task<iam::Principal> authenticate_session(const std::string&, const iam::Origin&) override {
    return absent<iam::Principal>();
  }
  Task<iam::Principal> authenticate_token(const std::string&) override {
    return absent<iam::Principal>();
  }
  Task<OpenedSession> sign_in(const iam::SignIn&) override { return absent<OpenedSession>(); }
  Task<> sign_out(const iam::Principal&) override { return absent<void>(); }
  Task<iam::Listing<iam::Tenant>> list_tenants(const iam::Principal&, iam::Page) override {
    return absent<iam::Listing<iam::Tenant>>();
  }
  Task<iam::Tenant> find_tenant(const iam::Principal&) override { return absent<iam::Tenant>(); }
  Task<iam::Tenant> create_tenant(const iam::Principal&, iam::TenantKind, const std::string&,
                                  TenantId) override {
    return absent<iam::Tenant>();
  }
  Task<iam::Listing<iam::User>> list_users(const iam::Principal&, TenantId, iam::Page) override {
    return absent<iam::Listing<iam::User>>();
  }
  Task<iam::User> create_user(const iam::Principal&, TenantId, const std::string&,
                              const std::string&, iam::Role, const std::string&) override {
    return absent<iam::User>();
  }
  Task<> set_user_active(const iam::Principal&, UserId, bool) override { return absent<void>(); }
  Task<iam::User> find_user(const iam::Principal&, UserId) override { return absent<iam::User>(); }
  Task<> change_password(const iam::Principal&, const std::string&, const std::string&) override {
    return absent<void>();
  }
  Task<std::string> begin_totp(const iam::Principal&) override { return absent<std::string>(); }
  Task<RenewedSession> confirm_totp(const iam::Principal&, const std::string&) override {
    return absent<RenewedSession>();
  }
  iam::Tenants& tenants() override { std::abort(); }
  iam::Profiles& profiles() override { std::abort(); }
  iam::PublicAccess& public_access() override { return fake_public_access; }
  iam::Delegations& delegations() override { std::abort(); }
  iam::Access& access() override { std::abort(); }
  iam::AccessQueries& access_queries() override { std::abort(); }
  iam::Reviews& reviews() override { std::abort(); }
  iam::People& people() override { std::abort(); }
  iam::MailQueue& mail() override { std::abort(); }
  iam::Terms& terms() override { std::abort(); }
  iam::FactorResets& factor_resets() override { std::abort(); }
  iam::FactorRules& factor_rules() override { std::abort(); }
  iam::LostPasswords& lost_passwords() override { std::abort(); }
  iam::ServiceAccounts& service_accounts() override { std::abort(); }
  iam::Upkeep& upkeep() override { std::abort(); }
  iam::Issuers& issuers() override { std::abort(); }
  iam::Roles& roles() override { return fake_roles; }
  iam::Interventions& interventions() override { std::abort(); }
  iam::SecondFactors& second_factors() override { std::abort(); }  // S3 has none
  Task<iam::Listing<iam::AccessKey>> list_access_keys(const iam::Principal&, UserId,
                                                      iam::Page) override {
    return absent<iam::Listing<iam::AccessKey>>();
  }
  Task<iam::NewAccessKey> create_access_key(const iam::Principal&, UserId) override {
    return absent<iam::NewAccessKey>();
  }
  Task<> delete_access_key(const iam::Principal&, const std::string&) override {
    return absent<void>();
  }
  Task<iam::Listing<iam::ApiToken>> list_api_tokens(const iam::Principal&, iam::Page) override {
    return absent<iam::Listing<iam::ApiToken>>();
  }
  Task<NewApiToken> create_api_token(const iam::Principal&, const std::string&,
                                     std::optional<Duration>) override {
    return absent<NewApiToken>();
  }
  Task<> delete_api_token(const iam::Principal&, const std::string&) override {
    return absent<void>();
  }
  Task<iam::Listing<iam::Session>> list_sessions(const iam::Principal&, UserId,
                                                 iam::Page) override {
    return absent<iam::Listing<iam::Session>>();
  }
  Task<std::optional<iam::Session>> find_session(const iam::Principal&) override {
    return absent<std::optional<iam::Session>>();
  }
  Task<> revoke_session(const iam::Principal&, const std::string&) override {
    return absent<void>();
  }
  Task<std::optional<Founded>> found(const std::string&, const std::optional<std::string>&,
                                     KeepSecrets) override {
    return absent<std::optional<Founded>>();
  }
};

}  // namespace belfry::s3
