// The words of messages, in the reader's language.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace belfry::text {

enum class Language { kEnglish, kFrench };

// The language an `Accept-Language` field prefers (RFC 9110, section 12.5.4); English if it names
// none of ours.
Language preferred_language(std::string_view accept_language);
// The language of the process's environment (LC_ALL, LC_MESSAGES, LANG).
Language system_language();
// "en", "fr"
std::string_view name_of(Language language);

// The sentence of an error. Safe from any thread. An id without a row gives the id and its
// arguments.
std::string text(const Error& error, Language language);
std::string text(std::string_view message, const std::vector<Argument>& arguments,
                 Language language);

}  // namespace belfry::text
