#include "condition.h"

#include "map_facts.h"

#include <gtest/gtest.h>

namespace belfry::policy {
namespace {

using testing::MapFacts;

// What a condition says of the key `k:k` with `facts`; without, the key is missing.
bool holds(std::string_view operation, const std::vector<std::string>& values,
           std::optional<std::vector<std::string>> facts) {
  auto condition = Condition::compile(operation, "k:K", values, Variables::kMeant);
  EXPECT_TRUE(condition) << operation;
  MapFacts::Map map;
  if (facts) map["k:k"] = *facts;
  return condition && condition->holds(KnownFacts(MapFacts(map)));
}

struct Line {
  const char* operation;
  const char* value;
  const char* fact;
  bool holds;
};

TEST(Condition, ComparesByItsFamily) {
  constexpr Line kLines[] = {
      {"StringEquals", "a", "a", true},
      {"StringEquals", "a", "A", false},
      {"stringequals", "a", "a", true},
      {"StringEquals", "a*", "ab", false},
      {"StringEquals", "a${*}", "a*", true},
      {"StringNotEquals", "a", "b", true},
      {"StringNotEquals", "a", "a", false},
      {"StringEqualsIgnoreCase", "aB", "Ab", true},
      {"StringNotEqualsIgnoreCase", "aB", "Ab", false},
      {"StringLike", "a*c?", "abcd", true},
      {"StringLike", "a*", "a", true},
      {"StringNotLike", "a*", "a", false},
      {"NumericEquals", "5", "5.0", true},
      {"NumericNotEquals", "5", "5", false},
      {"NumericLessThan", "5", "4", true},
      {"NumericLessThan", "5", "5", false},
      {"NumericLessThanEquals", "5", "5", true},
      {"NumericGreaterThan", "-1", ".5", true},
      {"NumericGreaterThanEquals", "10", "9", false},
      {"DateEquals", "2026-03-01", "2026-03-01T00:00:00Z", true},
      {"DateLessThan", "2026-03-01T01:00:00+01:00", "2026-02-28T23:59:59Z", true},
      {"DateLessThan", "2026-03-01T01:00:00+01:00", "2026-03-01T00:00:00Z", false},
      {"DateGreaterThan", "1700000000", "2026-03-01T00:00:00Z", true},
      {"DateEquals", "2026-03", "2026-03-01T00:00Z", true},
      {"DateEquals", "2026-03-01T12:30+02:00", "2026-03-01T10:30:00.0Z", true},
      {"DateNotEquals", "2026-03-01", "2026-03-01", false},
      {"Bool", "true", "TRUE", true},
      {"Bool", "true", "false", false},
      {"BinaryEquals", "QmVs", "QmVs", true},
      {"BinaryEquals", "QmVs", "QmVt", false},
      {"IpAddress", "203.0.113.0/24", "203.0.113.9", true},
      {"IpAddress", "203.0.113.77/24", "203.0.113.9", true},
      {"IpAddress", "203.0.113.0/24", "203.0.114.9", false},
      {"IpAddress", "0.0.0.0/0", "203.0.114.9", true},
      {"IpAddress", "::/0", "203.0.114.9", false},
      {"IpAddress", "2001:db8::/33", "2001:db8:8000::1", false},
      {"IpAddress", "2001:DB8:0::1", "2001:db8::1", true},
      {"NotIpAddress", "203.0.113.0/24", "203.0.113.9", false},
      {"NotIpAddress", "203.0.113.7", "2001:db8::1", true},
      {"ArnLike", "arn:aws:iam::*:user/*", "arn:aws:iam::000000000002:user/a:b", true},
      {"ArnEquals", "arn:aws:iam::*:user/anna", "arn:aws:iam::000000000002:user/anna", true},
      {"ArnLike", "arn:aws:*:user/anna:*:*", "arn:aws:iam::000000000002:user/anna", false},
      {"ArnNotLike", "arn:aws:iam::*:user/*", "arn:aws:iam::000000000002:root", true},
  };
  for (const Line& line : kLines)
    EXPECT_EQ(holds(line.operation, {line.value}, {{line.fact}}), line.holds)
        << line.operation << " " << line.value << " of " << line.fact;
}

TEST(Condition, WhatCannotBeComparedSatisfiesNeitherSide) {
  for (const char* operation : {"NumericEquals", "NumericNotEquals"})
    EXPECT_FALSE(holds(operation, {"5"}, {{"five"}})) << operation;
  for (const char* operation : {"DateEquals", "DateNotEquals"})
    EXPECT_FALSE(holds(operation, {"2026-01-01"}, {{"soon"}})) << operation;
  for (const char* operation : {"IpAddress", "NotIpAddress"})
    EXPECT_FALSE(holds(operation, {"203.0.113.1"}, {{"here"}})) << operation;
  for (const char* operation : {"ArnLike", "ArnNotLike"})
    EXPECT_FALSE(holds(operation, {"arn:aws:iam::000000000002:*"}, {{"anna"}})) << operation;
  EXPECT_FALSE(holds("Bool", {"false"}, {{"perhaps"}}));
}

// ceph#66099, ceph#16463, s3-tests#574: negated operators hold of a key that is not there.
TEST(Condition, AMissingKey) {
  for (const char* operation : {"StringEquals", "StringLike", "NumericEquals", "DateLessThan",
                                "Bool", "IpAddress", "ArnLike", "BinaryEquals"}) {
    const std::string name(operation);
    const std::string value = name.contains("Numeric") ? "1"
                              : name.contains("Date")  ? "2026-01-01"
                              : name == "Bool"         ? "true"
                              : name.contains("Ip")    ? "203.0.113.1"
                              : name.contains("Arn")   ? "arn:aws:iam::000000000002:root"
                                                       : "QQ==";
    EXPECT_FALSE(holds(name, {value}, {})) << name;
    EXPECT_TRUE(holds(name + "IfExists", {value}, {})) << name;
    EXPECT_TRUE(holds("ForAllValues:" + name, {value}, {})) << name;
    EXPECT_FALSE(holds("ForAnyValue:" + name, {value}, {})) << name;
  }
  for (const char* operation : {"StringNotEquals", "StringNotLike", "StringNotEqualsIgnoreCase"}) {
    EXPECT_TRUE(holds(operation, {"a"}, {})) << operation;
    EXPECT_TRUE(holds(std::string(operation) + "IfExists", {"a"}, {})) << operation;
    EXPECT_FALSE(holds("ForAnyValue:" + std::string(operation), {"a"}, {})) << operation;
  }
  EXPECT_TRUE(holds("NotIpAddress", {"203.0.113.1"}, {}));
  EXPECT_TRUE(holds("Null", {"true"}, {}));
  EXPECT_FALSE(holds("Null", {"false"}, {}));
  EXPECT_TRUE(holds("Null", {"false"}, {{"x"}}));
  EXPECT_FALSE(holds("Null", {"true"}, {{"x"}}));
}

TEST(Condition, ManyValuesOnBothSides) {
  EXPECT_TRUE(holds("StringEquals", {"a", "b"}, {{"b"}}));
  EXPECT_FALSE(holds("StringNotEquals", {"a", "b"}, {{"b"}}));
  EXPECT_TRUE(holds("ForAllValues:StringEquals", {"a", "b"}, {{"b", "a"}}));
  EXPECT_FALSE(holds("ForAllValues:StringEquals", {"a", "b"}, {{"b", "c"}}));
  EXPECT_TRUE(holds("ForAnyValue:StringEquals", {"a", "b"}, {{"c", "b"}}));
  EXPECT_FALSE(holds("ForAnyValue:StringEquals", {"a", "b"}, {{"c", "d"}}));
  EXPECT_TRUE(holds("ForAnyValue:StringNotEquals", {"a"}, {{"a", "b"}}));
  EXPECT_FALSE(holds("ForAllValues:StringNotEquals", {"a"}, {{"a", "b"}}));
}

TEST(Condition, RefusesWhatItCannotCompareWith) {
  const auto refusal = [](std::string_view operation, std::string value, std::string_view key) {
    auto condition = Condition::compile(operation, key, {std::move(value)}, Variables::kMeant);
    return condition ? "" : condition.error().message();
  };
  EXPECT_EQ(refusal("StringIs", "a", "k:k"), "policy.unknown_operator");
  EXPECT_EQ(refusal("ForSome:StringEquals", "a", "k:k"), "policy.unknown_operator");
  EXPECT_EQ(refusal("NullIfExists", "true", "k:k"), "policy.unknown_operator");
  EXPECT_EQ(refusal("StringEquals", "a", "key"), "policy.bad_key");
  EXPECT_EQ(refusal("NumericEquals", "5abc", "k:k"), "policy.bad_value");
  EXPECT_EQ(refusal("NumericEquals", "inf", "k:k"), "policy.bad_value");
  EXPECT_EQ(refusal("DateEquals", "soon", "k:k"), "policy.bad_value");
  EXPECT_EQ(refusal("IpAddress", "203.0.113.0/33", "k:k"), "policy.bad_value");
  EXPECT_EQ(refusal("IpAddress", "203.0.113/24", "k:k"), "policy.bad_value");
  EXPECT_EQ(refusal("Bool", "yes", "k:k"), "policy.bad_value");
  EXPECT_EQ(refusal("ArnLike", "*", "k:k"), "policy.bad_value");
  EXPECT_EQ(refusal("StringLike", "${", "k:k"), "policy.bad_variable");
}

}  // namespace
}  // namespace belfry::policy
