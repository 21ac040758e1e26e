#include "key_file.h"

#include "base/codec.h"
#include "base/crc32c.h"
#include "crypto/hash.h"
#include "month_seal.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <map>
#include <set>

namespace belfry::crypto {

namespace {

constexpr std::string_view kMagic = "belfrykS";
// Version 1 has month secrets as they are, and no seal; version 2 seals months alone.
constexpr std::uint16_t kVersion = 3, kMonthsVersion = 2, kUnsealedVersion = 1;
constexpr std::size_t kMasterKeyIdLength = 8;
constexpr std::size_t kHeaderLength = 8 + 2 + 2 + 4 + 8 + kMasterKeyIdLength + kNonceLength;
constexpr std::size_t kChecksumLength = 4;
// Bits of a key's flags.
constexpr std::uint16_t kConfirmed = 1;
constexpr std::uint16_t kDestroyed = 2;

Buffer derive(View master_key, std::string_view purpose, std::size_t length) {
  return hkdf_sha256(master_key, {}, as_view(purpose), length);
}

// Names the master key without saying anything about it, so that a wrong one is told from rot.
Buffer id_of(View master_key) {
  return derive(master_key, "belfry keystore master id 1", kMasterKeyIdLength);
}
Buffer sealing_key(View master_key) {
  return derive(master_key, "belfry keystore seal 1", kKeyLength);
}

// Whether a file of that version has the key's secret sealed once more, under the month seal.
bool is_sealed(const Key& key, std::uint16_t version) {
  if (key.purpose == KeyPurpose::kAuditMonth) return version >= kMonthsVersion;
  return key.purpose == KeyPurpose::kHold && version > kMonthsVersion;
}

Buffer encode_keys(const std::vector<StoredKey>& keys, View newest_seal) {
  Encoder out;
  out.raw(seal_id(newest_seal)).put(std::uint32_t(keys.size()));
  for (const StoredKey& stored : keys) {
    const Key& key = stored.key;
    out.put_i64(key.id.value).put_i64(key.tenant.value);
    out.put(std::uint16_t(key.purpose));
    out.put(
        std::uint16_t((stored.confirmed ? kConfirmed : 0) | (stored.destroyed ? kDestroyed : 0)));
    out.put(key.version).put_i64(to_us(key.created));
    out.string(is_sealed(key, kVersion) && !stored.destroyed
                   ? View(seal_month(newest_seal, key.id, key.secret))
                   : View(key.secret));
  }
  return out.take();
}

}  // namespace

Buffer encode_key_file(const KeyFile& file, View master_key, View newest_seal, View nonce) {
  Buffer plain = encode_keys(file.keys, newest_seal);
  Encoder out;
  out.raw(as_view(kMagic)).put(kVersion).put(std::uint16_t{0});
  out.put(std::uint32_t(plain.size() + kTagLength)).put(file.generation);
  out.raw(id_of(master_key)).raw(nonce);
  const Buffer header = out.buffer();
  out.raw(seal(sealing_key(master_key), nonce, header, plain));
  OPENSSL_cleanse(plain.data(), plain.size());
  out.put(crc32c(out.buffer()));
  return out.take();
}

namespace {

// A key as the file has it: what is sealed once more still is.
Result<StoredKey> decode_key(Decoder& in, std::uint16_t version) {
  StoredKey stored;
  Key& key = stored.key;
  key.id.value = in.get_i64();
  key.tenant.value = in.get_i64();
  // A purpose of a later release is kept and written again, though nobody asks for it.
  key.purpose = static_cast<KeyPurpose>(in.get<std::uint16_t>());
  const auto flags = in.get<std::uint16_t>();
  stored.confirmed = (flags & kConfirmed) != 0;
  stored.destroyed = (flags & kDestroyed) != 0;
  key.version = in.get<std::uint32_t>();
  key.created = from_us(in.get_i64());
  key.secret = to_buffer(in.string());
  const std::size_t sealed_length = kKeyLength + (is_sealed(key, version) ? kTagLength : 0);
  const std::size_t length = stored.destroyed ? 0 : sealed_length;
  if (!in.ok() || key.id.value <= 0 || key.secret.size() != length)
    return fail(Code::kCorrupt, "keystore.malformed");
  return stored;
}

}  // namespace

Result<KeyFile> decode_keys(View plain, std::uint16_t version, Seals seals) {
  const bool sealed = version != kUnsealedVersion;
  Decoder in(plain);
  const Buffer* seal = nullptr;
  if (sealed) {
    const View id = in.raw(kSealIdLength);
    for (const Buffer& candidate : seals)
      if (std::ranges::equal(seal_id(candidate), id)) seal = &candidate;
  }
  KeyFile file;
  file.current = version == kVersion && seal != nullptr && seal == &seals.back();
  const auto count = in.get<std::uint32_t>();
  std::set<KeyId> seen;
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    TRY(StoredKey stored, decode_key(in, version));
    Key& key = stored.key;
    if (!seen.insert(key.id).second) return fail(Code::kCorrupt, "keystore.malformed");
    if (is_sealed(key, version) && !stored.destroyed) {
      if (!seal) {
        ++file.months_closed;
        continue;
      }
      auto secret = open_month(*seal, key.id, key.secret);
      if (!secret) return fail(Code::kCorrupt, "keystore.malformed");
      key.secret = std::move(*secret);
    }
    file.keys.push_back(std::move(stored));
  }
  if (!in.done()) return fail(Code::kCorrupt, "keystore.malformed");
  return file;
}

