// The key store's file, sealed or not, from any octets.
#include "key_file.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const belfry::View octets = std::as_bytes(std::span(data, size));
  const belfry::Buffer master_key(belfry::crypto::kKeyLength, std::byte{7});
  const std::vector<belfry::Buffer> seals = {
      belfry::Buffer(belfry::crypto::kKeyLength, std::byte{8})};
  static_cast<void>(belfry::crypto::decode_key_file(octets, master_key, seals));
  static_cast<void>(belfry::crypto::decode_keys(octets, 2, seals));
  auto file = belfry::crypto::decode_keys(octets, 1, seals);
  if (!file) return 0;
  // What was read is written and read again as the same keys.
  const belfry::Buffer nonce(belfry::crypto::kNonceLength);
  auto again = belfry::crypto::decode_key_file(
      belfry::crypto::encode_key_file(*file, master_key, seals.back(), nonce), master_key, seals);
  if (!again || again->keys.size() != file->keys.size()) std::abort();
  return 0;
}
