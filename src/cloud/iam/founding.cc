// The first start of a provider.
#include "base/text_encoding.h"
#include "grants.h"
#include "password_rules.h"
#include "rows.h"
#include "service.h"
#include "sign_in_names.h"
#include "totp_codes.h"

namespace belfry::iam {

struct IamService::Founder {
  Tenant tenant;
  User user;
  std::string password, password_hash;
  Buffer totp_seed;
};

Task<IamService::Founder> IamService::make_founder(Tenant tenant, std::string user_name,
                                                   Role role) {
  Founder founder;
  founder.user = {.id = UserId{core_.random.id()},
                  .tenant = tenant.id,
                  .name = std::move(user_name),
                  .email = "",
                  .role = role,
                  .has_totp = true,
                  .created = core_.clock.now(),
                  .last_sign_in = {}};
  founder.tenant = std::move(tenant);
  founder.password = make_password(core_.random);
  founder.totp_seed = make_totp_seed(core_.random);
  CO_TRY(founder.password_hash, co_await passwords_.hash(founder.password));
  co_return founder;
}

Result<> IamService::insert_founder(Transaction& transaction, const Founder& founder) {
  const auto& [tenant, user, password, password_hash, totp_seed] = founder;
  TRY(const std::string sealed,
      seal_secret(core_.keys, core_.random, totp_seed_of(user.id), totp_seed));
  const database::Parameters parameters = {
      {"tenant_id", tenant.id.value},
      {"parent_id", tenant.parent ? database::Value(tenant.parent.value) : database::Null{}},
      {"kind", std::string(name_of(tenant.kind))},
      {"tenant_name", tenant.name},
      {"user_id", user.id.value},
      {"user_name", user.name},
      {"sign_in_key", sign_in_key(tenant.id, user.name)},
      {"role", std::string(name_of(user.role))},
      {"password_hash", password_hash},
      {"length_met", length_met(password)},
      {"factor_id", core_.random.id()},
      {"secret_sealed", sealed},
      {"now_us", to_us(user.created)}};
  TRY(
      transaction.execute("INSERT INTO tenant (id, parent_id, kind, name, created_us) "
                          "VALUES (:tenant_id, :parent_id, :kind, :tenant_name, :now_us)",
                          parameters));
  TRY(transaction.execute(
      "INSERT INTO iam_user (id, tenant_id, name, name_key, sign_in_key, email, role, active, "
      "password_hash, password_length_met, password_changed_us, created_us) VALUES (:user_id, "
      ":tenant_id, :user_name, :user_name, :sign_in_key, '', :role, 1, :password_hash, "
      ":length_met, :now_us, :now_us)",
      parameters));
  TRY(transaction.execute(
      "INSERT INTO mfa_factor (id, tenant_id, user_id, kind, secret_sealed, last_step, "
      "created_us, confirmed_us) VALUES (:factor_id, :tenant_id, :user_id, 'totp', "
      ":secret_sealed, 0, :now_us, :now_us)",
      parameters));
  TRY(record_grant(core_, transaction, role_of(user), {.origin = "founding"}));
  const Principal system{
      .tenant = tenant.id, .name = "system", .method = Method::kSystem, .credential = {}};
  return core_.trail.changed(
      transaction, tenant.id, system,
      {"iam:Found", resource_of(user.id), {{"tenant", tenant.name}, {"user", user.name}}});
}

Task<std::optional<Iam::Founded>> IamService::found(const std::string& provider_name,
                                                    const std::optional<std::string>& customer_name,
                                                    KeepSecrets keep) {
  using Answer = std::optional<Founded>;
  // Asked again below; here it spares the hashes at every later start.
  CO_TRY(const std::int64_t users,
         co_await core_.read<std::int64_t>([](Transaction& transaction) -> Result<std::int64_t> {
           TRY(auto rows, transaction.query("SELECT count(*) AS n FROM iam_user"));
           return rows[0].integer("n");
         }));
  if (users > 0) co_return Answer();
  CO_TRY(const Founder admin,
         co_await make_founder({kProviderTenant, {}, TenantKind::kProvider, provider_name}, "admin",
                               Role::kProviderAdministrator));
  std::optional<Founder> customer;
  if (customer_name) {
    CO_TRY(customer, co_await make_founder(
                         {kFirstCustomer, kProviderTenant, TenantKind::kCustomer, *customer_name},
                         "customer", Role::kTenantAdministrator));
  }
  TenantTree tree;
  const auto plant = [&](TenantTree& into) {
    into.add(kProviderTenant, {TenantId{}, provider_name});
    if (customer) into.add(kFirstCustomer, {kProviderTenant, *customer_name});
  };
  plant(tree);
  auto founded = co_await core_.write<Answer>([&](Transaction& transaction) -> Result<Answer> {
    TRY(auto users, transaction.query("SELECT count(*) AS n FROM iam_user"));
    if (users[0].integer("n") > 0) return Answer();
    TRY(insert_founder(transaction, admin));
    if (customer) TRY(insert_founder(transaction, *customer));
    const Principal by{.tenant = kProviderTenant,
                       .user = admin.user.id,
                       .name = admin.user.name,
                       .role = admin.user.role,
                       .method = Method::kSystem,
                       .credential = {},
                       .second_factor = true};
    const NewApiToken token = make_api_token(by, "first start");
    TRY(insert_api_token(transaction, by, token));
    TRY(const NewAccessKey key, insert_access_key(transaction, admin.user, {.factor = true}));
    Founded made{.admin_user = admin.user.name,
                 .admin_password = admin.password,
                 .admin_totp_secret = to_base32(admin.totp_seed),
                 .api_token = token.secret,
                 .access_key_id = key.key.id,
                 .secret_key = key.secret,
                 .provider = kProviderTenant};
    if (customer) {
      made.customer = kFirstCustomer;
      made.customer_user = sign_in_name(tree, customer->user);
      made.customer_password = customer->password;
      made.customer_totp_secret = to_base32(customer->totp_seed);
    }
    TRY(keep(made));
    return made;
  });
  if (founded && *founded) plant(core_.tree);
  co_return founded;
}

}  // namespace belfry::iam