KeyFile merge(KeyFile one, const KeyFile& other) {
  // The newest copy has every month that is in use: what an older one has closed is not missed, and
  // what it has open is no stand-in.
  if (one.generation == other.generation)
    one.months_closed = std::min(one.months_closed, other.months_closed);
  else if (one.generation < other.generation)
    one.months_closed = other.months_closed;
  one.generation = std::max(one.generation, other.generation);
  one.current = one.current && other.current;
  std::map<KeyId, StoredKey*> by_id;
  for (StoredKey& stored : one.keys) by_id[stored.key.id] = &stored;
  std::vector<StoredKey> added;
  for (const StoredKey& theirs : other.keys) {
    auto found = by_id.find(theirs.key.id);
    if (found == by_id.end()) {
      added.push_back(theirs);
      continue;
    }
    StoredKey& ours = *found->second;
    const bool confirmed = ours.confirmed || theirs.confirmed;
    if (theirs.destroyed) ours = theirs;
    ours.confirmed = confirmed;
  }
  one.keys.insert(one.keys.end(), added.begin(), added.end());
  return one;
}

Result<KeyFile> decode_key_file(View octets, View master_key, Seals seals) {
  if (octets.size() < kHeaderLength + kTagLength + kChecksumLength ||
      octets.size() > kKeyFileLengthMax)
    return fail(Code::kCorrupt, "keystore.torn");
  const View covered = octets.first(octets.size() - kChecksumLength);
  Decoder end(octets.last(kChecksumLength));
  Decoder in(covered);
  const View magic = in.raw(kMagic.size());
  const auto version = in.get<std::uint16_t>();
  in.get<std::uint16_t>();
  const auto length = in.get<std::uint32_t>();
  const auto generation = in.get<std::uint64_t>();
  const View master_key_id = in.raw(kMasterKeyIdLength);
  const View nonce = in.raw(kNonceLength);
  const View sealed = in.rest();
  if (as_text(magic) != kMagic || end.get<std::uint32_t>() != crc32c(covered))
    return fail(Code::kCorrupt, "keystore.torn");
  if (version < kUnsealedVersion || version > kVersion)
    return fail(Code::kCorrupt, "keystore.unknown_version", {{"version", std::to_string(version)}});
  if (length != sealed.size()) return fail(Code::kCorrupt, "keystore.torn");
  if (!equal_constant_time(master_key_id, id_of(master_key)))
    return fail(Code::kCorrupt, "keystore.other_master_key");
  auto plain = open(sealing_key(master_key), nonce, covered.first(kHeaderLength), sealed);
  if (!plain) return fail(Code::kCorrupt, "keystore.malformed");
  auto file = decode_keys(*plain, version, seals);
  OPENSSL_cleanse(plain->data(), plain->size());
  if (!file) return std::unexpected(file.error());
  file->generation = generation;
  return std::move(*file);
}

}  // namespace belfry::crypto
