#include "crypto/password.h"

#include "base/ensure.h"
#include "crypto/hash.h"
#include "hmac.h"

#include <argon2.h>

#include <array>
#include <cstdio>

namespace belfry::crypto {

namespace {

// OWASP's first choice for Argon2id: 19 MiB, two passes, one lane.
constexpr std::uint32_t kMemoryKib = 19 * 1024;
constexpr std::uint32_t kPasses = 2;
constexpr std::uint32_t kLanes = 1;
constexpr std::size_t kSaltLength = 16;
constexpr std::size_t kHashLength = 32;

constexpr std::int64_t kStepSeconds = 30;

}  // namespace

std::string hash_password(std::string_view password, Random& random) {
  const auto salt = random.octets<kSaltLength>();
  std::string encoded(
      argon2_encodedlen(kPasses, kMemoryKib, kLanes, kSaltLength, kHashLength, Argon2_id), '\0');
  const int outcome =
      argon2id_hash_encoded(kPasses, kMemoryKib, kLanes, password.data(), password.size(),
                            salt.data(), salt.size(), kHashLength, encoded.data(), encoded.size());
  ENSURE(outcome == ARGON2_OK);
  encoded.resize(encoded.find('\0'));
  return encoded;
}

bool verify_password(std::string_view password, const std::string& phc) {
  return argon2id_verify(phc.c_str(), password.data(), password.size()) == ARGON2_OK;
}

std::string totp_at(View secret, std::int64_t step) {
  std::array<std::byte, 8> counter;
  for (std::size_t i = 0; i < counter.size(); ++i)
    counter[i] = static_cast<std::byte>(static_cast<std::uint64_t>(step) >> (56 - 8 * i));
  std::array<std::byte, 20> mac;
  hmac_into(Algorithm::kSha1, secret, counter, mac);
  // Dynamic truncation, RFC 4226 section 5.3.
  const auto offset = std::to_integer<std::size_t>(mac[19] & std::byte{0xf});
  std::uint32_t code = 0;
  for (std::size_t i = 0; i < 4; ++i)
    code = code << 8 | std::to_integer<std::uint32_t>(mac[offset + i]);
  char text[16];
  std::snprintf(text, sizeof text, "%06u", (code & 0x7fffffff) % 1'000'000);
  return text;
}

std::optional<std::int64_t> verify_totp(View secret, std::string_view code, Timestamp now,
                                        std::int64_t last_step) {
  const std::int64_t current =
      std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count() / kStepSeconds;
  std::optional<std::int64_t> matching;
  // All three are computed, whichever matches: the time says nothing about the code.
  for (std::int64_t step = current - 1; step <= current + 1; ++step)
    if (equal_constant_time(as_view(totp_at(secret, step)), as_view(code)) && step > last_step &&
        !matching)
      matching = step;
  return matching;
}

}  // namespace belfry::crypto
