#include "iam/second_person.h"

#include "access_service.h"

namespace belfry::iam {

Task<> check_second_person(database::Database& database, std::shared_ptr<Pool> pool, Clock& clock,
                           const Principal& by, UserId first) {
  if (!by.user) co_return fail(Code::kDenied, "iam.four_eyes");
  co_return co_await runtime::blocking(*pool, [&] {
    return database.read(kReadLimit, [&](Transaction& transaction) -> Result<> {
      TRY(auto rows, transaction.query("SELECT " + decider_columns(":first_id", ":first_id"),
                                       {{"first_id", first.value},
                                        {"tenant_id", by.tenant.value},
                                        {"now_us", to_us(clock.now())}}));
      const Deciders deciders = deciders_of(rows[0]);
      if (deciders.count == 0) return {};
      TRY(check_two(transaction, by, first, first, deciders.are_apart));
      return {};
    });
  });
}

}  // namespace belfry::iam
