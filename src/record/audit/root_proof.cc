#include "audit/root_proof.h"

#include "base/text_encoding.h"
#include "note.h"
#include "round.h"
#include "tree.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>

namespace belfry::audit {

namespace {

using nlohmann::json;

// Of a tree of any size that the format has room for.
constexpr std::size_t kPathMax = 64;
constexpr std::size_t kWitnessesMax = 100;

std::unexpected<Error> malformed() {
  return fail(Code::kCorrupt, "audit.root_proof_malformed");
}

std::unexpected<Error> broken(std::string_view part) {
  return fail(Code::kCorrupt, "audit.root_proof_broken", {{"part", std::string(part)}});
}

json hashes_of(const std::vector<Hash>& path) {
  json out = json::array();
  for (const Hash& hash : path) out.push_back(to_hex(hash));
  return out;
}

// Members of an object that may be anything.
class Members {
 public:
  explicit Members(const json& object) : object_(object) {}

  std::optional<std::string> text(const char* name) const {
    auto found = object_.find(name);
    if (found == object_.end() || !found->is_string()) return std::nullopt;
    return found->get<std::string>();
  }
  std::optional<std::uint64_t> number(const char* name) const {
    auto found = object_.find(name);
    if (found == object_.end() || !found->is_number_unsigned()) return std::nullopt;
    return found->get<std::uint64_t>();
  }
  std::optional<std::vector<std::string>> texts(const char* name, std::size_t count_max) const {
    auto found = object_.find(name);
    if (found == object_.end() || !found->is_array() || found->size() > count_max)
      return std::nullopt;
    std::vector<std::string> out;
    for (const json& item : *found) {
      if (!item.is_string()) return std::nullopt;
      out.push_back(item.get<std::string>());
    }
    return out;
  }
  std::optional<std::vector<Hash>> path(const char* name) const {
    auto items = texts(name, kPathMax);
    if (!items) return std::nullopt;
    std::vector<Hash> out(items->size());
    for (std::size_t i = 0; i < out.size(); ++i)
      if (!fill((*items)[i], out[i])) return std::nullopt;
    return out;
  }
  static bool fill(const std::string& hexadecimal, std::array<std::byte, 32>& into) {
    auto octets = from_hex(hexadecimal);
    if (!octets || octets->size() != into.size()) return false;
    std::ranges::copy(*octets, into.begin());
    return true;
  }

 private:
  const json& object_;
};

// Moves what is there into its place.
template <class T>
bool take(std::optional<T> found, T& into) {
  if (found) into = std::move(*found);
  return found.has_value();
}

// The name of a verifier key is before its first plus.
std::string name_in(const std::string& key) {
  return key.substr(0, key.find('+'));
}

}  // namespace

std::string RootProof::encode() const {
  return json{{"checkpoint", checkpoint},
              {"salt", to_hex(salt)},
              {"slot", slot},
              {"slots", slots},
              {"slot_path", hashes_of(slot_path)},
              {"leaf", to_hex(leaf)},
              {"index", index},
              {"path", hashes_of(path)},
              {"root_checkpoint", root_checkpoint},
              {"root_verifier_key", root_key},
              {"witness_keys", witness_keys}}
      .dump(2);
}

Result<RootProof> RootProof::decode(std::string_view text) {
  if (text.size() > kRootProofLengthMax) return malformed();
  const json object = json::parse(text, nullptr, false);
  if (!object.is_object()) return malformed();
  const Members in(object);
  RootProof out;
  const auto salt = in.text("salt"), leaf = in.text("leaf");
  const auto octets = leaf ? from_hex(*leaf) : std::nullopt;
  if (!take(in.text("checkpoint"), out.checkpoint) || !salt || !Members::fill(*salt, out.salt) ||
      !take(in.number("slot"), out.slot) || !take(in.number("slots"), out.slots) ||
      !take(in.path("slot_path"), out.slot_path) || !octets ||
      !take(in.number("index"), out.index) || !take(in.path("path"), out.path) ||
      !take(in.text("root_checkpoint"), out.root_checkpoint) ||
      !take(in.text("root_verifier_key"), out.root_key) ||
      !take(in.texts("witness_keys", kWitnessesMax), out.witness_keys))
    return malformed();
  out.leaf = *octets;
  return out;
}

Result<CheckedRootProof> check_root_proof(const RootProof& proof, const std::string& tenant_key,
                                          const std::vector<std::string>& required_witnesses) {
  TRY(VerifierKey tenant, parse_verifier_key(tenant_key));
  TRY(OpenedCheckpoint own, open_checkpoint(proof.checkpoint, tenant));
  TRY(Note note, split_note(proof.checkpoint));
  const Opening opening{proof.salt, proof.slot, proof.slots, proof.slot_path};
  if (!opens(opening, note.text, proof.leaf)) return broken("slot");
  TRY(VerifierKey root_key, parse_verifier_key(proof.root_key));
  // The same key signs both, so whoever trusts the tenant's needs no other.
  if (root_key.key != tenant.key || root_key.name != tenant.name + "/root")
    return broken("root_verifier_key");
  TRY(OpenedCheckpoint root, open_checkpoint(proof.root_checkpoint, root_key));
  if (root.origin != root_key.name) return broken("root_checkpoint");
  if (!path_proves(leaf_hash(proof.leaf), proof.index, root.size, proof.path, root.root))
    return broken("path");
  CheckedRootProof out{own.origin, own.size, own.root, root.size, {}};
  TRY(Note root_note, split_note(proof.root_checkpoint));
  const auto& keys = required_witnesses.empty() ? proof.witness_keys : required_witnesses;
  for (const std::string& text : keys) {
    TRY(VerifierKey key, parse_verifier_key(text, KeyType::kCosignature));
    auto found = find_cosignature(root_note.signatures, root_note.text, key);
    if (found)
      out.cosigned.push_back({name_in(text), found->seconds});
    else if (!required_witnesses.empty())
      return fail(Code::kCorrupt, "audit.not_cosigned", {{"witness", name_in(text)}});
  }
  return out;
}

}  // namespace belfry::audit
