#include "base/ascii.h"
#include "base/text_encoding.h"
#include "mail/smtp.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace belfry::mail {
namespace {

constexpr std::size_t kLineMax = 76;

std::string without_controls(std::string_view text) {
  std::string kept;
  for (char c : text)
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) kept += c;
  return kept;
}

// RFC 2047: encoded words of at most 75 octets, no character split between two.
std::string encoded_words(std::string_view text) {
  constexpr std::size_t kOctetsMax = 39;
  std::string words;
  while (!text.empty()) {
    std::size_t length = std::min(kOctetsMax, text.size());
    const auto continues = [&](std::size_t at) {
      return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
    };
    while (length > 1 && continues(length)) --length;
    words += (words.empty() ? "" : "\r\n ") + std::string("=?UTF-8?B?") +
             to_base64(as_view(text.substr(0, length))) + "?=";
    text.remove_prefix(length);
  }
  return words;
}

// RFC 2045, section 6.7.
std::string quoted_printable(std::string_view text) {
  std::string out, line;
  const auto put = [&](const std::string& piece) {
    if (line.size() + piece.size() >= kLineMax) {
      out += line + "=\r\n";
      line.clear();
    }
    line += piece;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool ends_line = i + 1 == text.size() || text[i + 1] == '\n';
    if (c == '\n') {
      out += line + "\r\n";
      line.clear();
    } else if ((c > ' ' && c < 0x7f && c != '=' && !(c == '.' && line.empty())) ||
               (c == ' ' && !ends_line)) {
      put(std::string(1, c));
    } else {
      put(fmt::format("={:02X}", static_cast<unsigned char>(c)));
    }
  }
  if (!line.empty()) out += line + "\r\n";
  return out;
}

std::string date_of(Timestamp time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} +0000",
                     fmt::gmtime(std::time_t(seconds.time_since_epoch().count())));
}

}  // namespace

bool is_address(std::string_view text) {
  const std::size_t at = text.find('@');
  return at != std::string_view::npos && at > 0 && at + 1 < text.size() && text.size() <= 254 &&
         text.find('@', at + 1) == std::string_view::npos && std::ranges::all_of(text, [](char c) {
           return c > ' ' && c < 0x7f && !std::string_view("<>()[]\\,;:\"").contains(c);
         });
}

std::string compose(const Message& message) {
  const std::string host = message.from.substr(message.from.find('@') + 1);
  return "From: " + encoded_words(without_controls(message.from_name)) + "\r\n <" + message.from +
         ">\r\nTo: <" + message.to +
         ">\r\nSubject: " + encoded_words(without_controls(message.subject)) +
         "\r\nDate: " + date_of(message.date) + "\r\nMessage-ID: <" + message.id + "@" + host +
         ">\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
         "Content-Type: text/plain; charset=utf-8\r\n"
         "Content-Transfer-Encoding: quoted-printable\r\n\r\n" +
         quoted_printable(message.text);
}

}  // namespace belfry::mail
