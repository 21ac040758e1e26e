#include "base/ensure.h"
#include "policy/federation.h"
#include "policy/policy.h"

namespace {

// Has a value for every key: the document's own octets among them.
class AnyFacts : public belfry::policy::Facts {
 public:
  std::optional<std::vector<std::string>> find(std::string_view key) const override {
    if (key.empty() || key.back() % 3 == 0) return std::nullopt;
    return std::vector<std::string>{std::string(key), "203.0.113.7", "*"};
  }
};

class NoFacts : public belfry::policy::Facts {
 public:
  std::optional<std::vector<std::string>> find(std::string_view) const override { return {}; }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace belfry::policy;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const AnyFacts facts;
  const std::string_view account = "000000000002";
  const Request request{"s3:GetObject",
                        "arn:aws:s3:::bucket/key",
                        account,
                        {"arn:aws:iam::000000000002:user/anna", account},
                        facts};
  if (auto policy = compile(text, Kind::kIdentity)) {
    const PolicySet alone{std::span(&*policy, 1), nullptr, {}, nullptr};
    const PolicySet bounded{std::span(&*policy, 1), *policy, std::span(&*policy, 1), nullptr};
    // What is intersected with itself is itself, but for what takes too much work three times.
    const Decision once = decide(alone, request), thrice = decide(bounded, request);
    ENSURE(once.outcome == thrice.outcome || thrice.statement == "too much work");
    if (once.outcome == Outcome::kAllowed) ENSURE(may_allow(**policy, "s3:"));
  }
  if (auto policy = compile(text, Kind::kResource)) {
    const PolicySet set{{}, nullptr, {}, *policy};
    const Request anonymous{"s3:GetObject", "arn:aws:s3:::bucket/key", account, {}, facts};
    (void)decide(set, request);
    if (!is_public(**policy)) (void)decide(set, anonymous);
  }
  if (auto trust = compile_trust_policy(text)) {
    // A token that says nothing is nobody's, and one of an issuer that is not named neither.
    for (const std::string& issuer : issuers_in(**trust)) {
      ENSURE(!trusts_token(**trust, issuer, NoFacts()));
      (void)trusts_token(**trust, issuer, facts);
    }
    ENSURE(!trusts_token(**trust, "arn:aws:iam::000000000002:oidc-provider/", facts));
  }
  return 0;
}
