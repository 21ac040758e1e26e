#include "event_facts.h"

#include <gmock/gmock.h>

namespace belfry::audit {
namespace {

using testing::ElementsAre;

TEST(EventFactsTest, AreThoseOfTheEvent) {
  Event event;
  event.time = from_us(1'740'000'123'456'789);
  event.event_class = EventClass::kApiActivity;
  event.actor = "an\"na";
  event.actor_id = UserId{12};
  event.action = "s3:GetObject";
  event.resource = "arn:aws:s3:::b/\xc3\xa9t\xc3\xa9 \x01";
  event.source_ip = "2001:db8::1";
  event.outcome = Outcome::kFailure;
  event.reason = "bucket.missing";
  event.details = {{"request_id", "r-1"}, {"bytes", "4096"}, {"an\"other", ""}};
  const auto facts = facts_of(to_ocsf(event));
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->time_ms, 1'740'000'123'456);
  EXPECT_EQ(facts->event_class, std::uint32_t(event.event_class));
  EXPECT_EQ(facts->outcome, std::uint32_t(Outcome::kFailure));
  EXPECT_EQ(facts->actor, event.actor);
  EXPECT_EQ(facts->action, event.action);
  EXPECT_EQ(facts->resource, event.resource);
  EXPECT_EQ(facts->source_ip, event.source_ip);
  EXPECT_EQ(facts->reason, event.reason);
  std::vector<std::string> details;
  for (const Detail& detail : facts->details) details.push_back(detail.name + "=" + detail.value);
  EXPECT_THAT(details, ElementsAre("request_id=r-1", "bytes=4096", "an\"other="));
}

// Objects are called as anybody likes: none of it hides an event.
TEST(EventFactsTest, NoNameHidesAnEvent) {
  using namespace std::string_literals;
  for (const std::string& name :
       {"a\0b"s, "\xff\xfe"s, "\xed\xa0\x80"s, "\xc0\xaf"s, "\xef\xbb\xbf"s, "\x7f\x1f"s,
        "\"},{\"time\":0"s, std::string(60'000, '"')}) {
    Event event;
    event.time = from_us(1'000'000);
    event.actor = "anna";
    event.action = "s3:GetObject";
    event.resource = "arn:aws:s3:::b/" + name;
    event.details = {{"request_id", name}};
    const auto facts = facts_of(to_ocsf(event));
    ASSERT_TRUE(facts);
    EXPECT_EQ(facts->time_ms, 1000);
    EXPECT_EQ(facts->actor, "anna");
    EXPECT_EQ(facts->action, "s3:GetObject");
    EXPECT_TRUE(facts->resource.starts_with("arn:aws:s3:::b/"));
    EXPECT_EQ(facts->details.size(), 1u);
  }
}

TEST(EventFactsTest, WhatIsMissingOrOfAnotherKindIsEmpty) {
  for (const char* event :
       {"{}", R"({"actor": null, "api": "x", "resources": {"name": "x"}, "unmapped": ["x"]})",
        R"({"time": "1", "class_uid": 1.5, "status_id": [], "status_detail": 1,
            "actor": {"user": "x"}, "api": {"operation": 1}, "src_endpoint": [{"ip": "x"}],
            "resources": [], "unmapped": {"one": 1, "none": null}})"}) {
    const auto facts = facts_of(event);
    ASSERT_TRUE(facts) << event;
    EXPECT_FALSE(facts->time_ms) << event;
    EXPECT_EQ(facts->event_class, 0u) << event;
    EXPECT_EQ(facts->outcome, 0u) << event;
    EXPECT_EQ(facts->actor + facts->action + facts->source_ip + facts->resource + facts->reason, "")
        << event;
    EXPECT_TRUE(facts->details.empty()) << event;
  }
}

TEST(EventFactsTest, WhatIsNoObjectHasNone) {
  for (const char* text : {"", "[]", "1", "\"x\"", "{", "{} {}", R"({"time": 1,})"})
    EXPECT_FALSE(facts_of(text)) << text;
}

}  // namespace
}  // namespace belfry::audit
