// Accounts whose person has left.
#include "rows.h"

namespace belfry::people {
namespace {

constexpr std::int64_t kBatch = 100;

}  // namespace

Task<std::vector<Leaver>> RegisterService::leavers() {
  co_return co_await changes_.read<std::vector<Leaver>>(
      [&](Transaction& transaction) -> Result<std::vector<Leaver>> {
        TRY(auto rows,
            transaction.query(
                "SELECT a.tenant_id, a.user_id, a.person_id, a.kept, p.ends_us FROM person p JOIN "
                "person_account a ON a.person_id = p.id JOIN iam_user u ON u.id = a.user_id WHERE "
                "p.ends_us <= :now AND (a.ended_us IS NULL OR u.active = 1) ORDER BY CASE WHEN "
                "a.kept = '' THEN 0 ELSE 1 END, p.ends_us, a.user_id LIMIT :limit",
                {{"now", to_us(clock_.now())}, {"limit", kBatch}}));
        std::vector<Leaver> found;
        found.reserve(rows.size());
        for (const Row& row : rows)
          found.push_back({.tenant = TenantId{row.integer("tenant_id")},
                           .user = UserId{row.integer("user_id")},
                           .person = PersonId{row.integer("person_id")},
                           .left = from_us(row.integer("ends_us")),
                           .kept = row.text("kept")});
        return found;
      });
}

Result<bool> RegisterService::take_leaver(Transaction& transaction, UserId user) {
  TRY(const std::int64_t taken,
      transaction.execute(
          "UPDATE person_account SET ended_us = :now, kept = '' WHERE user_id = :user AND "
          "person_id IN (SELECT p.id FROM person p WHERE p.ends_us <= :now)",
          {{"now", to_us(clock_.now())}, {"user", user.value}}));
  return taken > 0;
}

Task<> RegisterService::note_kept(const Leaver& leaver, const std::string& why) {
  if (leaver.kept == why) co_return Result<>();
  CO_TRY(co_await changes_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(const std::int64_t noted,
        transaction.execute(
            "UPDATE person_account SET kept = :why WHERE user_id = :user AND "
            "person_id = :person AND kept <> :why",
            {{"why", why}, {"user", leaver.user.value}, {"person", leaver.person.value}}));
    if (noted == 0) return Done{};
    const Actor system{.tenant = leaver.tenant, .user = {}, .name = "system", .source_ip = {}};
    TRY(note(
        transaction, system, "people:LeaverAlarm", resource_of(leaver.person),
        {{"account", leaver.user.text()}, {"left", format_rfc3339(leaver.left)}, {"reason", why}}));
    return Done{};
  }));
  co_return Result<>();
}

}  // namespace belfry::people
