#include "password_hasher.h"

#include "crypto/password.h"

namespace belfry::iam {
namespace {

constexpr unsigned kThreads = 2;
constexpr std::size_t kQueueMax = 64;

}  // namespace

PasswordHasher::PasswordHasher(Random& random)
    : random_(random), pool_(make_pool("password", kThreads, kQueueMax)) {}

Task<bool> PasswordHasher::is_password(const std::string& password, const std::string& hash) {
  auto compared = co_await runtime::blocking(*pool_, [&]() -> Result<bool> {
    ++compared_;
    return crypto::verify_password(password, hash);
  });
  if (!compared) co_return fail(Code::kRetry, "iam.busy");
  co_return *compared;
}

Task<std::string> PasswordHasher::hash(const std::string& password) {
  auto hashed = co_await runtime::blocking(
      *pool_, [&]() -> Result<std::string> { return crypto::hash_password(password, random_); });
  if (!hashed) co_return fail(Code::kRetry, "iam.busy");
  co_return std::move(*hashed);
}

}  // namespace belfry::iam
