// What every engine must do, as tests over a factory. Each engine's test file instantiates it:
//
//   INSTANTIATE_TYPED_TEST_SUITE_P(Memory, EngineConformance, MemoryFixture);
//
// A fixture has `Engine& engine()`, `Result<T> run(Task<T>)`, and `settle()`, which lets what goes
// on in the background end.
#pragma once

#include "objects/engine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace belfry::objects {

template <class Fixture>
class EngineConformance : public ::testing::Test {
 protected:
  static constexpr BucketId kBucket{7};

  Engine& engine() { return fixture_.engine(); }
  template <class T>
  Result<T> run(Task<T> task) {
    return fixture_.run(std::move(task));
  }

  static Change put(std::string_view value, std::string_view blob = {},
                    EntryKind kind = EntryKind::kObject, std::string suffix = {}) {
    return {.kind = kind,
            .suffix = std::move(suffix),
            .value = to_buffer(value),
            .inline_blob = to_buffer(blob)};
  }
  static Change remove(EntryKind kind = EntryKind::kObject, std::string suffix = {}) {
    return {.what = Change::Kind::kRemove, .kind = kind, .suffix = std::move(suffix)};
  }

  Result<Sequence> commit(std::string key, std::vector<Change> changes,
                          std::vector<Expectation> expect = {}, BucketId bucket = kBucket) {
    Commit commit{.bucket = bucket, .key = std::move(key)};
    commit.expect = std::move(expect);
    commit.changes = std::move(changes);
    return run(engine().commit(std::move(commit)));
  }

  // The value under the name, or "-".
  std::string value(const std::string& key, EntryKind kind = EntryKind::kObject,
                    const std::string& suffix = {}) {
    auto entry = run(engine().find(kBucket, key, kind, suffix));
    if (!entry) return entry.error().describe();
    return *entry ? std::string(as_text((*entry)->value)) : "-";
  }
  Entry entry(const std::string& key, EntryKind kind = EntryKind::kObject,
              const std::string& suffix = {}) {
    auto found = run(engine().find(kBucket, key, kind, suffix));
    EXPECT_TRUE(found && *found) << key;
    return found && *found ? **found : Entry{};
  }
  std::string read(const Blob& blob) {
    if (auto* there = std::get_if<RecordBlob>(&blob)) {
      auto octets = run(engine().read_record_blob(*there));
      return octets ? std::string(as_text(*octets)) : octets.error().describe();
    }
    const auto& file = std::get<segments::FilePosition>(blob);
    Buffer octets(file.size.count);
    auto count = run(engine().read_file(file, 0, octets));
    return count ? std::string(as_text(octets)) : "gone";
  }
  segments::FilePosition file(std::string_view content) {
    auto writer = run(engine().create_file({}));
    EXPECT_TRUE(writer);
    EXPECT_TRUE(run((*writer)->write(as_view(content))));
    auto position = run((*writer)->finish());
    EXPECT_TRUE(position);
    return position.value_or(segments::FilePosition{});
  }
  std::string scan(ScanRequest request) {
    request.bucket = kBucket;
    auto page = run(engine().scan(request));
    if (!page) return page.error().describe();
    std::string text;
    for (const Entry& each : page->entries)
      text += (text.empty() ? "" : " ") + each.key + (each.suffix.empty() ? "" : "/" + each.suffix);
    return text + (page->more ? " ..." : "");
  }

  Fixture fixture_;
};

TYPED_TEST_SUITE_P(EngineConformance);

TYPED_TEST_P(EngineConformance, FindsWhatWasCommitted) {
  EXPECT_EQ(this->value("a"), "-");
  auto first = this->commit("a", {this->put("one", "octets")});
  ASSERT_TRUE(first) << first.error().describe();
  EXPECT_EQ(this->value("a"), "one");
  Entry entry = this->entry("a");
  EXPECT_EQ(entry.sequence, *first);
  EXPECT_EQ(entry.key, "a");
  ASSERT_EQ(entry.blobs.size(), 1u);
  EXPECT_EQ(this->read(entry.blobs[0]), "octets");
  auto second = this->commit("a", {this->put("two")});
  ASSERT_TRUE(second);
  EXPECT_GT(*second, *first);
  EXPECT_EQ(this->value("a"), "two");
  EXPECT_TRUE(this->entry("a").blobs.empty());
  ASSERT_TRUE(this->commit("a", {this->remove()}));
  EXPECT_EQ(this->value("a"), "-");
  // Again: nothing to remove is no error.
  ASSERT_TRUE(this->commit("a", {this->remove()}));
}

