#include "condition.h"

#include "base/ascii.h"
#include "base/text_encoding.h"
#include "base/time.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace belfry::policy {

// A row of the table of operators, without `ForAnyValue:`, `ForAllValues:` and `IfExists`.
struct Condition::Operation {
  std::string_view name;
  Family family;
  Order order = Order::kEqual;
  bool negated = false;
  Wildcards wildcards = Wildcards::kLiteral;
  Case letters = Case::kExact;
};

const Condition::Operation* Condition::find(std::string_view name) {
  using enum Family;
  using enum Order;
  static constexpr Operation kOperations[] = {
      {"StringEquals", kString},
      {"StringNotEquals", kString, kEqual, true},
      {"StringEqualsIgnoreCase", kString, kEqual, false, Wildcards::kLiteral, Case::kIgnored},
      {"StringNotEqualsIgnoreCase", kString, kEqual, true, Wildcards::kLiteral, Case::kIgnored},
      {"StringLike", kString, kEqual, false, Wildcards::kMeant},
      {"StringNotLike", kString, kEqual, true, Wildcards::kMeant},
      {"NumericEquals", kNumeric},
      {"NumericNotEquals", kNumeric, kEqual, true},
      {"NumericLessThan", kNumeric, kLess},
      {"NumericLessThanEquals", kNumeric, kLessOrEqual},
      {"NumericGreaterThan", kNumeric, kGreater},
      {"NumericGreaterThanEquals", kNumeric, kGreaterOrEqual},
      {"DateEquals", kDate},
      {"DateNotEquals", kDate, kEqual, true},
      {"DateLessThan", kDate, kLess},
      {"DateLessThanEquals", kDate, kLessOrEqual},
      {"DateGreaterThan", kDate, kGreater},
      {"DateGreaterThanEquals", kDate, kGreaterOrEqual},
      {"Bool", kBool},
      {"BinaryEquals", kBinary},
      {"IpAddress", kIp},
      {"NotIpAddress", kIp, kEqual, true},
      {"ArnEquals", kArn, kEqual, false, Wildcards::kMeant},
      {"ArnLike", kArn, kEqual, false, Wildcards::kMeant},
      {"ArnNotEquals", kArn, kEqual, true, Wildcards::kMeant},
      {"ArnNotLike", kArn, kEqual, true, Wildcards::kMeant},
      {"Null", kNull},
  };
  const auto* at = std::ranges::find_if(
      kOperations, [&](const Operation& known) { return equal_without_case(known.name, name); });
  return at == std::end(kOperations) ? nullptr : at;
}

namespace {

std::optional<double> read_number(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number))
    return std::nullopt;
  return number;
}

// What the W3C's profile of ISO 8601 leaves out of a date and time (NOTE-datetime): the day, the
// time, the seconds.
std::string with_all_fields(std::string_view text) {
  constexpr std::size_t kMonth = 7, kDay = 10, kMinute = 16;  // where each ends
  std::string date(text);
  if (date.size() == kMonth) date += "-01";
  if (date.size() == kDay) date += "T00:00Z";
  if (date.size() > kMinute && date[kMinute] != ':') date.insert(kMinute, ":00");
  return date;
}

// ISO 8601 as the W3C's note narrows it, to the month or finer, or seconds since the epoch.
std::optional<std::int64_t> read_date(std::string_view text) {
  if (text.contains('-'))
    if (auto time = parse_rfc3339(with_all_fields(text))) return to_us(*time);
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  constexpr std::int64_t kSecondsMax = 253'402'300'799;  // the end of the year 9999
  if (error != std::errc() || end != text.data() + text.size() || seconds > kSecondsMax ||
      seconds < -kSecondsMax)
    return std::nullopt;
  return seconds * 1'000'000;
}

std::optional<bool> read_bool(std::string_view text) {
  if (equal_without_case(text, "true")) return true;
  if (equal_without_case(text, "false")) return false;
  return std::nullopt;
}

template <class T>
Result<T> needed(std::optional<T> value, std::string_view text, std::string_view expected) {
  if (value) return *std::move(value);
  return fail(Code::kInvalid, "policy.bad_value",
              {{"value", std::string(text)}, {"expected", std::string(expected)}});
}

}  // namespace

Result<Condition> Condition::compile(std::string_view operation, std::string_view key,
                                     const std::vector<std::string>& values, Variables variables) {
  Condition condition;
  condition.text_ = std::string(operation) + " " + std::string(key);
  for (const std::string& value : values)
    condition.text_ += (&value == values.data() ? " " : ", ") + value;
  std::string_view name = operation;
  const auto take_prefix = [&](std::string_view prefix, Quantifier quantifier) {
    if (name.size() <= prefix.size() || !equal_without_case(name.substr(0, prefix.size()), prefix))
      return;
    name.remove_prefix(prefix.size());
    condition.quantifier_ = quantifier;
  };
  take_prefix("ForAllValues:", Quantifier::kForAllValues);
  if (condition.quantifier_ == Quantifier::kNone)
    take_prefix("ForAnyValue:", Quantifier::kForAnyValue);
  constexpr std::string_view kIfExists = "IfExists";
  if (name.size() > kIfExists.size() &&
      equal_without_case(name.substr(name.size() - kIfExists.size()), kIfExists)) {
    name.remove_suffix(kIfExists.size());
    condition.if_exists_ = true;
  }
  const Operation* row = find(name);
  if (!row || (row->family == Family::kNull && name.size() != operation.size()))
    return fail(Code::kInvalid, "policy.unknown_operator", {{"operator", std::string(operation)}});
  if (key.empty() || !key.contains(':'))
    return fail(Code::kInvalid, "policy.bad_key", {{"key", std::string(key)}});
  condition.family_ = row->family;
  condition.order_ = row->order;
  condition.letters_ = row->letters;
  condition.negated_ = row->negated;
  condition.key_ = to_lower(key);
  for (const std::string& text : values) {
    TRY(Value value, read_value(*row, text, variables));
    condition.values_.push_back(std::move(value));
  }
  return condition;
}

