#include "yaml/reader.h"

#include <gtest/gtest.h>

namespace belfry::yaml {
namespace {

struct Case {
  const char* text;
  const char* expected;  // "line:column message instead"
};

std::string describe(const Fault& fault) {
  std::string instead(fault.error.argument("instead"));
  return std::to_string(fault.place.line) + ":" + std::to_string(fault.place.column) + " " +
         fault.error.message() + (instead.empty() ? "" : " " + instead);
}

class ReaderFaults : public testing::TestWithParam<Case> {};

TEST_P(ReaderFaults, NameThePlaceAndWhatToWrite) {
  Parsed parsed = parse(GetParam().text);
  ASSERT_TRUE(parsed.faults.empty());
  std::vector<Fault> faults;
  MapReader reader(parsed.root, "server", faults);
  reader.text("name", Presence::kRequired);
  reader.integer("memory_gib", Presence::kOptional, {1, 4096});
  reader.flag("simulated", Presence::kOptional);
  reader.choice("role", Presence::kOptional, {"storage", "compute"});
  reader.texts("disks", Presence::kOptional, {1, 2});
  reader.finish();
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(describe(faults[0]), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ReaderFaults,
    testing::Values(Case{"memory_gib: 1\n", "1:1 yaml.missing_key"},
                    Case{"name:\n", "1:1 yaml.no_value"},
                    Case{"name: [a]\n", "1:7 yaml.text_expected"},
                    Case{"name: a\nmemory_gib: 256GiB\n",
                         "2:13 yaml.number_without_unit_expected 256"},
                    Case{"name: a\nmemory_gib: \"256\"\n", "2:13 yaml.quoted_number 256"},
                    Case{"name: a\nmemory_gib: lots\n", "2:13 yaml.number_expected"},
                    Case{"name: a\nmemory_gib: 2.5\n", "2:13 yaml.number_without_unit_expected 2"},
                    Case{"name: a\nmemory_gib: 0\n", "2:13 yaml.out_of_range"},
                    Case{"name: a\nmemory_gib: 99999999999999999999\n", "2:13 yaml.out_of_range"},
                    Case{"name: a\nmemory_gb: 256\n", "2:1 yaml.wrong_unit memory_gib"},
                    Case{"name: a\nmemory: 256\n", "2:1 yaml.wrong_unit memory_gib"},
                    Case{"name: a\nsimulatd: true\n", "2:1 yaml.unknown_key_near simulated"},
                    Case{"name: a\ncolour: red\n", "2:1 yaml.unknown_key"},
                    Case{"name: a\nsimulated: yes\n", "2:12 yaml.flag_expected"},
                    Case{"name: a\nrole: database\n", "2:7 yaml.not_one_of"},
                    Case{"name: a\ndisks: one\n", "2:8 yaml.list_expected"},
                    Case{"name: a\ndisks: [a, b, c]\n", "2:8 yaml.wrong_count"},
                    Case{"name: a\ndisks:\n  - {}\n", "3:5 yaml.text_expected"},
                    Case{"- name\n", "1:1 yaml.map_expected"}));

TEST(Reader, GivesValues) {
  Parsed parsed = parse("name: a\nmemory_gib: 256\nsimulated: true\ndisks: [x, y]\n");
  std::vector<Fault> faults;
  MapReader reader(parsed.root, "server", faults);
  EXPECT_EQ(reader.text("name", Presence::kRequired).value, "a");
  EXPECT_EQ(reader.integer("memory_gib", Presence::kRequired, {1, 4096}), 256);
  EXPECT_EQ(reader.flag("simulated", Presence::kOptional), true);
  EXPECT_EQ(reader.texts("disks", Presence::kOptional, {0, 9})[1].place, (Place{4, 12}));
  reader.finish();
  EXPECT_TRUE(faults.empty());
}

TEST(Reader, CollectsAllFaults) {
  Parsed parsed = parse("nam: a\nmemory_gib: x\n");
  std::vector<Fault> faults;
  MapReader reader(parsed.root, "server", faults);
  reader.text("name", Presence::kRequired);
  reader.integer("memory_gib", Presence::kRequired, {1, 4096});
  reader.finish();
  EXPECT_EQ(faults.size(), 3u);
}

TEST(Nearest, FindsMisspellingsAndNothingElse) {
  EXPECT_EQ(nearest("par1-pdu-c", {"par1-pdu-a", "fra1-pdu-b"}), "par1-pdu-a");
  EXPECT_EQ(nearest("zebra", {"par1-pdu-a"}), "");
}

}  // namespace
}  // namespace belfry::yaml
