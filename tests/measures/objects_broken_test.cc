// Disks are lost, copies rot, nobody repairs in time.
#include "prepared_provider.h"

#include <gmock/gmock.h>

#include <fstream>
#include <map>

namespace belfry::measures_broken {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::StartsWith;

constexpr auto kHour = std::chrono::hours(1);
constexpr auto kDay = std::chrono::hours(24);

bool lies_on(const std::vector<segments::Copy>& copies, const std::string& disk) {
  return std::ranges::any_of(copies, [&](const segments::Copy& copy) {
    return copy.path.contains("/disks/" + disk + "/");
  });
}

std::string disk_of(const segments::Copy& copy) {
  std::size_t from = copy.path.find("/disks/") + 7;
  return copy.path.substr(from, copy.path.find('/', from) - from);
}

bool is_in_france(const segments::Copy& copy) {
  return disk_of(copy).starts_with("par1");
}

// Turns a bit over in the middle; again puts it right.
void flip(const std::string& path) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  ASSERT_TRUE(file) << path;
  file.seekg(1'000'000);
  char octet = char(file.get());
  file.seekp(1'000'000);
  file.put(char(octet ^ 0x10));
  ASSERT_TRUE(file.flush()) << path;
}

std::vector<std::string> all_keys() {
  std::vector<std::string> keys;
  keys.reserve(kSmallObjects + kLargeObjects);
  for (int i = 0; i < kSmallObjects; ++i) keys.push_back("small-" + std::to_string(i));
  for (int i = 0; i < kLargeObjects; ++i) keys.push_back("large-" + std::to_string(i));
  return keys;
}

TEST_F(MeasuresBroken, DeletedDiskFolderLeavesTwoCopies) {
  std::string lost = disk_of(copies("large-0").at(0));
  std::vector<std::string> concerned;
  for (const std::string& key : all_keys())
    if (lies_on(copies(key), lost)) concerned.push_back(key);
  ASSERT_THAT(concerned, Contains("large-0"));
  std::set<std::string> sets = sets_on(lost);
  EXPECT_EQ(verdict("S06-P-20"), "pass");
  delete_disk(lost);
  inspect();

  EXPECT_EQ(verdict("S06-P-20"), "fail");
  auto broken = failing("S06-P-20");
  for (const std::string& set : sets) EXPECT_THAT(broken, Contains(StartsWith(set + ": ")));
  for (const std::string& key : concerned)
    EXPECT_THAT(broken, Contains(StartsWith("object documents/" + key + ": 2 good copies of 3")));
  EXPECT_EQ(broken.size(), sets.size() + concerned.size()) << testing::PrintToString(broken);

  const std::size_t of_ledger = ledger_sets_on(lost);
  EXPECT_EQ(heal(), sets.size() + of_ledger);
  EXPECT_THAT(failing("S06-P-20"), IsEmpty());
  EXPECT_EQ(verdict("S06-P-20"), "pass");
}

TEST_F(MeasuresBroken, LostCopiesBeyondTheRepairWindow) {
  std::string lost = disk_of(copies("large-0").at(0));
  std::set<std::string> sets = sets_on(lost);
  delete_disk(lost);
  inspect();
  EXPECT_EQ(verdict("S01-P-02"), "pass") << "it may still be repaired in time";
  clock().jump(kHour - std::chrono::minutes(5));
  EXPECT_EQ(verdict("S01-P-02"), "pass");
  clock().jump(std::chrono::minutes(10));
  EXPECT_EQ(verdict("S01-P-02"), "fail");
  auto broken = failing("S01-P-02");
  for (const std::string& set : sets)
    EXPECT_THAT(broken,
                Contains(testing::AllOf(StartsWith(set + ": "),
                                        testing::EndsWith("for longer than the repair window"))));
  EXPECT_THAT(broken, Contains(StartsWith("object documents/large-0: ")));
  heal();
  EXPECT_EQ(verdict("S01-P-02"), "pass");
}

