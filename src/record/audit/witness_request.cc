#include "witness_request.h"

#include "base/text_encoding.h"

#include <algorithm>
#include <charconv>

namespace belfry::audit {

namespace {

constexpr std::string_view kOld = "old ";

// A decimal without leading zeroes.
std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || std::to_string(value) != text)
    return std::nullopt;
  return value;
}

}  // namespace

std::string encode_add_checkpoint(const AddCheckpoint& request) {
  std::string body = std::string(kOld) + std::to_string(request.old_size) + "\n";
  for (const Hash& hash : request.path) body += to_base64(hash) + "\n";
  return body + "\n" + std::string(request.note);
}

std::optional<AddCheckpoint> parse_add_checkpoint(std::string_view body) {
  AddCheckpoint request;
  const auto next_line = [&body]() -> std::optional<std::string_view> {
    const std::size_t end = body.find('\n');
    if (end == body.npos) return std::nullopt;
    const std::string_view line = body.substr(0, end);
    body.remove_prefix(end + 1);
    return line;
  };
  const auto first = next_line();
  if (!first || !first->starts_with(kOld)) return std::nullopt;
  const auto size = parse_decimal(first->substr(kOld.size()));
  if (!size) return std::nullopt;
  request.old_size = *size;
  for (;;) {
    const auto line = next_line();
    if (!line) return std::nullopt;
    if (line->empty()) break;
    const auto octets = from_base64(*line);
    Hash hash;
    if (!octets || octets->size() != hash.size() || to_base64(*octets) != *line ||
        request.path.size() == kConsistencyLinesMax)
      return std::nullopt;
    std::ranges::copy(*octets, hash.begin());
    request.path.push_back(hash);
  }
  request.note = body;
  return request;
}

std::optional<std::uint64_t> parse_size_line(std::string_view body) {
  if (!body.ends_with('\n')) return std::nullopt;
  return parse_decimal(body.substr(0, body.size() - 1));
}

}  // namespace belfry::audit
