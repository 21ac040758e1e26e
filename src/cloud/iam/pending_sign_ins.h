// Sign-ins that went to a directory and are not back yet, or wait for a second factor.
#pragma once

#include "base/time.h"
#include "iam/issuers.h"

#include <deque>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace belfry::iam {

struct PendingSignIn {
  IssuerId issuer;
  std::string organisation;  // whose directory was asked
  std::string state, nonce, verifier, redirect_url;
  UserId user;                // who came back, when a second factor is all that is missing
  std::string subject;        // as whom
  bool factor_shown = false;  // the directory says that it saw one
};

//   add ──> asked ──take──> (gone) ──keep, somebody came back──> identified ──take──> (gone)
//
// Invariants
//  1. What was asked is answered once: `take` removes it, whatever comes of the answer.
//  2. Nothing lasts longer than ten minutes.
//
// In memory and bounded: whoever begins many loses its own first. A restart forgets them. Safe to
// use from any thread.
class PendingSignIns {
 public:
  static constexpr std::size_t kOfHolderMax = 64, kMax = 65'536;

  // `browser`: the digest of its secret; `holder`: who asks, for the limit.
  void add(const std::string& browser, PendingSignIn pending, const std::string& holder,
           Timestamp now);
  std::optional<PendingSignIn> take(const std::string& browser, Timestamp now);
  std::optional<PendingSignIn> look(const std::string& browser, Timestamp now);

 private:
  struct Entry {
    PendingSignIn pending;
    std::string holder;
    Timestamp ends;
    std::list<std::string>::iterator age;
  };
  void remove(std::string browser);

  std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
  std::unordered_map<std::string, std::deque<std::string>> of_holders_;  // the oldest first
  std::list<std::string> oldest_first_;
};

}  // namespace belfry::iam
