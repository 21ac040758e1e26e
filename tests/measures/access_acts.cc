// What people do with accounts, through the product.
#include "base/text_encoding.h"
#include "crypto/password.h"
#include "http/client.h"
#include "prepared_provider.h"
#include "runtime/blocking.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <sqlite3.h>

namespace belfry::measures_broken {
namespace {

// What the first start wrote down for who runs it.
std::string first_start_of(const std::filesystem::path& data, const std::string& key) {
  std::ifstream file(data / "run" / "credentials.json", std::ios::binary);
  return nlohmann::json::parse(file).at(key).get<std::string>();
}

}  // namespace

void tamper(const std::filesystem::path& data, const char* sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open((data / "state.db").c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(database);
  EXPECT_GT(sqlite3_changes(database), 0) << sql;
  sqlite3_close(database);
}

std::vector<std::string> look_up(const std::filesystem::path& data, const std::string& sql) {
  std::vector<std::string> found;
  sqlite3* database = nullptr;
  EXPECT_EQ(sqlite3_open((data / "state.db").c_str(), &database), SQLITE_OK);
  const auto keep = [](void* rows, int, char** columns, char**) {
    static_cast<std::vector<std::string>*>(rows)->emplace_back(columns[0] ? columns[0] : "");
    return 0;
  };
  sqlite3_busy_timeout(database, 5'000);
  EXPECT_EQ(sqlite3_exec(database, sql.c_str(), keep, &found, nullptr), SQLITE_OK)
      << sqlite3_errmsg(database);
  sqlite3_close(database);
  return found;
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

std::string MeasuresBroken::typed(const std::string& name) {
  for (const TenantId tenant : {iam::kProviderTenant, iam::kFirstCustomer}) {
    const auto users = must(provider().iam().list_users(system_in(tenant), tenant, {}));
    if (std::ranges::find(users.things, name, &iam::User::name) != users.things.end())
      return tenant.text() + "/" + name;
  }
  ADD_FAILURE() << "no user " << name;
  return name;
}

iam::Principal MeasuresBroken::sign_in(const std::string& name, const std::string& code) {
  auto opened =
      must(provider().iam().sign_in({typed(name), kUserPassword, code, "192.0.2.1", "test"}));
  return must(
      provider().iam().authenticate_session(opened.secret, iam::Origin{"192.0.2.1", "test"}));
}

std::string MeasuresBroken::code_of(const std::string& seed) {
  auto octets = from_base32(seed);
  ENSURE(octets.has_value());
  auto seconds = std::chrono::floor<std::chrono::seconds>(clock().now()).time_since_epoch();
  return crypto::totp_at(*octets, seconds.count() / 30);
}

std::string MeasuresBroken::password_of_first(const std::string& who) {
  return first_start_of(data(), who + "_password");
}

iam::Principal MeasuresBroken::sign_in_first(const std::string& who) {
  clock().jump(std::chrono::seconds(30));
  const std::string code = code_of(first_start_of(data(), who + "_totp_secret"));
  auto opened = must(provider().iam().sign_in(
      {first_start_of(data(), who + "_user"), password_of_first(who), code, "192.0.2.1", "test"}));
  return must(
      provider().iam().authenticate_session(opened.secret, iam::Origin{"192.0.2.1", "test"}));
}

iam::AccessRequest MeasuresBroken::ask_for_role(const iam::Principal& by, iam::Role role,
                                                Duration duration) {
  return must(provider().iam().access().ask(
      by, {.user = by.user, .role = role, .reason = "the night shift", .duration = duration}));
}

void MeasuresBroken::keep_all(const iam::Principal& one, const iam::Principal& other,
                              iam::ReviewId review) {
  const auto items = must(provider().iam().reviews().list_items(one, review, {})).things;
  for (const iam::ReviewItem& item : items)
    must(provider().iam().reviews().decide(item.grant.user == one.user ? other : one, review,
                                           item.id, true, "needed still"));
}

iam::Principal MeasuresBroken::enrol(const iam::Principal& by) {
  const std::string seed = must(provider().iam().begin_totp(by));
  auto renewed = must(provider().iam().confirm_totp(by, code_of(seed)));
  return must(
      provider().iam().authenticate_session(renewed.secret, iam::Origin{"192.0.2.1", "test"}));
}

attestations::Act MeasuresBroken::act_of(const iam::User& by, Timestamp now) {
  audit::Event event;
  event.time = now;
  event.action = "attestation:SignAttestation";
  event.actor = by.name;
  event.actor_id = by.id;
  return {.tenant = by.tenant, .user = by.id, .name = by.name, .event = event};
}

attestations::Attestation MeasuresBroken::attest(const iam::User& by, attestations::Topic topic,
                                                 std::vector<UserId> administrators) {
  const auto standings = must(provider().attestations().standings(by.tenant));
  const attestations::Statement& asked = standings.at(std::size_t(topic)).statement;
  return must(provider().attestations().sign(act_of(by, clock().now()),
                                             {.topic = topic,
                                              .version = asked.version,
                                              .sha256 = attestations::sha256_of(asked),
                                              .administrators = std::move(administrators)}));
}

std::string MeasuresBroken::standing(attestations::Topic topic) {
  const auto standings = must(provider().attestations().standings(iam::kFirstCustomer));
  return std::string(attestations::name_of(standings.at(std::size_t(topic)).state));
}

int MeasuresBroken::get(const std::string& from, const std::string& path, Sign sign) {
  // The client blocks, and the provider runs on this thread.
  auto pool = make_pool("customer", 1, 1);
  return must(
      [](Pool& own, std::string url, std::string ca, std::string place, Sign with) -> Task<int> {
        co_return co_await runtime::blocking(own, [&]() -> Result<int> {
          TRY(auto client, http::make_client({.url = url, .ca_file = ca}));
          const std::string host = url.substr(url.find("//") + 2);
          TRY(auto answer, client->send("GET", place, with({"GET", host, place, ""}), ""));
          return answer.status;
        });
      }(*pool, from, provider().endpoints().ca, path, std::move(sign)));
}

int MeasuresBroken::get(const prober::Key& key, const std::string& path) {
  return get(provider().endpoints().s3, path,
             [key, now = clock().now()](const prober::S3Request& request) {
               return prober::signed_fields(request, key, now);
             });
}

int MeasuresBroken::get_unsigned(const std::string& path) {
  return get(provider().endpoints().s3, path, [](const prober::S3Request& request) {
    http::Fields fields;
    fields.add("Host", request.host);
    return fields;
  });
}

int MeasuresBroken::read_over_rest(const std::string& token, const std::string& path) {
  return get(provider().endpoints().api, path, [token](const prober::S3Request& request) {
    http::Fields fields;
    fields.add("Host", request.host);
    fields.add("Authorization", "Bearer " + token);
    return fields;
  });
}

void MeasuresBroken::open_bucket(const std::string& name) {
  objects::Store& store = provider().objects();
  const auto bucket = must(store.find_bucket(name));
  const std::string arn = "arn:aws:s3:::" + name;
  const std::string document =
      R"({"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", )"
      R"("Resource": ")" +
      arn + R"(/*"}})";
  const auto leaf = [&](const std::string& action, std::vector<audit::Detail> details) {
    audit::Event event;
    event.time = clock().now();
    event.action = action;
    event.actor = "customer";
    event.resource = arn;
    event.details = std::move(details);
    return [this, event, owner = bucket.tenant](const objects::ObjectInfo&) {
      return provider().ledger().seal(owner, event);
    };
  };
  must(store.set_bucket_policy(bucket, document,
                               leaf("s3:PutBucketPolicy", {{"policy", document}})));
  must(store.set_public_access(
      bucket, policy::kNothingBlocked,
      leaf("s3:PutPublicAccessBlock", iam::details_of(policy::kNothingBlocked))));
}

std::string MeasuresBroken::why(const std::string& id, const std::string& subject) {
  for (const std::string& row : failing(id))
    if (row.starts_with(subject + ": ")) return row.substr(subject.size() + 2);
  return "";
}

}  // namespace belfry::measures_broken
