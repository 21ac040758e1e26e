#include "secrets.h"

#include "base/ascii.h"
#include "base/text_encoding.h"
#include "crypto/aead.h"
#include "crypto/hash.h"

#include <algorithm>
#include <charconv>

namespace belfry::iam {
namespace {

constexpr std::string_view kTemporaryPrefix = "BLT";

}  // namespace

std::string make_bearer_secret(Random& random) {
  return to_hex(random.octets<32>());
}

std::string digest_of(std::string_view bearer_secret) {
  return to_hex(crypto::sha256(as_view(bearer_secret)));
}

std::string make_public_id(Random& random) {
  return to_hex(random.octets<8>());
}

std::string make_access_key_id(Random& random) {
  return "BLF" + to_base32(random.octets<11>()).substr(0, 17);
}

std::string make_temporary_key_id(Random& random) {
  return std::string(kTemporaryPrefix) + to_base32(random.octets<11>()).substr(0, 17);
}

bool is_temporary_key_id(std::string_view text) {
  return is_access_key_id(text) && text.starts_with(kTemporaryPrefix);
}

std::string make_access_key_secret(Random& random) {
  return to_base64(random.octets<30>());
}

bool is_access_key_id(std::string_view text) {
  return text.size() == 20 &&
         std::ranges::all_of(text, [](char c) { return is_upper(c) || is_digit(c); });
}

std::string make_password(Random& random) {
  std::string text = to_lower(to_base32(random.octets<13>()).substr(0, 20));
  // In groups, for those who type it.
  return text.substr(0, 5) + "-" + text.substr(5, 5) + "-" + text.substr(10, 5) + "-" +
         text.substr(15);
}

Result<std::string> seal_secret(crypto::KeyStore& keys, Random& random, const Purpose& purpose,
                                View secret) {
  TRY(const crypto::Key key, keys.current(TenantId{}, crypto::KeyPurpose::kSecrets));
  const auto nonce = random.octets<crypto::kNonceLength>();
  Buffer octets = to_buffer(nonce);
  const Buffer sealed = crypto::seal(key.secret, nonce, as_view(purpose.text), secret);
  octets.insert(octets.end(), sealed.begin(), sealed.end());
  return "1." + key.id.text() + "." + to_base64(octets);
}

Result<Buffer> open_secret(crypto::KeyStore& keys, const Purpose& purpose,
                           std::string_view sealed) {
  const auto unreadable = fail(Code::kCorrupt, "iam.secret_unreadable");
  if (!sealed.starts_with("1.")) return unreadable;
  crypto::KeyId id;
  const char* end = sealed.data() + sealed.size();
  auto [behind, error] = std::from_chars(sealed.data() + 2, end, id.value);
  if (error != std::errc() || behind == end || *behind != '.') return unreadable;
  auto octets = from_base64(std::string_view(behind + 1, end));
  if (!octets || octets->size() < crypto::kNonceLength + crypto::kTagLength) return unreadable;
  TRY(const crypto::Key key, keys.find(id));
  const View all(*octets);
  auto opened = crypto::open(key.secret, all.first(crypto::kNonceLength), as_view(purpose.text),
                             all.subspan(crypto::kNonceLength));
  if (!opened) return unreadable;
  return opened;
}

}  // namespace belfry::iam
