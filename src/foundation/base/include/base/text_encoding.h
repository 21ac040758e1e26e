// Binary as text: hexadecimal, base64 (RFC 4648 section 4, and 5 for URLs), base32 (section 6),
// percent-encoding (RFC 3986).
#pragma once

#include "base/bytes.h"

#include <optional>
#include <string>
#include <string_view>

namespace belfry {

std::string to_hex(View bytes);  // lower case
std::optional<Buffer> from_hex(std::string_view text);

std::string to_base64(View bytes);  // with padding
std::optional<Buffer> from_base64(std::string_view text);

std::string to_base64url(View bytes);  // without padding
std::optional<Buffer> from_base64url(std::string_view text);

std::string to_base32(View bytes);  // upper case, without padding
std::optional<Buffer> from_base32(std::string_view text);

enum class Slash { kEncode, kKeep };

// Encodes all but the unreserved characters of RFC 3986, upper-case hexadecimal.
std::string percent_encode(std::string_view text, Slash slash);
// Nothing if a percent sign is not followed by two hexadecimal digits. `+` stays a plus.
std::optional<std::string> percent_decode(std::string_view text);

// Whether `text` is well-formed UTF-8 (RFC 3629).
bool is_utf8(std::string_view text);

}  // namespace belfry
