#include "founded_credentials.h"

#include <nlohmann/json.hpp>

namespace belfry::provider {

Result<> keep_credentials(const DataDirectory& directory, const iam::Iam::Founded& founded) {
  nlohmann::json credentials = {{"s3_access_key", founded.access_key_id},
                                {"s3_secret_key", founded.secret_key},
                                {"admin_user", founded.admin_user},
                                {"admin_password", founded.admin_password},
                                {"admin_totp_secret", founded.admin_totp_secret},
                                {"api_token", founded.api_token}};
  if (founded.customer) {
    credentials["customer_user"] = founded.customer_user;
    credentials["customer_password"] = founded.customer_password;
    credentials["customer_totp_secret"] = founded.customer_totp_secret;
  }
  return write_file(directory.root() / "run" / "credentials.json", credentials.dump(2) + "\n",
                    Readable::kOwner);
}

}  // namespace belfry::provider
