// How long a decision over 100 statements takes, beside the check of one signature's HMACs (what
// every S3 request pays already). One JSON line: nanoseconds, medians and p99.
#include "base/text_encoding.h"
#include "crypto/hash.h"
#include "policy/policy.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>
#include <string>
#include <vector>

namespace belfry::bench {
namespace {

constexpr unsigned kPolicies = 10, kStatements = 10, kDecisions = 200'000;
constexpr std::string_view kAccount = "000000000002", kUser = "arn:aws:iam::000000000002:user/anna";

class KnownFacts : public policy::Facts {
 public:
  std::optional<std::vector<std::string>> find(std::string_view key) const override {
    const auto at = facts_.find(key);
    return at == facts_.end() ? std::nullopt : std::optional(std::vector{at->second});
  }

 private:
  const std::map<std::string, std::string, std::less<>> facts_ = {
      {"aws:sourceip", "203.0.113.77"}, {"aws:username", "anna"}, {"s3:prefix", "home/anna/"}};
};

// As customers write them: few actions each, on folders of buckets.
std::string ordinary_statement(unsigned number) {
  const char* actions[] = {R"(["s3:GetObject", "s3:PutObject"])", R"("s3:ListBucket")",
                           R"("iam:Get*")", R"(["s3:DeleteObject", "s3:AbortMultipartUpload"])"};
  return R"({"Effect": "Allow", "Action": )" + std::string(actions[number % 4]) +
         R"(, "Resource": "arn:aws:s3:::bucket-)" + std::to_string(number) + R"(/folder/*"})";
}

// The worst that we could think of: each is about the request but for its last part.
std::string hostile_statement(unsigned number) {
  return R"({"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::*/${aws:username}/*a",
      "Condition": {"StringLike": {"aws:username": "*)" +
         std::to_string(number) +
         R"("}, "IpAddress": {"aws:SourceIp": ["198.51.100.0/24", "203.0.113.0/24"]}}})";
}

std::vector<policy::PolicyPtr> make_policies(std::string (*statement)(unsigned)) {
  std::vector<policy::PolicyPtr> policies;
  for (unsigned i = 0; i < kPolicies; ++i) {
    std::string text = R"({"Version": "2012-10-17", "Statement": [)";
    for (unsigned j = 0; j < kStatements; ++j)
      text += (j == 0 ? "" : ", ") + statement(i * kStatements + j);
    policies.push_back(policy::compile(text + "]}", policy::Kind::kIdentity).value());
  }
  return policies;
}

// Durations of many calls of `work(i)`, in nanoseconds.
template <class Work>
nlohmann::json measure(Work work) {
  using Steady = std::chrono::steady_clock;
  std::vector<std::int64_t> taken;
  taken.reserve(kDecisions);
  for (unsigned i = 0; i < kDecisions; ++i) {
    const auto begun = Steady::now();
    work(i);
    taken.push_back((Steady::now() - begun).count());
  }
  std::ranges::sort(taken);
  return {{"median_ns", taken[kDecisions / 2]}, {"p99_ns", taken[kDecisions / 100 * 99]}};
}

nlohmann::json measure_decisions(std::string (*statement)(unsigned)) {
  const auto policies = make_policies(statement);
  const policy::PolicySet set{policies, nullptr, {}, nullptr};
  const KnownFacts facts;
  std::vector<std::string> resources;
  resources.reserve(128);
  for (unsigned i = 0; i < 128; ++i)
    resources.push_back("arn:aws:s3:::bucket-" + std::to_string(i) + "/folder/anna/file-" +
                        std::to_string(i) + "a");
  unsigned allowed = 0;
  nlohmann::json measured = measure([&](unsigned i) {
    const policy::Request request{
        "s3:GetObject", resources[i % 128], kAccount, {kUser, kAccount}, facts};
    allowed += policy::decide(set, request).outcome == policy::Outcome::kAllowed;
  });
  measured["allowed"] = double(allowed) / kDecisions;
  return measured;
}

// Signature Version 4: four HMACs for the key, one for the string to sign.
nlohmann::json measure_signature() {
  const std::string text(200, 'x');
  std::size_t sum = 0;
  nlohmann::json measured = measure([&](unsigned) {
    crypto::Digest key = crypto::hmac_sha256(as_view(text), as_view("20260301"));
    for (int i = 0; i < 4; ++i) key = crypto::hmac_sha256(key, as_view(text));
    sum += std::size_t(key[0]);
  });
  measured["sum"] = sum;
  return measured;
}

nlohmann::json measure_all() {
  return {{"ordinary", measure_decisions(ordinary_statement)},
          {"hostile", measure_decisions(hostile_statement)},
          {"signature", measure_signature()}};
}

}  // namespace
}  // namespace belfry::bench

int main() {
  std::cout << belfry::bench::measure_all() << "\n";
  return 0;
}
