#include "index_format.h"

#include "base/codec.h"
#include "crypto/aead.h"
#include "crypto/hash.h"

#include <algorithm>

namespace belfry::audit {

namespace {

constexpr std::uint32_t kMagic = 0x58444942;  // "BIDX"
constexpr std::uint16_t kVersion = 1;
constexpr std::size_t kTrailerLength = 8, kDirectoryLengthMax = 1 << 20;
constexpr std::size_t kRowsAPage = 4096, kTermPageLength = 8 << 10;
constexpr std::size_t kWriteLength = 256 << 10;
constexpr std::size_t kPageLengthMax = 64 << 20;
constexpr std::string_view kKeyInfo = "belfry search index 1";

std::unexpected<Error> malformed() {
  return fail(Code::kCorrupt, "audit.index_malformed");
}

std::array<std::byte, crypto::kNonceLength> nonce_of(PageNumber page) {
  std::array<std::byte, crypto::kNonceLength> nonce{};
  for (std::size_t i = 0; i < sizeof page; ++i)
    nonce[i] = static_cast<std::byte>(std::uint64_t(page) >> (8 * i));
  return nonce;
}

void put_varint(Buffer& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::byte>(value | 0x80));
  out.push_back(static_cast<std::byte>(value));
}
void put_signed(Buffer& out, std::int64_t value) {
  put_varint(out, std::uint64_t(value) << 1 ^ std::uint64_t(value >> 63));
}

// Sticks at the first thing that is not there, as Decoder does.
class VarintReader {
 public:
  explicit VarintReader(View in) : in_(in) {}
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (in_.empty()) return ok_ = false, 0;
      const auto octet = std::to_integer<std::uint64_t>(in_.front());
      in_ = in_.subspan(1);
      value |= (octet & 0x7f) << shift;
      if (octet < 0x80) return value;
    }
    return ok_ = false, 0;
  }
  std::int64_t signed_number() {
    const std::uint64_t value = number();
    return std::int64_t(value >> 1) ^ -std::int64_t(value & 1);
  }
  View raw(std::uint64_t count) {
    if (count > in_.size()) return ok_ = false, in_ = {}, View{};
    const View octets = in_.first(count);
    in_ = in_.subspan(count);
    return octets;
  }
  bool more() const { return ok_ && !in_.empty(); }
  bool ok() const { return ok_; }

 private:
  View in_;
  bool ok_ = true;
};

enum class RowList : std::uint8_t { kSteps = 0, kBits = 1 };

// Steps from one row to the next, or a bit a row from the first one on: whichever is shorter.
Buffer row_list(std::span<const std::uint32_t> rows) {
  Buffer steps{static_cast<std::byte>(RowList::kSteps)};
  std::uint32_t before = 0;
  for (std::uint32_t row : rows) put_varint(steps, row - std::exchange(before, row));
  const std::uint32_t first = rows.front();
  const std::size_t width = (rows.back() - first) / 8 + 1;
  if (width + 6 >= steps.size()) return steps;
  Buffer bits{static_cast<std::byte>(RowList::kBits)};
  put_varint(bits, first);
  const std::size_t start = bits.size();
  bits.resize(start + width);
  for (std::uint32_t row : rows)
    bits[start + (row - first) / 8] |= std::byte{1} << ((row - first) % 8);
  return bits;
}

Buffer encode_footer(const SectionFooter& footer) {
  Encoder out;
  out.put_i64(footer.tenant.value).put(footer.from).put(footer.until).raw(footer.leaves);
  out.put(footer.rows).put_i64(footer.min_ms).put_i64(footer.max_ms);
  out.put(std::uint32_t(footer.row_pages.size())).put(std::uint32_t(footer.term_pages.size()));
  for (const RowPage& page : footer.row_pages)
    out.put(page.first_row)
        .put(page.rows)
        .put(page.first_leaf)
        .put_i64(page.min_ms)
        .put_i64(page.max_ms)
        .put(page.place.at)
        .put(page.place.length);
  for (const TermPage& page : footer.term_pages)
    out.string(page.first).put(page.place.at).put(page.place.length);
  return out.take();
}

