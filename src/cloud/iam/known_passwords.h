// The words that passwords are made of, without network.
#pragma once

#include <cstddef>
#include <string_view>

namespace belfry::iam {

// `word` in lower case, letters alone.
bool is_known_word(std::string_view word);
std::size_t known_words();

}  // namespace belfry::iam
