// The journeys of a probe, each over what those before it made.
//
//   begin -> designate -> profile -> factor -> log -> deletion -> clean up
#pragma once

#include "base/text_encoding.h"
#include "customer.h"

#include <map>

namespace belfry::prober {

class Walk {
 public:
  Walk(const Target& target, const Administrator& administrator, const std::vector<Mark>& marks,
       Clock& clock, Random& random, const std::function<bool()>& is_cancelled);

  Report walk();

 private:
  // Whether `answer` has the status; the step says so.
  bool expect(std::string_view step, const Answer& answer, int status);
  void note(std::string_view step, bool passed, std::string got, std::string expected);
  // Asks again until the status comes, or the patience is over.
  bool expect_soon(std::string_view step, int status, const std::function<Answer()>& ask);

  bool begin();
  bool designate();
  void strangers();
  void profile();
  void factor();
  void read_log();                           // log_reading.cc
  void read_others();                        // log_reading.cc
  bool find_line(const std::string& query);  // log_reading.cc
  void deletion();
  // Of this probe and of earlier ones that were cut short.
  void remove_buckets();
  void remove_bucket(const std::string& name);

  // Of a user of the probe's tenant, to sign in with.
  std::string sign_in_name(const std::string& user) const;
  std::string object(const std::string& key) const { return "/" + bucket_ + "/" + key; }
  std::string rest_object(const std::string& key) const {
    return "/api/v1/buckets/" + bucket_ + "/objects/" + percent_encode(key, Slash::kEncode);
  }

  const Administrator& administrator_;
  const Duration patience_;
  const std::vector<Mark>& marks_;
  Customer customer_;
  Random& random_;
  Report report_;
  std::map<std::string, Step, std::less<>> steps_;
  Timestamp begun_{};  // the step underway

  std::string bucket_, user_name_, password_;  // made for this probe
  std::string cookie_;                         // of the administrator
  std::string user_, user_cookie_;             // who was designated
  Key user_key_;
  Buffer user_seed_;
};

}  // namespace belfry::prober
