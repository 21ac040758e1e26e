#include "iam/second_person.h"

#include "access_service.h"

#include <algorithm>

namespace belfry::iam {
namespace {

// How who acts stands to who acted before.
struct Standing {
  bool is_same = false, is_one_person = false, may_be_one = false;
  std::size_t others = 0, apart = 0;  // other administrators; those surely another than each
};

// SQL: " (:p0, :p1)" of the numbers, which become parameters; of nobody, (-1).
std::string listed(const std::vector<UserId>& users, const std::string& name,
                   database::Parameters& parameters) {
  std::string list = "(-1";
  for (std::size_t i = 0; i < users.size(); ++i) {
    parameters.push_back({name + std::to_string(i), users[i].value});
    list += ", :" + name + std::to_string(i);
  }
  return list + ")";
}

// Of programs their owners.
Result<std::vector<UserId>> persons_behind(Transaction& transaction, std::vector<UserId> users) {
  database::Parameters parameters;
  const std::string list = listed(users, "user", parameters);
  TRY(auto owned, transaction.query("SELECT id, owner_id FROM iam_user WHERE owner_id IS NOT NULL "
                                    "AND id IN " +
                                        list,
                                    parameters));
  for (const Row& row : owned)
    std::ranges::replace(users, UserId{row.integer("id")}, UserId{row.integer("owner_id")});
  std::ranges::sort(users);
  const auto rest = std::ranges::unique(users);
  users.erase(rest.begin(), rest.end());
  return users;
}

Result<Standing> standing_of(Transaction& transaction, const Principal& by, const Earlier& earlier,
                             Timestamp now) {
  TRY(const auto persons, persons_behind(transaction, {by.user}));
  TRY(const auto firsts, persons_behind(transaction, earlier.by));
  Standing standing{.is_same = std::ranges::binary_search(firsts, persons.front())};
  database::Parameters parameters = {
      {"by_id", persons.front().value}, {"tenant_id", by.tenant.value}, {"now_us", to_us(now)}};
  const std::string before = listed(firsts, "first", parameters);
  const std::string barred = listed(earlier.barred, "barred", parameters);
  const auto relates = [&](const std::string& relation) {
    return "EXISTS (SELECT 1 FROM iam_user e WHERE e.id IN " + before + " AND " + relation + ")";
  };
  const std::string others =
      "FROM iam_user u WHERE u.id NOT IN " + before + " AND " + std::string(kAdministratorsOfAll);
  // One who is suspended counts: else whoever suspends the other is alone.
  TRY(auto rows,
      transaction.query(
          "SELECT (SELECT count(*) " + others + ") AS others, (SELECT count(*) " + others +
              " AND u.id NOT IN " + barred + " AND NOT " + relates(may_be_one("u.id", "e.id")) +
              ") AS apart, (SELECT count(*) FROM iam_user u WHERE u.id = :by_id AND " +
              relates(is_one_person("u.id", "e.id")) +
              ") AS one_person, (SELECT count(*) FROM iam_user u WHERE u.id = :by_id "
              "AND " +
              relates(may_be_one("u.id", "e.id")) + ") AS may_be_one",
          parameters));
  standing.others = std::size_t(rows[0].integer("others"));
  standing.apart = std::size_t(rows[0].integer("apart"));
  standing.is_one_person = rows[0].integer("one_person") > 0;
  standing.may_be_one = rows[0].integer("may_be_one") > 0;
  return standing;
}

Result<Undoing> judge(const Standing& standing, bool may_be_alone) {
  if (standing.is_same && may_be_alone && standing.others == 0) return Undoing::kAlone;
  if (standing.is_same) return fail(Code::kDenied, "iam.four_eyes");
  // Even where no other can decide: else who writes the register would choose who decides.
  if (standing.is_one_person) return fail(Code::kDenied, "iam.four_eyes_of_person");
  if (standing.others == 0) return Undoing::kAlone;
  if (!standing.may_be_one) return Undoing::kByAnother;
  if (standing.apart > 0) return fail(Code::kDenied, "iam.four_eyes_of_maker");
  return Undoing::kMayBeOne;
}

}  // namespace

Result<Undoing> check_second_person(Transaction& transaction, const Principal& by,
                                    const Earlier& earlier, Timestamp now) {
  if (!by.user) return fail(Code::kDenied, "iam.four_eyes");
  TRY(const Standing standing, standing_of(transaction, by, earlier, now));
  return judge(standing, earlier.may_be_alone);
}

Task<Undoing> check_second_person(database::Database& database, std::shared_ptr<Pool> pool,
                                  Clock& clock, const Principal& by, UserId first) {
  const auto look = [&](Transaction& transaction) {
    return check_second_person(transaction, by, {.by = {first}, .may_be_alone = true}, clock.now());
  };
  co_return co_await runtime::blocking(
      *pool, [&] { return database::read_value<Undoing>(database, kReadLimit, look); });
}

}  // namespace belfry::iam
