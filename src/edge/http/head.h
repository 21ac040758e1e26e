// The head of a request (RFC 9112), in one piece.
#pragma once

#include "http/server.h"

#include <cstdint>
#include <expected>
#include <string_view>

namespace belfry::http {

// The status that a head is refused with.
struct Refusal {
  int status;
};

// What framing needs to know of a head, besides the Request.
struct HeadFacts {
  bool keep_alive = true;
  bool is_http_1_0 = false;
  bool chunked = false;
  bool expects_continue = false;
};

inline constexpr std::size_t kFieldsMax = 128;

// Where the head at the start of `octets` ends (after its empty line); nothing: not yet whole.
// `seen` octets were searched before.
std::optional<std::size_t> find_head_end(std::string_view octets, std::size_t seen);

// Reads a head that ends with its empty line. Refused with 400: anything that two readers could
// understand in two ways (RFC 9112, section 11.2): bare CR or LF, folded lines, space before the
// colon, lengths that disagree, a length together with a transfer coding, no Host or two.
std::expected<HeadFacts, Refusal> parse_head(std::string_view head, Request& request);

}  // namespace belfry::http
