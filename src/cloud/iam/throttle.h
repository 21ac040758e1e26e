// How fast passwords and codes may be tried.
//
// Three counts of failures, each of which makes the next attempt wait longer:
//  - of an account from one address;
//  - of one address, whatever the accounts;
//  - of an account from all addresses at which it never signed in: this one never slows down an
//    address that is known good, so that nobody elsewhere can lock the owner out.
// Where these refuse, an attempt may still bring what whoever guesses passwords does not have, and
// is counted apart, so that nobody who only guesses uses that up:
//  - one code of an authenticator: those of an account, from wherever; at that address as above;
//  - what nobody guesses (two codes in a row, a recovery code): of an account alone, and only once
//    it was found to be right.
// Second factors of whom a directory let through are counted as the third, apart: who keeps the
// directory guesses them no faster than anybody, and no stranger uses them up.
// What a session, a link or a key alone tries counts by its account alone, which is then its
// address too.
// An attempt counts as a failure when it begins, and is taken back when it succeeds: many at once
// gain nothing. Attempts that are refused count for nothing. Accounts that do not exist are counted
// like others. In memory, bounded, accounts apart from addresses, and those that have to wait apart
// from the others: whoever has many addresses or makes up names pushes out nobody who waits, and
// makes no one new forgotten at once. A restart forgets it.
#pragma once

#include "base/result.h"
#include "base/time.h"

#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace belfry::iam {

// An IPv4 address as it is; of IPv6 the network of 64 bits, which one customer has to itself.
std::string throttled_address(const std::string& source_ip);

// Safe to use from any thread.
class Throttle {
 public:
  struct Attempt {
    std::string account;  // in lower case
    std::string address;  // as throttled_address says, or a device
    bool known_good = false;
    enum class Shown { kNothing, kCode, kProof };
    Shown shown = Shown::kNothing;  // kProof: and found right
    bool by_directory = false;      // which let it through; a factor is tried
  };

  // Errors: retry ("iam.throttled", argument seconds).
  Result<> begin(const Attempt& attempt, Timestamp now);
  // The attempt that began was right after all. `kForget` ends the account's count from there too.
  enum class Success { kForget, kOnlyTakeBack };
  void succeeded(const Attempt& attempt, Success success);

 private:
  struct Limit {
    std::uint32_t free;  // failures that cost nothing
    Duration delay_max;
    Duration forgotten_after;
  };
  friend class IamService;  // tells measures what the limits are
  static const Limit kAccountAtAddress, kAddress, kAccountElsewhere;
  // The failures of each key. Of those that wait for nothing so many are kept, the last ones, and
  // as many of those that have failed too often.
  class Counts {
   public:
    Duration wait_of(const std::string& key, const Limit& limit, Timestamp now);
    void add(const std::string& key, const Limit& limit, Timestamp now);
    void take_back(const std::string& key);
    void forget(std::string key);

   private:
    using OldestFirst = std::list<std::string>;
    struct Count {
      std::uint32_t failures = 0;
      Timestamp last;
      OldestFirst* order = nullptr;
      OldestFirst::iterator age;
    };
    std::unordered_map<std::string, Count> counts_;
    OldestFirst free_, waiting_;
  };
  struct Counted {
    Counts& counts;
    std::string key;
    const Limit& limit;
  };
  Counts& counts_at(const Attempt& attempt);
  std::vector<Counted> counted_of(const Attempt& attempt);

  std::mutex mutex_;
  Counts accounts_, places_;
};

}  // namespace belfry::iam
