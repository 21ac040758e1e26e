#include "places.h"

#include "base/ascii.h"
#include "base/text_encoding.h"
#include "rows.h"
#include "service.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>

namespace belfry::iam {
namespace {

constexpr std::size_t kUserAgentMax = 200;
constexpr std::int64_t kPlacesMax = 16;  // of a session

// An address and how many octets of it name its network; without: not an address.
std::string network_of(const std::string& source_ip) {
  std::array<unsigned char, 16> octets{};
  std::array<char, INET6_ADDRSTRLEN> text{};
  // ::ffff:0:0/96 is IPv4 seen by a socket of IPv6 (RFC 4291, 2.5.5.2).
  constexpr std::string_view kMapped = "::ffff:";
  const std::string plain =
      source_ip.starts_with(kMapped) ? source_ip.substr(kMapped.size()) : source_ip;
  if (inet_pton(AF_INET, plain.c_str(), octets.data()) == 1) {
    octets[3] = 0;
    inet_ntop(AF_INET, octets.data(), text.data(), text.size());
    return std::string(text.data()) + "/24";
  }
  if (inet_pton(AF_INET6, source_ip.c_str(), octets.data()) != 1) return source_ip;
  std::fill(octets.begin() + 6, octets.end(), 0);
  inet_ntop(AF_INET6, octets.data(), text.data(), text.size());
  return std::string(text.data()) + "/48";
}

std::string cut(const std::string& user_agent) {
  const std::string text = user_agent.substr(0, kUserAgentMax);
  return is_utf8(text) && text.find('\0') == text.npos ? text : "";
}

}  // namespace

std::string place_of(const Origin& origin) {
  std::string agent = cut(origin.user_agent);
  std::erase_if(agent, [](char c) { return is_digit(c) || c == '.'; });
  return network_of(origin.source_ip) + " " + agent;
}

Result<bool> IamService::is_known_place(Transaction& transaction, const std::string& session,
                                        const std::string& place) {
  TRY(auto rows, transaction.query("SELECT place FROM session_place WHERE session_id = :session "
                                   "AND place = :place",
                                   {{"session", session}, {"place", place}}));
  return !rows.empty();
}

Result<> IamService::note_place(Transaction& transaction, const Principal& by, const Origin& from) {
  const std::string place = place_of(from);
  TRY(const bool is_known, is_known_place(transaction, by.credential, place));
  if (is_known) return {};
  const database::Parameters parameters = {
      {"session", by.credential},          {"place", place},
      {"tenant_id", by.tenant.value},      {"user_id", by.user.value},
      {"source_ip", from.source_ip},       {"user_agent", cut(from.user_agent)},
      {"now_us", to_us(core_.clock.now())}};
  TRY(auto counted, transaction.query("SELECT count(*) AS n FROM session_place "
                                      "WHERE session_id = :session",
                                      parameters));
  // Places that nobody proved a factor at push out each other; whoever makes up many of them has
  // been told of by then, and fills no log.
  const bool is_full = counted[0].integer("n") >= kPlacesMax;
  if (is_full)
    TRY(transaction.execute(
        "DELETE FROM session_place WHERE session_id = :session AND place = (SELECT place FROM "
        "session_place WHERE session_id = :session ORDER BY CASE WHEN confirmed_us IS NULL THEN 0 "
        "ELSE 1 END, first_seen_us, place LIMIT 1)",
        parameters));
  TRY(transaction.execute(
      "INSERT INTO session_place (session_id, place, tenant_id, user_id, source_ip, user_agent, "
      "first_seen_us) VALUES (:session, :place, :tenant_id, :user_id, :source_ip, :user_agent, "
      ":now_us)",
      parameters));
  if (is_full) return {};
  return core_.trail.authenticated(transaction, by,
                                   {"iam:UseSessionElsewhere",
                                    "belfry:session/" + by.credential,
                                    {{"user_agent", cut(from.user_agent)}}});
}

Result<> IamService::confirm_place(Transaction& transaction, const Principal& by) {
  if (by.elsewhere.empty()) return {};
  TRY(transaction.execute(
      "UPDATE session_place SET confirmed_us = :now_us "
      "WHERE session_id = :session AND place = :place",
      {{"now_us", to_us(core_.clock.now())}, {"session", by.credential}, {"place", by.elsewhere}}));
  return {};
}

Result<> IamService::add_places(Transaction& transaction, UserId user,
                                std::vector<Session>& sessions) {
  TRY(auto rows, transaction.query("SELECT * FROM session_place WHERE user_id = :user_id "
                                   "ORDER BY first_seen_us, place",
                                   {{"user_id", user.value}}));
  for (const Row& row : rows) {
    const auto session = std::ranges::find(sessions, row.text("session_id"), &Session::id);
    if (session == sessions.end()) continue;
    session->places.push_back({.source_ip = row.text("source_ip"),
                               .user_agent = row.text("user_agent"),
                               .first_seen = from_us(row.integer("first_seen_us")),
                               .confirmed = optional_time(row, "confirmed_us")});
  }
  return {};
}

}  // namespace belfry::iam
