// Why a row passes or fails, in words (docs/formats/measure.md, Reasons).
#pragma once

#include "measures/measures.h"

#include <set>
#include <string>
#include <string_view>

namespace belfry::measures {

// The names between braces: of `{copies} {copies|copy|copies}` it is `copies`. Nothing when a brace
// has no partner, or what stands between them is neither a name nor a choice.
std::optional<std::set<std::string>> placeholders_of(std::string_view pattern);

// Whether the measure words the reason: it is empty, or its id is known and every argument given.
bool is_worded(const Measure& measure, std::string_view recorded);

// Whether the subject is a name, or a kind that has its words and a name.
bool is_subject(std::string_view subject);

}  // namespace belfry::measures
