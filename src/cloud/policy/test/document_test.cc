#include "map_facts.h"
#include "policy/policy.h"

#include <gtest/gtest.h>

#include <string>

namespace belfry::policy {
namespace {

std::string statement(const std::string& elements) {
  return R"({"Version": "2012-10-17", "Statement": [{)" + elements + "}]}";
}

// "message where" of the refusal; empty when it compiles.
std::string refusal(const std::string& document, Kind kind = Kind::kIdentity) {
  auto compiled = compile(document, kind);
  if (compiled) return "";
  EXPECT_EQ(compiled.error().code(), Code::kInvalid);
  return compiled.error().message() + " " + std::string(compiled.error().argument("where"));
}

const std::string kAllow = R"("Effect": "Allow", "Action": "s3:*", "Resource": "*")";

TEST(Document, TakesBothFormsOfLists) {
  EXPECT_EQ(refusal(statement(kAllow)), "");
  EXPECT_EQ(refusal(R"({"Statement": {)" + kAllow + "}}"), "");
  EXPECT_EQ(refusal(statement(R"("Effect": "Deny", "NotAction": ["s3:GetObject", "iam:*"],
                                 "NotResource": ["arn:aws:s3:::a", "belfry:user/1"],
                                 "Condition": {"Bool": {"aws:SecureTransport": false},
                                               "NumericLessThan": {"s3:max-keys": [5, "6"]}})")),
            "");
}

TEST(Document, NamesThePlaceOfAFault) {
  struct {
    std::string document;
    const char* refusal;
  } const lines[] = {
      {"", "policy.not_json document"},
      {"[]", "policy.object_expected document"},
      {"{\"Version\": \"2012-10-17\"}", "policy.no_statement document"},
      {R"({"Statement": []})", "policy.no_statement document"},
      {R"({"Version": "2020-01-01", "Statement": []})", "policy.bad_version Version"},
      {R"({"Statements": []})", "policy.unknown_element document"},
      {R"({"Statement": ["x"]})", "policy.object_expected Statement[0]"},
      {statement(R"("effect": "Allow")"), "policy.unknown_element Statement[0]"},
      {statement(R"("Effect": "allow", "Action": "s3:*", "Resource": "*")"),
       "policy.bad_effect Statement[0]"},
      {statement(R"("Effect": "Allow", "Resource": "*")"), "policy.one_of_two Statement[0]"},
      {statement(kAllow + R"(, "NotAction": "s3:*")"), "policy.one_of_two Statement[0]"},
      {statement(kAllow + R"(, "Effect": "Deny")"), "policy.element_twice document"},
      {statement(R"("Effect": "Allow", "Action": "GetObject", "Resource": "*")"),
       "policy.bad_action Statement[0].Action"},
      {statement(R"("Effect": "Allow", "Action": "s*:GetObject", "Resource": "*")"),
       "policy.bad_action Statement[0].Action"},
      {statement(R"("Effect": "Allow", "Action": [], "Resource": "*")"),
       "policy.text_expected Statement[0].Action"},
      {statement(R"("Effect": "Allow", "Action": "s3:*", "Resource": "bucket/*")"),
       "policy.bad_resource Statement[0].Resource"},
      {statement(R"("Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::${")"),
       "policy.bad_variable Statement[0].Resource"},
      {statement(kAllow + R"(, "Principal": "*")"), "policy.no_principal_here Statement[0]"},
      {statement(kAllow + R"(, "Condition": {"Bool": {}})"),
       "policy.object_expected Statement[0].Condition.Bool"},
      {statement(kAllow + R"(, "Condition": {"Bool": {"aws:SecureTransport": "yes"}})"),
       "policy.bad_value Statement[0].Condition.Bool"},
      {"{\"Id\": \"" + std::string(kDocumentOctetsMax, 'x') + "\"}", "policy.too_long document"},
      {std::string(2000, '['), "policy.too_deep document"},
      {"{\"Id\": \"\xff\"}", "policy.not_json document"},
  };
  for (const auto& line : lines) EXPECT_EQ(refusal(line.document), line.refusal) << line.document;
}

TEST(Document, APolicyOfAResourceNamesPrincipals) {
  const auto of = [](const std::string& principal) {
    return refusal(statement(kAllow + R"(, "Principal": )" + principal), Kind::kResource);
  };
  for (const char* good : {R"("*")", R"({"AWS": "*"})",
                           R"({"AWS": ["000000000002", "arn:aws:iam::000000000002:root"]})",
                           R"({"AWS": "arn:aws:iam::000000000002:user/anna"})",
                           R"({"AWS": "arn:aws:sts::000000000002:assumed-role/backup/nightly"})"})
    EXPECT_EQ(of(good), "") << good;
  EXPECT_EQ(refusal(statement(kAllow), Kind::kResource), "policy.one_of_two Statement[0]");
  EXPECT_EQ(of(R"("anna")"), "policy.bad_principal Statement[0].Principal");
  EXPECT_EQ(of("{}"), "policy.bad_principal Statement[0].Principal");
  for (const char* bad :
       {"anna", "2", "arn:aws:iam::2:user/anna", "arn:aws:iam::000000000002:user/",
        "arn:aws:s3:::000000000002:user/anna", "arn:aws:iam::000000000002:group/a"})
    EXPECT_EQ(of(R"({"AWS": ")" + std::string(bad) + "\"}"),
              "policy.bad_principal Statement[0].Principal.AWS")
        << bad;
  EXPECT_EQ(of(R"({"Service": "x"})"), "policy.unknown_element Statement[0].Principal");
}

TEST(Document, WhatIsKeptSpeaksOfWhatThereIs) {
  const auto kept = [](const std::string& elements) {
    auto compiled = compile_known(statement(R"("Effect": "Deny", )" + elements), Kind::kIdentity);
    return compiled ? "" : compiled.error().message();
  };
  EXPECT_EQ(kept(R"("Action": ["*", "s3:Get*", "S3:getobject", "iam:*"], "Resource": "*",
                    "Condition": {"StringLike": {"AWS:UserName": "a*", "s3:x-amz-acl": "private"},
                                  "StringEquals": {"s3:prefix": "home/${aws:username}/"}})"),
            "");
  EXPECT_EQ(kept(R"("Action": "s3:GetObjct", "Resource": "*")"), "policy.unknown_action");
  EXPECT_EQ(kept(R"("Action": "s3:Gett*", "Resource": "*")"), "policy.unknown_action");
  EXPECT_EQ(kept(R"("NotAction": "ec2:RunInstances", "Resource": "*")"), "policy.unknown_action");
  EXPECT_EQ(kept(R"("Action": "s3:*", "Resource": "*",
                    "Condition": {"StringEquals": {"aws:usrname": "anna"}})"),
            "policy.unknown_key");
  EXPECT_EQ(kept(R"("Action": "s3:*", "Resource": "arn:aws:s3:::b/${nonsense}/*")"),
            "policy.unknown_key");
  EXPECT_EQ(kept(R"("Action": "s3:*", "Resource": "*",
                    "Condition": {"StringEquals": {"s3:prefix": "${aws:usrname}"}})"),
            "policy.unknown_key");
}

TEST(Document, VariablesComeWithTheirVersion) {
  const auto allows = [](const char* version) {
    auto compiled = compile(std::string(R"({"Version": ")") + version +
                                R"(", "Statement": {"Effect": "Allow", "Action": "s3:*",
                                   "Resource": "arn:aws:s3:::${aws:username}"}})",
                            Kind::kIdentity);
    const testing::MapFacts facts(testing::MapFacts::Map{{"aws:username", {"anna"}}});
    return decide({.identity = std::span(&*compiled, 1),
                   .boundary = {},
                   .session = {},
                   .resource = {}},
                  {"s3:ListBucket", "arn:aws:s3:::anna", "1", {"arn", "1"}, facts})
               .outcome == Outcome::kAllowed;
  };
  EXPECT_TRUE(allows("2012-10-17"));
  EXPECT_FALSE(allows("2008-10-17"));
}

}  // namespace
}  // namespace belfry::policy
