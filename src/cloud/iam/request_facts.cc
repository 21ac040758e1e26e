#include "request_facts.h"

#include "predefined.h"
#include "rights.h"

#include <chrono>
#include <utility>

namespace belfry::iam {

namespace {

std::string seconds(Duration duration) {
  return std::to_string(std::chrono::floor<std::chrono::seconds>(duration).count());
}

}  // namespace

std::string account_of(TenantId tenant) {
  constexpr std::size_t kDigits = 12;
  std::string digits = tenant.text();
  if (digits.size() < kDigits) digits.insert(0, kDigits - digits.size(), '0');
  return digits;
}

std::string arn_of(TenantId tenant, std::string_view user_name) {
  return "arn:aws:iam::" + account_of(tenant) + ":user/" + std::string(user_name);
}

std::string arn_of(const Principal& principal) {
  return principal.assumed ? principal.name : arn_of(principal.tenant, principal.name);
}

std::optional<std::vector<std::string>> RequestFacts::find(std::string_view key) const {
  if (key == kScopeKey) return scopes();
  if (auto one = find_one(key)) return std::vector{*std::move(one)};
  return context_.protocol ? context_.protocol->find(key) : std::nullopt;
}

bool RequestFacts::is_self() const {
  // "*" asks whether there is anything of the kind at all.
  return owner_ == principal_.tenant &&
         (resource_.name == "*" || resource_.name == resource_of(principal_.user));
}

// How the resource stands to who asks (predefined.h).
std::vector<std::string> RequestFacts::scopes() const {
  std::vector<std::string> scopes;
  if (owner_ == principal_.tenant)
    scopes.emplace_back("own");
  else if (tree_.is_below(owner_, principal_.tenant))
    scopes.emplace_back("below");
  if (is_self()) scopes.emplace_back("self");
  if (owner_ == kProviderTenant) scopes.emplace_back("provider");
  return scopes;
}

std::optional<std::string> RequestFacts::find_one(std::string_view key) const {
  const auto flag = [](bool is_so) { return is_so ? "true" : "false"; };
  if (key == "aws:currenttime") return format_rfc3339(context_.time);
  if (key == "aws:epochtime") return seconds(context_.time.time_since_epoch());
  if (key == "aws:securetransport") return flag(context_.secure);
  if (key == "aws:sourceip" && !context_.source_ip.empty()) return context_.source_ip;
  if (key == "aws:resourceaccount" || key == "s3:resourceaccount") return account_of(owner_);
  if (principal_.method == Method::kNone) return std::nullopt;
  // Nothing else is there of who did not sign ("AWS global condition context keys").
  if (principal_.method == Method::kAnonymous)
    return key == "aws:principaltype" ? std::optional<std::string>("Anonymous") : std::nullopt;
  if (key == "aws:principalaccount") return account_of(principal_.tenant);
  if (key == "aws:multifactorauthpresent") return flag(principal_.second_factor);
  if (key == "aws:multifactorauthage" && principal_.second_factor_at)
    return seconds(context_.time - *principal_.second_factor_at);
  return principal_.assumed ? find_of_session(key) : find_of_user(key);
}

std::optional<std::string> RequestFacts::find_of_user(std::string_view key) const {
  if (key == "aws:username") return principal_.name;
  if (key == "aws:userid") return principal_.user.text();
  if (key == "aws:principalarn") return arn_of(principal_);
  if (key == "aws:principaltype") return "User";
  return std::nullopt;
}

std::optional<std::string> RequestFacts::find_of_session(std::string_view key) const {
  const AssumedRole& assumed = *principal_.assumed;
  if (key == "aws:userid")
    return assumed.role.text() + ":" + principal_.name.substr(principal_.name.rfind('/') + 1);
  if (key == "aws:principalarn") return assumed.role_arn;
  if (key == "aws:principaltype") return "AssumedRole";
  if (key == "aws:tokenissuetime") return format_rfc3339(assumed.since);
  return std::nullopt;
}

}  // namespace belfry::iam
