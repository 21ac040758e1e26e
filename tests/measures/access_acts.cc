// What people do with accounts, through the product.
#include "base/text_encoding.h"
#include "crypto/password.h"
#include "http/client.h"
#include "prepared_provider.h"
#include "runtime/blocking.h"

#include <sqlite3.h>

namespace belfry::measures_broken {

void tamper(const std::filesystem::path& data, const char* sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open((data / "state.db").c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(database);
  sqlite3_close(database);
}

iam::Principal MeasuresBroken::system_in(TenantId tenant) {
  return {.tenant = tenant,
          .user = UserId{1},
          .name = "system",
          .role = tenant == iam::kProviderTenant ? iam::Role::kProviderAdministrator
                                                 : iam::Role::kTenantAdministrator,
          .method = iam::Method::kSystem,
          .credential = {},
          .second_factor = true};
}

iam::User MeasuresBroken::create_user(TenantId tenant, const std::string& name, iam::Role role,
                                      const std::string& email) {
  return must(
      provider().iam().create_user(system_in(tenant), tenant, name, email, role, kUserPassword));
}

void MeasuresBroken::suspend(TenantId tenant, const std::string& name) {
  auto users = must(provider().iam().list_users(system_in(tenant), tenant, {}));
  for (const iam::User& user : users.things)
    if (user.name == name)
      return must(provider().iam().set_user_active(system_in(tenant), user.id, false));
  ADD_FAILURE() << "no user " << name;
}

iam::Principal MeasuresBroken::sign_in(const std::string& name, const std::string& code) {
  auto opened = must(provider().iam().sign_in({name, kUserPassword, code, "192.0.2.1", "test"}));
  return must(
      provider().iam().authenticate_session(opened.secret, iam::Origin{"192.0.2.1", "test"}));
}

std::string MeasuresBroken::code_of(const std::string& seed) {
  auto octets = from_base32(seed);
  ENSURE(octets.has_value());
  auto seconds = std::chrono::floor<std::chrono::seconds>(clock().now()).time_since_epoch();
  return crypto::totp_at(*octets, seconds.count() / 30);
}

iam::Principal MeasuresBroken::enrol(const iam::Principal& by) {
  const std::string seed = must(provider().iam().begin_totp(by));
  auto renewed = must(provider().iam().confirm_totp(by, code_of(seed)));
  return must(
      provider().iam().authenticate_session(renewed.secret, iam::Origin{"192.0.2.1", "test"}));
}

int MeasuresBroken::get(const prober::Key& key, const std::string& path) {
  // The client blocks, and the provider runs on this thread.
  auto pool = make_pool("customer", 1, 1);
  return must([](Pool& own, std::string url, std::string place, prober::Key with,
                 Timestamp now) -> Task<int> {
    co_return co_await runtime::blocking(own, [&]() -> Result<int> {
      TRY(auto client, http::make_client({.url = url, .ca_file = ""}));
      const std::string host = url.substr(url.find("//") + 2);
      TRY(auto answer,
          client->send("GET", place, prober::signed_fields({"GET", host, place, ""}, with, now),
                       ""));
      return answer.status;
    });
  }(*pool, provider().endpoints().s3, path, key, clock().now()));
}

std::string MeasuresBroken::why(const std::string& id, const std::string& subject) {
  for (const std::string& row : failing(id))
    if (row.starts_with(subject + ": ")) return row.substr(subject.size() + 2);
  return "";
}

}  // namespace belfry::measures_broken
