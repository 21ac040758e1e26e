// The proof of the root log, as a copied folder may hold it, from any octets.
#include "audit/root_proof.h"
#include "note.h"
#include "round.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace belfry;
  static const Buffer seed(32, std::byte{7});
  static const std::string key =
      audit::make_verifier_key("belfry.example", crypto::public_key_of(seed)).text();
  const View octets = std::as_bytes(std::span(data, size));
  static_cast<void>(audit::slots_root(octets));
  auto proof = audit::RootProof::decode(as_text(octets));
  if (!proof) return 0;
  static_cast<void>(audit::check_root_proof(*proof, key, {}));
  auto again = audit::RootProof::decode(proof->encode());
  if (!again || again->encode() != proof->encode()) std::abort();
  return 0;
}