TYPED_TEST_P(EngineConformance, KeepsKindsSuffixesAndBucketsApart) {
  std::string zero("k\0", 2), zero_more("k\0\1", 3);
  ASSERT_TRUE(
      this->commit("k", {this->put("object"), this->put("upload", {}, EntryKind::kUpload, "u"),
                         this->put("part", {}, EntryKind::kPart, "u1")}));
  ASSERT_TRUE(this->commit(zero, {this->put("zero")}));
  ASSERT_TRUE(this->commit(zero_more, {this->put("zero more")}));
  ASSERT_TRUE(this->commit("k", {this->put("elsewhere")}, {}, BucketId{8}));
  EXPECT_EQ(this->value("k"), "object");
  EXPECT_EQ(this->value("k", EntryKind::kUpload, "u"), "upload");
  EXPECT_EQ(this->value("k", EntryKind::kPart, "u1"), "part");
  EXPECT_EQ(this->value("k", EntryKind::kPart, "u"), "-");
  EXPECT_EQ(this->value(zero), "zero");
  EXPECT_EQ(this->value(zero_more), "zero more");
  EXPECT_EQ(this->scan({.kind = EntryKind::kUpload}), "k/u");
}

TYPED_TEST_P(EngineConformance, AppliesOnlyIfAllExpectationsHold) {
  using What = Expectation::Kind;
  auto refused = [&](std::vector<Expectation> expect) {
    auto outcome = this->commit("a", {this->put("wrong")}, std::move(expect));
    return !outcome && outcome.error().message() == "engine.expectation" &&
           outcome.error().code() == Code::kConflict;
  };
  EXPECT_TRUE(refused({{.what = What::kPresent}}));
  EXPECT_TRUE(refused({{.what = What::kSequence, .sequence = 1}}));
  auto first = this->commit("a", {this->put("one")}, {{.what = What::kAbsent}});
  ASSERT_TRUE(first);
  EXPECT_TRUE(refused({{.what = What::kAbsent}}));
  EXPECT_TRUE(refused({{.what = What::kSequence, .sequence = *first + 1}}));
  EXPECT_TRUE(refused({{.what = What::kPresent},
                       {.what = What::kPresent, .kind = EntryKind::kUpload, .suffix = "u"}}));
  EXPECT_EQ(this->value("a"), "one");
  EXPECT_TRUE(this->commit("a", {this->put("two")},
                           {{.what = What::kSequence, .sequence = *first},
                            {.what = What::kAbsent, .kind = EntryKind::kUpload, .suffix = "u"}}));
  EXPECT_EQ(this->value("a"), "two");
}

TYPED_TEST_P(EngineConformance, RemovesByPrefixWithinTheGroup) {
  ASSERT_TRUE(this->commit(
      "k", {this->put("1", {}, EntryKind::kPart, "ua"), this->put("2", {}, EntryKind::kPart, "ub"),
            this->put("3", {}, EntryKind::kPart, "va"), this->put("o")}));
  ASSERT_TRUE(this->commit("other", {this->put("4", {}, EntryKind::kPart, "ua")}));
  ASSERT_TRUE(this->commit(
      "k", {{.what = Change::Kind::kRemovePrefix, .kind = EntryKind::kPart, .suffix = "u"}}));
  EXPECT_EQ(this->scan({.kind = EntryKind::kPart}), "k/va other/ua");
  EXPECT_EQ(this->value("k"), "o");
}

TYPED_TEST_P(EngineConformance, ScansInTheOrderOfOctets) {
  std::string bell = "a/\xf0\x9f\x94\x94", accent = "\xc3\xa9";
  for (const std::string& key :
       {std::string("b"), std::string("a"), std::string("a/b"), std::string("a-"), accent,
        std::string("zz"), bell, std::string("B")})
    ASSERT_TRUE(this->commit(key, {this->put("v")}));
  EXPECT_EQ(this->scan({}), "B a a- a/b " + bell + " b zz " + accent);
  EXPECT_EQ(this->scan({.prefix = "a"}), "a a- a/b " + bell);
  EXPECT_EQ(this->scan({.from = "a", .after = true}), "a- a/b " + bell + " b zz " + accent);
  EXPECT_EQ(this->scan({.from = "a", .limit = 2}), "a a- ...");
  EXPECT_EQ(this->scan({.prefix = "a/", .from = "a/b", .after = true}), bell);
  EXPECT_EQ(this->scan({.from = "a.", .after = true, .limit = 1}), "a/b ...");
  EXPECT_EQ(this->scan({.prefix = "nothing"}), "");
}

