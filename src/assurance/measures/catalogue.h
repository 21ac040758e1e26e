// Reads annex/<section>/<id>.yaml (docs/formats/measure.md).
#pragma once

#include "measures/measures.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::measures {

// Whose rows are summed up, and the reasons of the rows that do it: both have the argument `count`.
struct Summed {
  std::string kind;  // "user"
  std::string rest;  // of those that pass
  std::string more;  // of those that fail, or are open, beyond the first
};

// A measure and what the runner needs of it.
struct Definition {
  Measure measure;
  std::optional<Summed> summed;
  std::string sql;                         // of the check: lists written out, summed up
  database::Parameters parameters;         // of the check, without now_us
  std::vector<std::string> simulated_sql;  // of the tables it reads
  std::string sha256_hex;                  // of the file
};

// One fault a line: "annex/6a/S06-P-08.yaml:12:3: invalid yaml.missing_key key=sql what=check".
struct ReadDefinition {
  Definition definition;
  std::vector<std::string> faults;
};
// `file` is named in faults; its folder and name must be the section and the id.
ReadDefinition read_definition(std::string_view text, const std::string& file);

// All of the directory, in the order of the annex: chapter, provider before customer, number.
// Errors: invalid ("measures.bad_annex", argument "faults"), not_found ("measures.no_annex").
Result<std::vector<Definition>> read_catalogue(const std::string& directory);

}  // namespace belfry::measures
