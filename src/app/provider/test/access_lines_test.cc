#include "access_lines.h"

#include "audit/event.h"

#include <gtest/gtest.h>

namespace belfry::provider {
namespace {

audit::Event read_by_staff() {
  audit::Event event;
  event.time = from_us(1'800'000'000'123'456);
  event.action = "s3:GetObject";
  event.actor = "arn:aws:iam::000000000001:user/nadia";
  event.resource = "arn:aws:s3:::papers/a/b";
  event.details = {{"request_id", "12"}, {"intervention", "7001"}};
  return event;
}

TEST(AccessLines, TellWhoWasLetInToWhat) {
  const auto line = access_in(audit::to_ocsf(read_by_staff()));
  ASSERT_TRUE(line);
  EXPECT_EQ(line->at_us, 1'800'000'000'123'000);
  EXPECT_TRUE(line->allowed);
  EXPECT_EQ(line->actor, "arn:aws:iam::000000000001:user/nadia");
  EXPECT_FALSE(line->user) << "another's log knows the name alone";
  EXPECT_FALSE(line->assumed);
  EXPECT_EQ(line->bucket, "papers");
  EXPECT_EQ(line->intervention_id, 7001);
}

TEST(AccessLines, TellWhatIsNot) {
  audit::Event event = read_by_staff();
  event.outcome = audit::Outcome::kFailure;
  event.actor_id = UserId{12};
  event.resource = "belfry:user/12";
  event.details = {{"assumed_by", "ines"}, {"intervention", "7001x"}};
  const auto line = access_in(audit::to_ocsf(event));
  ASSERT_TRUE(line);
  EXPECT_FALSE(line->allowed);
  EXPECT_EQ(line->user, UserId{12});
  EXPECT_TRUE(line->assumed);
  EXPECT_EQ(line->bucket, "");
  EXPECT_EQ(line->intervention_id, 0);
  for (const char* other : {"", "[]", "{", "{}", R"({"time":"12"})"})
    EXPECT_FALSE(access_in(other)) << other;
}

TEST(AccessLines, AddUpToSpans) {
  AccessSpan span;
  for (const std::int64_t at : {5, 3, 9}) span.add(at);
  EXPECT_EQ(span.requests, 3);
  EXPECT_EQ(span.first_us, 3);
  EXPECT_EQ(span.last_us, 9);
}

}  // namespace
}  // namespace belfry::provider