PagePlace read_place(Decoder& in) {
  PagePlace place;
  place.at = in.get<std::uint64_t>();
  place.length = in.get<std::uint32_t>();
  return place;
}

Result<SectionFooter> decode_footer(View octets) {
  Decoder in(octets);
  SectionFooter footer;
  footer.tenant.value = in.get_i64();
  footer.from = in.get<std::uint64_t>();
  footer.until = in.get<std::uint64_t>();
  std::ranges::copy(in.raw(footer.leaves.size()), footer.leaves.begin());
  footer.rows = in.get<std::uint32_t>();
  footer.min_ms = in.get_i64();
  footer.max_ms = in.get_i64();
  const auto row_pages = in.get<std::uint32_t>(), term_pages = in.get<std::uint32_t>();
  std::uint64_t rows = 0;
  for (std::uint32_t i = 0; i < row_pages && in.ok(); ++i) {
    RowPage page;
    page.first_row = in.get<std::uint32_t>();
    page.rows = in.get<std::uint32_t>();
    page.first_leaf = in.get<std::uint64_t>();
    page.min_ms = in.get_i64();
    page.max_ms = in.get_i64();
    page.place = read_place(in);
    // Rows are looked up by their numbers, unchecked from here on.
    if (page.first_row != rows || page.rows > kRowsAPage) return malformed();
    rows += page.rows;
    footer.row_pages.push_back(page);
  }
  for (std::uint32_t i = 0; i < term_pages && in.ok(); ++i) {
    TermPage page{std::string(in.text()), {}};
    page.place = read_place(in);
    footer.term_pages.push_back(std::move(page));
  }
  if (!in.done() || rows != footer.rows) return malformed();
  return footer;
}

void put_times(const std::vector<IndexRow>& rows, std::int64_t& min_ms, std::int64_t& max_ms) {
  const auto [least, most] = std::ranges::minmax(rows, {}, &IndexRow::time_ms);
  min_ms = least.time_ms;
  max_ms = most.time_ms;
}

}  // namespace

Result<std::vector<std::uint32_t>> rows_of(View list, std::uint32_t rows_max) {
  if (list.empty()) return malformed();
  const auto kind = RowList(std::to_integer<std::uint8_t>(list.front()));
  std::vector<std::uint32_t> rows;
  std::uint64_t row = 0;
  VarintReader in(list.subspan(1));
  if (kind == RowList::kSteps) {
    while (in.more()) {
      row += in.number();
      if (!in.ok() || row >= rows_max) return malformed();
      rows.push_back(std::uint32_t(row));
    }
    return rows;
  }
  const std::uint64_t first = in.number();
  for (; in.more(); row += 8) {
    const auto bits = std::to_integer<unsigned>(in.raw(1).front());
    for (unsigned bit = 0; bit < 8; ++bit) {
      if ((bits >> bit & 1) == 0) continue;
      if (first >= rows_max || first + row + bit >= rows_max) return malformed();
      rows.push_back(std::uint32_t(first + row + bit));
    }
  }
  return rows;
}

SectionKey::SectionKey(View month_secret, const std::array<std::byte, 16>& section) {
  Buffer info = to_buffer(kKeyInfo);
  info.insert(info.end(), section.begin(), section.end());
  key_ = crypto::hkdf_sha256(month_secret, {}, info, crypto::kKeyLength);
}

Buffer SectionKey::seal(PageNumber page, View plain) const {
  return crypto::seal(key_, nonce_of(page), {}, plain);
}

Result<Buffer> SectionKey::open(PageNumber page, View sealed) const {
  auto plain = crypto::open(key_, nonce_of(page), {}, sealed);
  if (!plain) return malformed();
  return plain;
}

IndexWriter::IndexWriter(File& file, IndexDirectory directory, const Hash& leaves)
    : file_(file), directory_(std::move(directory)), leaves_(leaves) {}

void IndexWriter::begin_section(crypto::KeyId month, View secret,
                                const std::array<std::byte, 16>& id) {
  section_ = {month, id};
  keys_.emplace_back(secret, id);
  footer_ = {directory_.tenant, directory_.from, directory_.until, leaves_};
  pages_ = 0;
}

Result<> IndexWriter::add_row(const IndexRow& row) {
  rows_.push_back(row);
  return rows_.size() < kRowsAPage ? Result<>() : end_row_page();
}

