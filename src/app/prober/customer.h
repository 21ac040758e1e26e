// What a customer's programs send: REST with a session, S3 with an access key.
#pragma once

#include "http/client.h"
#include "prober/prober.h"
#include "prober/s3_request.h"

#include <nlohmann/json.hpp>

#include <memory>
#include <string>

namespace belfry::prober {

struct Answer {
  int status = 0;  // 0: there was none
  std::string body;
  std::string cookie;  // of a session that was opened or renewed
  nlohmann::json json() const;
};

// A text of a JSON object, below names; empty if it is not there.
std::string text_at(const nlohmann::json& value, std::initializer_list<const char*> path);

class Customer {
 public:
  // Both sides of it listen or none does: an unusable URL or authority answers nothing.
  Customer(const Target& target, Clock& clock, const std::function<bool()>& is_cancelled);

  // With the session of `cookie`; without one if it is empty.
  Answer rest(std::string_view method, const std::string& path, const std::string& cookie,
              const nlohmann::json& body = nullptr);
  // The same with a body of octets.
  Answer put_rest(const std::string& path, const std::string& cookie, const std::string& octets);
  // Signature Version 4 over a path of unreserved characters and slashes.
  Answer s3(std::string_view method, const std::string& path, const Key& key,
            const std::string& body = "");
  bool is_cancelled() const { return is_cancelled_(); }
  Clock& clock() { return clock_; }

 private:
  Answer send(http::Client* client, std::string_view method, const std::string& target,
              const http::Fields& fields, std::string body);

  Clock& clock_;
  std::function<bool()> is_cancelled_;
  std::string s3_host_;
  std::unique_ptr<http::Client> api_, s3_;
};

}  // namespace belfry::prober
