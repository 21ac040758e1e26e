#include "round.h"

#include "base/codec.h"
#include "tree.h"

#include <algorithm>
#include <bit>
#include <numeric>

namespace belfry::audit {

namespace {

constexpr std::uint8_t kVersion = 1;
// Beside the types of leaf.h, in the same octet.
constexpr std::uint8_t kRoundType = 3;
constexpr std::size_t kLength = 1 + 1 + sizeof(LeafId) + sizeof(Hash);

// Which slot each text has.
std::vector<std::uint64_t> random_places(std::uint64_t slots, std::size_t texts, Random& random) {
  std::vector<std::uint64_t> places(slots);
  std::iota(places.begin(), places.end(), std::uint64_t{0});
  for (std::size_t i = 0; i < texts; ++i)
    std::swap(places[i], places[i + random.number() % (slots - i)]);
  places.resize(texts);
  return places;
}

// Every level of the tree, the slots first, the root last.
std::vector<std::vector<Hash>> levels_over(std::vector<Hash> slots) {
  std::vector<std::vector<Hash>> levels{std::move(slots)};
  while (levels.back().size() > 1) {
    const std::vector<Hash>& below = levels.back();
    std::vector<Hash> level(below.size() / 2);
    for (std::size_t i = 0; i < level.size(); ++i)
      level[i] = node_hash(below[2 * i], below[2 * i + 1]);
    levels.push_back(std::move(level));
  }
  return levels;
}

}  // namespace

Hash slot_hash(const SlotSalt& salt, std::string_view text) {
  Buffer octets(salt.begin(), salt.end());
  const View bytes = as_view(text);
  octets.insert(octets.end(), bytes.begin(), bytes.end());
  return leaf_hash(octets);
}

Round make_round(std::span<const std::string> texts, Random& random) {
  const std::uint64_t slots = std::max(kSlotsMin, std::bit_ceil(std::uint64_t(texts.size())));
  std::vector<Hash> hashes(slots);
  for (Hash& hash : hashes) random.fill(hash);
  Round round;
  const std::vector<std::uint64_t> places = random_places(slots, texts.size(), random);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    round.openings.push_back({random.octets<32>(), places[i], slots, {}});
    hashes[places[i]] = slot_hash(round.openings[i].salt, texts[i]);
  }
  const auto levels = levels_over(std::move(hashes));
  for (Opening& opening : round.openings)
    for (std::size_t level = 0; level + 1 < levels.size(); ++level)
      opening.path.push_back(levels[level][opening.slot >> level ^ 1]);
  round.leaf.tenant = kRootLog;
  random.fill(round.leaf.id);
  Encoder out;
  out.put(kVersion).put(kRoundType).raw(round.leaf.id).raw(levels.back().front());
  round.leaf.octets = out.take();
  return round;
}

Result<Hash> slots_root(View leaf) {
  Decoder in(leaf);
  const auto version = in.get<std::uint8_t>();
  const auto type = in.get<std::uint8_t>();
  in.raw(sizeof(LeafId));
  const View root = in.raw(sizeof(Hash));
  if (!in.ok()) return fail(Code::kCorrupt, "audit.leaf_malformed");
  if (version != kVersion || type != kRoundType)
    return fail(Code::kInvalid, "audit.leaf_unknown",
                {{"version", std::to_string(version)}, {"type", std::to_string(type)}});
  if (leaf.size() != kLength) return fail(Code::kCorrupt, "audit.leaf_malformed");
  Hash hash;
  std::ranges::copy(root, hash.begin());
  return hash;
}

bool opens(const Opening& opening, std::string_view text, View leaf) {
  auto root = slots_root(leaf);
  return root && opening.slots <= kSlotsMax &&
         path_proves(slot_hash(opening.salt, text), opening.slot, opening.slots, opening.path,
                     *root);
}

}  // namespace belfry::audit
