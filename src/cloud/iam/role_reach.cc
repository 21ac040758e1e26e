#include "role_reach.h"

#include "held_policies.h"
#include "issuer_service.h"
#include "nothing_known.h"
#include "policy/federation.h"

#include <algorithm>
#include <deque>

namespace belfry::iam {
namespace {

using policy::Certainty;

constexpr std::string_view kAssume = "sts:AssumeRole";

// "arn:aws:iam::000000000007:user/zoe" is of the account "000000000007".
std::string_view account_in(std::string_view arn) {
  constexpr int kBefore = 4;
  for (int colons = 0; colons < kBefore; ++colons) {
    const auto at = arn.find(':');
    if (at == std::string_view::npos) return arn;
    arn.remove_prefix(at + 1);
  }
  return arn.substr(0, arn.find(':'));
}

// Across accounts, the walls that no policy opens.
bool is_walled_off(std::string_view account, TenantId owner) {
  return account != account_of(owner) &&
         (owner == kProviderTenant || account == account_of(kProviderTenant));
}

policy::Requests about(const ReadRole& role, std::string_view action, std::string_view owner,
                       const policy::PartialFacts& facts) {
  return {.action = action,
          .resource = role.arn,
          .extent = policy::Extent::kExactly,
          .owner = owner,
          .caller = {},
          .facts = facts};
}

std::vector<TrustedOther> others_of(const std::vector<policy::NamedPrincipal>& named,
                                    TrustedOther::Kind kind) {
  std::vector<TrustedOther> others;
  others.reserve(named.size());
  for (const auto& one : named)
    others.push_back({kind, one.name, one.certainty, one.statement, one.conditions});
  return others;
}

}  // namespace

std::string_view name_of(TrustedOther::Kind kind) {
  constexpr std::string_view kNames[] = {"role", "account", "program"};
  return kNames[std::size_t(kind)];
}

Result<std::vector<ReadRole>> read_roles(Core& core, Transaction& transaction, TenantId tenant) {
  const database::Parameters of_tenant = {{"tenant_id", tenant.value}};
  TRY(auto issuers,
      transaction.query("SELECT * FROM issuer WHERE tenant_id = :tenant_id", of_tenant));
  std::vector<std::string> for_programs;
  for (const Row& row : issuers)
    if (Issuer issuer = issuer_of(row); is_for_programs(issuer.settings.purpose))
      for_programs.push_back(std::move(issuer.arn));
  TRY(auto rows, transaction.query("SELECT r.id, r.name, r.trust_document, "
                                   "(SELECT t.everybody_needs_factor FROM tenant t WHERE "
                                   "t.id = r.tenant_id) AS factor_demanded FROM assumable_role r "
                                   "WHERE r.tenant_id = :tenant_id ORDER BY r.name_key",
                                   of_tenant));
  std::vector<ReadRole> roles;
  for (const Row& row : rows) {
    ReadRole role{.id = RoleId{row.integer("id")}, .name = row.text("name")};
    role.arn = "arn:aws:iam::" + account_of(tenant) + ":role/" + role.name;
    TRY(auto held, read_role_policies(transaction, core.held, role.id, core.clock.now()));
    role.privileged = held->privileged;
    for (const HeldSource& source : held->sources) role.profiles.push_back(source.profile);
    // Whether whoever assumed it needs a factor goes by that one: of others it is not known.
    role.session = {.tenant = tenant,
                    .role = Role::kAssumed,
                    .method = Method::kAccessKey,
                    .credential = {},
                    .second_factor = true,
                    .held = std::move(held),
                    .factor_demanded = row.integer("factor_demanded") != 0};
    if (auto trust = policy::compile(row.text("trust_document"), policy::Kind::kTrust)) {
      role.trust = *std::move(trust);
      for (const std::string& arn : policy::issuers_in(*role.trust))
        if (std::ranges::find(for_programs, arn) != for_programs.end()) role.issuers.push_back(arn);
    }
    role.session = session_named(role, "");
    roles.push_back(std::move(role));
  }
  return roles;
}

Principal session_named(const ReadRole& role, const std::string& session) {
  Principal named = role.session;
  auto assumed = std::make_shared<AssumedRole>();
  assumed->role = role.id;
  assumed->role_arn = role.arn;
  named.name =
      "arn:aws:sts::" + account_of(named.tenant) + ":assumed-role/" + role.name + "/" + session;
  named.assumed = std::move(assumed);
  return named;
}

UserReach find_assumption(const TenantTree& tree, const Principal& who, const ReadRole& role,
                          const Context* context) {
  if (!role.trust) return {};
  UserReach found = find_user_reach(tree, who, {kAssume, role.arn}, role.trust, context);
  found.needs_second_factor = found.needs_second_factor || role.privileged;
  return found;
}

std::vector<TrustedOther> find_others(const ReadRole& role) {
  if (!role.trust) return {};
  const TenantId tenant = role.session.tenant;
  const std::string own = account_of(tenant);
  const NothingKnown facts;
  auto named = policy::named_principals(*role.trust, about(role, kAssume, own, facts));
  std::erase_if(named, [&](const policy::NamedPrincipal& principal) {
    const std::string_view account = account_in(principal.name);
    return account == own || is_walled_off(account, tenant);
  });
  auto others = others_of(named, TrustedOther::Kind::kAccount);
  // No second factor comes with a token.
  if (role.privileged) return others;
  auto issuers =
      policy::named_issuers(*role.trust, about(role, policy::kWebIdentityAction, own, facts));
  std::erase_if(issuers, [&](const policy::NamedPrincipal& issuer) {
    return std::ranges::find(role.issuers, issuer.name) == role.issuers.end();
  });
  for (auto& program : others_of(issuers, TrustedOther::Kind::kProgram))
    others.push_back(std::move(program));
  return others;
}

const UserReach& RoleWays::step(std::size_t from, std::size_t to) {
  const auto [at, is_new] = steps_.try_emplace({from, to});
  if (is_new) at->second = find_assumption(tree_, roles_[from].session, roles_[to]);
  return at->second;
}

// From what was found, by steps that are at least so sure, the shortest first.
void RoleWays::spread(std::vector<Found>& found, Certainty least) {
  std::deque<std::size_t> next;
  for (std::size_t at = 0; at < found.size(); ++at)
    if (found[at].certainty >= least) next.push_back(at);
  while (!next.empty()) {
    const std::size_t from = next.front();
    next.pop_front();
    for (std::size_t to = 0; to < roles_.size(); ++to) {
      if (found[to].certainty >= least || to == from) continue;
      const UserReach& one = step(from, to);
      if (one.certainty < least) continue;
      found[to] = {least, found[from].needs_second_factor || one.needs_second_factor, from};
      next.push_back(to);
    }
  }
}

std::vector<RoleWay> RoleWays::of(const Principal& user) {
  std::vector<Found> found(roles_.size());
  std::vector<UserReach> direct(roles_.size());
  for (std::size_t at = 0; at < roles_.size(); ++at) {
    direct[at] = find_assumption(tree_, user, roles_[at]);
    found[at] = {direct[at].certainty, direct[at].needs_second_factor, std::nullopt};
  }
  for (const Certainty least : {Certainty::kAlways, Certainty::kMaybe}) spread(found, least);
  std::vector<RoleWay> ways;
  for (std::size_t at = 0; at < roles_.size(); ++at) {
    if (found[at].certainty == Certainty::kNever) continue;
    RoleWay way{.role = roles_[at].id,
                .name = roles_[at].name,
                .certainty = found[at].certainty,
                .needs_second_factor = found[at].needs_second_factor};
    way.reasons = found[at].before ? step(*found[at].before, at).reasons : direct[at].reasons;
    for (auto before = found[at].before; before; before = found[*before].before)
      way.through.insert(way.through.begin(), roles_[*before].name);
    ways.push_back(std::move(way));
  }
  return ways;
}

std::vector<TrustedOther> RoleWays::chained_to(std::size_t role) {
  std::vector<TrustedOther> roles;
  for (std::size_t from = 0; from < roles_.size(); ++from) {
    if (from == role) continue;
    const UserReach& one = step(from, role);
    if (one.certainty != Certainty::kNever)
      roles.push_back({.kind = TrustedOther::Kind::kRole,
                       .principal = roles_[from].name,
                       .certainty = one.certainty});
  }
  return roles;
}

}  // namespace belfry::iam