Result<Condition::Value> Condition::read_value(const Operation& operation, const std::string& text,
                                               Variables variables) {
  switch (operation.family) {
    case Family::kString:
      return Pattern::compile(text, operation.wildcards, variables);
    case Family::kNumeric:
      return needed(read_number(text), text, "10.5");
    case Family::kDate:
      return needed(read_date(text), text, "2026-03-01T00:00:00Z");
    case Family::kBool:
    case Family::kNull:
      return needed(read_bool(text), text, "true, false");
    case Family::kBinary:
      TRY(needed(from_base64(text), text, "QmVsZnJ5"));
      return Pattern::compile(text, Wildcards::kLiteral, Variables::kLiteral);
    case Family::kIp:
      return needed(IpRange::parse(text), text, "203.0.113.0/24, 2001:db8::/32");
    case Family::kArn:
      return ArnPattern::compile(text, variables, Case::kExact);
  }
  return fail(Code::kInternal, "policy.unknown_operator");
}

template <class T>
bool Condition::is_in_order(T fact, Order order, T value) {
  using enum Order;
  switch (order) {
    case kEqual:
      return fact == value;
    case kLess:
      return fact < value;
    case kLessOrEqual:
      return fact <= value;
    case kGreater:
      return fact > value;
    case kGreaterOrEqual:
      return fact >= value;
  }
  return false;
}

template <class T, class Test>
bool Condition::is_like_one(const std::optional<T>& fact, Test test) const {
  if (!fact) return false;
  const bool is_like =
      std::ranges::any_of(values_, [&](const Value& value) { return test(*fact, value); });
  return is_like != negated_;
}

bool Condition::satisfies(const std::string& fact, const KnownFacts& facts) const {
  switch (family_) {
    case Family::kString:
    case Family::kBinary:
      return is_like_one(std::optional(&fact), [&](const std::string* text, const Value& value) {
        return std::get<Pattern>(value).matches(*text, facts, letters_);
      });
    case Family::kNumeric:
      return is_like_one(read_number(fact), [&](double number, const Value& value) {
        return is_in_order(number, order_, std::get<double>(value));
      });
    case Family::kDate:
      return is_like_one(read_date(fact), [&](std::int64_t date, const Value& value) {
        return is_in_order(date, order_, std::get<std::int64_t>(value));
      });
    case Family::kBool:
      return is_like_one(read_bool(fact), [](bool flag, const Value& value) {
        return flag == std::get<bool>(value);
      });
    case Family::kIp:
      return is_like_one(IpRange::parse(fact), [](const IpRange& address, const Value& value) {
        return std::get<IpRange>(value).contains(address);
      });
    case Family::kArn:
      return is_like_one(Arn::split(fact), [&](const Arn& arn, const Value& value) {
        return std::get<ArnPattern>(value).matches(arn, facts);
      });
    case Family::kNull:
      break;
  }
  return false;
}

bool Condition::holds(const KnownFacts& facts) const {
  const auto* values = facts.find(key_);
  const auto satisfying = [&](const std::string& fact) { return satisfies(fact, facts); };
  if (family_ == Family::kNull)
    return std::ranges::any_of(
        values_, [&](const Value& value) { return std::get<bool>(value) == (values == nullptr); });
  switch (quantifier_) {
    case Quantifier::kForAllValues:
      return !values || std::ranges::all_of(*values, satisfying);
    case Quantifier::kForAnyValue:
      return values && std::ranges::any_of(*values, satisfying);
    case Quantifier::kNone:
      break;
  }
  if (!values) return negated_ || if_exists_;
  return negated_ ? std::ranges::all_of(*values, satisfying)
                  : std::ranges::any_of(*values, satisfying);
}

void Condition::collect_variables(std::vector<std::string>& keys) const {
  for (const Value& value : values_) {
    if (const auto* pattern = std::get_if<Pattern>(&value)) pattern->collect_variables(keys);
    if (const auto* arn = std::get_if<ArnPattern>(&value)) arn->collect_variables(keys);
  }
}

bool Condition::narrows_principals() const {
  if (negated_ || if_exists_ || quantifier_ == Quantifier::kForAllValues) return false;
  if (key_ == "aws:sourceip" && family_ == Family::kIp) {
    // Shares of what is let in at most.
    double share = 0;
    for (const Value& value : values_) {
      const auto& range = std::get<IpRange>(value);
      share += std::exp2((range.is_ipv4() ? 96.0 + 8.0 : 32.0) - double(range.bits));
    }
    return share <= 1;
  }
  if (key_ == "aws:principalarn" && family_ == Family::kArn)
    return std::ranges::all_of(
        values_, [](const Value& value) { return std::get<ArnPattern>(value).names_account(); });
  if (family_ != Family::kString) return false;
  if (key_ != "aws:principalaccount" && key_ != "aws:principalarn" && key_ != "aws:userid")
    return false;
  return std::ranges::all_of(
      values_, [](const Value& value) { return std::get<Pattern>(value).is_literal(); });
}

bool Condition::fixes(std::string_view key) const {
  if (key_ != key || family_ != Family::kString || negated_ || if_exists_ ||
      quantifier_ == Quantifier::kForAllValues)
    return false;
  return std::ranges::all_of(values_, [](const Value& value) {
    const auto& pattern = std::get<Pattern>(value);
    return !pattern.prefix().empty() && !pattern.has_variables();
  });
}

}  // namespace belfry::policy
