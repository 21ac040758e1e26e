// The words that passwords are made of, without network.
#pragma once

#include <string_view>

namespace belfry::iam {

// `word` in lower case, letters alone.
bool is_known_word(std::string_view word);

}  // namespace belfry::iam
