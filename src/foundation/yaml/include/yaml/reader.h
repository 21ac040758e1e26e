// Reads the keys of a map and collects every fault, so that a file's author gets all of them at
// once, each with its place and what to write instead.
//
//   MapReader server(node, "server", faults);
//   Text name = server.text("name", Presence::kRequired);
//   server.finish();  // a key that was not asked for is a fault, with the nearest one that was
//
// Keys carry their unit (`memory_gib`): a key that differs in its unit alone is told so.
#pragma once

#include "yaml/document.h"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::yaml {

enum class Presence { kRequired, kOptional };

// Both ends included.
struct Range {
  std::int64_t min = 0;
  std::int64_t max = 0;
};

// A text and where it stood; empty when it was absent or refused.
struct Text {
  std::string value;
  Place place;
  explicit operator bool() const { return !value.empty(); }
};

class MapReader {
 public:
  // `what` names the thing in messages: "server". A node that is no map is a fault, and every read
  // then gives nothing without a further one.
  MapReader(const Node& node, std::string_view what, std::vector<Fault>& faults);

  Text text(std::string_view key, Presence presence);
  // One of `allowed`; another one is a fault that lists them.
  Text choice(std::string_view key, Presence presence,
              std::initializer_list<std::string_view> allowed);
  std::optional<std::int64_t> integer(std::string_view key, Presence presence, Range range);
  std::optional<bool> flag(std::string_view key, Presence presence);
  // The entries of a list of texts; `count` bounds how many.
  std::vector<Text> texts(std::string_view key, Presence presence, Range count);
  // The items of a list; empty when absent.
  const std::vector<Node>& list(std::string_view key, Presence presence, Range count);
  // The node of a map below this one, or nothing.
  const Node* map(std::string_view key, Presence presence);

  // Every key that was not read is a fault.
  void finish();

  // Where the value of `key` stands, or the map itself.
  Place place_of(std::string_view key) const;
  Place place() const { return node_.place; }
  void fault(Place place, Error error) { faults_.push_back({place, std::move(error)}); }

 private:
  const Node* value(std::string_view key, Presence presence);
  bool count_is_right(std::string_view key, const Node& node, Range count);
  void unknown(const Entry& entry);

  const Node& node_;
  std::string what_;
  std::vector<Fault>& faults_;
  std::set<std::string, std::less<>> known_;
};

// The one of `candidates` that `wrong` most likely meant, by edit distance; empty if none is near.
std::string nearest(std::string_view wrong, const std::vector<std::string>& candidates);

}  // namespace belfry::yaml
