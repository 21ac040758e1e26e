// Switches and servers, with their supplies, ports, LAGs and disks.
#include "builder.h"
#include "paths.h"

namespace belfry::topology {
namespace {

using yaml::Presence;

void read_ports(Builder& builder, yaml::MapReader& server, const Device& device,
                const Surroundings& around) {
  for (const yaml::Node& node : server.list("ports", Presence::kOptional, {0, 64})) {
    yaml::MapReader port(node, "port", builder.faults);
    yaml::Text name = port.text("name", Presence::kRequired);
    std::int64_t id = builder.declare_part(Thing::kServerPort, device.name, name, around.site);
    auto gbps = port.integer("speed_gbps", Presence::kRequired, {1, 800});
    std::int64_t switch_port = builder.occupy(
        Thing::kSwitchPort, port.text("switch_port", Presence::kOptional), around.site);
    std::string full_name = device.name.value + "/" + name.value;
    if (switch_port != 0) builder.connect(full_name, switch_port);
    builder.add(Thing::kServerPort, {{"id", id},
                                     {"name", full_name},
                                     {"server_id", device.server_id},
                                     {"switch_port_id", optional_id(switch_port)},
                                     {"speed_mbps", gbps.value_or(0) * 1000}});
    port.finish();
  }
}

void read_disks(Builder& builder, yaml::MapReader& server, const Device& device,
                const Surroundings& around, bool server_simulated) {
  for (const yaml::Node& node : server.list("disks", Presence::kOptional, {0, 256})) {
    yaml::MapReader disk(node, "disk", builder.faults);
    yaml::Text name = disk.text("name", Presence::kRequired);
    std::int64_t id = builder.declare(Thing::kDisk, name, around.site);
    yaml::Text path = disk.text("path", Presence::kRequired);
    check_path(builder, path);
    // Two disks in one folder would be one disk twice.
    if (path && !builder.claim_path(path))
      builder.fault(path.place,
                    Error(Code::kInvalid, "topology.same_path", {{"path", path.value}}));
    auto gib = disk.integer("size_gib", Presence::kRequired, {1, 1'000'000});
    yaml::Text media = disk.choice("media", Presence::kRequired, {"nvme", "ssd", "hdd"});
    bool simulated = disk.flag("simulated", Presence::kOptional).value_or(server_simulated);
    if (server_simulated && !simulated)
      builder.fault(
          disk.place_of("simulated"),
          Error(Code::kInvalid, "topology.real_disk_in_simulated_server", {{"name", name.value}}));
    builder.add(Thing::kDisk, {{"id", id},
                               {"name", name.value},
                               {"server_id", device.server_id},
                               {"path", path.value},
                               {"size_bytes", gib.value_or(0) << 30},
                               {"media", media.value},
                               {"simulated", std::int64_t{simulated}}});
    builder.topology.disks.push_back({.id = DiskId{id},
                                      .name = name.value,
                                      .server = ServerId{device.server_id},
                                      .server_name = device.name.value,
                                      .site = SiteId{around.site},
                                      .site_name = around.site_name,
                                      .path = path.value,
                                      .simulated = simulated});
    disk.finish();
  }
}

void read_hypervisor(Builder& builder, yaml::MapReader& server, const Device& device,
                     bool simulated) {
  const yaml::Node* node = server.map("hypervisor", Presence::kOptional);
  if (!node) return;
  yaml::MapReader hypervisor(*node, "hypervisor", builder.faults);
  auto cores = hypervisor.integer("cores", Presence::kRequired, {1, 4096});
  auto memory = hypervisor.integer("memory_gib", Presence::kRequired, {1, 1'000'000});
  builder.add(Thing::kHypervisor, {{"id", id_of(Thing::kHypervisor, device.name.value)},
                                   {"name", device.name.value},
                                   {"server_id", device.server_id},
                                   {"cores", cores.value_or(0)},
                                   {"memory_bytes", memory.value_or(0) << 30},
                                   {"simulated", std::int64_t{simulated}}});
  hypervisor.finish();
}

}  // namespace

void read_power_supplies(Builder& builder, yaml::MapReader& reader, const Device& device,
                         const Surroundings& around) {
  for (const yaml::Node& node : reader.list("power_supplies", Presence::kRequired, {0, 16})) {
    yaml::MapReader supply(node, "power_supply", builder.faults);
    yaml::Text name = supply.text("name", Presence::kRequired);
    std::int64_t id = builder.declare_part(Thing::kPowerSupply, device.name, name, around.site);
    std::int64_t outlet = builder.occupy(Thing::kPowerOutlet,
                                         supply.text("outlet", Presence::kOptional), around.site);
    auto watts = supply.integer("power_watts", Presence::kRequired, {1, 20'000});
    builder.add(Thing::kPowerSupply, {{"id", id},
                                      {"name", device.name.value + "/" + name.value},
                                      {"server_id", optional_id(device.server_id)},
                                      {"switch_id", optional_id(device.switch_id)},
                                      {"outlet_id", optional_id(outlet)},
                                      {"power_watts", watts.value_or(0)}});
    supply.finish();
  }
}

void read_lags(Builder& builder, yaml::MapReader& reader, const Device& device,
               const Surroundings& around) {
  for (const yaml::Node& node : reader.list("lags", Presence::kOptional, {0, 64})) {
    yaml::MapReader lag(node, "lag", builder.faults);
    yaml::Text name = lag.text("name", Presence::kRequired);
    std::int64_t id = builder.declare_part(Thing::kLag, device.name, name, around.site);
    builder.add(Thing::kLag, {{"id", id},
                              {"name", device.name.value + "/" + name.value},
                              {"server_id", optional_id(device.server_id)},
                              {"switch_id", optional_id(device.switch_id)}});
    for (const yaml::Text& port : lag.texts("ports", Presence::kRequired, {1, 16}))
      builder.add_lag_member(device, id, port);
    lag.finish();
  }
}

void read_switch(Builder& builder, const yaml::Node& node, const Surroundings& around) {
  yaml::MapReader reader(node, "switch", builder.faults);
  Device device{.name = reader.text("name", Presence::kRequired)};
  device.switch_id = builder.declare(Thing::kSwitch, device.name, around.site);
  yaml::Text role = reader.choice("role", Presence::kRequired, {"access", "aggregation", "router"});
  std::int64_t owner = builder.refer(Thing::kOwner, reader.text("owner", Presence::kRequired), 0);
  auto ports = reader.integer("ports", Presence::kRequired, {1, 512});
  auto gbps = reader.integer("speed_gbps", Presence::kRequired, {1, 800});
  builder.add(Thing::kSwitch, {{"id", device.switch_id},
                               {"name", device.name.value},
                               {"rack_id", around.rack},
                               {"site_id", around.site},
                               {"owner_id", optional_id(owner)},
                               {"role", role.value}});
  for (std::int64_t number = 1; number <= ports.value_or(0); ++number) {
    yaml::Text part{std::to_string(number), device.name.place};
    std::int64_t id = builder.declare_part(Thing::kSwitchPort, device.name, part, around.site);
    builder.add(Thing::kSwitchPort, {{"id", id},
                                     {"name", device.name.value + "/" + part.value},
                                     {"switch_id", device.switch_id},
                                     {"number", number},
                                     {"speed_mbps", gbps.value_or(0) * 1000}});
  }
  read_power_supplies(builder, reader, device, around);
  read_lags(builder, reader, device, around);
  reader.finish();
}

void read_server(Builder& builder, const yaml::Node& node, const Surroundings& around) {
  yaml::MapReader reader(node, "server", builder.faults);
  Device device{.name = reader.text("name", Presence::kRequired)};
  device.server_id = builder.declare(Thing::kServer, device.name, around.site);
  std::int64_t owner = builder.refer(Thing::kOwner, reader.text("owner", Presence::kRequired), 0);
  bool simulated = reader.flag("simulated", Presence::kOptional).value_or(false);
  if (builder.topology.demonstration && !simulated)
    builder.fault(reader.place(), Error(Code::kInvalid, "topology.real_server_in_demonstration",
                                        {{"name", device.name.value}}));
  builder.add(Thing::kServer, {{"id", device.server_id},
                               {"name", device.name.value},
                               {"rack_id", around.rack},
                               {"site_id", around.site},
                               {"owner_id", optional_id(owner)},
                               {"simulated", std::int64_t{simulated}}});
  read_power_supplies(builder, reader, device, around);
  read_ports(builder, reader, device, around);
  read_lags(builder, reader, device, around);
  read_disks(builder, reader, device, around, simulated);
  read_hypervisor(builder, reader, device, simulated);
  reader.finish();
}

}  // namespace belfry::topology
