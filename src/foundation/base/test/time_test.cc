#include "base/time.h"

#include <gtest/gtest.h>

namespace belfry {
namespace {

constexpr std::int64_t kMoment = 1'772'368'205'123'000;  // 2026-03-01 12:30:05.123 UTC, a Sunday

TEST(Time, WritesEachFormat) {
  EXPECT_EQ(format_rfc3339(from_us(kMoment)), "2026-03-01T12:30:05.123Z");
  EXPECT_EQ(format_basic(from_us(kMoment)), "20260301T123005Z");
  EXPECT_EQ(format_http(from_us(kMoment)), "Sun, 01 Mar 2026 12:30:05 GMT");
}

TEST(Time, ReadsEachFormat) {
  EXPECT_EQ(to_us(*parse_rfc3339("2026-03-01T12:30:05.123Z")), kMoment);
  EXPECT_EQ(to_us(*parse_rfc3339("2026-03-01T13:30:05.123+01:00")), kMoment);
  EXPECT_EQ(to_us(*parse_basic("20260301T123005Z")), kMoment / 1'000'000 * 1'000'000);
  EXPECT_EQ(to_us(*parse_http("Sun, 01 Mar 2026 12:30:05 GMT")), kMoment / 1'000'000 * 1'000'000);
}

TEST(Time, RefusesWhatIsNoTime) {
  for (const char* text : {"", "2026-02-30T00:00:00Z", "2026-03-01T24:00:00Z", "2026-03-01",
                           "2026-03-01T12:30:05", "2026-03-01T12:30:05Zx"})
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  EXPECT_FALSE(parse_basic("20260301T1230"));
  EXPECT_FALSE(parse_http("Sunday, 01-Mar-26 12:30:05 GMT"));
}

}  // namespace
}  // namespace belfry
