#include "iam/second_person.h"

#include "access_service.h"

namespace belfry::iam {
namespace {

// A program's acts are those of its owner.
Result<Principal> person_behind(Transaction& transaction, Principal by) {
  TRY(auto owned, transaction.query("SELECT owner_id FROM iam_user WHERE id = :id AND "
                                    "owner_id IS NOT NULL",
                                    {{"id", by.user.value}}));
  if (!owned.empty()) by.user = UserId{owned[0].integer("owner_id")};
  return by;
}

}  // namespace

Task<Undoing> check_second_person(database::Database& database, std::shared_ptr<Pool> pool,
                                  Clock& clock, const Principal& by, UserId first) {
  if (!by.user) co_return fail(Code::kDenied, "iam.four_eyes");
  const auto look = [&](Transaction& transaction) -> Result<Undoing> {
    // One who is suspended counts: else whoever suspends the other is alone.
    TRY(auto rows, transaction.query(
                       "SELECT " + decider_columns(":first_id", ":first_id", kAdministratorsOfAll),
                       {{"first_id", first.value},
                        {"tenant_id", by.tenant.value},
                        {"now_us", to_us(clock.now())}}));
    const Deciders deciders = deciders_of(rows[0]);
    if (deciders.others == 0) return Undoing::kAlone;
    TRY(const Principal person, person_behind(transaction, by));
    TRY(const Two two, check_two(transaction, person, first, first, deciders.are_apart));
    return two == Two::kApart ? Undoing::kByAnother : Undoing::kMayBeOne;
  };
  co_return co_await runtime::blocking(
      *pool, [&] { return database::read_value<Undoing>(database, kReadLimit, look); });
}

}  // namespace belfry::iam
