#include "leavers.h"

#include <spdlog/spdlog.h>

namespace belfry::provider {
namespace {

constexpr std::string_view kLastAdministrator = "last_administrator";

Task<> end_account(people::Register& people, iam::Iam& iam, const people::Leaver& leaver) {
  auto ended = co_await iam.upkeep().end_account(
      {leaver.tenant, leaver.user, people::resource_of(leaver.person), leaver.left},
      [&people, user = leaver.user](database::Transaction& transaction) {
        return people.take_leaver(transaction, user);
      });
  if (ended && *ended)
    spdlog::info("ended account {}: person {} has left", leaver.user.text(), leaver.person.text());
  if (ended) co_return Result<>();
  if (ended.error().message() != "iam.last_administrator") co_return std::unexpected(ended.error());
  if (leaver.kept.empty())
    spdlog::warn("account {} is not ended though person {} has left: it is the last administrator",
                 leaver.user.text(), leaver.person.text());
  co_return co_await people.note_kept(leaver, std::string(kLastAdministrator));
}

}  // namespace

Task<> end_leavers(people::Register& people, iam::Iam& iam) {
  CO_TRY(const auto leavers, co_await people.leavers());
  Result<> outcome;
  for (const people::Leaver& leaver : leavers) {
    auto done = co_await end_account(people, iam, leaver);
    if (outcome && !done) outcome = std::move(done);
  }
  co_return outcome;
}

}  // namespace belfry::provider
