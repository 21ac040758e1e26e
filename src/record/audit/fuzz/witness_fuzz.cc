// What a witness is sent, and what it answers, from any octets.
#include "note.h"
#include "witness_request.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace belfry;
  static const Buffer seed(32, std::byte{7});
  static const audit::VerifierKey key = audit::make_verifier_key(
      "witness.example", crypto::public_key_of(seed), audit::KeyType::kCosignature);
  const std::string_view text = as_text(std::as_bytes(std::span(data, size)));
  if (auto request = audit::parse_add_checkpoint(text);
      request && audit::encode_add_checkpoint(*request) != text)
    std::abort();
  if (auto told = audit::parse_size_line(text); told && std::to_string(*told) + "\n" != text)
    std::abort();
  if (auto lines = audit::split_signatures(text))
    static_cast<void>(audit::find_cosignature(*lines, "origin\n1\nroot\n", key));
  if (auto note = audit::split_note(text))
    static_cast<void>(audit::find_cosignature(note->signatures, note->text, key));
  return 0;
}
