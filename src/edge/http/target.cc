#include "target.h"

#include "base/text_encoding.h"

#include <algorithm>

namespace belfry::http {
namespace {

// `+` means a space in a query, as forms and S3 have it.
std::optional<std::string> decode_query(std::string_view text) {
  if (text.find('+') == text.npos) return percent_decode(text);
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  return percent_decode(spaced);
}

bool parse_query(std::string_view query, Request& request) {
  while (!query.empty()) {
    std::size_t end = std::min(query.find('&'), query.size());
    std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    if (request.query.size() == kQueryParametersMax) return false;
    std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = decode_query(pair.substr(0, equals));
    auto value = decode_query(pair.substr(std::min(equals + 1, pair.size())));
    if (!name || !value) return false;
    request.query.push_back({std::move(*name), std::move(*value)});
  }
  return true;
}

}  // namespace

bool parse_target(std::string_view target, Request& request) {
  bool clean = std::ranges::all_of(
      target, [](unsigned char c) { return c > 0x20 && c != 0x7f && c != '#'; });
  if (!clean) return false;
  if (target == "*" && request.method == "OPTIONS") {
    request.target = request.raw_path = request.path = "*";
    return true;
  }
  for (std::string_view scheme : {"http://", "https://"})
    if (target.starts_with(scheme)) {
      target.remove_prefix(scheme.size());
      target.remove_prefix(std::min(target.find_first_of("/?"), target.size()));
      if (target.empty()) target = "/";
      break;
    }
  if (!target.starts_with('/')) return false;
  std::size_t question = std::min(target.find('?'), target.size());
  auto path = percent_decode(target.substr(0, question));
  if (!path) return false;
  request.target = target;
  request.raw_path = target.substr(0, question);
  request.path = std::move(*path);
  return parse_query(target.substr(std::min(question + 1, target.size())), request);
}

}  // namespace belfry::http
