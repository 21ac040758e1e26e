// The octets that docs/formats/{leaf,journal}.md describe, written and read to this day.
#include "crypto/hash.h"
#include "destroyed.h"
#include "journal.h"
#include "leaf.h"
#include "note.h"
#include "savepoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

namespace belfry::audit {
namespace {

template <std::size_t N>
std::array<std::byte, N> counting(int from) {
  std::array<std::byte, N> out;
  for (std::size_t i = 0; i < N; ++i) out[i] = static_cast<std::byte>(from + int(i));
  return out;
}

const crypto::Key kMonth{{24},
                         {2},
                         crypto::KeyPurpose::kAuditMonth,
                         24'312,
                         from_us(1'767'225'600'000'000),
                         Buffer(32, std::byte{3})};

std::string line(const char* action) {
  Event event;
  event.time = from_us(1'767'225'600'123'456);
  event.action = action;
  event.actor = "ada";
  event.actor_id = {77};
  event.source_ip = "192.0.2.1";
  event.resource = "arn:aws:s3:::photos/caf\xC3\xA9.jpg";
  event.details = {{"bytes", "4096"}};
  return to_ocsf(event);
}

Leaf golden_event() {
  const LeafRandom random{counting<16>(0x10), counting<32>(0x20), counting<12>(0x40)};
  return {{2},
          random.id,
          seal_leaf(LeafType::kEvent, kMonth, as_view(line("s3:PutObject")), random).value()};
}
Leaf golden_segment() {
  const LeafRandom random{counting<16>(0x50), counting<32>(0x60), counting<12>(0x80)};
  Buffer plain;
  add_to_segment(plain, line("s3:GetObject"));
  add_to_segment(plain, line("s3:HeadObject"));
  return {{2}, random.id, seal_leaf(LeafType::kSegment, kMonth, plain, random).value()};
}
JournalRecord golden_record() {
  return {from_us(1'767'225'600'500'000), 77, {{2}, {9}}, {golden_event(), golden_segment()}};
}

// With BELFRY_WRITE_GOLDEN set the files are made anew: for a new version of a format alone.
std::string golden(const std::string& name, View expected) {
  const std::string path =
      std::string(std::getenv("BELFRY_SOURCE")) + "/docs/formats/golden/" + name;
  if (std::getenv("BELFRY_WRITE_GOLDEN"))
    std::ofstream(path, std::ios::binary) << as_text(expected);
  std::ifstream in(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(in)), {});
}

TEST(Formats, TheGoldenLeaves) {
  EXPECT_EQ(golden("leaf/event-1", golden_event().octets), as_text(golden_event().octets));
  EXPECT_EQ(golden("leaf/segment-1", golden_segment().octets), as_text(golden_segment().octets));
  EXPECT_EQ(line("s3:PutObject"),
            R"({"time":1767225600123,"class_uid":6003,"category_uid":6,"activity_id":1,)"
            R"("type_uid":600301,"severity_id":1,"status_id":1,"status":"Success",)"
            R"("api":{"operation":"s3:PutObject"},"actor":{"user":{"name":"ada","uid":"77"}},)"
            R"("src_endpoint":{"ip":"192.0.2.1"},)"
            R"("resources":[{"name":"arn:aws:s3:::photos/café.jpg"}],)"
            R"("unmapped":{"bytes":"4096"},"metadata":{"version":"1.1.0",)"
            R"("product":{"name":"Belfry","vendor_name":"Belfry"}}})");
}

TEST(Formats, AnEventSaysWhatKindOfActItWas) {
  EXPECT_THAT(line("s3:GetObject"), testing::HasSubstr(R"("activity_id":2,)"));
  EXPECT_THAT(line("disk:Readmit"), testing::HasSubstr(R"("activity_id":3,)"));
  EXPECT_THAT(line("disk:Healed"), testing::HasSubstr(R"("activity_id":99,)"));
}

TEST(Formats, AnEventHoldsAnyOctets) {
  Event event{.action = "s3:PutObject", .actor = "a\"b\\c\n\x01", .resource = "\xff caf\xc3\xa9"};
  EXPECT_THAT(to_ocsf(event), testing::AllOf(testing::HasSubstr(R"("name":"a\"b\\c\n\u0001")"),
                                             testing::HasSubstr("\xef\xbf\xbd caf\xc3\xa9")));
}

TEST(Formats, TheGoldenJournalRecord) {
  const Buffer body = encode_journal_record(golden_record());
  EXPECT_EQ(golden("journal/leaves-1", body), as_text(body));
  const JournalRecord read = decode_journal_record(body).value();
  EXPECT_EQ(read.written, golden_record().written);
  EXPECT_EQ(read.source_complete_up_to, 77u);
  EXPECT_EQ(read.reading, golden_record().reading);
  ASSERT_EQ(read.leaves.size(), 2u);
  EXPECT_EQ(read.leaves[1].id, golden_segment().id);
  EXPECT_EQ(read.leaves[1].octets, golden_segment().octets);
  for (std::size_t length = 0; length < body.size(); ++length)
    ASSERT_FALSE(decode_journal_record(View(body).first(length))) << length;
}

TEST(Formats, TheGoldenDestroyedNote) {
  const Buffer seed(32, std::byte{7});
  const VerifierKey key = make_verifier_key("belfry.example", crypto::public_key_of(seed));
  const Destroyed destroyed{512, counting<32>(0x20), from_us(1'767'225'599'000'001)};
  const std::string note = sign_destroyed("belfry.example/tenant/2", destroyed, key, seed);
  EXPECT_EQ(golden("journal/destroyed-1", as_view(note)), note);
  const Destroyed read = open_destroyed(note, "belfry.example/tenant/2", key).value();
  EXPECT_EQ(read.leaves, 512u);
  EXPECT_EQ(read.root, destroyed.root);
  EXPECT_EQ(read.until, from_us(1'767'225'600'000'000)) << "not before the youngest";
}

TEST(Formats, TheGoldenClosedRecord) {
  const Buffer body = encode_closed_record(from_us(1'767'225'600'750'000));
  EXPECT_EQ(golden("journal/closed-1", body), as_text(body));
}

TEST(Formats, TheGoldenSavepointRecord) {
  const Buffer body = encode_savepoint_record({from_us(1'767'225'601'000'000), 4711});
  EXPECT_EQ(golden("journal/savepoint-record-1", body), as_text(body));
  EXPECT_EQ(decode_savepoint_record(body).value().sequence, 4711u);
  for (std::size_t length = 0; length < body.size(); ++length)
    ASSERT_FALSE(decode_savepoint_record(View(body).first(length))) << length;
}

// A log of 259 leaves of one octet each, of which the record has 258; its full bundle is deleted.
Buffer golden_savepoint() {
  SavedLog log{.tenant = {2}, .counted = 258, .deleted = 1};
  std::vector<FullTile> filled;
  for (int i = 0; i < 259; ++i) log.edge.add(leaf_hash(Buffer(1, std::byte(i & 255))), filled);
  log.bundles.push_back({from_us(1'767'225'600'500'000), 2100});
  SavepointEncoder out({.sequence = 4711,
                        .last_written = from_us(1'767'225'600'500'000),
                        .source_watermark = 77,
                        .reading = {{2}, {9}},
                        .recent = {{counting<16>(1), {{2}, 258}}},
                        .logs = {}});
  out.add(log);
  return out.finish();
}

TEST(Formats, TheGoldenSavepoint) {
  const Buffer octets = golden_savepoint();
  EXPECT_EQ(golden("journal/savepoint-1", octets), as_text(octets));
  EXPECT_EQ(savepoint_sequence(View(octets).first(kSavepointHead)), 4711u);
  const Savepoint read = decode_savepoint(octets).value();
  EXPECT_EQ(read.sequence, 4711u);
  EXPECT_EQ(read.reading, (std::set<TenantId>{{2}, {9}}));
  ASSERT_EQ(read.recent.size(), 1u);
  EXPECT_EQ(read.recent[0].second.index, 258u);
  ASSERT_EQ(read.logs.size(), 1u);
  const SavedLog& log = read.logs[0];
  EXPECT_EQ(log.edge.size(), 259u);
  Edge whole;
  std::vector<FullTile> filled;
  for (int i = 0; i < 259; ++i) whole.add(leaf_hash(Buffer(1, std::byte(i & 255))), filled);
  EXPECT_EQ(log.edge.root(), whole.root());
  EXPECT_EQ(log.counted, 258u);
  EXPECT_EQ(log.deleted, 1u);
  ASSERT_EQ(log.bundles.size(), 1u);
  EXPECT_EQ(log.bundles[0].octets, 2100u);
  for (std::size_t at = 0; at < octets.size(); ++at) {
    ASSERT_FALSE(decode_savepoint(View(octets).first(at))) << at;
    Buffer changed = octets;
    changed[at] ^= std::byte{1};
    ASSERT_FALSE(decode_savepoint(changed)) << at;
  }
}

TEST(Leaf, OpensToWhatItSealed) {
  const Buffer plain = open_leaf(golden_event().octets, kMonth.secret).value();
  EXPECT_EQ(as_text(plain), line("s3:PutObject"));
  const Buffer segment = open_leaf(golden_segment().octets, kMonth.secret).value();
  const auto events = events_of(LeafType::kSegment, segment).value();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1], line("s3:HeadObject"));
}

TEST(Leaf, NoFlippedBitOpens) {
  const Buffer octets = golden_event().octets;
  for (std::size_t bit = 0; bit < octets.size() * 8; ++bit) {
    Buffer changed = octets;
    changed[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    ASSERT_FALSE(open_leaf(changed, kMonth.secret)) << bit;
  }
  EXPECT_FALSE(open_leaf(octets, Buffer(32, std::byte{4})));
}

// The tag holds, and the commitment does not: only who has the key can make this.
TEST(Leaf, ATagWithoutItsCommitmentIsRefused) {
  Buffer octets = golden_event().octets;
  octets[30] ^= std::byte{1};
  const LeafHeader header = decode_leaf_header(octets).value();
  const Buffer key = crypto::hkdf_sha256(kMonth.secret, {}, header.id, 32);
  Buffer salted = to_buffer(std::string(32, 's') + "another event");
  octets.resize(kLeafHeaderLength);
  const Buffer sealed = crypto::seal(key, header.nonce, octets, salted);
  octets.insert(octets.end(), sealed.begin(), sealed.end());
  EXPECT_EQ(open_leaf(octets, kMonth.secret).error().message(), "audit.leaf_commitment");
}

TEST(Leaf, ALaterVersionOrTypeIsKnownAsSuch) {
  for (std::size_t at : {0u, 1u}) {
    Buffer octets = golden_event().octets;
    octets[at] = std::byte{9};
    EXPECT_EQ(decode_leaf_header(octets).error().message(), "audit.leaf_unknown");
    EXPECT_EQ(leaf_id(octets).value(), golden_event().id) << "the id keeps its place";
  }
}

TEST(Leaf, TravelsInCommitRecords) {
  const Leaf leaf = golden_event();
  const Leaf back = Leaf::decode(leaf.encode()).value();
  EXPECT_EQ(back.tenant, leaf.tenant);
  EXPECT_EQ(back.id, leaf.id);
  EXPECT_EQ(back.octets, leaf.octets);
  EXPECT_FALSE(Leaf::decode(View(leaf.encode()).first(20)));
}

TEST(RecentLeaves, AreTheNewestDistinctOnes) {
  RecentLeaves recent;
  const auto id = [](std::uint64_t number) {
    LeafId out{};
    std::memcpy(out.data(), &number, sizeof number);
    return out;
  };
  for (std::uint64_t i = 0; i <= RecentLeaves::kCount; ++i) recent.add(id(i), {{2}, i});
  EXPECT_EQ(recent.find(id(0)), nullptr);
  ASSERT_NE(recent.find(id(1)), nullptr);
  EXPECT_EQ(recent.find(id(1))->index, 1u);
}

const Buffer kSeed(32, std::byte{7});
const VerifierKey kVerifier = make_verifier_key("belfry.example", crypto::public_key_of(kSeed));

TEST(Note, VerifierKeysAreReadAsWritten) {
  const VerifierKey read = parse_verifier_key(kVerifier.text()).value();
  EXPECT_EQ(read.name, "belfry.example");
  EXPECT_EQ(read.id, kVerifier.id);
  EXPECT_EQ(read.key, kVerifier.key);
  for (const char* text : {"", "a+b", "belfry.example+00000000+AQ==", "a b+1+2"})
    EXPECT_FALSE(parse_verifier_key(text)) << text;
  std::string other_id = kVerifier.text();
  other_id[15] = other_id[15] == '0' ? '1' : '0';
  EXPECT_FALSE(parse_verifier_key(other_id));
}

TEST(Note, NoChangedOctetIsAccepted) {
  const std::string note =
      sign_checkpoint("belfry.example/tenant/2", 700, counting<32>(1), kVerifier, kSeed);
  const OpenedCheckpoint opened = open_checkpoint(note, kVerifier).value();
  EXPECT_EQ(opened.size, 700u);
  EXPECT_EQ(opened.root, counting<32>(1));
  EXPECT_EQ(opened.origin, "belfry.example/tenant/2");
  for (std::size_t at = 0; at < note.size(); ++at)
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = note;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      ASSERT_FALSE(open_checkpoint(changed, kVerifier)) << at << ": " << changed;
    }
  for (std::size_t length = 0; length < note.size(); ++length)
    ASSERT_FALSE(open_checkpoint(note.substr(0, length), kVerifier)) << length;
}

TEST(Note, AnotherSignatureBesidesDoesNotMatter) {
  const VerifierKey witness =
      make_verifier_key("witness.example", crypto::public_key_of(Buffer(32, std::byte{8})));
  const std::string note =
      sign_checkpoint("belfry.example/tenant/2", 1, counting<32>(1), kVerifier, kSeed);
  const std::string other = sign_checkpoint("belfry.example/tenant/2", 1, counting<32>(1), witness,
                                            Buffer(32, std::byte{8}));
  const std::string both = note + other.substr(other.find("\n\n") + 2);
  EXPECT_TRUE(open_checkpoint(both, kVerifier));
  EXPECT_TRUE(open_checkpoint(both, witness));
  EXPECT_FALSE(open_checkpoint(note, witness));
}

}  // namespace
}  // namespace belfry::audit
