#include "example.h"

#include <gtest/gtest.h>

#include <set>

namespace belfry::topology {
namespace {

const Topology::TableRows& table(const Topology& topology, const std::string& name) {
  for (const auto& rows : topology.rows)
    if (rows.table == name) return rows;
  static const Topology::TableRows none;
  return none;
}

TEST(ExampleProvider, LoadsWithoutFault) {
  Loaded loaded = parse(example_text(), "provider.yaml");
  ASSERT_TRUE(loaded.faults.empty()) << describe(loaded.faults);
  const Topology& topology = loaded.topology;
  EXPECT_EQ(topology.provider_name, "demo");
  EXPECT_TRUE(topology.demonstration);
  EXPECT_TRUE(topology.simulated());
  EXPECT_EQ(topology.segment_size, 64_MiB);
  EXPECT_EQ(topology.key_disks.size(), 3u);
  EXPECT_EQ(topology.s3_listen, "127.0.0.1:9000");
  EXPECT_TRUE(topology.database_url.empty());
}

TEST(ExampleProvider, HasTwoSitesSixStorageServersAndEightHypervisors) {
  Topology topology = parse(example_text(), "provider.yaml").topology;
  ASSERT_EQ(topology.sites.size(), 2u);
  EXPECT_EQ(topology.sites[0].country, "FR");
  EXPECT_EQ(topology.sites[1].country, "DE");
  ASSERT_EQ(topology.disks.size(), 12u);
  std::set<ServerId> servers;
  std::set<SiteId> sites;
  for (const Disk& disk : topology.disks) {
    servers.insert(disk.server);
    sites.insert(disk.site);
    EXPECT_TRUE(disk.simulated);
    EXPECT_EQ(disk.path, "disks/" + disk.name);
  }
  EXPECT_EQ(servers.size(), 6u);
  EXPECT_EQ(sites.size(), 2u);
  EXPECT_EQ(table(topology, "server").rows.size(), 14u);
  EXPECT_EQ(table(topology, "hypervisor").rows.size(), 8u);
  EXPECT_EQ(table(topology, "carrier").rows.size(), 2u);
}

// Ids are written on disks and into the ledger: a change of their rule orphans both.
TEST(ExampleProvider, IdsComeFromNames) {
  Topology topology = parse(example_text(), "provider.yaml").topology;
  EXPECT_EQ(topology.disks[0].name, "par1-s1-d1");
  EXPECT_EQ(topology.disks[0].id.value, 3471092482465518506);
  std::string text = example_text();
  Topology again = parse("# moved down by a line\n" + text, "other.yaml").topology;
  EXPECT_EQ(again.disks[5].id, topology.disks[5].id);
}

TEST(Load, SaysWhatItCannotRead) {
  auto loaded = load("/nowhere/provider.yaml");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code(), Code::kNotFound);
  EXPECT_EQ(loaded.error().message(), "topology.no_such_file");
}

}  // namespace
}  // namespace belfry::topology