// A set whose disks were all gone when the provider started is a loss, not fewer objects.
TEST_F(MeasuresBroken, EveryCopyOfASetGoneAtTheStart) {
  auto of_file = copies("large-0");
  std::set<std::string> lost;
  for (const segments::Copy& copy : of_file) lost.insert(disk_of(copy));
  ASSERT_EQ(lost.size(), 3u);
  std::set<std::string> sets = sets_on(*lost.begin());
  for (const std::string& disk : lost) {
    std::erase_if(sets, [&, here = sets_on(disk)](auto& set) { return !here.contains(set); });
  }
  ASSERT_FALSE(sets.empty());
  check("S06-P-20");
  stop();
  for (const std::string& disk : lost) take_disk_away(disk);
  start();
  for (const char* id : {"S01-P-02", "S01-P-03", "S06-P-20", "S06-P-21"}) {
    EXPECT_EQ(verdict(id), "fail") << id;
    EXPECT_EQ(check(id).status.population, kSmallObjects + kLargeObjects) << id;
    for (const std::string& set : sets)
      EXPECT_THAT(failing(id), Contains(StartsWith(set + ": "))) << id;
  }
  EXPECT_THAT(failing("S01-P-02"), Contains(StartsWith("object documents/large-0: 0 good copies")));
  stop();
  for (const std::string& disk : lost) bring_disk_back(disk);
  start();
  for (const char* id : {"S01-P-02", "S01-P-03", "S06-P-20", "S06-P-21"})
    EXPECT_EQ(verdict(id), "pass") << id << testing::PrintToString(failing(id));
}

// Rot in every copy: nothing is left to repair it from.
TEST_F(MeasuresBroken, MismatchNotRepairedInTime) {
  auto of_file = copies("large-0");
  for (const segments::Copy& copy : of_file) flip(copy.path);
  scrub();
  EXPECT_EQ(verdict("S01-P-03"), "pass") << "a day is left to repair it";
  EXPECT_THAT(failing("S06-P-20"),
              Contains(StartsWith("object documents/large-0: 0 good copies of 3")));
  EXPECT_THAT(failing("S01-P-02"),
              Contains(StartsWith("object documents/large-0: 0 good copies of 3")));
  clock().jump(kDay - kHour);
  EXPECT_EQ(verdict("S01-P-03"), "pass");
  clock().jump(2 * kHour);
  EXPECT_EQ(verdict("S01-P-03"), "fail");
  auto broken = failing("S01-P-03");
  ASSERT_EQ(broken.size(), 1u) << testing::PrintToString(broken);
  EXPECT_THAT(sets_on(disk_of(of_file[0])), Contains(broken[0].substr(0, broken[0].find(':'))));
  EXPECT_THAT(broken[0], testing::EndsWith(": 3 copies differ from their checksum"));

  for (const segments::Copy& copy : of_file) flip(copy.path);
  scrub();
  for (const char* id : {"S01-P-02", "S01-P-03", "S06-P-20"})
    EXPECT_EQ(verdict(id), "pass") << id << testing::PrintToString(failing(id));
}

// One bad copy is put right from the others before anybody could call it a violation.
TEST_F(MeasuresBroken, MismatchRepairedByTheScrub) {
  flip(copies("large-0").at(0).path);
  EXPECT_NE(copies("large-0").at(0).state, segments::CopyState::kHealthy);
  scrub();
  EXPECT_EQ(copies("large-0").at(0).state, segments::CopyState::kHealthy);
  for (const char* id : {"S01-P-02", "S01-P-03", "S06-P-20"}) EXPECT_EQ(verdict(id), "pass") << id;
}

TEST_F(MeasuresBroken, NotReadForThirtyDays) {
  EXPECT_EQ(verdict("S01-P-03"), "pass") << "its first reading is not due yet";
  clock().jump(31 * kDay);
  EXPECT_EQ(verdict("S01-P-03"), "fail");
  EXPECT_THAT(failing("S01-P-03"), testing::Each(StartsWith("set ")));
  scrub();
  EXPECT_EQ(verdict("S01-P-03"), "pass");
  clock().jump(31 * kDay);
  EXPECT_EQ(verdict("S01-P-03"), "fail");
  scrub();
  EXPECT_EQ(verdict("S01-P-03"), "pass");
}

