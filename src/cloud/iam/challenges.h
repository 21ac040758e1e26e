// What authenticators were asked to sign: 32 random octets, good once and for five minutes.
#pragma once

#include "base/bytes.h"
#include "base/id.h"
#include "base/time.h"
#include "runtime/random.h"

#include <deque>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace belfry::iam {

struct Challenge {
  enum class Purpose { kCreate, kSignIn, kStepUp };
  Purpose purpose = Purpose::kSignIn;
  UserId user;          // without: whoever the passkey belongs to
  std::string session;  // that asked; empty: nobody is signed in yet
  std::string origin, site;
  bool verify_user = false;
  Buffer octets;
};

// In memory and bounded: whoever asks for many loses its own first. A restart forgets them, and
// those who were about to sign begin again. Safe to use from any thread.
class Challenges {
 public:
  // `holder` is who asks, for the limit: a user or an address. Returns the octets.
  Buffer add(Challenge challenge, const std::string& holder, Random& random, Timestamp now);
  // The challenge, for the one time that it is good. Nothing if it is not, for whatever reason.
  std::optional<Challenge> take(View octets, Timestamp now);

  static constexpr std::size_t kOfHolderMax = 64, kMax = 65'536;

 private:
  struct Entry {
    Challenge challenge;
    std::string holder;
    Timestamp ends;
    std::list<std::string>::iterator age;
  };
  std::optional<Challenge> remove(std::string key);

  std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
  std::unordered_map<std::string, std::deque<std::string>> of_holders_;  // the oldest first
  std::list<std::string> oldest_first_;
};

}  // namespace belfry::iam
