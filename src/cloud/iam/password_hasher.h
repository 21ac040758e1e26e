// Argon2id, away from the threads that serve: it takes 19 MiB and a processor each.
#pragma once

#include "base/result.h"
#include "runtime/blocking.h"
#include "runtime/random.h"
#include "runtime/task.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace belfry::iam {

// Never more at once than it has threads. Safe from any thread. Errors of both: retry ("iam.busy").
class PasswordHasher {
 public:
  explicit PasswordHasher(Random& random);

  Task<std::string> hash(const std::string& password);  // PHC string form
  Task<bool> is_password(const std::string& password, const std::string& hash);
  std::uint64_t compared() const { return compared_; }  // passwords, right or wrong

 private:
  Random& random_;
  const std::unique_ptr<Pool> pool_;
  std::atomic<std::uint64_t> compared_ = 0;
};

}  // namespace belfry::iam
