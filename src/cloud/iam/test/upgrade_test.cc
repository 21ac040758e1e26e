// Users of an earlier release, whose names were unique in the whole provider.
#include "sign_in_names.h"
#include "user_rows.h"
#include "world.h"

namespace belfry::iam {
namespace {

class UpgradeTest : public testing::TestWithParam<database::Engine> {
 protected:
  static constexpr std::int64_t kNamesWithinATenant = 4038;

  static std::vector<database::Migration> earlier() {
    auto all = migrations();
    std::erase_if(all, [](const auto& each) { return each.number >= kNamesWithinATenant; });
    return all;
  }
  void execute(const std::string& sql) {
    auto done = state_->write([&](Transaction& transaction) -> Result<> {
      TRY(transaction.execute(sql));
      return {};
    });
    ASSERT_TRUE(done) << done.error().describe();
  }
  void add_user(int id, int tenant, const std::string& name, const std::string& name_key) {
    execute(
        "INSERT INTO iam_user (id, tenant_id, name, name_key, email, role, active, password_hash, "
        "password_changed_us, created_us) VALUES (" +
        std::to_string(id) + ", " + std::to_string(tenant) + ", '" + name + "', '" + name_key +
        "', '', 'reader', 1, 'hash', 0, 0)");
  }

  database::testing::TestDatabase state_{GetParam(), earlier()};
};
BELFRY_ON_BOTH_ENGINES(UpgradeTest);

TEST_P(UpgradeTest, EverybodyKeepsTheNameInTheOrganisation) {
  execute("INSERT INTO tenant (id, kind, name, created_us) VALUES (1, 'provider', 'P', 0)");
  execute(
      "INSERT INTO tenant (id, parent_id, kind, name, created_us) VALUES (12, 1, 'customer', "
      "'Acme', 0)");
  add_user(5, 1, "Admin", "admin");
  add_user(6, 12, "Anna", "anna");
  add_user(7, 12, "old", "gone 7");  // left long ago: the name was free
  const auto opened = state_.open_again(migrations());
  ASSERT_TRUE(opened) << opened.error().describe();
  auto done = (*opened)->write([&](Transaction& transaction) -> Result<> {
    const auto found = [&](const std::string& key) -> std::int64_t {
      const auto account = find_account(transaction, key);
      EXPECT_TRUE(account) << account.error().describe();
      return account ? account->user.value : -1;
    };
    EXPECT_EQ(found("1/admin"), 5);
    EXPECT_EQ(found("12/anna"), 6);
    for (const char* nobody : {"anna", "1/anna", "12/admin", "12/old", "0/anna", "zz"})
      EXPECT_EQ(found(nobody), 0) << nobody;
    User again{};
    again.id = UserId{8};
    again.tenant = kProviderTenant;
    again.name = "ANNA";
    again.role = Role::kReader;
    TRY(insert_user(transaction, again, {"hash", kGoodPassword}));
    EXPECT_EQ(found("1/anna"), 8);
    EXPECT_EQ(found("12/anna"), 6);
    TRY(auto listed, transaction.query("SELECT name_key FROM iam_user ORDER BY name_key, id"));
    std::vector<std::string> keys;
    keys.reserve(listed.size());
    for (const Row& row : listed) keys.push_back(row.text("name_key"));
    EXPECT_EQ(keys, (std::vector<std::string>{"admin", "anna", "anna", "old"}));
    return {};
  });
  EXPECT_TRUE(done) << done.error().describe();
}

}  // namespace
}  // namespace belfry::iam
