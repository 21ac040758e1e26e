// Bad files: each mistake has its place and says what to write instead.
#include "example.h"

#include <gtest/gtest.h>

namespace belfry::topology {
namespace {

struct Case {
  std::string what;  // in the example, replaced by
  std::string replacement;
  std::string message;
  std::string instead = {};  // argument "instead"
  std::string at = {};       // text of the line of the fault; empty: `replacement`
};

class ProviderFaults : public testing::TestWithParam<Case> {};

TEST_P(ProviderFaults, HavePlaceAndAdvice) {
  const Case& c = GetParam();
  std::string text = example_with(c.what, c.replacement);
  Loaded loaded = parse(text, "p.yaml");
  ASSERT_FALSE(loaded.faults.empty()) << c.replacement;
  const Fault& fault = loaded.faults.front();
  EXPECT_EQ(fault.error.message(), c.message) << describe(loaded.faults);
  EXPECT_EQ(fault.error.argument("instead"), c.instead);
  EXPECT_EQ(fault.file, "p.yaml");
  EXPECT_EQ(fault.line, line_of(text, c.at.empty() ? c.replacement : c.at))
      << describe(loaded.faults);
}

INSTANTIATE_TEST_SUITE_P(
    Settings, ProviderFaults,
    testing::Values(
        Case{"format: 1", "format: 2", "yaml.out_of_range"},
        Case{"provider: demo", "provider: De mo", "topology.bad_name"},
        Case{"demonstration: true", "demonstraton: true", "yaml.unknown_key_near", "demonstration"},
        Case{"s3: 127.0.0.1:9000", "s3: 127.0.0.1", "topology.bad_listen"},
        Case{"api: 127.0.0.1:8443", "api: 127.0.0.1:99999", "topology.bad_listen"},
        Case{"api: 127.0.0.1:8443",
             "api: 127.0.0.1:8443\n  origins: [https://a.example, https://a.example/]",
             "topology.bad_origin", "", "https://a.example/"},
        Case{"api: 127.0.0.1:8443", "api: 127.0.0.1:8443\n  origins: [https://192.0.2.1:8443]",
             "topology.bad_origin", "", "https://192"},
        Case{"segment_size_mib: 64", "segment_size_gib: 1", "yaml.wrong_unit", "segment_size_mib"},
        Case{"segment_size_mib: 64", "segment_size_mib: 64MiB", "yaml.number_without_unit_expected",
             "64"},
        Case{"[keys/k1, keys/k2, keys/k3]", "[keys/k1, keys/k2]", "yaml.wrong_count"},
        Case{"[keys/k1, keys/k2, keys/k3]", "[keys/k1, keys/k2, keys/k1]",
             "topology.same_key_disk"},
        Case{"master_key_file: master.key", "master_key_file: keys/k2/master.key",
             "topology.master_key_on_key_disk"},
        Case{"master_key_file: master.key", "master_key_file: ../master.key", "topology.bad_path"},
        Case{"format: 1", "tls: {names: [https://belfry.example.net]}\nformat: 1",
             "topology.bad_server_name", "", "tls: {names"},
        Case{"format: 1", "smtp: {server: mail.example.net, from: a@b.example}\nformat: 1",
             "topology.bad_smtp_server", "", "smtp: {server"},
        Case{"format: 1",
             "smtp: {server: 'mail.example.net:25', from: a@b.example, security: none}\nformat: 1",
             "topology.smtp_in_clear", "", "smtp: {server"},
        Case{"format: 1",
             "smtp: {server: 'mail.example.net:587', from: A <a@b.example>}\nformat: 1",
             "topology.bad_email", "", "smtp: {server"},
        Case{"format: 1", "smtp: {server: 'mail.example.net:587'}\nformat: 1", "yaml.missing_key",
             "", "smtp: {server"},
        Case{"format: 1", "directories: {reach: true}\nformat: 1", "yaml.unknown_key", "",
             "directories: {reach"},
        Case{"format: 1", "ledger_savepoint_mib: 0\nformat: 1", "yaml.out_of_range", "",
             "ledger_savepoint_mib"},
        Case{"format: 1", "ledger_retention_months: 11\nformat: 1", "yaml.out_of_range", "",
             "ledger_retention_months"},
        Case{"format: 1", "witnesses: [{url: witness.example, verifier_key: k}]\nformat: 1",
             "topology.bad_witness_url", "", "witnesses: ["},
        Case{"format: 1", "witnesses: [{url: 'http://w.example', verifier_key: k}]\nformat: 1",
             "topology.bad_witness_key", "", "witnesses: ["},
        Case{"format: 1", "witnesses: [{url: 'http://w.example'}]\nformat: 1", "yaml.missing_key",
             "", "witnesses: ["},
        Case{"format: 1", "tls: {key_file: tls/own.key}\nformat: 1", "topology.bad_tls", "",
             "tls: {key_file"},
        Case{"format: 1",
             "tls: {names: [a.example], certificate_file: a, key_file: b, authority_file: c}\n"
             "format: 1",
             "topology.bad_tls", "", "tls: {names"},
        Case{"format: 1",
             "tls: {certificate_file: ../a, key_file: b, authority_file: c}\nformat: 1",
             "topology.bad_path", "", "tls: {cert"},
        Case{"autonomous_system: 64496", "autonomous_system: 0", "yaml.out_of_range"},
        Case{"# database_url: postgresql:host=/run/postgresql", "database_url: mysql:x #",
             "topology.bad_database_url"}));

INSTANTIATE_TEST_SUITE_P(
    Sites, ProviderFaults,
    testing::Values(Case{"country: FR", "country: France", "topology.bad_country"},
                    Case{"country: FR", "country: XX", "topology.bad_country"},
                    Case{"country: FR", "land: FR", "yaml.missing_key", "", "name: par1\n"},
                    Case{"name: fra1\n", "name: par1  # again\n", "topology.duplicate", "",
                         "name: par1  # again\n"},
                    Case{"feed: par1-grid-south", "feed: par1-grid-sud", "topology.missing_near",
                         "par1-grid-south"},
                    Case{"feed: par1-grid-south", "feed: fra1-grid-south", "topology.other_site"},
                    Case{"feed: par1-grid-south", "feed: windmill", "topology.missing"},
                    Case{"source: generator", "source: diesel", "yaml.not_one_of"},
                    Case{"power_watts: 7360}", "power: 7360}", "yaml.missing_key"},
                    Case{"height_units: 42", "height_units: tall", "yaml.number_expected"}));

INSTANTIATE_TEST_SUITE_P(
    Devices, ProviderFaults,
    testing::Values(
        Case{"outlet: par1-k1-b/1,", "outlet: par1-k1-b/25,", "topology.missing_number",
             "par1-k1-b/1 to par1-k1-b/24"},
        Case{"outlet: par1-k1-b/1,", "outlet: par1-k1-c/1,", "topology.missing_near",
             "par1-k1-a/1"},
        Case{"outlet: par1-k1-b/2,", "outlet: par1-k1-b/1 ,", "topology.occupied"},
        Case{"switch_port: par1-k1-sw2/1,", "switch_port: par1-k1-sw1/1 ,", "topology.occupied"},
        Case{"ports: [eth0, eth1]", "ports: [eth0, eth2]", "topology.missing_near", "par1-s1/eth0"},
        Case{"ports: [eth0, eth1]", "ports: [eth0, eth0]", "topology.occupied"},
        Case{"owner: storage-team", "owner: storage-teem", "topology.missing_near", "storage-team"},
        Case{"owner: storage-team\n", "boss: storage-team\n", "yaml.missing_key", "",
             "name: par1-s1\n"},
        Case{"memory_gib: 256", "memory_gb: 256", "yaml.missing_key"},
        Case{"simulated: true\n", "simulated: false\n", "topology.real_server_in_demonstration", "",
             "name: par1-s1\n"},
        Case{"media: nvme, simulated: true", "media: nvme, simulated: false",
             "topology.real_disk_in_simulated_server"},
        Case{"path: disks/par1-s1-d2", "path: disks/par1-s1-d1 ", "topology.same_path"},
        Case{"path: disks/par1-s1-d2", "path: disks/../../etc", "topology.bad_path"},
        Case{"name: par1-s1-d2", "name: par1-s1-d1 ", "topology.duplicate"},
        Case{"switches: [par1-k1-sw1, par1-k1-sw2]", "switches: [par1-k1-sw1]", "yaml.wrong_count"},
        Case{"carrier: north-transit, speed", "carrier: nord-transit, speed",
             "topology.missing_near", "north-transit"}));

INSTANTIATE_TEST_SUITE_P(Yaml, ProviderFaults,
                         testing::Values(Case{"city: Paris", "city: &anchor Paris", "yaml.alias"},
                                         Case{"city: Paris", "city: Paris: Nord", "yaml.syntax"},
                                         Case{"city: Paris\n", "city: Paris\n    city: Lyon\n",
                                              "yaml.duplicate_key", "", "    city: Lyon"}));

TEST(ProviderFaults, AllAreToldAtOnceInTheOrderOfTheLines) {
  std::string text = example_with("country: DE", "country: Germany");
  text.replace(text.find("segment_size_mib"), 16, "segment_size");
  Loaded loaded = parse(text, "p.yaml");
  ASSERT_EQ(loaded.faults.size(), 2u) << describe(loaded.faults);
  EXPECT_EQ(loaded.faults[0].error.message(), "yaml.wrong_unit");
  EXPECT_EQ(loaded.faults[1].error.message(), "topology.bad_country");
}

TEST(ProviderFaults, AnEmptyFileAndAListAreRefused) {
  EXPECT_EQ(parse("", "p").faults.at(0).error.message(), "yaml.empty");
  EXPECT_EQ(parse("- a\n", "p").faults.at(0).error.message(), "yaml.map_expected");
  EXPECT_GE(parse("{}", "p").faults.size(), 5u);
}

}  // namespace
}  // namespace belfry::topology
