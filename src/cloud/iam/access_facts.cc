// What measures read about the rules of access: observed of the running program.
#include "held_policies.h"
#include "known_passwords.h"
#include "password_rules.h"
#include "service.h"

#include <charconv>

namespace belfry::iam {
namespace {

// "$argon2id$v=19$m=19456,t=2,p=1$" of a hash: all but the salt and the digest.
std::string form_of(const std::string& hash) {
  std::size_t behind = 0;
  for (int parts = 0; parts < 4; ++parts) {
    const std::size_t at = hash.find('$', behind);
    if (at == std::string::npos) return "";
    behind = at + 1;
  }
  return hash.substr(0, behind);
}

// The number behind `name` in "m=19456,t=2,p=1"; 0: there is none.
std::int64_t cost_of(std::string_view form, std::string_view name) {
  const std::size_t at = form.find(name);
  std::int64_t value = 0;
  if (at != form.npos)
    std::from_chars(form.data() + at + name.size(), form.data() + form.size(), value);
  return value;
}

// Profiles that a release before knew less of: how much they reach, and whether that is privileged.
// What cannot be compiled allows nothing.
Result<> judge_profiles_again(Transaction& transaction, policy::CompiledPolicies& compiled) {
  TRY(auto rows, transaction.query("SELECT id, document FROM iam_profile WHERE services = -1"));
  for (const Row& row : rows) {
    auto policy = compiled.find(row.text("document"));
    TRY(transaction.execute(
        "UPDATE iam_profile SET services = :services, privileged = :privileged WHERE id = :id",
        {{"services", policy ? count_services(**policy) : std::int64_t{0}},
         {"privileged", std::int64_t(policy && is_privileged(**policy))},
         {"id", row.integer("id")}}));
  }
  return {};
}

}  // namespace

Task<> IamService::collect_facts() {
  const std::string form = form_of(nobodys_hash_);
  const Throttle::Limit& limit = Throttle::kAccountAtAddress;
  const database::Parameters parameters = {
      {"alone", std::int64_t(kLengthMin)},
      {"privileged", std::int64_t(kPrivilegedLengthMin)},
      {"second_factor", std::int64_t(kSecondFactorLengthMin)},
      {"known_words", std::int64_t(known_words())},
      {"hash_form", form},
      {"memory_kib", cost_of(form, "m=")},
      {"passes", cost_of(form, "t=")},
      {"free_failures", std::int64_t(limit.free)},
      {"wait_max_seconds", std::int64_t(limit.delay_max / std::chrono::seconds(1))},
      {"now_us", to_us(core_.clock.now())}};
  co_return co_await runtime::blocking(*core_.pool, [&]() -> Result<> {
    return core_.database.write([&](Transaction& transaction) -> Result<> {
      TRY(transaction.execute("DELETE FROM password_policy"));
      TRY(transaction.execute(
          "INSERT INTO password_policy (id, characters_min, characters_min_privileged, "
          "characters_min_second_factor, known_words, hash_form, hash_memory_kib, hash_passes, "
          "free_failures, wait_max_seconds, observed_at_us) VALUES (1, :alone, :privileged, "
          ":second_factor, :known_words, :hash_form, :memory_kib, :passes, :free_failures, "
          ":wait_max_seconds, :now_us)",
          parameters));
      return judge_profiles_again(transaction, core_.held);
    });
  });
}

}  // namespace belfry::iam
