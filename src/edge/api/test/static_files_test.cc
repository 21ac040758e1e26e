#include "static_files.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace belfry::api {
namespace {

namespace fs = std::filesystem;

class StaticFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "belfry-console-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    write("secret.txt", "outside");
    write("console/index.html", "<html>");
    write("console/assets/app.js", "script");
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }
  StaticFiles index() const { return StaticFiles((folder_ / "console").string()); }

  fs::path folder_;
};

TEST_F(StaticFilesTest, ServesTheFilesOfItsFolder) {
  StaticFiles files = index();
  EXPECT_EQ(files.size(), 2u);
  const StaticFile* script = files.find("/assets/app.js");
  ASSERT_TRUE(script);
  EXPECT_EQ(script->content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(read_static_file(*script).value(), "script");
}

TEST_F(StaticFilesTest, GivesPagesTheIndex) {
  StaticFiles files = index();
  for (const char* page : {"/", "/annex", "/buckets/photographs.2026/tree"}) {
    const StaticFile* file = files.find(page);
    ASSERT_TRUE(file) << page;
    EXPECT_EQ(read_static_file(*file).value(), "<html>");
  }
  EXPECT_FALSE(files.find("/assets/gone"));
  EXPECT_FALSE(files.find("/favicon.ico"));
}

TEST_F(StaticFilesTest, NoSpellingLeavesTheFolder) {
  StaticFiles files = index();
  std::string outside = (folder_ / "secret.txt").string();
  for (const std::string& path :
       {"/" + outside, outside, std::string("//etc/hostname"), std::string("/../secret.txt"),
        std::string("/assets/../../secret.txt"), std::string("/assets/..\\..\\secret.txt"),
        std::string("//etc/passwd"), std::string("/assets/app.js\0.html", 20),
        std::string("secret.txt"), std::string()})
    EXPECT_FALSE(files.find(path)) << path;
}

TEST_F(StaticFilesTest, FollowsNoLink) {
  fs::create_symlink(folder_ / "secret.txt", folder_ / "console/link.txt");
  fs::create_directory_symlink(folder_, folder_ / "console/up");
  StaticFiles files = index();
  EXPECT_FALSE(files.find("/link.txt"));
  EXPECT_FALSE(files.find("/up/secret.txt"));
  EXPECT_EQ(files.size(), 2u);
}

TEST_F(StaticFilesTest, RefusesAFileThatBecameALink) {
  StaticFiles files = index();
  fs::remove(folder_ / "console/assets/app.js");
  fs::create_symlink(folder_ / "secret.txt", folder_ / "console/assets/app.js");
  EXPECT_EQ(read_static_file(*files.find("/assets/app.js")).error().code(), Code::kNotFound);
}

TEST_F(StaticFilesTest, LeavesOutWhatIsTooLarge) {
  write("console/large.png", "");
  fs::resize_file(folder_ / "console/large.png", (16 << 20) + 1);
  EXPECT_FALSE(index().find("/large.png"));
}

TEST_F(StaticFilesTest, HasNothingWithoutAFolder) {
  EXPECT_EQ(StaticFiles("").size(), 0u);
  EXPECT_FALSE(StaticFiles((folder_ / "none").string()).find("/"));
}

}  // namespace
}  // namespace belfry::api
