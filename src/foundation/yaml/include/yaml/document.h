// YAML 1.2 files as trees that remember where everything stood, within limits.
//
// A configuration is a tree: anchors, aliases, tags and several documents in one file are refused
// (an alias inside an alias can make gigabytes out of a page). Nothing here throws, and no library
// type shows. Safe from any thread.
#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::yaml {

// Counted from 1, as editors do; columns in octets.
struct Place {
  int line = 1;
  int column = 1;
  auto operator<=>(const Place&) const = default;
};

enum class Kind { kNull, kScalar, kSequence, kMap };

struct Entry;

struct Node {
  Kind kind = Kind::kNull;
  Place place;
  bool quoted = false;         // of a scalar: "12" is text, 12 a number
  std::string text;            // of a scalar
  std::vector<Node> items;     // of a sequence
  std::vector<Entry> entries;  // of a map, in the order of the file

  // The value under `key`, or nothing.
  const Node* find(std::string_view key) const;
};

struct Entry {
  std::string key;
  Place place;  // of the key
  Node value;
};

// Something to mend: where, and what to write instead (a message id and arguments).
struct Fault {
  Place place;
  Error error;
};

struct Parsed {
  Node root;
  std::vector<Fault> faults;  // when not empty, `root` may lack what they concern
};

struct Limits {
  Bytes size_max = 4_MiB;
  int depth_max = 24;
};

// Never fails as a call: what is wrong is in `faults`, in the order of the lines.
Parsed parse(std::string_view text, const Limits& limits = {});

}  // namespace belfry::yaml