TYPED_TEST_P(EngineConformance, ScansTheSuffixesOfOneKey) {
  for (const char* suffix : {"u1", "u2", "u3", "v1"})
    ASSERT_TRUE(this->commit("k", {this->put("v", {}, EntryKind::kPart, suffix)}));
  ASSERT_TRUE(this->commit("k2", {this->put("v", {}, EntryKind::kPart, "u1")}));
  ScanRequest request{.kind = EntryKind::kPart, .only_key = "k", .suffix_prefix = "u"};
  EXPECT_EQ(this->scan(request), "k/u1 k/u2 k/u3");
  request.from = "k", request.from_suffix = "u1", request.after = true;
  EXPECT_EQ(this->scan(request), "k/u2 k/u3");
  request.limit = 1;
  EXPECT_EQ(this->scan(request), "k/u2 ...");
  request.limit = 2;
  EXPECT_EQ(this->scan(request), "k/u2 k/u3") << "full, and the last one";
}

TYPED_TEST_P(EngineConformance, EndsAPageByOctets) {
  std::string large(3000, 'v');
  for (const char* key : {"a", "b", "c", "d", "e"})
    ASSERT_TRUE(this->commit(key, {this->put(large)}));
  EXPECT_EQ(this->scan({.octets_max = 8_KiB}), "a b c ...");
  EXPECT_EQ(this->scan({.from = "c", .after = true, .octets_max = 8_KiB}), "d e");
  EXPECT_EQ(this->scan({.octets_max = 1_B}), "a ...") << "one at least";
  EXPECT_EQ(this->scan({.octets_max = 1_MiB}), "a b c d e");
}

TYPED_TEST_P(EngineConformance, GivesHeadsOfEntries) {
  std::string small(100, 's'), large = std::string(kHeadLength, 'h') + "tail";
  ASSERT_TRUE(this->commit("a", {this->put(small, "octets")}));
  ASSERT_TRUE(this->commit("b", {this->put(large, "octets")}));
  auto page =
      this->run(this->engine().scan({.bucket = this->kBucket, .extent = EntryExtent::kHead}));
  ASSERT_TRUE(page && page->entries.size() == 2);
  for (const Entry& entry : page->entries) EXPECT_TRUE(entry.blobs.empty());
  EXPECT_EQ(as_text(page->entries[0].value), small);
  EXPECT_EQ(as_text(page->entries[1].value), large.substr(0, kHeadLength));
  EXPECT_EQ(page->entries[1].sequence, this->entry("b").sequence);
  EXPECT_EQ(this->value("b"), large);
}

TYPED_TEST_P(EngineConformance, ReleasesFilesWithTheirLastReader) {
  segments::FilePosition file = this->file("large");
  ASSERT_TRUE(this->commit("a", {{.value = {}, .blobs = {file}}}));
  Entry entry = this->entry("a");
  std::shared_ptr<void> pin = this->engine().pin(entry);
  ASSERT_TRUE(pin);
  ASSERT_TRUE(this->commit("a", {this->put("small")}));
  this->fixture_.settle();
  EXPECT_EQ(this->read(file), "large");
  EXPECT_FALSE(this->engine().pin(entry)) << "an entry that is gone cannot be pinned";
  pin.reset();
  ASSERT_TRUE(this->commit("a", {this->remove()}));
  this->fixture_.settle();
  EXPECT_EQ(this->read(file), "gone");
}

TYPED_TEST_P(EngineConformance, HandsBlobsFromPartsToObjects) {
  segments::FilePosition file = this->file("first part, ");
  Change part = this->put("p1", {}, EntryKind::kPart, "u1");
  part.blobs = {file};
  ASSERT_TRUE(this->commit("k", {std::move(part)}));
  ASSERT_TRUE(this->commit("k", {this->put("p2", "last part", EntryKind::kPart, "u2")}));
  ASSERT_TRUE(this->commit("k", {this->put("p3", "unused", EntryKind::kPart, "u3")}));
  Change object = this->put("manifest");
  object.blobs = {file, this->entry("k", EntryKind::kPart, "u2").blobs.at(0)};
  std::vector<Change> changes{object};
  for (const char* suffix : {"u1", "u2"}) {
    changes.push_back(this->remove(EntryKind::kPart, suffix));
    changes.back().old_blobs = OldBlobs::kKeep;
  }
  changes.push_back({.what = Change::Kind::kRemovePrefix, .kind = EntryKind::kPart, .suffix = "u"});
  ASSERT_TRUE(this->commit("k", std::move(changes)));
  this->fixture_.settle();
  Entry entry = this->entry("k");
  ASSERT_EQ(entry.blobs.size(), 2u);
  EXPECT_EQ(this->read(entry.blobs[0]) + this->read(entry.blobs[1]), "first part, last part");
  EXPECT_EQ(this->scan({.kind = EntryKind::kPart}), "");
  ASSERT_TRUE(this->commit("k", {this->remove()}));
  this->fixture_.settle();
  EXPECT_EQ(this->read(file), "gone");
}