const std::vector<std::string> kOtherSite = {"fra1-s1-d1", "fra1-s1-d2", "fra1-s2-d1",
                                             "fra1-s2-d2", "fra1-s3-d1", "fra1-s3-d2"};

// None that holds objects: the ledger, which must take the evidence, has another one there.
TEST_F(MeasuresBroken, NoDiskLeftInTheOtherSite) {
  std::set<std::string> sets, taken;
  for (const std::string& disk : kOtherSite) {
    auto here = sets_on(disk);
    if (here.empty()) continue;
    taken.insert(disk);
    sets.merge(here);
  }
  ASSERT_FALSE(sets.empty());
  ASSERT_LT(taken.size(), kOtherSite.size());
  for (const std::string& disk : taken) take_disk_away(disk);
  inspect();
  EXPECT_EQ(verdict("S06-P-21"), "fail");
  auto broken = failing("S06-P-21");
  for (const std::string& set : sets)
    EXPECT_THAT(broken,
                Contains(testing::AllOf(StartsWith(set + ": "), testing::EndsWith(" at 1 site"))));
  for (const std::string& key : all_keys())
    EXPECT_THAT(broken, Contains(StartsWith("object documents/" + key + ": good copies at 1 ")));
  // On what is left there they are made again.
  EXPECT_GE(heal(), sets.size());
  EXPECT_EQ(verdict("S06-P-21"), "pass") << testing::PrintToString(failing("S06-P-21"));
}

// Not even the ledger can be kept as promised then: no verdict is told, and the old one grows
// stale.
TEST_F(MeasuresBroken, TheOtherSiteIsGone) {
  EXPECT_EQ(verdict("S06-P-21"), "pass");
  for (const std::string& disk : kOtherSite) take_disk_away(disk);
  inspect();
  auto refused = run(provider().measures().check_now("S06-P-21"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message(), "audit.unavailable");
  clock().jump(kHour);
  for (const measures::Status& status : must(provider().measures().annex()))
    if (status.id == "S06-P-21") EXPECT_EQ(measures::name_of(status.verdict), "stale");
  for (const std::string& disk : kOtherSite) bring_disk_back(disk);
  inspect();
  // The ledger tries again by itself.
  Deadline limit = clock().deadline_in(std::chrono::seconds(60));
  while (!run(provider().measures().check_now("S06-P-21")) && !clock().expired(limit)) pause();
  EXPECT_EQ(verdict("S06-P-21"), "pass") << testing::PrintToString(failing("S06-P-21"));
}

// The copy cannot be repaired while something else stands in its place.
TEST_F(MeasuresBroken, OneBadCopyAtTheOnlyOtherSite) {
  std::map<bool, std::vector<segments::Copy>> by_site;
  std::string key;
  for (int i = 0; i < kLargeObjects && key.empty(); ++i) {
    by_site.clear();
    for (const segments::Copy& copy : copies("large-" + std::to_string(i)))
      by_site[is_in_france(copy)].push_back(copy);
    if (by_site[true].size() == 1 || by_site[false].size() == 1) key = "large-" + std::to_string(i);
  }
  ASSERT_FALSE(key.empty()) << "three copies at two sites: one has a single one";
  std::filesystem::path alone = by_site[by_site[true].size() == 1].front().path;
  std::filesystem::remove(alone);
  std::filesystem::create_directories(alone / "in the way");
  scrub();
  EXPECT_EQ(verdict("S06-P-21"), "fail");
  EXPECT_THAT(failing("S06-P-21"),
              testing::ElementsAre(StartsWith("object documents/" + key + ": good copies at 1 ")));
  EXPECT_THAT(failing("S06-P-20"),
              Contains(StartsWith("object documents/" + key + ": 2 good copies of 3")));
  std::filesystem::remove_all(alone);
  scrub();
  for (const char* id : {"S06-P-20", "S06-P-21"})
    EXPECT_EQ(verdict(id), "pass") << id << testing::PrintToString(failing(id));
}

}  // namespace
}  // namespace belfry::measures_broken
