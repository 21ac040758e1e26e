// Power cuts under the files that are written once and whole: after success they are there, before
// it there is the old one or none, and each sync is needed for that.
#include "base/text_encoding.h"
#include "data_directory.h"
#include "master_key.h"
#include "seeds.h"

#include <gtest/gtest.h>

namespace belfry::sim {
namespace {

// Writes `text` under "file" where a disk may have another text already.
using Write = std::function<Result<std::string>(Disk& disk, Random& random)>;
using Read = std::function<Result<std::string>(Disk& disk)>;

Outcome try_file(const Run& run, const Write& write, const Read& read) {
  Simulation world(run.seed);
  auto disk = world.add_disk();
  auto before = write(*disk, world.random());
  if (run.ignored) world.ignore(run.ignored->first, {run.ignored->second});
  const bool is_first = world.choose(2) == 0;
  if (is_first) disk->erase();
  world.cut_power_after(1 + world.choose(16));
  auto made = write(*disk, world.random());
  world.power_on();
  auto there = read(*disk);
  Outcome outcome;
  if (made && (!there || *there != *made)) outcome.broken.push_back("written, and not there");
  const bool is_none = !there && there.error().code() == Code::kNotFound;
  if (!made && !(is_first && is_none) && !(!is_first && there && *there == *before) && !there)
    outcome.broken.push_back("half-written: " + there.error().describe());
  outcome.syncs = world.syncs_seen();
  outcome.acknowledged = made ? 10 : 0;
  return outcome;
}

Outcome make_master_key(const Run& run) {
  return try_file(
      run,
      [](Disk& disk, Random& random) -> Result<std::string> {
        TRY(Buffer key, crypto::make_master_key(disk, "master.key", random));
        return to_hex(key);
      },
      [](Disk& disk) -> Result<std::string> {
        TRY(Buffer key, crypto::read_master_key(disk, "master.key"));
        return to_hex(key);
      });
}

Outcome write_provider_file(const Run& run) {
  return try_file(
      run,
      [](Disk& disk, Random& random) -> Result<std::string> {
        std::string text = "begin " + std::string(2000, char('a' + random.number() % 26)) + " end";
        TRY(provider::write_file(disk, "credentials.json", text));
        return text;
      },
      [](Disk& disk) -> Result<std::string> {
        TRY(Buffer octets, read_whole(disk, "credentials.json", 64_KiB));
        std::string text(as_text(octets));
        if (!text.starts_with("begin ") || !text.ends_with(" end"))
          return fail(Code::kCorrupt, "test.torn");
        return text;
      });
}

TEST(FilesPowerCut, AMasterKeyIsWholeOrWasNeverGivenOut) {
  expect_nothing_lost(1000, make_master_key);
}

TEST(FilesPowerCut, EachSyncOfTheMasterKeyIsNeeded) {
  expect_each_needed(kMasterKeySyncs, 200, make_master_key);
}

TEST(FilesPowerCut, AFileOfTheProviderIsWhole) {
  expect_nothing_lost(1000, write_provider_file);
}

TEST(FilesPowerCut, EachSyncOfAFileOfTheProviderIsNeeded) {
  expect_each_needed(kProviderSyncs, 200, write_provider_file);
}

}  // namespace
}  // namespace belfry::sim
