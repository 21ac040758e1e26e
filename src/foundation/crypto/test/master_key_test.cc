#include "crypto/key_store.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sys/stat.h>

namespace belfry::crypto {
namespace {

class MasterKeyTest : public testing::Test {
 protected:
  MasterKeyTest()
      : folder_(std::filesystem::path(testing::TempDir()) / "belfry-master-key-test"),
        path_((folder_ / "master.key").string()) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~MasterKeyTest() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
  std::string path_;
  std::unique_ptr<Random> random_ = make_system_random();
};

TEST_F(MasterKeyTest, IsMadeOnceAndForItsOwnerAlone) {
  EXPECT_EQ(load_master_key(path_, MissingKey::kRefuse, *random_).error().message(),
            "keystore.master_key_missing");
  const Buffer made = load_master_key(path_, MissingKey::kCreate, *random_).value();
  EXPECT_EQ(made.size(), 32u);
  EXPECT_EQ(load_master_key(path_, MissingKey::kCreate, *random_).value(), made);
  EXPECT_EQ(load_master_key(path_, MissingKey::kRefuse, *random_).value(), made);
  struct stat facts{};
  ASSERT_EQ(::stat(path_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
}

TEST_F(MasterKeyTest, RefusesAFileThatOthersMayRead) {
  ASSERT_TRUE(load_master_key(path_, MissingKey::kCreate, *random_));
  ASSERT_EQ(::chmod(path_.c_str(), 0640), 0);
  auto outcome = load_master_key(path_, MissingKey::kRefuse, *random_);
  EXPECT_EQ(outcome.error().code(), Code::kDenied);
  EXPECT_EQ(outcome.error().message(), "keystore.master_key_open_to_others");
}

TEST_F(MasterKeyTest, RefusesWhatIsNoKey) {
  for (const char* text : {"", "abc\n", "zz"}) {
    std::ofstream(path_) << text;
    ASSERT_EQ(::chmod(path_.c_str(), 0600), 0);
    EXPECT_EQ(load_master_key(path_, MissingKey::kCreate, *random_).error().message(),
              "keystore.master_key_malformed");
  }
}

}  // namespace
}  // namespace belfry::crypto
