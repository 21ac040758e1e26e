// The example provider, and a changed one.
#pragma once

#include "topology/topology.h"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace belfry::topology {

inline std::string example_text() {
  const char* source = std::getenv("BELFRY_SOURCE");
  std::ifstream file(std::string(source ? source : ".") + "/examples/provider.yaml");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The example with the first `what` replaced.
inline std::string example_with(const std::string& what, const std::string& replacement) {
  std::string text = example_text();
  std::size_t at = text.find(what);
  if (at == std::string::npos) return "the example lacks: " + what;
  return text.replace(at, what.size(), replacement);
}

// The line, from 1, of the first `what` in `text`.
inline int line_of(const std::string& text, const std::string& what) {
  int line = 1;
  for (std::size_t at = 0, end = text.find(what); at < end && at < text.size(); ++at)
    if (text[at] == '\n') ++line;
  return line;
}

inline std::string describe(const std::vector<Fault>& faults) {
  std::string out;
  for (const Fault& fault : faults)
    out += fault.file + ":" + std::to_string(fault.line) + ":" + std::to_string(fault.column) +
           ": " + fault.error.describe() + "\n";
  return out;
}

}  // namespace belfry::topology
