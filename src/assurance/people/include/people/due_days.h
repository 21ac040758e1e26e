// When steps of arrival and departure are due.
#pragma once

#include <cstdint>

namespace belfry::people {

// How many days after the start (the end) of the contract a step is due that does not say so
// itself: the parameter `days_max` of S10-P-02 (of S10-P-04).
inline constexpr std::int64_t kArrivalDays = 5, kDepartureDays = 1;
inline constexpr std::int64_t kDueDaysMax = 90;  // of one that is not mandatory

}  // namespace belfry::people
