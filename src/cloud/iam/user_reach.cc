#include "user_reach.h"

#include "nothing_known.h"
#include "predefined.h"
#include "request_facts.h"
#include "rights.h"

#include <algorithm>

namespace belfry::iam {
namespace {

using policy::Certainty;

// Who asks and whose the resource is are known; from where, when, how and with what is not.
class KnownOfUser : public policy::PartialFacts {
 public:
  KnownOfUser(const RequestFacts& facts, bool is_session, bool knows_all)
      : facts_(facts), is_session_(is_session), knows_all_(knows_all) {}
  std::optional<std::vector<std::string>> find(std::string_view key) const override {
    return facts_.find(key);
  }
  bool is_known(std::string_view key) const override {
    constexpr std::string_view kKnown[] = {
        "aws:username",      "aws:userid",          "aws:principalarn",   "aws:principalaccount",
        "aws:principaltype", "aws:resourceaccount", "s3:resourceaccount", "belfry:resourcescope"};
    if (knows_all_) return true;
    // It has the session's name in it.
    if (is_session_ && key == "aws:userid") return false;
    return std::ranges::find(kKnown, key) != std::end(kKnown);
  }

 private:
  const RequestFacts& facts_;
  const bool is_session_;
  const bool knows_all_;
};

constexpr std::string_view kAssuming = "sts:";

Reason reason_of(const policy::Bearing& bearing, const Principal& user, std::size_t predefined,
                 std::string_view action) {
  Reason reason{.statement = bearing.statement,
                .is_deny = bearing.is_deny,
                .certainty = bearing.certainty,
                .conditions = bearing.conditions};
  if (bearing.layer == policy::Layer::kResource) {
    reason.source =
        action.starts_with(kAssuming) ? Reason::Source::kTrust : Reason::Source::kBucketPolicy;
  } else if (bearing.layer == policy::Layer::kBoundary) {
    reason.source = Reason::Source::kBoundary;
    reason.name = user.held->boundary_name;
  } else if (bearing.policy < predefined) {
    reason.name = std::string(name_of(user.role));
  } else {
    const HeldSource& source = user.held->sources[bearing.policy - predefined];
    reason.source = Reason::Source::kProfile;
    reason.name = source.profile;
    reason.group = source.group;
  }
  return reason;
}

// Whether a statement denies: nowhere, perhaps, or in every request.
Certainty denied_by(const policy::Reach& reach) {
  Certainty denied = Certainty::kNever;
  for (const policy::Bearing& bearing : reach.bearings)
    if (bearing.is_deny) denied = std::max(denied, bearing.certainty);
  return denied;
}

}  // namespace

UserReach find_user_reach(const TenantTree& tree, const Principal& user, const Asked& asked,
                          const policy::PolicyPtr& attached, const Context* context) {
  const bool is_administrator = is_privileged(user.role);
  const HeldPolicies* held = is_administrator ? nullptr : user.held.get();
  const auto predefined = predefined_policies(user.role);
  std::vector<policy::PolicyPtr> identity(predefined.begin(), predefined.end());
  if (held) identity.insert(identity.end(), held->policies.begin(), held->policies.end());

  const Context nowhere{};
  const Resource resource{std::string(asked.resource), user.tenant};
  const RequestFacts request_facts(tree, user, resource, user.tenant, context ? *context : nowhere);
  const KnownOfUser facts(request_facts, user.assumed != nullptr, context != nullptr);
  const bool is_any_session = user.assumed && !context;
  std::string arn = arn_of(user);
  if (is_any_session) arn.resize(arn.rfind('/') + 1);
  const std::string account = account_of(user.tenant);
  const policy::Requests requests{
      .action = asked.action,
      .resource = asked.resource,
      .extent = asked.extent,
      .owner = account,
      .caller = {arn, account},
      .callers = is_any_session ? policy::Extent::kAllThatBegin : policy::Extent::kExactly,
      .facts = facts};
  policy::PolicySet policies{.identity = identity,
                             .boundary = held ? held->boundary : nullptr,
                             .session = {},
                             .resource = attached};
  policy::Reach reach = policy::find_reach(policies, requests);
  if (is_about_bucket_policy(asked.action)) {
    // The bucket's policy gives no right over itself, and keeps no administrator from it.
    const Certainty denied = is_administrator ? Certainty::kNever : denied_by(reach);
    policies.resource = nullptr;
    const policy::Reach own = policy::find_reach(policies, requests);
    reach.certainty = own.certainty;
    if (denied == Certainty::kAlways) reach.certainty = Certainty::kNever;
    if (denied == Certainty::kMaybe) reach.certainty = std::min(own.certainty, Certainty::kMaybe);
    std::erase_if(reach.bearings, [&](const policy::Bearing& bearing) {
      return bearing.layer == policy::Layer::kResource && (is_administrator || !bearing.is_deny);
    });
  }
  // Of others' identities no statement gives them anything (`decide`).
  if (is_administering(asked.action) && !is_administrator && !request_facts.is_self())
    reach.certainty = Certainty::kNever;
  UserReach found{.certainty = reach.certainty,
                  .needs_second_factor = is_administrator || (held && held->privileged) ||
                                         user.factor_demanded || is_giving_access(asked.action)};
  for (const policy::Bearing& bearing : reach.bearings)
    found.reasons.push_back(reason_of(bearing, user, predefined.size(), asked.action));
  return found;
}

UserReach find_staff_reach(const TenantTree& tree, const Principal& staff,
                           const OpenIntervention& open, const Asked& asked,
                           const policy::PolicyPtr& attached, const Context* context) {
  UserReach found{.certainty = Certainty::kNever, .needs_second_factor = true, .reasons = {}};
  if (is_about_bucket_policy(asked.action)) return found;
  const Context nowhere{};
  const Resource resource{std::string(asked.resource), open.tenant};
  const RequestFacts request_facts(tree, staff, resource, open.tenant,
                                   context ? *context : nowhere);
  const KnownOfUser facts(request_facts, false, context != nullptr);
  const std::string arn = arn_of(staff), own = account_of(staff.tenant);
  const std::string owner = account_of(open.tenant);
  const policy::PolicyPtr allows[] = {open.allows};
  policy::Requests requests{.action = asked.action,
                            .resource = asked.resource,
                            .extent = asked.extent,
                            .owner = owner,
                            .caller = {arn, owner},
                            .facts = facts};
  const policy::Reach allowed = policy::find_reach(
      {.identity = allows, .boundary = {}, .session = {}, .resource = {}}, requests);
  const HeldPolicies* held = staff.held.get();
  const std::vector<policy::PolicyPtr> own_policies =
      held ? held->policies : std::vector<policy::PolicyPtr>();
  requests.caller = {arn, own};
  const policy::Reach taken = policy::find_reach({.identity = own_policies,
                                                  .boundary = held ? held->boundary : nullptr,
                                                  .session = {},
                                                  .resource = attached},
                                                 requests);
  const Certainty denied = denied_by(taken);
  found.certainty = allowed.certainty;
  if (denied == Certainty::kAlways) found.certainty = Certainty::kNever;
  if (denied == Certainty::kMaybe) found.certainty = std::min(found.certainty, Certainty::kMaybe);
  for (const policy::Bearing& bearing : allowed.bearings)
    found.reasons.push_back({.source = Reason::Source::kIntervention,
                             .name = open.id.text(),
                             .group = {},
                             .statement = bearing.statement,
                             .is_deny = bearing.is_deny,
                             .certainty = bearing.certainty,
                             .conditions = bearing.conditions});
  for (const policy::Bearing& bearing : taken.bearings) {
    if (!bearing.is_deny) continue;
    const bool is_buckets = bearing.layer == policy::Layer::kResource;
    // How the provider's profiles are called is its own affair.
    found.reasons.push_back(
        {.source = is_buckets ? Reason::Source::kBucketPolicy : Reason::Source::kProfile,
         .name = {},
         .group = {},
         .statement = is_buckets ? bearing.statement : "",
         .is_deny = true,
         .certainty = bearing.certainty,
         .conditions = is_buckets ? bearing.conditions : std::vector<std::string>()});
  }
  return found;
}

ActAsked asked_of(BucketAct act, const std::string& bucket, const std::string& prefix) {
  const std::string arn = "arn:aws:s3:::" + bucket;
  using policy::Extent;
  switch (act) {
    case BucketAct::kRead:
      return {"s3:GetObject", arn + "/" + prefix, Extent::kAllThatBegin};
    case BucketAct::kList:
      return {"s3:ListBucket", arn, Extent::kExactly};
    case BucketAct::kWrite:
      return {"s3:PutObject", arn + "/" + prefix, Extent::kAllThatBegin};
    case BucketAct::kDelete:
      return {"s3:DeleteObject", arn + "/" + prefix, Extent::kAllThatBegin};
    case BucketAct::kChangePolicy:
      break;
  }
  return {"s3:PutBucketPolicy", arn, Extent::kExactly};
}

std::vector<ForeignReach> find_foreigners(const policy::Policy& attached, TenantId owner,
                                          const std::string& bucket, const std::string& prefix) {
  const std::string own = account_of(owner);
  const NothingKnown facts;
  std::vector<ForeignReach> foreigners;
  for (BucketAct act : kBucketActs) {
    // The policy is changed by the owner's users alone.
    if (act == BucketAct::kChangePolicy) continue;
    const ActAsked asked = asked_of(act, bucket, prefix);
    const policy::Requests requests{.action = asked.action,
                                    .resource = asked.resource,
                                    .extent = asked.extent,
                                    .owner = own,
                                    .caller = {},
                                    .facts = facts};
    for (auto& named : policy::named_principals(attached, requests)) {
      if (named.name == own || named.name.starts_with("arn:aws:iam::" + own + ":") ||
          named.name.starts_with("arn:aws:sts::" + own + ":"))
        continue;
      foreigners.push_back(
          {std::move(named.name), act, std::move(named.statement), std::move(named.conditions)});
    }
  }
  return foreigners;
}

std::vector<ActReach> find_everybody(const TenantTree& tree, const policy::PolicyPtr& attached,
                                     TenantId owner, const std::string& bucket,
                                     const std::string& prefix) {
  const Principal nobody = anonymous();
  const std::string account = account_of(owner);
  const Context nowhere{};
  std::vector<ActReach> everybody;
  for (BucketAct act : kBucketActs) {
    const ActAsked asked = asked_of(act, bucket, prefix);
    if (!is_open_to_anonymous(asked.action)) continue;
    const Resource resource{asked.resource, owner};
    const RequestFacts request_facts(tree, nobody, resource, owner, nowhere);
    const KnownOfUser facts(request_facts, false, false);
    policy::Reach reach =
        policy::find_reach({.identity = {}, .boundary = {}, .session = {}, .resource = attached},
                           {.action = asked.action,
                            .resource = asked.resource,
                            .extent = asked.extent,
                            .owner = account,
                            .caller = {},
                            .facts = facts});
    if (reach.certainty == Certainty::kNever) continue;
    ActReach found{.act = act, .certainty = reach.certainty};
    for (const policy::Bearing& bearing : reach.bearings)
      found.reasons.push_back(reason_of(bearing, nobody, 0, asked.action));
    everybody.push_back(std::move(found));
  }
  return everybody;
}

}  // namespace belfry::iam
