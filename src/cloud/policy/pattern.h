// Patterns of actions, resources and conditions: `*` stands for any run of characters, `?` for any
// one, `${key}` for a fact of the request.
#pragma once

#include "base/result.h"
#include "known_facts.h"
#include "policy/policy.h"
#include "policy/reach.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::policy {

// What `*` and `?` mean: signs of a pattern, or themselves.
enum class Wildcards { kMeant, kLiteral };
enum class Case { kExact, kIgnored };
// Documents before the version 2012-10-17 have no variables: there `${` is text.
enum class Variables { kMeant, kLiteral };

class Pattern {
 public:
  // Errors: invalid ("policy.bad_variable", "policy.too_many_signs"), without `where`.
  static Result<Pattern> compile(std::string_view text, Wildcards wildcards, Variables variables);

  // A variable whose fact the request lacks, and that has no default, makes the pattern match
  // nothing. Wildcards in a fact's value are that value's own characters.
  bool matches(std::string_view text, const KnownFacts& facts, Case letters = Case::kExact) const;
  bool has_variables() const { return has_variables_; }
  // Whether it matches every text that begins with `prefix`.
  bool covers(std::string_view prefix) const;
  // Whether it matches every text that begins with `prefix`, some such text perhaps, or none.
  Certainty covers_from(std::string_view prefix, const KnownFacts& facts) const;
  // What it begins with before its first wildcard or variable.
  std::string_view prefix() const { return prefix_; }
  bool is_literal() const { return rest_.empty(); }
  const std::string& source() const { return source_; }  // as it was written
  // Adds the keys of its variables.
  void collect_variables(std::vector<std::string>& keys) const;

 private:
  struct Piece {
    enum class Kind { kText, kAny, kOne, kVariable } kind;
    std::string text;  // of a text; of a variable its key, in lower case
    std::optional<std::string> otherwise;
  };
  using Units = std::u16string;  // octets, and two values above them for the wildcards

  static Result<Piece> read_variable(std::string_view& text);
  void add_text(std::string_view text);
  void add(Piece piece);
  std::optional<Units> expand(const KnownFacts* facts) const;  // null: nothing is known

  std::string source_;
  std::string prefix_;
  std::vector<Piece> rest_;
  Units units_;  // of the rest, when it has no variables
  bool has_variables_ = false;
};

}  // namespace belfry::policy
