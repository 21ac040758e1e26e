// Disks that are away at a start, so many that all copies of some commits are: nothing that they
// hold is lost, answered as missing or collected as an orphan, and all of it is there when they
// return.
#include "objects_testing/client.h"
#include "objects_testing/machine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace belfry::objects {
namespace {

using testing::Machine;
using testing::MemorySource;

constexpr std::size_t kLarge = 300'000;  // a file, not a record

// As large as a record takes, so that a few of them fill a segment and another set is next.
const std::string kFiller(100'000, 'f');

// A body in whose middle something else happens.
class SlowSource : public Source {
 public:
  SlowSource(std::string_view body, std::function<Task<>()> meanwhile)
      : body_(body), left_(body.size()), meanwhile_(std::move(meanwhile)) {}
  Task<std::size_t> read(MutableView out) override {
    if (left_ < 30'000 && meanwhile_) CO_TRY(co_await std::exchange(meanwhile_, nullptr)());
    CO_TRY(std::size_t count, co_await body_.read(out.first(std::min(out.size(), kStep))));
    left_ -= count;
    co_return count;
  }

 private:
  static constexpr std::size_t kStep = 10'000;
  MemorySource body_;
  std::size_t left_;
  std::function<Task<>()> meanwhile_;
};

class Away : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  Away() : machine_(GetParam()) {
    EXPECT_TRUE(machine_.start());
    bucket_ = *run(machine_.store().create_bucket({1}, "bucket", {}, {}));
  }

  template <class T>
  Result<T> run(Task<T> task) {
    return machine_.run(std::move(task));
  }
  MakeLeaf leaf() {
    return [this](const ObjectInfo&) -> Result<audit::Leaf> {
      return audit::Leaf{.tenant = {1}, .id = machine_.world().random().octets<16>()};
    };
  }
  Result<ObjectInfo> put(const std::string& key, std::string_view body) {
    MemorySource source(body);
    return run(machine_.store().put(bucket_, key, {}, source, leaf()));
  }
  Result<std::string> read(const std::string& key) { return run(read_body(key)); }
  Task<std::string> read_body(std::string key) {
    CO_TRY(auto reading, co_await machine_.store().open(bucket_, key, {}));
    std::string body;
    for (;;) {
      CO_TRY(View piece, co_await reading->next());
      if (piece.empty()) co_return body;
      body += as_text(piece);
    }
  }
  std::string dump() {
    auto text = run(testing::Client(machine_.store(), bucket_).dump());
    return text ? *text : text.error().describe();
  }
  Entry entry(const std::string& key) {
    return **run(machine_.engine().find(bucket_.id, key, EntryKind::kObject, ""));
  }
  std::vector<DiskId> disks_of(SetId set) {
    for (const segments::SetStatus& status : machine_.segments().sets())
      if (status.set == set) return status.disks;
    return {};
  }
  // The disks of a set with some of the commits `k0` to `k<count - 1>`, but not the last one, whose
  // sequence a start must know.
  std::vector<DiskId> disks_of_some(int count) {
    SetId last = entry("k" + std::to_string(count - 1)).record.set;
    for (int i = 0; i < count; ++i) {
      SetId set = entry("k" + std::to_string(i)).record.set;
      if (set != last && disks_of(set) != disks_of(last)) return disks_of(set);
    }
    ADD_FAILURE() << "all commits are in one set";
    return {};
  }
  // Puts a large object while so much else is written that another set takes its record than its
  // file; answers its key.
  std::string put_astride() {
    for (int i = 0; i < 20; ++i) {
      std::string key = "large-" + std::to_string(i), body(kLarge, char('a' + i));
      EXPECT_TRUE(put("filler", kFiller));
      std::vector<DiskId> disks = disks_of(entry("filler").record.set);
      SlowSource source(body, [this, disks] { return fill_past(disks); });
      EXPECT_TRUE(run(machine_.store().put(bucket_, key, {}, source, leaf())));
      Entry named = entry(key);
      std::vector<DiskId> of_record = disks_of(named.record.set);
      std::vector<DiskId> of_file =
          disks_of(std::get<segments::FilePosition>(named.blobs.at(0)).set);
      bool apart = std::ranges::any_of(of_file, [&](DiskId disk) {
        return std::ranges::find(of_record, disk) == of_record.end();
      });
      if (apart) return key;
    }
    ADD_FAILURE() << "no object lies astride";
    return "large-0";
  }
  // Until the last commit is on other disks.
  Task<> fill_past(std::vector<DiskId> disks) {
    for (int i = 0; i < 60; ++i) {
      MemorySource source(kFiller);
      CO_TRY(co_await machine_.store().put(bucket_, "filler", {}, source, leaf()));
      CO_TRY(auto last,
             co_await machine_.engine().find(bucket_.id, "filler", EntryKind::kObject, ""));
      if (disks_of(last->record.set) != disks) co_return Result<>();
    }
    co_return fail(Code::kInternal, "test.one_set_alone");
  }
  // The next start is without them; `batches` of the index are left.
  Result<> restart_without(std::vector<DiskId> disks, std::optional<std::size_t> batches = {}) {
    machine_.stop();
    if (batches) machine_.lose_index(*batches);
    machine_.take_away(std::move(disks));
    return machine_.start();
  }
  static std::string set_path(SetId set) {
    char digits[17];
    std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(set.value));
    return std::string("sets/") + digits;
  }
  static std::string message(const auto& result) { return result ? "" : result.error().message(); }

  Machine machine_;
  Bucket bucket_;
};

TEST_P(Away, AFileWhoseRecordIsAwayIsNoOrphan) {
  std::string key = put_astride();
  std::vector<DiskId> disks = disks_of(entry(key).record.set);
  ASSERT_TRUE(run(fill_past(disks)));
  std::string before = dump();
  ASSERT_TRUE(restart_without(disks, 0));
  ASSERT_TRUE(restart_without({}));
  EXPECT_EQ(dump(), before);
}

// The commit is in no batch of the index that is left, and in no segment that is here.
TEST_P(Away, NorIsOneThatTheIndexHadNotHeardOf) {
  ASSERT_TRUE(put("first", "x"));
  std::size_t batches = machine_.index_batches();
  std::string key = put_astride();
  std::vector<DiskId> disks = disks_of(entry(key).record.set);
  ASSERT_TRUE(run(fill_past(disks)));
  std::string before = dump();
  ASSERT_TRUE(restart_without(disks, batches));
  ASSERT_TRUE(restart_without({}));
  EXPECT_EQ(dump(), before);
}

// All disks are here, and none can tell whose the records are that name the file.
TEST_P(Away, NorIsOneWhoseRecordIsInASetThatNobodyCanTell) {
  std::string key = put_astride();
  const SetId set = entry(key).record.set;
  const std::vector<DiskId> disks = disks_of(set);
  ASSERT_TRUE(run(fill_past(disks)));
  std::string before = dump();
  const std::string descriptor = set_path(set) + "/descriptor";
  auto flip_all = [&] {
    for (DiskId disk : disks)
      ASSERT_TRUE(machine_.disks()[std::size_t(disk.value - 1)]->flip(descriptor, 20, 1));
  };
  machine_.stop();
  machine_.lose_index(0);
  flip_all();
  ASSERT_TRUE(machine_.start());
  EXPECT_EQ(machine_.segments().unreadable_sets(), std::vector<SetId>{set});
  EXPECT_EQ(message(read(key)), "engine.set_unreadable");
  machine_.stop();
  flip_all();
  ASSERT_TRUE(machine_.start());
  EXPECT_EQ(dump(), before);
}

TEST_P(Away, OrphansAreCollectedOnceEverythingIsHere) {
  auto writer = run(machine_.engine().create_file({}));
  ASSERT_TRUE(writer);
  ASSERT_TRUE(run((*writer)->write(as_view("nobody names this"))));
  auto file = run((*writer)->finish());
  ASSERT_TRUE(file);
  writer->reset();
  Buffer out(4);
  std::vector<DiskId> one{disks_of(file->set).front()};
  ASSERT_TRUE(restart_without(one));
  EXPECT_TRUE(run(machine_.engine().read_file(*file, 0, out))) << "a disk is away";
  ASSERT_TRUE(restart_without({}));
  EXPECT_FALSE(run(machine_.engine().read_file(*file, 0, out)));
}

TEST_P(Away, WhatIsAwayIsNeitherMissingNorLost) {
  for (int i = 0; i < 24; ++i)
    ASSERT_TRUE(put("k" + std::to_string(i), i % 3 ? kFiller : std::string(kLarge, 'l')));
  std::string before = dump();
  std::vector<DiskId> disks = disks_of_some(24);
  ASSERT_TRUE(restart_without(disks));
  int away = 0;
  for (int i = 0; i < 24; ++i) {
    std::string key = "k" + std::to_string(i);
    EXPECT_TRUE(run(machine_.store().head(bucket_, key))) << "the index has it";
    auto body = read(key);
    if (body) continue;
    ++away;
    EXPECT_EQ(body.error().code(), Code::kRetry) << body.error().describe();
    EXPECT_EQ(body.error().message(), "engine.set_away");
    EXPECT_NE(body.error().argument("disks").find(disks[0].text()), std::string::npos);
    EXPECT_EQ(message(run(machine_.store().where(bucket_, key))), "engine.set_away");
  }
  EXPECT_GT(away, 0);
  // It was closed in order, so that the index has all there is.
  EXPECT_EQ(message(read("never written")), "object.missing");
  EXPECT_TRUE(run(machine_.store().list(bucket_, {})));
  ASSERT_TRUE(put("new", "written meanwhile"));
  ASSERT_TRUE(restart_without({}));
  ASSERT_TRUE(run(machine_.store().remove(bucket_, "new", {})));
  EXPECT_EQ(dump(), before);
}

TEST_P(Away, AnIndexThatMayLackCommitsDoesNotSayMissing) {
  for (int i = 0; i < 24; ++i) ASSERT_TRUE(put("k" + std::to_string(i), kFiller));
  std::string before = dump();
  std::vector<DiskId> disks = disks_of_some(24);
  ASSERT_TRUE(restart_without(disks, 0));
  int unknown = 0;
  for (int i = 0; i < 24; ++i) {
    auto body = read("k" + std::to_string(i));
    if (body) continue;
    ++unknown;
    EXPECT_EQ(body.error().message(), "engine.incomplete");
    for (DiskId disk : disks)
      EXPECT_NE(body.error().argument("disks").find(disk.text()), std::string::npos);
  }
  EXPECT_GT(unknown, 0);
  EXPECT_EQ(message(run(machine_.store().list(bucket_, {}))), "engine.incomplete");
  EXPECT_EQ(message(run(machine_.store().delete_bucket(bucket_, {}))), "engine.incomplete");
  // Also after another start, in order, without them.
  ASSERT_TRUE(restart_without(disks));
  EXPECT_EQ(message(read("never written")), "engine.incomplete");
  ASSERT_TRUE(restart_without({}));
  EXPECT_EQ(dump(), before);
  EXPECT_EQ(message(read("never written")), "object.missing");
}

// The index stops short of commits whose set is away, and goes on with others meanwhile.
TEST_P(Away, TheCursorOfASetStaysWhereItWas) {
  // So that every set is known to the index before.
  for (int i = 0; i < 90; ++i) ASSERT_TRUE(put("before", kFiller));
  std::size_t batches = machine_.index_batches();
  for (int i = 0; i < 30; ++i)
    ASSERT_TRUE(put("k" + std::to_string(i), kFiller + std::to_string(i)));
  std::vector<DiskId> disks = disks_of_some(30);
  ASSERT_TRUE(restart_without(disks, batches));
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(put("meanwhile-" + std::to_string(i), "x"));
  ASSERT_TRUE(restart_without(disks));
  ASSERT_TRUE(put("once more", "x"));
  ASSERT_TRUE(restart_without({}));
  for (int i = 0; i < 30; ++i)
    EXPECT_EQ(read("k" + std::to_string(i)).value_or("?"), kFiller + std::to_string(i));
  EXPECT_EQ(read("once more").value_or("?"), "x");
  EXPECT_EQ(read("meanwhile-9").value_or("?"), "x");
  std::string live = dump();
  ASSERT_TRUE(restart_without({}, 0));
  EXPECT_EQ(dump(), live);
  EXPECT_EQ(machine_.ledger().leaves(), 90u + 30 + 11);
}

TEST_P(Away, SequencesThatAreAwayAreNotGivenAgain) {
  for (int i = 0; i < 12; ++i) ASSERT_TRUE(put("k" + std::to_string(i), "x"));
  machine_.world().settle();
  std::vector<DiskId> disks = disks_of(entry("k11").record.set);
  std::string before = dump();
  ASSERT_TRUE(restart_without(disks));
  ASSERT_TRUE(put("k11", "newer"));
  ASSERT_TRUE(restart_without({}));
  EXPECT_EQ(read("k11").value_or("?"), "newer");
  std::string live = dump();
  EXPECT_NE(live, before);
  ASSERT_TRUE(restart_without({}, 0));
  EXPECT_EQ(dump(), live);
}

// Leaves that the ledger had not taken when their set went away.
TEST_P(Away, LeavesComeBackWithTheirSet) {
  ASSERT_TRUE(put("a", "one"));
  machine_.ledger().set_stalled(true);
  for (int i = 0; i < 24; ++i) ASSERT_TRUE(put("k" + std::to_string(i), kFiller));
  std::vector<DiskId> disks = disks_of_some(24);
  machine_.stop();
  machine_.ledger().set_stalled(false);
  ASSERT_TRUE(restart_without(disks));
  ASSERT_TRUE(put("meanwhile", "x"));
  machine_.world().settle();
  EXPECT_LT(machine_.ledger().leaves(), 26u) << "some are away";
  ASSERT_TRUE(restart_without({}));
  machine_.world().settle();
  EXPECT_EQ(machine_.ledger().leaves(), 26u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Away, ::testing::Values(1, 2, 3, 4, 5));

}  // namespace
}  // namespace belfry::objects
