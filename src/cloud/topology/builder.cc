#include "builder.h"

#include "base/ensure.h"
#include "crypto/hash.h"

#include <algorithm>
#include <array>

namespace belfry::topology {
namespace {

constexpr std::array<std::string_view, kThings> kNames = {
    "provider",      "owner",       "key_disk",   "carrier", "site",         "power_feed",
    "power_segment", "room",        "rack",       "pdu",     "power_outlet", "switch_pair",
    "switch",        "switch_port", "link",       "circuit", "server",       "power_supply",
    "server_port",   "lag",         "lag_member", "disk",    "hypervisor"};

// What they are called, for people (messages.tsv).
constexpr std::array<std::string_view, kThings> kKinds = {
    "topology.kind.provider",      "topology.kind.owner",        "topology.kind.key_disk",
    "topology.kind.carrier",       "topology.kind.site",         "topology.kind.power_feed",
    "topology.kind.power_segment", "topology.kind.room",         "topology.kind.rack",
    "topology.kind.pdu",           "topology.kind.power_outlet", "topology.kind.switch_pair",
    "topology.kind.switch",        "topology.kind.switch_port",  "topology.kind.link",
    "topology.kind.circuit",       "topology.kind.server",       "topology.kind.power_supply",
    "topology.kind.server_port",   "topology.kind.lag",          "topology.kind.lag_member",
    "topology.kind.disk",          "topology.kind.hypervisor",
};

// Lower-case letters, digits and hyphens, as in a host name's label (RFC 1123, 2.1).
bool is_name(std::string_view name) {
  if (name.empty() || name.size() > 63 || name.front() == '-' || name.back() == '-') return false;
  for (char c : name)
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) return false;
  return true;
}

}  // namespace

std::string_view name_of(Thing thing) {
  return kNames[static_cast<std::size_t>(thing)];
}

std::string_view kind_of(Thing thing) {
  return kKinds[static_cast<std::size_t>(thing)];
}

std::string_view kind_of(std::string_view table) {
  auto found = std::ranges::find(kNames, table);
  return found == kNames.end() ? std::string_view() : kKinds[std::size_t(found - kNames.begin())];
}

std::int64_t id_of(Thing thing, std::string_view name) {
  std::string text(name_of(thing));
  text += '\0';
  text += name;
  crypto::Digest digest = crypto::sha256(as_view(text));
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i)
    number = number << 8 | std::to_integer<std::uint64_t>(digest[i]);
  number >>= 1;
  return number == 0 ? 1 : static_cast<std::int64_t>(number);
}

std::int64_t Builder::enter(Thing thing, const std::string& name, yaml::Place place,
                            std::int64_t site) {
  auto [at, fresh] = declared_.try_emplace({thing, name}, Declared{place, site});
  if (!fresh)
    fault(place, Error(Code::kInvalid, "topology.duplicate",
                       {{"kind", std::string(kind_of(thing))},
                        {"name", name},
                        {"first_line", std::to_string(at->second.place.line)}}));
  return id_of(thing, name);
}

std::int64_t Builder::declare(Thing thing, const yaml::Text& name, std::int64_t site) {
  if (!name) return 0;  // refused already
  if (!is_name(name.value)) {
    fault(name.place, Error(Code::kInvalid, "topology.bad_name", {{"name", name.value}}));
    return 0;
  }
  return enter(thing, name.value, name.place, site);
}

std::int64_t Builder::declare_part(Thing thing, const yaml::Text& whole, const yaml::Text& part,
                                   std::int64_t site) {
  if (!whole || !part) return 0;
  if (!is_name(part.value)) {
    fault(part.place, Error(Code::kInvalid, "topology.bad_name", {{"name", part.value}}));
    return 0;
  }
  return enter(thing, whole.value + "/" + part.value, part.place, site);
}

std::int64_t Builder::refer(Thing thing, const yaml::Text& name, std::int64_t site) {
  if (!name) return 0;
  references_.push_back({thing, name, site});
  return id_of(thing, name.value);
}

