#include "sign_in_origins.h"

#include "secrets.h"

namespace belfry::iam {

std::string device_origin(const std::string& secret) {
  return "device " + digest_of(secret);
}

Result<bool> was_here(Transaction& transaction, UserId user, const std::string& origin) {
  TRY(auto rows, transaction.query("SELECT user_id FROM sign_in_origin "
                                   "WHERE user_id = :user_id AND address = :address",
                                   {{"user_id", user.value}, {"address", origin}}));
  return !rows.empty();
}

}  // namespace belfry::iam
