#include "arn.h"

#include <algorithm>
#include <utility>

namespace belfry::policy {
namespace {

constexpr std::size_t kAccount = 4, kResource = 5;

}  // namespace

std::optional<Arn> Arn::split(std::string_view text) {
  if (!text.starts_with("arn:")) return std::nullopt;
  Arn arn;
  for (std::size_t i = 0; i < kResource; ++i) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    arn.parts[i] = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  arn.parts[kResource] = text;
  return arn;
}

Result<ArnPattern> ArnPattern::compile(std::string_view text, Variables variables, Case head) {
  const auto arn = Arn::split(text);
  if (!arn)
    return fail(Code::kInvalid, "policy.bad_value",
                {{"value", std::string(text)}, {"expected", "arn:aws:iam::000000000002:user/*"}});
  ArnPattern pattern;
  pattern.head_ = head;
  for (std::string_view part : arn->parts) {
    TRY(Pattern one, Pattern::compile(part, Wildcards::kMeant, variables));
    pattern.parts_.push_back(std::move(one));
  }
  return pattern;
}

bool ArnPattern::matches(const Arn& arn, const KnownFacts& facts) const {
  for (std::size_t i = 0; i < kResource; ++i)
    if (!parts_[i].matches(arn.parts[i], facts, head_)) return false;
  return parts_[kResource].matches(arn.parts[kResource], facts);
}

Certainty ArnPattern::covers_from(const Arn& arn, const KnownFacts& facts) const {
  for (std::size_t i = 0; i < kResource; ++i)
    if (!parts_[i].matches(arn.parts[i], facts, head_)) return Certainty::kNever;
  return parts_[kResource].covers_from(arn.parts[kResource], facts);
}

bool ArnPattern::names_account() const {
  return parts_[kAccount].is_literal();
}

void ArnPattern::collect_variables(std::vector<std::string>& keys) const {
  for (const Pattern& part : parts_) part.collect_variables(keys);
}

Result<ResourcePattern> ResourcePattern::compile(std::string_view text, Variables variables) {
  ResourcePattern pattern;
  pattern.text_ = text;
  const bool is_everything = text.find_first_not_of('*') == std::string_view::npos;
  if (text.starts_with("arn:") && Arn::split(text)) {
    TRY(pattern.arn_, ArnPattern::compile(text, variables, Case::kIgnored));
  } else if (!text.empty() && (is_everything || text.starts_with("belfry:"))) {
    TRY(pattern.name_, Pattern::compile(text, Wildcards::kMeant, variables));
  } else {
    return fail(Code::kInvalid, "policy.bad_resource", {{"resource", std::string(text)}});
  }
  return pattern;
}

void ResourcePattern::collect_variables(std::vector<std::string>& keys) const {
  if (arn_)
    arn_->collect_variables(keys);
  else
    name_.collect_variables(keys);
}

Certainty ResourcePattern::covers_from(std::string_view text, const std::optional<Arn>& arn,
                                       const KnownFacts& facts) const {
  if (!arn_) return name_.covers_from(text, facts);
  return arn ? arn_->covers_from(*arn, facts) : Certainty::kNever;
}

bool ResourcePattern::matches(std::string_view text, const std::optional<Arn>& arn,
                              const KnownFacts& facts) const {
  if (arn_) return arn && arn_->matches(*arn, facts);
  return name_.matches(text, facts);
}

}  // namespace belfry::policy
