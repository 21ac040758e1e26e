// Amazon Resource Names: arn:partition:service:region:account:resource, of which the resource may
// hold colons.
#pragma once

#include "pattern.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::policy {

struct Arn {
  std::array<std::string_view, 6> parts;

  // Views of `text`; nothing when it is no ARN.
  static std::optional<Arn> split(std::string_view text);
};

// A pattern a part: a wildcard does not reach past the colon that ends its part, but for those
// inside the last.
class ArnPattern {
 public:
  // `head`: whether case counts before the resource. Errors: invalid ("policy.bad_value" for what
  // has fewer than six parts, "policy.bad_variable").
  static Result<ArnPattern> compile(std::string_view text, Variables variables, Case head);
  bool matches(const Arn& arn, const KnownFacts& facts) const;
  // Whether it matches ARNs of one account alone.
  bool names_account() const;
  // Of all ARNs that begin with `arn`, whose last part may go on.
  Certainty covers_from(const Arn& arn, const KnownFacts& facts) const;
  void collect_variables(std::vector<std::string>& keys) const;

 private:
  std::vector<Pattern> parts_;
  Case head_ = Case::kExact;
};

// What a Resource element lists: an ARN's pattern, everything, or a name that is no ARN.
class ResourcePattern {
 public:
  // Errors: invalid ("policy.bad_resource", "policy.bad_variable").
  static Result<ResourcePattern> compile(std::string_view text, Variables variables);

  // `arn`: the parts of `text`, when it is one.
  bool matches(std::string_view text, const std::optional<Arn>& arn, const KnownFacts& facts) const;
  // Of all texts that begin with `text`, whose parts are `arn`'s.
  Certainty covers_from(std::string_view text, const std::optional<Arn>& arn,
                        const KnownFacts& facts) const;
  const std::string& text() const { return text_; }
  void collect_variables(std::vector<std::string>& keys) const;

 private:
  std::string text_;
  std::optional<ArnPattern> arn_;
  Pattern name_;  // of what is no ARN
};

}  // namespace belfry::policy
