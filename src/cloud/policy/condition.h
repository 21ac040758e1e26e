// One line of a Condition block: an operator, a key and the values that it compares with.
#pragma once

#include "arn.h"
#include "ip_range.h"
#include "pattern.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace belfry::policy {

class Condition {
 public:
  // `operation` as in a document: "ForAnyValue:StringNotLikeIfExists". Errors: invalid
  // ("policy.unknown_operator", "policy.bad_value", "policy.bad_variable", "policy.bad_key"),
  // without `where`.
  static Result<Condition> compile(std::string_view operation, std::string_view key,
                                   const std::vector<std::string>& values, Variables variables);

  bool holds(const KnownFacts& facts) const;

  const std::string& key() const { return key_; }  // in lower case
  // As people read it: "IpAddress aws:SourceIp 10.0.0.0/8, 192.0.2.1".
  const std::string& text() const { return text_; }
  // Adds the keys of its values' variables.
  void collect_variables(std::vector<std::string>& keys) const;
  // Whether it leaves a known few of everybody: accounts, principals or users by their fixed names
  // or numbers, or at most as many addresses as one /8 has (IPv6: /32).
  bool narrows_principals() const;
  // Whether it leaves of the texts that `key` (in lower case) may have those alone that begin with
  // something that is written down.
  bool fixes(std::string_view key) const;

 private:
  enum class Family { kString, kNumeric, kDate, kBool, kBinary, kIp, kArn, kNull };
  enum class Order { kEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual };
  enum class Quantifier { kNone, kForAllValues, kForAnyValue };
  struct Operation;
  static const Operation* find(std::string_view name);
  using Value = std::variant<Pattern, ArnPattern, double, std::int64_t, bool, IpRange>;
  static Result<Value> read_value(const Operation& operation, const std::string& text,
                                  Variables variables);

  // Whether the fact satisfies the operator: is like one of the values, or like none when negated.
  // A fact that cannot be compared at all, as a word with numbers, satisfies neither.
  bool satisfies(const std::string& fact, const KnownFacts& facts) const;
  template <class T>
  static bool is_in_order(T fact, Order order, T value);
  // `test` of the values, each as a T.
  template <class T, class Test>
  bool is_like_one(const std::optional<T>& fact, Test test) const;

  Family family_ = Family::kString;
  Order order_ = Order::kEqual;
  Quantifier quantifier_ = Quantifier::kNone;
  Case letters_ = Case::kExact;
  bool negated_ = false;
  bool if_exists_ = false;
  std::string key_;
  std::string text_;
  std::vector<Value> values_;
};

}  // namespace belfry::policy
