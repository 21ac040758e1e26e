#include "index_search.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>
#include <unistd.h>

namespace belfry::audit {
namespace {

namespace files = std::filesystem;

const crypto::Key kFirst{{24},   {2}, crypto::KeyPurpose::kAuditMonth,
                         24'312, {},  Buffer(32, std::byte{3})};
const crypto::Key kSecond{{25},   {2}, crypto::KeyPurpose::kAuditMonth,
                          24'313, {},  Buffer(32, std::byte{4})};
constexpr std::int64_t kTime = 1'767'225'600'000;

class IndexFormatTest : public testing::Test {
 protected:
  IndexFormatTest()
      : folder_(files::path(testing::TempDir()) / ("belfry-index-" + std::to_string(getpid()))) {
    files::remove_all(folder_);
    files::create_directories(folder_);
    disk_ = open_disk(folder_.string()).value();
  }
  ~IndexFormatTest() override { files::remove_all(folder_); }

  // Two months in one file; pages of rows and of terms, both kinds of lists.
  void write_golden() {
    auto file = disk_->create("index").value();
    Hash leaves;
    leaves.fill(std::byte{9});
    IndexWriter writer(*file, {{2}, 256, 768, {}}, leaves);
    std::array<std::byte, 16> id;
    id.fill(std::byte{1});
    writer.begin_section(kFirst.id, kFirst.secret, id);
    ASSERT_TRUE(writer.add_row({{256, 0}, kTime}));
    ASSERT_TRUE(writer.add_row({{257, 0}, kTime + 10}));
    ASSERT_TRUE(writer.add_row({{257, 1}, kTime + 11}));
    ASSERT_TRUE(writer.add_row({{300, 0}, kTime - 1000}));
    for (std::uint32_t part = 0; part < 5000; ++part)
      ASSERT_TRUE(writer.add_row({{301, part}, kTime + 60'000}));
    std::vector<std::uint32_t> all(5004);
    std::iota(all.begin(), all.end(), 0u);
    ASSERT_TRUE(writer.add_term("aada", std::vector<std::uint32_t>{0, 2}));
    ASSERT_TRUE(writer.add_term("abob", std::vector<std::uint32_t>{1, 3}));
    for (std::uint32_t number = 1000; number < 2000; ++number)
      ASSERT_TRUE(writer.add_term("rarn:aws:s3:::photos/" + std::to_string(number),
                                  std::vector<std::uint32_t>{number}));
    ASSERT_TRUE(writer.add_term("s1", all));
    ASSERT_TRUE(writer.end_section());
    id.fill(std::byte{2});
    writer.begin_section(kSecond.id, kSecond.secret, id);
    ASSERT_TRUE(writer.add_row({{700, 0}, 0}));
    ASSERT_TRUE(writer.add_term("aada", std::vector<std::uint32_t>{0}));
    ASSERT_TRUE(writer.end_section());
    ASSERT_TRUE(writer.finish());
  }
  std::string octets() const { return read(folder_ / "index"); }
  static std::string read(const files::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  Result<std::vector<Position>> search(const std::string& content, const IndexSearch& search) {
    std::ofstream(folder_ / "changed", std::ios::binary) << content;
    auto file = disk_->open("changed", Access::kRead).value();
    TRY(const IndexReader reader, IndexReader::open(*file));
    return search_index(reader, {{kFirst.id, kFirst.secret}, {kSecond.id, kSecond.secret}}, search);
  }

  const files::path folder_;
  std::unique_ptr<Disk> disk_;
};

IndexSearch of(std::string term, Condition::Match match = Condition::Match::kWhole) {
  IndexSearch search;
  search.conditions = {{std::move(term), match}};
  search.bound = {1000, 0};
  search.count_max = 10'000;
  return search;
}

TEST_F(IndexFormatTest, IsThatOfTheGoldenFile) {
  write_golden();
  const files::path path =
      files::path(std::getenv("BELFRY_SOURCE")) / "docs/formats/golden/search_index/two-months";
  if (std::getenv("BELFRY_WRITE_GOLDEN")) {
    files::create_directories(path.parent_path());
    files::copy_file(folder_ / "index", path, files::copy_options::overwrite_existing);
  }
  EXPECT_EQ(octets(), read(path));
}

TEST_F(IndexFormatTest, FindsWhatWasWritten) {
  write_golden();
  const std::string whole = octets();
  using Places = std::vector<Position>;
  EXPECT_EQ(search(whole, of("aada")).value(), (Places{{700, 0}, {257, 1}, {256, 0}}));
  EXPECT_EQ(search(whole, of("a", Condition::Match::kPrefix)).value().size(), 5u);
  EXPECT_EQ(search(whole, of("acharlie")).value(), Places());
  EXPECT_EQ(search(whole, of("rarn:aws:s3:::photos/1500")).value(), (Places{{301, 1496}}));
  EXPECT_EQ(search(whole, of("rarn:aws:s3:::photos/19", Condition::Match::kPrefix)).value().size(),
            100u);
  EXPECT_EQ(search(whole, of("s1")).value().size(), 5004u);
  EXPECT_EQ(search(whole, of("z")).value(), Places());
  IndexSearch between = of("s1");
  between.order = Order::kOldestFirst;
  between.bound = {301, 4998};
  between.from_ms = kTime + 60'000;
  EXPECT_EQ(search(whole, between).value(), (Places{{301, 4998}, {301, 4999}}));
  between.until_ms = kTime + 60'000;
  EXPECT_EQ(search(whole, between).value(), Places());
}

TEST_F(IndexFormatTest, NothingThatWasChangedIsBelieved) {
  write_golden();
  const std::string whole = octets();
  const auto expected = search(whole, of("s1")).value();
  for (std::size_t at = 0; at < whole.size(); at += 41) {
    std::string changed = whole;
    changed[at] = char(changed[at] ^ 1);
    // What was not looked at may be changed; what was may not.
    auto found = search(changed, of("s1"));
    if (found) EXPECT_EQ(*found, expected) << at;
  }
  for (std::size_t length = 0; length < whole.size(); length += 97)
    EXPECT_FALSE(search(whole.substr(0, length), of("s1"))) << length;
}

// A footer that was sealed under the month's key, which customers get, may say anything.
TEST_F(IndexFormatTest, RowsAreWhereTheFooterHasRoomForThem) {
  write_golden();
  const std::string whole = octets();
  const auto file = disk_->open("index", Access::kRead).value();
  const SectionPlace place = IndexReader::open(*file).value().directory().sections[0];
  const SectionKey key(kFirst.secret, place.id);
  const std::string_view sealed =
      std::string_view(whole).substr(place.footer_at, place.footer_length);
  const Buffer footer = key.open(PageNumber::kFooter, as_view(sealed)).value();
  constexpr std::size_t kRows = 56, kFirstRow = 84, kRowsOfPage = 88;  // in its octets
  for (const std::size_t at : {kRows, kFirstRow, kRowsOfPage})
    for (const std::size_t octet : {0u, 3u}) {
      Buffer changed = footer;
      changed[at + octet] ^= std::byte{0x7f};
      std::string forged = whole;
      const Buffer again = key.seal(PageNumber::kFooter, changed);
      forged.replace(place.footer_at, place.footer_length, as_text(again));
      auto found = search(forged, of("s1"));
      ASSERT_FALSE(found) << at;
      EXPECT_EQ(found.error().message(), "audit.index_malformed");
    }
}

}  // namespace
}  // namespace belfry::audit