Result<> IndexWriter::end_row_page() {
  if (rows_.empty()) return {};
  RowPage page{footer_.rows, std::uint32_t(rows_.size()), rows_.front().place.leaf};
  put_times(rows_, page.min_ms, page.max_ms);
  Buffer plain;
  put_varint(plain, rows_.front().place.part);
  IndexRow before{{page.first_leaf, 0}, 0};
  for (const IndexRow& row : rows_) {
    put_varint(plain, row.place.leaf - before.place.leaf);
    put_signed(plain, row.time_ms - before.time_ms);
    before = row;
  }
  TRY(page.place, write_page(plain));
  footer_.min_ms = footer_.rows == 0 ? page.min_ms : std::min(footer_.min_ms, page.min_ms);
  footer_.max_ms = footer_.rows == 0 ? page.max_ms : std::max(footer_.max_ms, page.max_ms);
  footer_.rows += page.rows;
  footer_.row_pages.push_back(page);
  rows_.clear();
  return {};
}

// Each term says how much of the one before it begins with; the first one of a page stands whole.
Result<> IndexWriter::add_term(std::string_view term, std::span<const std::uint32_t> rows) {
  TRY(end_row_page());
  if (terms_.empty()) first_term_ = last_term_ = "";
  const auto shared = std::size_t(std::ranges::mismatch(term, last_term_).in1 - term.begin());
  if (terms_.empty()) first_term_ = term;
  const Buffer list = row_list(rows);
  put_varint(terms_, shared);
  put_varint(terms_, term.size() - shared);
  const View rest = as_view(term.substr(shared));
  terms_.insert(terms_.end(), rest.begin(), rest.end());
  put_varint(terms_, list.size());
  terms_.insert(terms_.end(), list.begin(), list.end());
  last_term_ = term;
  return terms_.size() < kTermPageLength ? Result<>() : end_term_page();
}

Result<> IndexWriter::end_term_page() {
  if (terms_.empty()) return {};
  TRY(PagePlace place, write_page(terms_));
  footer_.term_pages.push_back({std::exchange(first_term_, {}), place});
  terms_.clear();
  return {};
}

Result<> IndexWriter::end_section() {
  TRY(end_row_page());
  TRY(end_term_page());
  const Buffer sealed = keys_.back().seal(PageNumber::kFooter, encode_footer(footer_));
  section_.footer_at = written_ + unwritten_.size();
  section_.footer_length = std::uint32_t(sealed.size());
  TRY(put(sealed));
  directory_.sections.push_back(section_);
  return {};
}

Result<> IndexWriter::finish() {
  Encoder out;
  out.put(kVersion).put_i64(directory_.tenant.value).put(directory_.from).put(directory_.until);
  out.put(std::uint32_t(directory_.sections.size()));
  for (const SectionPlace& section : directory_.sections)
    out.put_i64(section.key.value)
        .raw(section.id)
        .put(section.footer_at)
        .put(section.footer_length);
  const Hash digest = crypto::sha256(out.buffer());
  for (const SectionKey& key : keys_) out.raw(key.seal(PageNumber::kDirectory, digest));
  const auto length = std::uint32_t(out.buffer().size());
  out.put(length).put(kMagic);
  TRY(put(out.buffer()));
  return flush();
}

Result<PagePlace> IndexWriter::write_page(View plain) {
  const Buffer sealed = keys_.back().seal(PageNumber(pages_++), plain);
  const PagePlace place{written_ + unwritten_.size(), std::uint32_t(sealed.size())};
  TRY(put(sealed));
  return place;
}

Result<> IndexWriter::put(View octets) {
  unwritten_.insert(unwritten_.end(), octets.begin(), octets.end());
  return unwritten_.size() < kWriteLength ? Result<>() : flush();
}

Result<> IndexWriter::flush() {
  TRY(file_.write_at(written_, unwritten_));
  written_ += unwritten_.size();
  unwritten_.clear();
  return {};
}

