#include "yaml/document.h"

#include <gtest/gtest.h>

namespace belfry::yaml {
namespace {

// "line:column message" of the first fault, or "".
std::string first_fault(std::string_view text, const Limits& limits = {}) {
  Parsed parsed = parse(text, limits);
  if (parsed.faults.empty()) return "";
  const Fault& fault = parsed.faults.front();
  return std::to_string(fault.place.line) + ":" + std::to_string(fault.place.column) + " " +
         fault.error.message();
}

TEST(YamlDocument, KeepsPlacesAndKinds) {
  Parsed parsed = parse("name: par1\nracks:\n  - units: 42\n  - {units: \"42\"}\n");
  ASSERT_TRUE(parsed.faults.empty());
  const Node* racks = parsed.root.find("racks");
  ASSERT_NE(racks, nullptr);
  ASSERT_EQ(racks->items.size(), 2u);
  const Node* plain = racks->items[0].find("units");
  EXPECT_EQ(plain->place, (Place{3, 12}));
  EXPECT_FALSE(plain->quoted);
  EXPECT_TRUE(racks->items[1].find("units")->quoted);
  EXPECT_EQ(racks->items[1].entries[0].place, (Place{4, 6}));
  EXPECT_EQ(parsed.root.find("absent"), nullptr);
}

TEST(YamlDocument, RefusesWhatAConfigurationDoesNotNeed) {
  EXPECT_EQ(first_fault("a: &x 1\nb: 2\n"), "1:4 yaml.alias");
  EXPECT_EQ(first_fault("a: !!int 1\n"), "1:4 yaml.tag");
  EXPECT_EQ(first_fault("a: 1\n? [x]\n: 2\n"), "2:3 yaml.complex_key");
  EXPECT_EQ(first_fault("a: 1\nb: 2\na: 3\n"), "3:1 yaml.duplicate_key");
  EXPECT_EQ(first_fault("a: 1\n---\nb: 2\n"), "3:1 yaml.several_documents");
  EXPECT_EQ(first_fault("a: 1\nb: c: d\n"), "2:5 yaml.syntax");
  EXPECT_EQ(first_fault("a: \xff\n"), "1:1 yaml.not_utf8");
  EXPECT_EQ(first_fault(""), "1:1 yaml.empty");
}

TEST(YamlDocument, AnAliasBombStaysSmall) {
  std::string bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n";
  for (char name = 'b'; name < 'k'; ++name) {
    std::string before = std::string("*") + static_cast<char>(name - 1);
    bomb += std::string(1, name) + ": &" + name + " [" + before + ", " + before + "]\n";
  }
  Parsed parsed = parse(bomb);
  ASSERT_FALSE(parsed.faults.empty());
  EXPECT_EQ(parsed.faults[0].error.message(), "yaml.alias");
  EXPECT_LE(parsed.root.find("j")->items.size(), 2u);
}

TEST(YamlDocument, IsBounded) {
  EXPECT_EQ(first_fault("abcdef", {.size_max = Bytes{5}}), "1:1 yaml.too_large");
  EXPECT_EQ(first_fault("a: [[1]]", {.depth_max = 2}), "1:5 yaml.too_deep");
  EXPECT_EQ(first_fault("a: [[1]]", {.depth_max = 3}), "");
  EXPECT_NE(first_fault(std::string(100'000, '[')), "");
  std::string wide;
  for (int i = 0; i < 300; ++i) wide += "key" + std::to_string(i) + ": 1\n";
  EXPECT_EQ(first_fault(wide), "257:1 yaml.too_many_keys");
}

}  // namespace
}  // namespace belfry::yaml
