#include "route.h"

#include "yaml/document.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

namespace belfry::api {
namespace {

std::string handler_pattern(std::string_view method, std::string_view path) {
  Match match = find_route(method, path);
  return match.route ? std::string(match.route->pattern) : "";
}

TEST(Route, FindsThePatternAndDecodesPlaceholders) {
  Match match = find_route("GET", "/api/v1/buckets/b/objects/a%2Fb%20c");
  ASSERT_TRUE(match.route);
  EXPECT_EQ(match.route->pattern, "/api/v1/buckets/{bucket}/objects/{key}");
  EXPECT_EQ(match.path, (std::vector<std::string>{"b", "a/b c"}));
}

TEST(Route, TakesTheRestOfThePathWhereThePatternSaysSo) {
  Match match = find_route("GET", "/api/v1/audit/tiles/tile/entries/x001/067.p/3");
  ASSERT_TRUE(match.route);
  EXPECT_EQ(match.path, std::vector<std::string>{"tile/entries/x001/067.p/3"});
}

TEST(Route, DistinguishesNoPathFromNoMethod) {
  EXPECT_EQ(handler_pattern("GET", "/api/v1/nothing"), "");
  EXPECT_EQ(handler_pattern("GET", "/api/v1/buckets/"), "");
  EXPECT_EQ(handler_pattern("GET", "/api/v1/buckets/%zz"), "");
  Match match = find_route("PATCH", "/api/v1/buckets/b");
  EXPECT_FALSE(match.route);
  EXPECT_EQ(match.allow, "GET, DELETE");
}

const Route& route_of(std::string_view method, std::string_view path) {
  return *find_route(method, path).route;
}

TEST(Route, ReadsAreCalledByTheirRightUnlessChangesGoByItToo) {
  EXPECT_EQ(read_action(route_of("GET", "/api/v1/tenants/2/users")), "iam:ListUsers");
  EXPECT_EQ(read_action(route_of("GET", "/api/v1/audit/events")), "audit:ListEvents");
  EXPECT_EQ(read_action(route_of("GET", "/api/v1/request-choices")), "iam:Read");
  EXPECT_EQ(read_action(route_of("GET", "/api/v1/session/factors")), "iam:Read");
}

TEST(Route, OnlyReadsArePolled) {
  std::set<std::string> polled, read_by_post;
  for (std::span<const Route> routes : all_routes())
    for (const Route& route : routes) {
      if (route.telling == Telling::kPolled) polled.emplace(route.pattern);
      if (is_read(route) && route.method != "GET") read_by_post.emplace(route.pattern);
    }
  // docs/operations/audit.md names them.
  EXPECT_EQ(polled,
            (std::set<std::string>{
                "/api/v1/annex", "/api/v1/annex/{measure}", "/api/v1/audit/holds",
                "/api/v1/audit/root-tiles/{path...}", "/api/v1/audit/tiles/{path...}",
                "/api/v1/disks", "/api/v1/interventions", "/api/v1/interventions/{intervention}",
                "/api/v1/jobs/{job}", "/api/v1/replica-sets", "/api/v1/session"}));
  EXPECT_EQ(read_by_post, std::set<std::string>{"/api/v1/access/explain"});
  for (const std::string& pattern : polled)
    EXPECT_TRUE(find_route("GET", pattern).route) << pattern;
}

using Operation = std::tuple<std::string, std::string, std::string>;  // method, path, action

std::string upper(std::string text) {
  for (char& c : text) c = char(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

bool takes_rest(const yaml::Node& item) {
  const yaml::Node* parameters = item.find("parameters");
  if (!parameters) return false;
  return std::ranges::any_of(parameters->items, [](const yaml::Node& parameter) {
    return parameter.find("x-belfry-path-rest") != nullptr;
  });
}

std::set<Operation> described_operations() {
  const char* source = std::getenv("BELFRY_SOURCE");
  std::ifstream in(std::string(source ? source : ".") + "/docs/api/openapi.yaml");
  std::string text(std::istreambuf_iterator<char>(in), {});
  yaml::Parsed parsed = yaml::parse(text);
  EXPECT_TRUE(parsed.faults.empty());
  std::set<Operation> operations;
  const yaml::Node* paths = parsed.root.find("paths");
  if (!paths) return operations;
  for (const yaml::Entry& path : paths->entries) {
    std::string pattern = path.key;
    if (!pattern.starts_with("/api/")) continue;
    if (takes_rest(path.value)) pattern.insert(pattern.size() - 1, "...");
    for (const yaml::Entry& method : path.value.entries)
      if (const yaml::Node* action = method.value.find("x-belfry-action"))
        operations.emplace(upper(method.key), pattern, action->text);
  }
  return operations;
}

// Placeholders may be called differently; their places count.
std::string without_names(std::string pattern) {
  std::string out;
  bool inside = false;
  for (char c : pattern) {
    if (c == '}') inside = false;
    if (!inside || c == '.') out += c;
    if (c == '{') inside = true;
  }
  return out;
}

TEST(Route, ServesWhatTheDescriptionSaysAndNothingElse) {
  std::set<Operation> described, served;
  for (auto& [method, path, action] : described_operations())
    described.emplace(method, without_names(path), action);
  for (std::span<const Route> routes : all_routes())
    for (const Route& route : routes)
      served.emplace(std::string(route.method), without_names(std::string(route.pattern)),
                     std::string(route.action));
  EXPECT_GT(served.size(), 40u);
  std::vector<Operation> not_described, not_served;
  std::ranges::set_difference(served, described, std::back_inserter(not_described));
  std::ranges::set_difference(described, served, std::back_inserter(not_served));
  EXPECT_EQ(not_described, std::vector<Operation>());
  EXPECT_EQ(not_served, std::vector<Operation>());
}

}  // namespace
}  // namespace belfry::api
