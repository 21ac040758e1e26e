// Texts with placeholders in braces, as "{copies} of {total}".
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace belfry {

// `value_of` says what stands for the text between two braces. Where it knows none, placeholder and
// braces stay visible.
std::string fill_placeholders(
    std::string_view pattern,
    const std::function<std::optional<std::string>(std::string_view)>& value_of);

}  // namespace belfry