std::int64_t Builder::occupy(Thing thing, const yaml::Text& name, std::int64_t site) {
  if (!name) return 0;
  auto [at, fresh] = occupied_.try_emplace({thing, name.value}, name.place);
  if (!fresh)
    fault(name.place, Error(Code::kInvalid, "topology.occupied",
                            {{"kind", std::string(kind_of(thing))},
                             {"name", name.value},
                             {"first_line", std::to_string(at->second.line)}}));
  return refer(thing, name, site);
}

void Builder::add(Thing thing, database::Parameters row) {
  std::vector<Topology::TableRows>& tables = topology.rows;
  if (tables.empty())
    for (int i = 0; i < kThings; ++i)
      tables.push_back({std::string(name_of(static_cast<Thing>(i))), {}});
  tables[static_cast<std::size_t>(thing)].rows.push_back(std::move(row));
}

void Builder::add_lag_member(const Device& device, std::int64_t lag, const yaml::Text& port) {
  Thing thing = device.server_id != 0 ? Thing::kServerPort : Thing::kSwitchPort;
  yaml::Text whole{device.name.value + "/" + port.value, port.place};
  auto [at, fresh] = occupied_.try_emplace({Thing::kLagMember, whole.value}, port.place);
  if (!fresh)
    fault(port.place, Error(Code::kInvalid, "topology.occupied",
                            {{"kind", std::string(kind_of(thing))},
                             {"name", whole.value},
                             {"first_line", std::to_string(at->second.line)}}));
  refer(thing, whole, 0);
  lag_members_.push_back({lag, thing, whole.value});
}

std::string Builder::numbers_of(const Reference& reference) const {
  const std::string& name = reference.name.value;
  std::string whole = name.substr(0, name.rfind('/') + 1);
  int last = 0;
  while (!whole.empty() && declared_.contains({reference.thing, whole + std::to_string(last + 1)}))
    ++last;
  return last == 0 ? "" : whole + "1 to " + whole + std::to_string(last);
}

void Builder::refuse_missing(const Reference& reference, bool suggest) {
  std::string message = "topology.missing_number";
  std::string instead = numbers_of(reference);
  if (instead.empty()) {
    std::vector<std::string> candidates;
    if (suggest)
      for (const auto& [key, declared] : declared_)
        if (key.first == reference.thing) candidates.push_back(key.second);
    instead = yaml::nearest(reference.name.value, candidates);
    message = instead.empty() ? "topology.missing" : "topology.missing_near";
  }
  Error error(Code::kInvalid, message,
              {{"kind", std::string(kind_of(reference.thing))}, {"name", reference.name.value}});
  if (!instead.empty()) error.with("instead", instead);
  fault(reference.name.place, std::move(error));
}

void Builder::finish() {
  // Comparing with every name is for people: a file with more faults than that gets plain ones.
  int suggestions = 50;
  for (const Reference& reference : references_) {
    auto found = declared_.find({reference.thing, reference.name.value});
    if (found == declared_.end())
      refuse_missing(reference, suggestions-- > 0);
    else if (reference.site != 0 && found->second.site != reference.site)
      fault(reference.name.place, Error(Code::kInvalid, "topology.other_site",
                                        {{"kind", std::string(kind_of(reference.thing))},
                                         {"name", reference.name.value}}));
  }
  for (const LagMember& member : lag_members_) {
    std::int64_t port = id_of(member.port_thing, member.port);
    auto peer = peers_.find(member.port);
    bool of_server = member.port_thing == Thing::kServerPort;
    add(Thing::kLagMember,
        {{"id", id_of(Thing::kLagMember, member.port)},
         {"name", member.port},
         {"lag_id", member.lag},
         {"server_port_id", optional_id(of_server ? port : 0)},
         {"switch_port_id", optional_id(of_server ? 0 : port)},
         {"peer_port_id", optional_id(peer == peers_.end() ? 0 : peer->second)}});
  }
}

}  // namespace belfry::topology
