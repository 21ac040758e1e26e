#include "origins.h"

#include <gmock/gmock.h>

namespace belfry::provider {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ConsoleOrigins, AreLocalhostOnLoopback) {
  const topology::Topology topology;
  EXPECT_THAT(console_origins(topology, {"127.0.0.1", 8443}),
              ElementsAre("https://localhost:8443"));
  EXPECT_THAT(console_origins(topology, {"::1", 443}), ElementsAre("https://localhost"));
  EXPECT_THAT(console_origins(topology, {"0.0.0.0", 8443}), ElementsAre("https://localhost:8443"));
  EXPECT_THAT(console_origins(topology, {"192.0.2.1", 8443}), IsEmpty());
}

// Whom the prober asks for, and where it is found.
TEST(ConsoleOrigins, AreNotNeededToReachTheListeners) {
  topology::Topology topology;
  EXPECT_EQ(certified_name(topology, {"192.0.2.1", 8443}), "localhost");
  topology.tls.certificate_file = "own.pem";
  EXPECT_EQ(certified_name(topology, {"192.0.2.1", 8443}), "192.0.2.1");
  topology.tls.names = {"192.0.2.1", "*.example.net", "cloud.example.net"};
  EXPECT_EQ(certified_name(topology, {"192.0.2.1", 8443}), "cloud.example.net");
  EXPECT_EQ(connectable("0.0.0.0"), "127.0.0.1");
  EXPECT_EQ(connectable("::"), "::1");
  EXPECT_EQ(connectable("192.0.2.1"), "192.0.2.1");
}

TEST(ConsoleOrigins, AreTheDeclaredOnesAndTheNamesOfTheCertificate) {
  topology::Topology topology;
  topology.api_origins = {"https://console.example.net"};
  topology.tls.names = {"a.example.net", "192.0.2.1", "2001:db8::1", "*.example.net",
                        "a.example.net"};
  EXPECT_THAT(console_origins(topology, {"192.0.2.1", 8443}),
              ElementsAre("https://console.example.net", "https://a.example.net:8443"));
}

}  // namespace
}  // namespace belfry::provider