TYPED_TEST_P(EngineConformance, CountsAgreeWithARecount) {
  auto agree = [&] {
    auto counts = this->run(this->engine().counts());
    auto recount = this->run(this->engine().recount());
    EXPECT_TRUE(counts && recount && *counts == *recount);
    SetCounts sum;
    for (const SetCounts& each : counts.value_or(std::vector<SetCounts>{}))
      sum.objects += each.objects, sum.stored += each.stored;
    return sum;
  };
  EXPECT_EQ(agree().objects, 0u);
  ASSERT_TRUE(this->commit("a", {this->put("v", "12345")}));
  Change large = this->put("v");
  large.blobs = {this->file("1234567")};
  ASSERT_TRUE(this->commit("b", {large}));
  ASSERT_TRUE(this->commit("b", {this->put("v", "123", EntryKind::kPart, "u1")}));
  EXPECT_EQ(agree().objects, 2u);
  EXPECT_EQ(agree().stored, 15_B);
  ASSERT_TRUE(this->commit("a", {this->put("v", "1")}));
  EXPECT_EQ(agree().stored, 11_B);
  ASSERT_TRUE(this->commit("b", {this->remove()}));
  EXPECT_EQ(agree().objects, 1u);
  EXPECT_EQ(agree().stored, 4_B);
}

TYPED_TEST_P(EngineConformance, NamesTheEntriesOfASet) {
  segments::FilePosition file = this->file("large");
  ASSERT_TRUE(this->commit("gone", {this->put("v", "1")}));
  ASSERT_TRUE(this->commit("a", {this->put("v", "1"), this->put("v", {}, EntryKind::kUpload, "u"),
                                 this->put("v", "12", EntryKind::kPart, "u1")}));
  Change large = this->put("v", "tail");
  large.blobs = {file};
  ASSERT_TRUE(this->commit("b", {large}));
  ASSERT_TRUE(this->commit("gone", {this->remove()}));
  std::map<std::string, int> named;
  auto counts = this->run(this->engine().counts());
  ASSERT_TRUE(counts);
  for (const SetCounts& set : *counts) {
    auto entries = this->run(this->engine().entries_of(set.set, 10));
    ASSERT_TRUE(entries) << entries.error().describe();
    for (const Entry& each : *entries) ++named[each.key + each.suffix];
    auto bounded = this->run(this->engine().entries_of(set.set, 1));
    ASSERT_TRUE(bounded);
    EXPECT_EQ(bounded->size(), std::min<std::size_t>(1, entries->size()));
  }
  // The large one may lie in two sets: its file in one, its record in another.
  EXPECT_EQ(named["a"], 1);
  EXPECT_EQ(named["au1"], 1);
  EXPECT_GE(named["b"], 1);
  EXPECT_EQ(named.size(), 3u);
  auto elsewhere = this->run(this->engine().entries_of(SetId{987'654'321}, 10));
  EXPECT_TRUE(elsewhere && elsewhere->empty());
}

TYPED_TEST_P(EngineConformance, ReleasesADiscardedFile) {
  segments::FilePosition file = this->file("nobody's");
  EXPECT_EQ(this->read(file), "nobody's");
  ASSERT_TRUE(this->run(this->engine().discard(file)));
  EXPECT_EQ(this->read(file), "gone");
}

REGISTER_TYPED_TEST_SUITE_P(EngineConformance, FindsWhatWasCommitted,
                            KeepsKindsSuffixesAndBucketsApart, AppliesOnlyIfAllExpectationsHold,
                            RemovesByPrefixWithinTheGroup, ScansInTheOrderOfOctets,
                            ScansTheSuffixesOfOneKey, EndsAPageByOctets, GivesHeadsOfEntries,
                            ReleasesFilesWithTheirLastReader, HandsBlobsFromPartsToObjects,
                            CountsAgreeWithARecount, NamesTheEntriesOfASet, ReleasesADiscardedFile);

}  // namespace belfry::objects
