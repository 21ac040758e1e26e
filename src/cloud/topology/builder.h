// Collects what a provider.yaml declares: names, references between them, rows, and faults.
#pragma once

#include "topology/topology.h"
#include "yaml/reader.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::topology {

// What a table has rows of; the table's name is name_of().
enum class Thing {
  kProvider,
  kOwner,
  kKeyDisk,
  kCarrier,
  kSite,
  kPowerFeed,
  kPowerSegment,
  kRoom,
  kRack,
  kPdu,
  kPowerOutlet,
  kSwitchPair,
  kSwitch,
  kSwitchPort,
  kLink,
  kCircuit,
  kServer,
  kPowerSupply,
  kServerPort,
  kLag,
  kLagMember,
  kDisk,
  kHypervisor,
};
inline constexpr int kThings = static_cast<int>(Thing::kHypervisor) + 1;

// The table's name, in the order in which rows may be inserted: what is referred to comes first.
std::string_view name_of(Thing thing);
// The message that words it: "topology.kind.power_segment".
std::string_view kind_of(Thing thing);

// Stable: the first 63 bits of SHA-256 over the table's name, a zero octet and the name; never 0.
std::int64_t id_of(Thing thing, std::string_view name);

inline database::Value optional_id(std::int64_t id) {
  return id == 0 ? database::Value(database::Null()) : database::Value(id);
}

// A server or a switch: the other id is 0.
struct Device {
  yaml::Text name;
  std::int64_t server_id = 0;
  std::int64_t switch_id = 0;
};

class Builder {
 public:
  explicit Builder(Topology& topology) : topology(topology) {}

  // Names a thing. A name that is taken or not well-formed is a fault. `site` is where it stands,
  // 0 for nowhere in particular. Returns its id.
  std::int64_t declare(Thing thing, const yaml::Text& name, std::int64_t site);
  // The same for parts that belong to one thing: "par1-s1/eth0".
  std::int64_t declare_part(Thing thing, const yaml::Text& whole, const yaml::Text& part,
                            std::int64_t site);

  // The id of what `name` refers to, 0 for none. Whether it exists, and in `site` unless that is 0,
  // is looked at in `finish`.
  std::int64_t refer(Thing thing, const yaml::Text& name, std::int64_t site);
  // The same for what only one can have (an outlet, a port).
  std::int64_t occupy(Thing thing, const yaml::Text& name, std::int64_t site);

  // False: another disk has that path.
  bool claim_path(const yaml::Text& path) { return paths_.insert(path.value).second; }

  void add(Thing thing, database::Parameters row);
  void fault(yaml::Place place, Error error) { faults.push_back({place, std::move(error)}); }

  // Cables: what is plugged into what, for the members of LAGs.
  void connect(const std::string& port, std::int64_t peer_port) { peers_[port] = peer_port; }
  // A member of `lag`: the device's own port, whose peer is known once all is read.
  void add_lag_member(const Device& device, std::int64_t lag, const yaml::Text& port);

  // Refuses references to nothing, and completes the LAGs.
  void finish();

  Topology& topology;
  std::vector<yaml::Fault> faults;

 private:
  struct Declared {
    yaml::Place place;
    std::int64_t site;
  };
  struct Reference {
    Thing thing;
    yaml::Text name;
    std::int64_t site;
  };

  struct LagMember {
    std::int64_t lag;
    Thing port_thing;
    std::string port;
  };

  std::int64_t enter(Thing thing, const std::string& name, yaml::Place place, std::int64_t site);
  // "par1-k1-a/1 to par1-k1-a/24" for a part of a numbered whole that exists; else empty.
  std::string numbers_of(const Reference& reference) const;
  void refuse_missing(const Reference& reference, bool suggest);

  std::map<std::pair<Thing, std::string>, Declared> declared_;
  std::map<std::pair<Thing, std::string>, yaml::Place> occupied_;
  std::vector<Reference> references_;
  std::map<std::string, std::int64_t> peers_;  // by "device/port"
  std::vector<LagMember> lag_members_;
  std::set<std::string> paths_;
};

// A rack's or site's things are read by these, each from its own file.
struct Surroundings {
  std::int64_t site = 0;
  std::int64_t rack = 0;
  std::string site_name;
};
void read_settings(Builder& builder, yaml::MapReader& root);
void read_sites(Builder& builder, yaml::MapReader& root);
void read_switch(Builder& builder, const yaml::Node& node, const Surroundings& around);
void read_server(Builder& builder, const yaml::Node& node, const Surroundings& around);
void read_network(Builder& builder, yaml::MapReader& root);

void read_power_supplies(Builder& builder, yaml::MapReader& reader, const Device& device,
                         const Surroundings& around);
// Link aggregation groups over the device's own ports.
void read_lags(Builder& builder, yaml::MapReader& reader, const Device& device,
               const Surroundings& around);

}  // namespace belfry::topology
