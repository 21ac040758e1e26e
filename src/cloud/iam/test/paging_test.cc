// Lists longer than any page: followed to their ends they are whole, each thing once.
#include "paging.h"

#include "world.h"

#include <set>

namespace belfry::iam {
namespace {

constexpr std::int64_t kMany = 10'500;

class PagingTest : public testing::TestWithParam<database::Engine> {
 protected:
  // Runs `sql` for the numbers 1 to kMany, as parameter :n.
  void insert_many(const std::string& sql) {
    auto done = world_.state->write([&](database::Transaction& transaction) -> Result<> {
      for (std::int64_t n = 1; n <= kMany; ++n) TRY(transaction.execute(sql, {{"n", n}}));
      return {};
    });
    ASSERT_TRUE(done) << done.error().describe();
  }

  // Follows a list; the ids it gave, in order.
  template <class List, class IdOf>
  auto follow(List list, IdOf id_of, std::size_t limit) {
    using Id = decltype(id_of(list(Page())->things.front()));
    std::vector<Id> ids;
    Page page{.after = {}, .limit = limit};
    do {
      auto listing = list(page);
      EXPECT_TRUE(listing) << listing.error().describe();
      if (!listing) break;
      EXPECT_LE(listing->things.size(), limit);
      for (auto& thing : listing->things) ids.push_back(id_of(thing));
      page.after = listing->next;
    } while (!page.after.empty());
    return ids;
  }

  World world_{GetParam()};
  Iam& iam_ = *world_.iam;
};
BELFRY_ON_BOTH_ENGINES(PagingTest);

template <class Id>
void expect_each_once(const std::vector<Id>& ids, std::size_t count) {
  EXPECT_EQ(ids.size(), count);
  EXPECT_EQ(std::set<Id>(ids.begin(), ids.end()).size(), count);
}

TEST_P(PagingTest, UsersTenantsAndCredentialsBeyondTenThousand) {
  const Principal by = world_.customer(), staff = world_.admin();
  insert_many(
      "INSERT INTO iam_user (id, tenant_id, name, name_key, sign_in_key, email, role, active, "
      "password_hash, password_changed_us, created_us) VALUES (1000000 + :n, 2, 'User-' || CAST(:n "
      "AS TEXT), 'user-' || CAST(:n AS TEXT), '2/user-' || CAST(:n AS TEXT), '', 'reader', 1, '', "
      "0, 0)");
  insert_many(
      "INSERT INTO tenant (id, parent_id, kind, name, created_us) VALUES (1000000 + :n, 1, "
      "'customer', 'tenant ' || CAST(:n AS TEXT), 0)");
  const std::string user = std::to_string(by.user.value);
  // Many of one moment, so that the id decides.
  insert_many(
      "INSERT INTO access_key (id, tenant_id, user_id, secret_sealed, second_factor, created_us) "
      "VALUES ('KEY' || CAST(:n AS TEXT), 2, " +
      user + ", '', 0, :n / 100)");
  insert_many(
      "INSERT INTO api_token (id, tenant_id, user_id, label, secret_sha256, second_factor, "
      "created_us) VALUES ('t' || CAST(:n AS TEXT), 2, " +
      user + ", 'x', 's' || CAST(:n AS TEXT), 0, :n / 100)");

  world_.clock.advance(std::chrono::minutes(1));  // the tree of tenants is read again
  auto users = [&](Page page) { return world_.wait(iam_.list_users(by, kFirstCustomer, page)); };
  expect_each_once(follow(users, [](const User& each) { return each.id.value; }, 1000), kMany + 1);
  auto keys = [&](Page page) { return world_.wait(iam_.list_access_keys(by, by.user, page)); };
  expect_each_once(follow(keys, [](const AccessKey& each) { return each.id; }, 999), kMany);
  auto tokens = [&](Page page) { return world_.wait(iam_.list_api_tokens(by, page)); };
  expect_each_once(follow(tokens, [](const ApiToken& each) { return each.id; }, 1000), kMany);
  auto tenants = [&](Page page) { return world_.wait(iam_.list_tenants(staff, page)); };
  expect_each_once(
      follow(tenants, [](const Tenant& each) { return each.id.value; }, 1000), kMany + 2);
  // A customer sees its own alone, however many stand before it.
  auto own = [&](Page page) { return world_.wait(iam_.list_tenants(by, page)); };
  EXPECT_EQ(follow(
                own, [](const Tenant& each) { return each.id.value; }, 10),
            std::vector<std::int64_t>{kFirstCustomer.value});
}

TEST_P(PagingTest, SessionsBeyondTenThousandAndTheCallersOwn) {
  const Principal by = world_.customer();
  const std::string user = std::to_string(by.user.value);
  insert_many(
      "INSERT INTO iam_session (id, tenant_id, user_id, secret_sha256, amr, second_factor, "
      "privileged, enrolment_only, source_ip, user_agent, created_us, last_seen_us, expires_us, "
      "idle_limit_us) VALUES ('s' || CAST(:n AS TEXT), 2, " +
      user +
      ", 'h' || CAST(:n AS TEXT), 'pwd', 0, 0, 0, '', '', :n / 100, "
      "4000000000000000, 4000000000000000, 4000000000000000)");
  auto sessions = [&](Page page) { return world_.wait(iam_.list_sessions(by, by.user, page)); };
  auto ids = follow(sessions, [](const Session& each) { return each.id; }, 1000);
  expect_each_once(ids, kMany + 1);
  auto own = world_.wait(iam_.find_session(by));
  ASSERT_TRUE(own && own->has_value());
  EXPECT_EQ((*own)->id, by.credential);
  EXPECT_EQ(world_.wait(iam_.find_tenant(by))->id, kFirstCustomer);
}

TEST_P(PagingTest, RefusesCursorsOfItsOwnMaking) {
  const Principal by = world_.customer();
  for (const char* cursor : {"x", "12", "x/y", "99999999999999999999/a"}) {
    Page page{.after = cursor};
    EXPECT_EQ(message_of(world_.wait(iam_.list_access_keys(by, by.user, page))), "iam.bad_cursor");
    EXPECT_EQ(message_of(world_.wait(iam_.list_sessions(by, by.user, page))), "iam.bad_cursor");
    EXPECT_EQ(message_of(world_.wait(iam_.list_api_tokens(by, page))), "iam.bad_cursor");
    EXPECT_EQ(message_of(world_.wait(iam_.list_tenants(by, page))), "iam.bad_cursor");
  }
}

// Not a fault of the database, whichever it is.
TEST_P(PagingTest, RefusesCursorsThatAreNoText) {
  const Principal by = world_.customer(), staff = world_.admin();
  for (const std::string& text : {std::string("\xff"), std::string("a\0b", 3)}) {
    Page page{.after = "7/" + text};
    EXPECT_EQ(message_of(world_.wait(iam_.list_access_keys(by, by.user, page))), "iam.bad_cursor");
    EXPECT_EQ(message_of(world_.wait(iam_.list_sessions(by, by.user, page))), "iam.bad_cursor");
    EXPECT_EQ(message_of(world_.wait(iam_.list_api_tokens(by, page))), "iam.bad_cursor");
    EXPECT_EQ(message_of(world_.wait(iam_.list_tenants(staff, page))), "iam.bad_cursor");
    page.after = text;
    EXPECT_EQ(message_of(world_.wait(iam_.list_users(staff, kFirstCustomer, page))),
              "iam.bad_cursor");
  }
}

}  // namespace
}  // namespace belfry::iam
