#include "directories.h"

#include <gtest/gtest.h>

namespace belfry::provider {
namespace {

TEST(PublicAddress, IsOfOneHostThatEverybodyReaches) {
  for (const char* address : {"8.8.8.8", "100.63.255.255", "172.32.0.1", "193.0.0.1",
                              "223.255.255.255", "2606:4700::1111", "2a00::1"})
    EXPECT_TRUE(is_public_address(address)) << address;
  for (const char* address : {"",
                              "localhost",
                              "0.0.0.0",
                              "10.1.2.3",
                              "100.64.0.1",
                              "127.0.0.1",
                              "127.255.255.255",
                              "169.254.169.254",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.168.1.1",
                              "198.19.0.1",
                              "224.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "::ffff:127.0.0.1",
                              "64:ff9b::7f00:1",
                              "fe80::1",
                              "fe80::1%lo",
                              "fd00::1",
                              "ff02::1",
                              "2001:db8::1",
                              "2002:7f00:1::"})
    EXPECT_FALSE(is_public_address(address)) << address;
}

}  // namespace
}  // namespace belfry::provider
