// Signed notes, verifier keys, names of tiles and bundles from any octets.
#include "ledger_core.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace belfry;
  static const Buffer seed(32, std::byte{7});
  static const audit::VerifierKey key =
      audit::make_verifier_key("belfry.example", crypto::public_key_of(seed));
  const View octets = std::as_bytes(std::span(data, size));
  const std::string_view text = as_text(octets);
  static_cast<void>(audit::open_checkpoint(text, key));
  // What it accepts is what would be signed of it.
  if (auto told = audit::open_destroyed(text, "belfry.example/tenant/2", key);
      told && !text.starts_with(audit::checkpoint_text(
                  audit::destroyed_origin("belfry.example/tenant/2"), told->leaves, told->root)))
    std::abort();
  if (auto read = audit::parse_verifier_key(text); read && read->text() != text) std::abort();
  if (auto path = audit::parse_tile_path(text); path && path->text() != text) std::abort();
  static_cast<void>(audit::split_bundle(octets));
  return 0;
}
