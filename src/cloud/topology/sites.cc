// Sites, their power, rooms and racks.
#include "builder.h"

namespace belfry::topology {
namespace {

using yaml::Presence;

// ISO 3166-1 alpha-2, officially assigned codes.
constexpr std::string_view kCountries =
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR "
    "BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ "
    "EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW "
    "GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY "
    "KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV "
    "MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY "
    "QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG "
    "TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM "
    "ZW";

bool is_country(std::string_view code) {
  if (code.size() != 2) return false;
  for (std::size_t at = 0; at < kCountries.size(); at += 3)
    if (kCountries.substr(at, 2) == code) return true;
  return false;
}

void read_power(Builder& builder, yaml::MapReader& site, std::int64_t site_id) {
  for (const yaml::Node& node : site.list("power_feeds", Presence::kRequired, {1, 16})) {
    yaml::MapReader feed(node, "power_feed", builder.faults);
    yaml::Text name = feed.text("name", Presence::kRequired);
    std::int64_t id = builder.declare(Thing::kPowerFeed, name, site_id);
    yaml::Text source =
        feed.choice("source", Presence::kRequired, {"grid", "generator", "on-site"});
    auto watts = feed.integer("power_kilowatts", Presence::kRequired, {1, 1'000'000});
    builder.add(Thing::kPowerFeed, {{"id", id},
                                    {"name", name.value},
                                    {"site_id", site_id},
                                    {"source", source.value},
                                    {"power_watts", watts.value_or(0) * 1000}});
    feed.finish();
  }
  for (const yaml::Node& node : site.list("power_segments", Presence::kRequired, {1, 64})) {
    yaml::MapReader segment(node, "power_segment", builder.faults);
    yaml::Text name = segment.text("name", Presence::kRequired);
    std::int64_t id = builder.declare(Thing::kPowerSegment, name, site_id);
    std::int64_t feed =
        builder.refer(Thing::kPowerFeed, segment.text("feed", Presence::kRequired), site_id);
    auto watts = segment.integer("power_kilowatts", Presence::kRequired, {1, 1'000'000});
    builder.add(Thing::kPowerSegment, {{"id", id},
                                       {"name", name.value},
                                       {"site_id", site_id},
                                       {"feed_id", feed},
                                       {"power_watts", watts.value_or(0) * 1000}});
    segment.finish();
  }
}

void read_pdu(Builder& builder, const yaml::Node& node, const Surroundings& around) {
  yaml::MapReader pdu(node, "pdu", builder.faults);
  yaml::Text name = pdu.text("name", Presence::kRequired);
  std::int64_t id = builder.declare(Thing::kPdu, name, around.site);
  std::int64_t segment =
      builder.refer(Thing::kPowerSegment, pdu.text("segment", Presence::kRequired), around.site);
  auto watts = pdu.integer("power_watts", Presence::kRequired, {1, 1'000'000});
  auto outlets = pdu.integer("outlets", Presence::kRequired, {1, 96});
  builder.add(Thing::kPdu, {{"id", id},
                            {"name", name.value},
                            {"rack_id", around.rack},
                            {"segment_id", segment},
                            {"power_watts", watts.value_or(0)}});
  for (std::int64_t number = 1; number <= outlets.value_or(0); ++number) {
    yaml::Text part{std::to_string(number), name.place};
    std::int64_t outlet = builder.declare_part(Thing::kPowerOutlet, name, part, around.site);
    builder.add(Thing::kPowerOutlet, {{"id", outlet},
                                      {"name", name.value + "/" + part.value},
                                      {"pdu_id", id},
                                      {"number", number}});
  }
  pdu.finish();
}

void read_rack(Builder& builder, const yaml::Node& node, std::int64_t room, Surroundings around) {
  yaml::MapReader rack(node, "rack", builder.faults);
  yaml::Text name = rack.text("name", Presence::kRequired);
  around.rack = builder.declare(Thing::kRack, name, around.site);
  auto units = rack.integer("height_units", Presence::kRequired, {1, 60});
  builder.add(Thing::kRack, {{"id", around.rack},
                             {"name", name.value},
                             {"room_id", room},
                             {"height_units", units.value_or(0)}});
  for (const yaml::Node& pdu : rack.list("pdus", Presence::kRequired, {0, 8}))
    read_pdu(builder, pdu, around);
  for (const yaml::Node& item : rack.list("switches", Presence::kOptional, {0, 16}))
    read_switch(builder, item, around);
  for (const yaml::Node& item : rack.list("servers", Presence::kOptional, {0, 96}))
    read_server(builder, item, around);
  rack.finish();
}

void read_site(Builder& builder, const yaml::Node& node) {
  yaml::MapReader site(node, "site", builder.faults);
  yaml::Text name = site.text("name", Presence::kRequired);
  std::int64_t id = builder.declare(Thing::kSite, name, 0);
  yaml::Text country = site.text("country", Presence::kRequired);
  if (country && !is_country(country.value))
    builder.fault(country.place, Error(Code::kInvalid, "topology.bad_country",
                                       {{"value", country.value.substr(0, 80)}}));
  yaml::Text city = site.text("city", Presence::kOptional);
  builder.add(Thing::kSite,
              {{"id", id}, {"name", name.value}, {"country", country.value}, {"city", city.value}});
  builder.topology.sites.push_back({SiteId{id}, name.value, country.value});
  read_power(builder, site, id);
  for (const yaml::Node& item : site.list("rooms", Presence::kRequired, {1, 256})) {
    yaml::MapReader room(item, "room", builder.faults);
    yaml::Text room_name = room.text("name", Presence::kRequired);
    std::int64_t room_id = builder.declare(Thing::kRoom, room_name, id);
    builder.add(Thing::kRoom, {{"id", room_id}, {"name", room_name.value}, {"site_id", id}});
    for (const yaml::Node& rack : room.list("racks", Presence::kRequired, {0, 1000}))
      read_rack(builder, rack, room_id, {.site = id, .rack = 0, .site_name = name.value});
    room.finish();
  }
  site.finish();
}

}  // namespace

void read_sites(Builder& builder, yaml::MapReader& root) {
  for (const yaml::Node& node : root.list("sites", Presence::kRequired, {1, 256}))
    read_site(builder, node);
}

}  // namespace belfry::topology
