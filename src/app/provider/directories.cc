#include "directories.h"

#include "http/client.h"
#include "runtime/blocking.h"

#include <arpa/inet.h>
#include <array>
#include <cstdint>
#include <memory>
#include <netdb.h>
#include <vector>

namespace belfry::provider {
namespace {

constexpr Duration kAskLimit = std::chrono::seconds(5);
constexpr unsigned kThreads = 4;
constexpr std::size_t kWaitingMax = 64;
// Debian's list of public authorities.
constexpr const char* kSystemAuthorities = "/etc/ssl/certs/ca-certificates.crt";

struct Network {
  const char* address;
  unsigned bits;
};
// What is not globally reachable (IANA's special-purpose registries), and multicast.
constexpr Network kNotPublic4[] = {
    {"0.0.0.0", 8},      {"10.0.0.0", 8},    {"100.64.0.0", 10},   {"127.0.0.0", 8},
    {"169.254.0.0", 16}, {"172.16.0.0", 12}, {"192.0.0.0", 24},    {"192.0.2.0", 24},
    {"192.168.0.0", 16}, {"198.18.0.0", 15}, {"198.51.100.0", 24}, {"203.0.113.0", 24},
    {"224.0.0.0", 3},
};
// Beside it stands 2000::/3, outside of which nothing is assigned.
constexpr Network kNotPublic6[] = {{"2001:db8::", 32}, {"2001::", 23}, {"2002::", 16}};

template <std::size_t N>
bool is_within(const std::array<std::uint8_t, N>& address, int family, const Network& network) {
  std::array<std::uint8_t, N> first{};
  inet_pton(family, network.address, first.data());
  for (unsigned bit = 0; bit < network.bits; ++bit) {
    const auto mask = std::uint8_t(0x80 >> (bit % 8));
    if ((address[bit / 8] & mask) != (first[bit / 8] & mask)) return false;
  }
  return true;
}

template <std::size_t N, std::size_t M>
bool is_within_any(const std::array<std::uint8_t, N>& address, int family,
                   const Network (&networks)[M]) {
  for (const Network& network : networks)
    if (is_within(address, family, network)) return true;
  return false;
}

// The host of a URL that oidc::check_url took, without brackets.
std::string host_of(const std::string& url) {
  const std::size_t begin = url.find("://") + 3;
  std::string host = url.substr(begin, url.find_first_of("/?", begin) - begin);
  if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
  return host.substr(0, host.find(':'));
}

// An address of the host, which is then the one that is connected to: a name that is looked up
// twice may lead to two places.
Result<std::string> address_of(const std::string& url, bool reach_private) {
  const auto unknown = fail(Code::kRetry, "provider.directory_unknown_host", {{"url", url}});
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host_of(url).c_str(), nullptr, &hints, &found) != 0) return unknown;
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  std::array<char, NI_MAXHOST> text{};
  if (getnameinfo(found->ai_addr, found->ai_addrlen, text.data(), text.size(), nullptr, 0,
                  NI_NUMERICHOST) != 0)
    return unknown;
  // No other answer than for a host that is not there: it tells nothing of the provider's network.
  if (!reach_private && !is_public_address(text.data())) return unknown;
  return std::string(text.data());
}

struct Settings {
  std::string authority_file;
  bool reach_private = false;
};

Result<oidc::Reply> exchange(const Settings& settings, oidc::Request request) {
  TRY(const std::string address, address_of(request.url, settings.reach_private));
  TRY(auto client, http::make_client({.url = request.url,
                                      .ca_file = settings.authority_file,
                                      .time_limit = kAskLimit,
                                      .connect_to = address,
                                      .answer_octets_max = oidc::kReplyOctetsMax}));
  const std::size_t path = request.url.find_first_of("/?", request.url.find("://") + 3);
  std::string target = path == std::string::npos ? "/" : request.url.substr(path);
  if (target.starts_with('?')) target = "/" + target;
  http::Fields fields;
  fields.set("Accept", "application/json");
  if (!request.authorization.empty()) fields.set("Authorization", request.authorization);
  if (!request.form.empty()) fields.set("Content-Type", "application/x-www-form-urlencoded");
  TRY(auto answer,
      client->send(request.form.empty() ? "GET" : "POST", target, fields, std::move(request.form)));
  return oidc::Reply{answer.status, std::move(answer.body)};
}

}  // namespace

bool is_public_address(const std::string& address) {
  std::array<std::uint8_t, 4> four{};
  if (inet_pton(AF_INET, address.c_str(), four.data()) == 1)
    return !is_within_any(four, AF_INET, kNotPublic4);
  std::array<std::uint8_t, 16> sixteen{};
  if (inet_pton(AF_INET6, address.c_str(), sixteen.data()) != 1) return false;
  return is_within(sixteen, AF_INET6, {"2000::", 3}) &&
         !is_within_any(sixteen, AF_INET6, kNotPublic6);
}

oidc::Transport directory_transport(const topology::Topology& topology) {
  return topology.demonstration ? oidc::Transport::kTlsOrLoopback : oidc::Transport::kTls;
}

oidc::Fetch directory_fetch(const topology::Topology& topology, const DataDirectory& directory) {
  const topology::Directories& told = topology.directories;
  const Settings settings{.authority_file = told.authority_file.empty()
                                                ? kSystemAuthorities
                                                : directory.resolve(told.authority_file).string(),
                          .reach_private = told.reach_private || topology.demonstration};
  std::shared_ptr<Pool> pool = make_pool("directory", kThreads, kWaitingMax);
  return [pool, settings](oidc::Request request) -> Task<oidc::Reply> {
    co_return co_await runtime::blocking(*pool,
                                         [&] { return exchange(settings, std::move(request)); });
  };
}

}  // namespace belfry::provider
