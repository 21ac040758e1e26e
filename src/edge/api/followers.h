// How many requests wait for events at a time: each looks into its log again and again.
#pragma once

#include <atomic>

namespace belfry::api {

class Followers {
 public:
  static constexpr int kMax = 200;

  // One more, as long as it lives; not there when there are enough.
  class Place {
   public:
    explicit Place(Followers& followers)
        : followers_(followers), is_there_(++followers.count_ <= kMax) {}
    ~Place() { --followers_.count_; }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    bool is_there() const { return is_there_; }

   private:
    Followers& followers_;
    const bool is_there_;
  };

 private:
  std::atomic<int> count_ = 0;
};

}  // namespace belfry::api
