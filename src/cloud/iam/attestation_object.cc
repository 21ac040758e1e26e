#include "attestation_object.h"

#include <algorithm>
#include <cbor.h>
#include <cstdlib>
#include <memory>

namespace belfry::iam::webauthn {
namespace {

struct ReleaseItem {
  void operator()(cbor_item_t* item) const { cbor_decref(&item); }
};
using Item = std::unique_ptr<cbor_item_t, ReleaseItem>;

// Authenticator data (section 6.1): behind the head come the model and the credential's id, behind
// that CBOR; without a credential, CBOR of extensions at once.
constexpr std::size_t kFlagsAt = 32, kHeadLength = 37, kModelLength = 16;
constexpr unsigned kHasCredential = 0x40;

std::unexpected<Error> malformed(std::string_view part) {
  return fail(Code::kInvalid, "iam.passkey_malformed", {{"part", std::string(part)}});
}

const unsigned char* octets_of(View bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

// Whether all that it announces could be there: every item has an octet of its own. What does not
// hold is told before anything is made room for.
bool announces_what_it_has(View cbor) {
  struct Seen {
    std::size_t octets;
    std::size_t announced = 0;
    void add(std::size_t count) {
      announced = std::min(octets, announced) + std::min(octets, count);
    }
  };
  cbor_callbacks callbacks = cbor_empty_callbacks;
  callbacks.array_start = [](void* context, std::size_t count) {
    static_cast<Seen*>(context)->add(count);
  };
  callbacks.map_start = [](void* context, std::size_t count) {
    auto& seen = *static_cast<Seen*>(context);
    seen.add(count);
    seen.add(count);
  };
  Seen seen{cbor.size()};
  while (!cbor.empty() && seen.announced < seen.octets) {
    const cbor_decoder_result step =
        cbor_stream_decode(octets_of(cbor), cbor.size(), &callbacks, &seen);
    if (step.status != CBOR_DECODER_FINISHED || step.read == 0) return false;
    cbor = cbor.subspan(step.read);
  }
  return seen.announced < seen.octets || seen.announced == 0;
}

std::string_view text_of(const cbor_item_t* item) {
  if (!cbor_isa_string(item) || !cbor_string_is_definite(item)) return {};
  return {reinterpret_cast<const char*>(cbor_string_handle(item)), cbor_string_length(item)};
}

Buffer octets_of(const cbor_item_t* item) {
  if (!cbor_isa_bytestring(item) || !cbor_bytestring_is_definite(item)) return {};
  return to_buffer(std::as_bytes(
      std::span<const unsigned char>(cbor_bytestring_handle(item), cbor_bytestring_length(item))));
}

Buffer written(const cbor_item_t* item) {
  unsigned char* out = nullptr;
  std::size_t room = 0;
  const std::size_t length = cbor_serialize_alloc(item, &out, &room);
  Buffer octets = to_buffer(std::as_bytes(std::span<const unsigned char>(out, length)));
  std::free(out);
  return octets;
}

}  // namespace

Result<> check_sizes(View authenticator_data) {
  const auto wrong = malformed("authenticatorData");
  if (authenticator_data.size() < kHeadLength) return wrong;
  std::size_t at = kHeadLength;
  if (std::to_integer<unsigned>(authenticator_data[kFlagsAt]) & kHasCredential) {
    at += kModelLength;
    if (authenticator_data.size() < at + 2) return wrong;
    at += 2 + (std::to_integer<std::size_t>(authenticator_data[at]) << 8 |
               std::to_integer<std::size_t>(authenticator_data[at + 1]));
    if (authenticator_data.size() < at) return wrong;
  }
  if (!announces_what_it_has(authenticator_data.subspan(at))) return wrong;
  return {};
}

Result<AttestationObject> read_attestation_object(const Buffer& octets) {
  const auto wrong = malformed("attestationObject");
  if (!announces_what_it_has(octets)) return wrong;
  cbor_load_result outcome{};
  const Item item(cbor_load(octets_of(View(octets)), octets.size(), &outcome));
  if (!item || outcome.read != octets.size() || !cbor_isa_map(item.get())) return wrong;
  AttestationObject object;
  bool is_empty = false;
  const cbor_pair* pairs = cbor_map_handle(item.get());
  for (std::size_t i = 0; i < cbor_map_size(item.get()); ++i) {
    const std::string_view name = text_of(pairs[i].key);
    if (name == "fmt") {
      object.format = text_of(pairs[i].value);
    } else if (name == "authData") {
      object.authenticator_data = octets_of(pairs[i].value);
    } else if (name == "attStmt" && cbor_isa_map(pairs[i].value)) {
      object.statement = written(pairs[i].value);
      is_empty = cbor_map_size(pairs[i].value) == 0;
    }
  }
  if (object.statement.empty()) return wrong;
  // Section 8.7: `none` says nothing.
  if (object.format != "packed" && !(object.format == "none" && is_empty)) return wrong;
  TRY(check_sizes(object.authenticator_data));
  return object;
}

}  // namespace belfry::iam::webauthn
