#include "base/text_encoding.h"

#include "base/ascii.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace belfry {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kHexUpper = "0123456789ABCDEF";
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

bool is_unreserved(char c) {
  return is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

// Regroups octets into digits of `bits` bits, most significant first; a last short group is filled
// with zeros.
std::string regroup(View bytes, std::string_view alphabet, unsigned bits) {
  std::string text;
  text.reserve(bytes.size() * 8 / bits + 4);
  std::uint32_t pending = 0;
  unsigned held = 0;
  for (std::byte b : bytes) {
    pending = pending << 8 | std::to_integer<std::uint32_t>(b);
    for (held += 8; held >= bits; held -= bits)
      text += alphabet[pending >> (held - bits) & ((1u << bits) - 1)];
  }
  if (held > 0) text += alphabet[pending << (bits - held) & ((1u << bits) - 1)];
  return text;
}

std::array<std::int8_t, 256> reverse_of(std::string_view alphabet) {
  std::array<std::int8_t, 256> table;
  table.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    table[static_cast<unsigned char>(alphabet[i])] = std::int8_t(i);
  return table;
}

std::optional<Buffer> ungroup(std::string_view text, const std::array<std::int8_t, 256>& table,
                              unsigned bits) {
  Buffer bytes;
  bytes.reserve(text.size() * bits / 8);
  std::uint32_t pending = 0;
  unsigned held = 0;
  for (char c : text) {
    int digit = table[static_cast<unsigned char>(c)];
    if (digit < 0) return std::nullopt;
    pending = pending << bits | std::uint32_t(digit);
    if ((held += bits) >= 8) bytes.push_back(std::byte(pending >> (held -= 8)));
  }
  // What is left over must be fewer bits than a digit, all zero: one spelling for each value.
  if (held >= bits || (pending & ((1u << held) - 1)) != 0) return std::nullopt;
  return bytes;
}

}  // namespace

std::string to_hex(View bytes) {
  return regroup(bytes, kHex, 4);
}

std::optional<Buffer> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Buffer bytes(text.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes[i] = std::byte(high << 4 | low);
  }
  return bytes;
}

std::string to_base64(View bytes) {
  std::string text = regroup(bytes, kBase64, 6);
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

std::optional<Buffer> from_base64(std::string_view text) {
  static const auto table = reverse_of(kBase64);
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  return ungroup(text.substr(0, text.size() - padding), table, 6);
}

std::string to_base64url(View bytes) {
  return regroup(bytes, kBase64Url, 6);
}

std::optional<Buffer> from_base64url(std::string_view text) {
  static const auto table = reverse_of(kBase64Url);
  return ungroup(text, table, 6);
}

std::string to_base32(View bytes) {
  return regroup(bytes, kBase32, 5);
}

std::optional<Buffer> from_base32(std::string_view text) {
  static const auto table = reverse_of(kBase32);
  while (text.ends_with('=')) text.remove_suffix(1);
  return ungroup(text, table, 5);
}

std::string percent_encode(std::string_view text, Slash slash) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    if (is_unreserved(c) || (c == '/' && slash == Slash::kKeep)) {
      out += c;
    } else {
      auto octet = static_cast<unsigned char>(c);
      out += '%';
      out += kHexUpper[octet >> 4];
      out += kHexUpper[octet & 15];
    }
  }
  return out;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += char(high << 4 | low);
    i += 2;
  }
  return out;
}

bool is_utf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    auto lead = static_cast<unsigned char>(text[i++]);
    if (lead < 0x80) continue;
    int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    if (lead < 0xC2 || lead > 0xF4 || i + std::size_t(more) > text.size()) return false;
    std::uint32_t point = lead & (0x3Fu >> more);
    for (int k = 0; k < more; ++k) {
      auto next = static_cast<unsigned char>(text[i++]);
      if ((next & 0xC0) != 0x80) return false;
      point = point << 6 | (next & 0x3Fu);
    }
    constexpr std::array<std::uint32_t, 4> kSmallest = {0, 0x80, 0x800, 0x10000};
    if (point < kSmallest[std::size_t(more)] || point > 0x10FFFF) return false;
    if (point >= 0xD800 && point <= 0xDFFF) return false;
  }
  return true;
}

}  // namespace belfry
