// What joins switches: pairs (MLAG), links, and the carriers' circuits.
#include "builder.h"

namespace belfry::topology {
namespace {

using yaml::Presence;

void read_carriers(Builder& builder, yaml::MapReader& root) {
  for (const yaml::Node& node : root.list("carriers", Presence::kOptional, {0, 256})) {
    yaml::MapReader carrier(node, "carrier", builder.faults);
    yaml::Text name = carrier.text("name", Presence::kRequired);
    std::int64_t id = builder.declare(Thing::kCarrier, name, 0);
    // RFC 6793: 32 bits; the ends of the range are reserved.
    auto number = carrier.integer("autonomous_system", Presence::kRequired, {1, 4'294'967'294});
    builder.add(Thing::kCarrier,
                {{"id", id}, {"name", name.value}, {"autonomous_system", number.value_or(0)}});
    carrier.finish();
  }
}

void read_pairs(Builder& builder, yaml::MapReader& root) {
  for (const yaml::Node& node : root.list("switch_pairs", Presence::kOptional, {0, 10'000})) {
    yaml::MapReader pair(node, "switch_pair", builder.faults);
    yaml::Text name = pair.text("name", Presence::kRequired);
    std::int64_t id = builder.declare(Thing::kSwitchPair, name, 0);
    std::vector<yaml::Text> switches = pair.texts("switches", Presence::kRequired, {2, 2});
    std::int64_t ids[2] = {};
    for (std::size_t i = 0; i < switches.size() && i < 2; ++i)
      ids[i] = builder.occupy(Thing::kSwitch, switches[i], 0);
    builder.add(Thing::kSwitchPair, {{"id", id},
                                     {"name", name.value},
                                     {"first_switch_id", ids[0]},
                                     {"second_switch_id", ids[1]}});
    pair.finish();
  }
}

void read_links(Builder& builder, yaml::MapReader& root) {
  for (const yaml::Node& node : root.list("links", Presence::kOptional, {0, 100'000})) {
    yaml::MapReader link(node, "link", builder.faults);
    yaml::Text name = link.text("name", Presence::kRequired);
    std::int64_t id = builder.declare(Thing::kLink, name, 0);
    std::vector<yaml::Text> ends = link.texts("ends", Presence::kRequired, {2, 2});
    ends.resize(2);
    std::int64_t first = builder.occupy(Thing::kSwitchPort, ends[0], 0);
    std::int64_t second = builder.occupy(Thing::kSwitchPort, ends[1], 0);
    builder.connect(ends[0].value, second);
    builder.connect(ends[1].value, first);
    std::int64_t carrier =
        builder.refer(Thing::kCarrier, link.text("carrier", Presence::kOptional), 0);
    auto gbps = link.integer("speed_gbps", Presence::kRequired, {1, 800});
    builder.add(Thing::kLink, {{"id", id},
                               {"name", name.value},
                               {"first_port_id", first},
                               {"second_port_id", second},
                               {"carrier_id", optional_id(carrier)},
                               {"speed_mbps", gbps.value_or(0) * 1000}});
    link.finish();
  }
}

void read_circuits(Builder& builder, yaml::MapReader& root) {
  for (const yaml::Node& node : root.list("circuits", Presence::kOptional, {0, 10'000})) {
    yaml::MapReader circuit(node, "circuit", builder.faults);
    yaml::Text name = circuit.text("name", Presence::kRequired);
    std::int64_t id = builder.declare(Thing::kCircuit, name, 0);
    std::int64_t carrier =
        builder.refer(Thing::kCarrier, circuit.text("carrier", Presence::kRequired), 0);
    std::int64_t port =
        builder.occupy(Thing::kSwitchPort, circuit.text("switch_port", Presence::kRequired), 0);
    auto gbps = circuit.integer("speed_gbps", Presence::kRequired, {1, 800});
    builder.add(Thing::kCircuit, {{"id", id},
                                  {"name", name.value},
                                  {"carrier_id", carrier},
                                  {"switch_port_id", port},
                                  {"speed_mbps", gbps.value_or(0) * 1000}});
    circuit.finish();
  }
}

}  // namespace

void read_network(Builder& builder, yaml::MapReader& root) {
  read_carriers(builder, root);
  read_pairs(builder, root);
  read_links(builder, root);
  read_circuits(builder, root);
}

}  // namespace belfry::topology
