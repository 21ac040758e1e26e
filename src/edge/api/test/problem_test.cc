#include "problem.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace belfry::api {
namespace {

using text::Language;

TEST(Problem, HasTheStatusThatProgramsActOn) {
  auto status = [](Code code, const char* message) { return status_of(Error(code, message)); };
  EXPECT_EQ(status(Code::kConflict, "object.precondition"), 412);
  EXPECT_EQ(status(Code::kInvalid, "api.length_required"), 411);
  EXPECT_EQ(status(Code::kInvalid, "api.bad_range"), 416);
  EXPECT_EQ(status(Code::kInvalid, "object.too_large"), 413);
  EXPECT_EQ(status(Code::kInvalid, "api.body_too_large"), 413);
  EXPECT_EQ(status(Code::kInvalid, "api.bad_parameter"), 400);
  EXPECT_EQ(status(Code::kDenied, "iam.totp_needed"), 401);
  EXPECT_EQ(status(Code::kDenied, "iam.denied"), 403);
  EXPECT_EQ(status(Code::kConflict, "bucket.exists"), 409);
  EXPECT_EQ(status(Code::kRetry, "audit.unavailable"), 503);
  EXPECT_EQ(status(Code::kExhausted, "segments.full"), 507);
}

TEST(Problem, IsWordedInTheLanguageAskedFor) {
  Error error(Code::kNotFound, "bucket.missing", {{"bucket", "photographs"}});
  auto english = problem_of(error, Language::kEnglish);
  auto french = problem_of(error, Language::kFrench);
  EXPECT_EQ(english["title"], "Not found");
  EXPECT_EQ(french["title"], "Introuvable");
  EXPECT_NE(english["detail"], french["detail"]);
  EXPECT_TRUE(english["detail"].get<std::string>().contains("photographs"));
  EXPECT_EQ(english["message_id"], "bucket.missing");
  EXPECT_EQ(english["arguments"]["bucket"], "photographs");
}

TEST(Problem, EveryStatusHasATitle) {
  for (Code code : {Code::kInvalid, Code::kDenied, Code::kNotFound, Code::kConflict, Code::kRetry,
                    Code::kCorrupt, Code::kExhausted, Code::kInternal})
    for (Language language : {Language::kEnglish, Language::kFrench}) {
      std::string title = problem_of(Error(code, "some.message"), language)["title"];
      EXPECT_FALSE(title.contains('.')) << title;
      EXPECT_NE(title, name_of(code));
    }
}

TEST(Problem, ShowsNoPlaceholder) {
  EXPECT_EQ(worded("", {}, Language::kEnglish), "");
  std::string throttled = worded("iam.throttled", {}, Language::kEnglish);
  EXPECT_FALSE(throttled.contains('{')) << throttled;
  std::string filled = worded("iam.throttled", {{"seconds", "7"}}, Language::kEnglish);
  EXPECT_TRUE(filled.contains('7')) << filled;
}

TEST(Problem, WordsWhatWasDescribed) {
  Error error(Code::kRetry, "disk.failed",
              {{"call", "write"}, {"path", "/srv/a b"}, {"reason", "no space left"}});
  EXPECT_EQ(worded_description(error.describe(), Language::kFrench),
            text::text(error, Language::kFrench));
  // An error that a store wrapped into another.
  Error wrapped(Code::kRetry, error.describe());
  EXPECT_EQ(worded_description(wrapped.describe(), Language::kEnglish),
            text::text(error, Language::kEnglish));
  EXPECT_EQ(worded_description("", Language::kEnglish), "");
  EXPECT_EQ(worded_description("its folder is gone", Language::kEnglish), "its folder is gone");
}

}  // namespace
}  // namespace belfry::api
