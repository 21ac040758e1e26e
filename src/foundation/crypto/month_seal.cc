#include "month_seal.h"

#include "base/codec.h"
#include "base/text_encoding.h"
#include "crypto/aead.h"
#include "crypto/hash.h"

#include <openssl/crypto.h>

namespace belfry::crypto {

namespace {

// Hexadecimal digits and a line end: of one key, or of two.
constexpr std::size_t kLineLength = 2 * kKeyLength + 1;

// A key of its own for each month, so that one nonce does.
Buffer month_key(View seal, KeyId id) {
  Encoder info;
  info.raw(as_view("belfry keystore month 1")).put_i64(id.value);
  return hkdf_sha256(seal, {}, info.buffer(), kKeyLength);
}

constexpr std::array<std::byte, kNonceLength> kMonthNonce{};

}  // namespace

Buffer seal_id(View seal) {
  return hkdf_sha256(seal, {}, as_view("belfry keystore seal id 1"), kSealIdLength);
}

Buffer seal_month(View seal_key, KeyId id, View secret) {
  return seal(month_key(seal_key, id), kMonthNonce, {}, secret);
}

Result<Buffer> open_month(View seal_key, KeyId id, View sealed) {
  return open(month_key(seal_key, id), kMonthNonce, {}, sealed);
}

Result<> MonthSeal::read() {
  auto octets = read_whole(place_.folder, place_.name, {2 * kLineLength});
  exists_ = octets.has_value();
  keys_.clear();
  if (!octets && octets.error().code() == Code::kNotFound) return {};
  const auto bad = [&] {
    return fail(Code::kCorrupt, "keystore.seal_malformed", {{"name", place_.name}});
  };
  if (!octets && octets.error().code() == Code::kCorrupt) return bad();
  if (!octets) return std::unexpected(octets.error());
  if (octets->size() % kLineLength != 0) return bad();
  for (std::string_view rest = as_text(*octets); !rest.empty(); rest.remove_prefix(kLineLength)) {
    auto key = from_hex(rest.substr(0, 2 * kKeyLength));
    if (!key || rest[2 * kKeyLength] != '\n') return bad();
    keys_.push_back(std::move(*key));
  }
  OPENSSL_cleanse(octets->data(), octets->size());
  return {};
}

Result<> MonthSeal::write(const std::vector<Buffer>& keys) {
  std::string text;
  for (const Buffer& key : keys) text += to_hex(key) + "\n";
  auto written = replace_file(place_.folder, place_.name, as_view(text),
                              {SyncPoint::kMonthSeal, SyncPoint::kMonthSealDirectory}, {});
  OPENSSL_cleanse(text.data(), text.size());
  if (!written) return written;
  keys_ = keys;
  exists_ = true;
  return {};
}

Result<> MonthSeal::make(Random& random) {
  Buffer key(kKeyLength);
  random.fill(key);
  return write({std::move(key)});
}

Result<> MonthSeal::begin(Random& random) {
  // Written again even if it is there: the start that read it may have read the page cache alone.
  if (is_changing()) return write(std::vector<Buffer>(keys_));
  Buffer next(kKeyLength);
  random.fill(next);
  return write({keys_.front(), std::move(next)});
}

Result<> MonthSeal::finish() {
  return write({Buffer(newest())});
}

}  // namespace belfry::crypto
