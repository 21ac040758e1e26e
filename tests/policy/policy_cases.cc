// Decides cases that another evaluator decides too: a case a line on stdin, a word a line on
// stdout (`allowed`, `denied_explicitly`, `denied_implicitly`; `invalid` for documents that are
// refused, with the reason on stderr). README.md has the form of a case.
#include "base/ascii.h"
#include "policy/policy.h"

#include <nlohmann/json.hpp>

#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace {

using belfry::Result;
using belfry::to_lower;
using nlohmann::json;
namespace policy = belfry::policy;

class CaseFacts : public policy::Facts {
 public:
  explicit CaseFacts(const json& context) {
    for (const auto& [key, values] : context.items()) {
      values_[to_lower(key)] = values.get<std::vector<std::string>>();
    }
  }
  std::optional<std::vector<std::string>> find(std::string_view key) const override {
    const auto at = values_.find(std::string(key));
    return at == values_.end() ? std::nullopt : std::optional(at->second);
  }

 private:
  std::map<std::string, std::vector<std::string>> values_;
};

Result<policy::PolicyPtr> compile(const json& document, policy::Kind kind) {
  return policy::compile(document.dump(), kind);
}

Result<policy::Outcome> decide(const json& one) {
  std::vector<policy::PolicyPtr> identity, session;
  for (const json& document : one.at("identity")) {
    TRY(auto compiled, compile(document, policy::Kind::kIdentity));
    identity.push_back(compiled);
  }
  if (!one.at("session").is_null()) {
    TRY(auto compiled, compile(one.at("session"), policy::Kind::kIdentity));
    session.push_back(compiled);
  }
  policy::PolicySet set{.identity = identity, .boundary = {}, .session = session, .resource = {}};
  if (!one.at("boundary").is_null()) {
    TRY(set.boundary, compile(one.at("boundary"), policy::Kind::kIdentity));
  }
  if (!one.at("resource_policy").is_null()) {
    TRY(set.resource, compile(one.at("resource_policy"), policy::Kind::kResource));
  }
  const CaseFacts facts(one.at("context"));
  const auto text = [&](const json& value) -> std::string_view {
    return value.get_ref<const std::string&>();
  };
  const json& principal = one.at("principal");
  return policy::decide(set, {text(one.at("action")),
                              text(one.at("resource")),
                              text(one.at("resource_account")),
                              {text(principal.at("arn")), text(principal.at("account"))},
                              facts})
      .outcome;
}

std::string_view name_of(policy::Outcome outcome) {
  switch (outcome) {
    case policy::Outcome::kAllowed:
      return "allowed";
    case policy::Outcome::kDeniedExplicitly:
      return "denied_explicitly";
    case policy::Outcome::kDeniedImplicitly:
      return "denied_implicitly";
  }
  return "";
}

}  // namespace

int main() {
  std::ios::sync_with_stdio(false);
  std::string line;
  for (std::size_t number = 1; std::getline(std::cin, line); ++number) {
    const json one = json::parse(line);
    const auto outcome = decide(one);
    if (!outcome) std::cerr << "line " << number << ": " << outcome.error().describe() << "\n";
    std::cout << (outcome ? name_of(*outcome) : "invalid") << "\n";
  }
  return 0;
}