Result<IndexReader> IndexReader::open(const File& file) {
  IndexReader reader(file);
  TRY(const Bytes size, file.size());
  if (size.count < kTrailerLength) return malformed();
  TRY(const Buffer trailer, reader.read(size.count - kTrailerLength, kTrailerLength));
  Decoder end(trailer);
  const auto length = end.get<std::uint32_t>();
  if (end.get<std::uint32_t>() != kMagic || length > kDirectoryLengthMax ||
      length > size.count - kTrailerLength)
    return malformed();
  TRY(const Buffer octets, reader.read(size.count - kTrailerLength - length, length));
  Decoder in(octets);
  if (in.get<std::uint16_t>() != kVersion) return malformed();
  IndexDirectory& directory = reader.directory_;
  directory.tenant.value = in.get_i64();
  directory.from = in.get<std::uint64_t>();
  directory.until = in.get<std::uint64_t>();
  const auto sections = in.get<std::uint32_t>();
  for (std::uint32_t i = 0; i < sections && in.ok(); ++i) {
    SectionPlace section;
    section.key.value = in.get_i64();
    std::ranges::copy(in.raw(section.id.size()), section.id.begin());
    section.footer_at = in.get<std::uint64_t>();
    section.footer_length = in.get<std::uint32_t>();
    directory.sections.push_back(section);
  }
  directory.digest = crypto::sha256(View(octets).first(octets.size() - in.rest().size()));
  for (SectionPlace& section : directory.sections)
    section.seal = to_buffer(in.raw(sizeof(Hash) + crypto::kTagLength));
  if (!in.done()) return malformed();
  return reader;
}

Result<Buffer> IndexReader::read(std::uint64_t at, std::size_t length) const {
  if (length > kPageLengthMax) return malformed();
  Buffer octets(length);
  TRY(const std::size_t got, file_->read_at(at, octets));
  if (got != length) return malformed();
  return octets;
}

Result<SectionFooter> IndexReader::footer(const SectionPlace& section,
                                          const SectionKey& key) const {
  TRY(const Buffer digest, key.open(PageNumber::kDirectory, section.seal));
  if (!std::ranges::equal(digest, directory_.digest)) return malformed();
  TRY(const Buffer sealed, read(section.footer_at, section.footer_length));
  TRY(const Buffer plain, key.open(PageNumber::kFooter, sealed));
  TRY(SectionFooter footer, decode_footer(plain));
  if (footer.tenant != directory_.tenant || footer.from != directory_.from ||
      footer.until != directory_.until)
    return malformed();
  return footer;
}

Result<std::vector<IndexRow>> IndexReader::rows(const SectionFooter& footer, const SectionKey& key,
                                                std::size_t page) const {
  const RowPage& place = footer.row_pages[page];
  TRY(const Buffer sealed, read(place.place.at, place.place.length));
  TRY(const Buffer plain, key.open(PageNumber(page), sealed));
  VarintReader in(plain);
  std::vector<IndexRow> rows;
  rows.reserve(place.rows);
  IndexRow row{{place.first_leaf, std::uint32_t(in.number())}, 0};
  for (bool first = true; in.more() && rows.size() < place.rows; first = false) {
    const std::uint64_t step = in.number();
    if (!first) row.place.part = step == 0 ? row.place.part + 1 : 0;
    row.place.leaf += step;
    row.time_ms += in.signed_number();
    rows.push_back(row);
  }
  if (!in.ok() || in.more() || rows.size() != place.rows) return malformed();
  return rows;
}

Result<> IndexReader::visit_terms(
    const SectionFooter& footer, const SectionKey& key, std::size_t page,
    const std::function<bool(std::string_view term, View list)>& visit) const {
  const PagePlace& place = footer.term_pages[page].place;
  TRY(const Buffer sealed, read(place.at, place.length));
  TRY(const Buffer plain, key.open(PageNumber(footer.row_pages.size() + page), sealed));
  VarintReader in(plain);
  std::string term;
  while (in.more()) {
    const std::uint64_t shared = in.number();
    if (shared > term.size()) return malformed();
    term.resize(shared);
    term += as_text(in.raw(in.number()));
    const View list = in.raw(in.number());
    if (!in.ok()) return malformed();
    if (!visit(term, list)) return {};
  }
  return in.ok() ? Result<>() : malformed();
}

}  // namespace belfry::audit
