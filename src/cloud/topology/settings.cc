// The provider itself: its name, where it listens, its keys, its owners.
#include "builder.h"
#include "paths.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace belfry::topology {
namespace {

using yaml::Presence;

// "127.0.0.1:9000", "[::1]:9000": a host and a port, 0 for a free one.
bool is_listen_address(std::string_view text) {
  std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  std::string_view host = text.substr(0, colon), digits = text.substr(colon + 1);
  bool bracketed = host.front() == '[' && host.back() == ']';
  if (!bracketed && host.find(':') != std::string_view::npos) return false;
  unsigned port = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return error == std::errc() && end == digits.data() + digits.size() && port <= 65535;
}

// "https://belfry.example.net:8443", as a browser writes it: no path, no port 443, and a host name,
// since passkeys belong to none of IP addresses.
bool is_origin(std::string_view text) {
  constexpr std::string_view kScheme = "https://";
  if (!text.starts_with(kScheme) || text.ends_with(":443")) return false;
  text.remove_prefix(kScheme.size());
  const std::size_t colon = std::min(text.find(':'), text.size());
  const std::string_view host = text.substr(0, colon), port = text.substr(colon);
  if (!port.empty() && !is_listen_address("x" + std::string(port))) return false;
  return !host.empty() && host.size() <= 253 && host.front() != '.' && host.front() != '-' &&
         host.back() >= 'a' && host.back() <= 'z' && std::ranges::all_of(host, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
         });
}

void read_listen(Builder& builder, yaml::MapReader& root) {
  const yaml::Node* node = root.map("listen", Presence::kOptional);
  if (!node) return;
  yaml::MapReader listen(*node, "listen", builder.faults);
  auto address = [&](std::string_view key, std::string& into) {
    yaml::Text text = listen.text(key, Presence::kOptional);
    if (!text) return;
    if (is_listen_address(text.value))
      into = text.value;
    else
      builder.fault(text.place,
                    Error(Code::kInvalid, "topology.bad_listen", {{"value", text.value}}));
  };
  address("s3", builder.topology.s3_listen);
  address("s3_tls", builder.topology.s3_tls_listen);
  address("api", builder.topology.api_listen);
  for (const yaml::Text& origin : listen.texts("origins", Presence::kOptional, {1, 64})) {
    if (!is_origin(origin.value))
      builder.fault(origin.place, Error(Code::kInvalid, "topology.bad_origin",
                                        {{"origin", origin.value.substr(0, 80)}}));
    builder.topology.api_origins.push_back(origin.value);
  }
  listen.finish();
}

// A DNS name, which may begin with `*.`, or an IP address.
bool is_server_name(std::string_view name) {
  if (name.starts_with("*.")) name.remove_prefix(2);
  return !name.empty() && name.size() <= 253 && name.front() != '.' && name.front() != '-' &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
                  c == ':';
         });
}

void read_tls(Builder& builder, yaml::MapReader& root) {
  const yaml::Node* node = root.map("tls", Presence::kOptional);
  if (!node) return;
  Tls& into = builder.topology.tls;
  yaml::MapReader tls(*node, "tls", builder.faults);
  for (const yaml::Text& name : tls.texts("names", Presence::kOptional, {1, 64})) {
    if (!is_server_name(name.value))
      builder.fault(name.place, Error(Code::kInvalid, "topology.bad_server_name",
                                      {{"name", name.value.substr(0, 80)}}));
    into.names.push_back(name.value);
  }
  int files = 0;
  auto file = [&](std::string_view key, std::string& path) {
    yaml::Text text = tls.text(key, Presence::kOptional);
    check_path(builder, text);
    path = text.value;
    files += bool(text);
  };
  file("certificate_file", into.certificate_file);
  file("key_file", into.key_file);
  file("authority_file", into.authority_file);
  if ((files != 0 && files != 3) || (files == 3 && !into.names.empty()))
    builder.fault(tls.place(), Error(Code::kInvalid, "topology.bad_tls"));
  tls.finish();
}

bool is_loopback(std::string_view server) {
  const std::string_view host = server.substr(0, server.rfind(':'));
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

// Dots, letters, digits and few signs: what an address in a mail's field may be.
bool is_mail_address(std::string_view text) {
  const std::size_t at = text.find('@');
  return at != std::string_view::npos && at > 0 && text.size() <= 254 &&
         text.find('@', at + 1) == std::string_view::npos && is_server_name(text.substr(at + 1)) &&
         std::ranges::all_of(text.substr(0, at), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  std::string_view("._+-").find(c) != std::string_view::npos;
         });
}

void read_smtp(Builder& builder, yaml::MapReader& root) {
  const yaml::Node* node = root.map("smtp", Presence::kOptional);
  if (!node) return;
  Smtp& into = builder.topology.smtp;
  yaml::MapReader smtp(*node, "smtp", builder.faults);
  const yaml::Text server = smtp.text("server", Presence::kRequired);
  if (server && (!is_listen_address(server.value) || server.value.ends_with(":0")))
    builder.fault(server.place,
                  Error(Code::kInvalid, "topology.bad_smtp_server", {{"value", server.value}}));
  into.server = server.value;
  const yaml::Text security =
      smtp.choice("security", Presence::kOptional, {"starttls", "tls", "none"});
  into.security = security ? security.value : "starttls";
  // Whoever is on the way would read the links, and use them first.
  if (into.security == "none" && !is_loopback(into.server))
    builder.fault(security.place, Error(Code::kInvalid, "topology.smtp_in_clear"));
  const yaml::Text from = smtp.text("from", Presence::kRequired);
  if (from && !is_mail_address(from.value))
    builder.fault(from.place, Error(Code::kInvalid, "topology.bad_email", {{"value", from.value}}));
  into.from = from.value;
  for (auto [key, path] : {std::pair{"credentials_file", &into.credentials_file},
                           std::pair{"authority_file", &into.authority_file}}) {
    const yaml::Text text = smtp.text(key, Presence::kOptional);
    check_path(builder, text);
    *path = text.value;
  }
  smtp.finish();
}

void read_directories(Builder& builder, yaml::MapReader& root) {
  const yaml::Node* node = root.map("directories", Presence::kOptional);
  if (!node) return;
  Directories& into = builder.topology.directories;
  yaml::MapReader directories(*node, "directories", builder.faults);
  const yaml::Text authority = directories.text("authority_file", Presence::kOptional);
  check_path(builder, authority);
  into.authority_file = authority.value;
  into.reach_private = directories.flag("reach_private", Presence::kOptional).value_or(false);
  directories.finish();
}

void read_keys(Builder& builder, yaml::MapReader& root) {
  yaml::Text master = root.text("master_key_file", Presence::kRequired);
  check_path(builder, master);
  builder.topology.master_key_file = master.value;
  std::vector<yaml::Text> disks = root.texts("key_disks", Presence::kRequired, {3, 3});
  for (std::size_t i = 0; i < disks.size(); ++i) {
    const yaml::Text& disk = disks[i];
    check_path(builder, disk);
    for (std::size_t j = 0; j < i; ++j)
      if (disks[j].value == disk.value)
        builder.fault(disk.place,
                      Error(Code::kInvalid, "topology.same_key_disk", {{"path", disk.value}}));
    if (master && is_below(master.value, disk.value))
      builder.fault(master.place, Error(Code::kInvalid, "topology.master_key_on_key_disk",
                                        {{"path", disk.value}}));
    builder.topology.key_disks.push_back(disk.value);
    builder.add(Thing::kKeyDisk, {{"id", id_of(Thing::kKeyDisk, disk.value)},
                                  {"name", "key-disk-" + std::to_string(i + 1)},
                                  {"path", disk.value}});
  }
}

// "http://witness.example:8099/prefix": nothing but a host is needed behind the scheme.
bool is_witness_url(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos) return false;
  if (text.substr(0, scheme) != "http" && text.substr(0, scheme) != "https") return false;
  const std::string_view rest = text.substr(scheme + 3);
  return !rest.empty() && rest.front() != '/' && rest.front() != ':' &&
         std::ranges::all_of(rest, [](char c) { return c > ' ' && c <= '~'; }) &&
         rest.find_first_of("?#\"\\") == std::string_view::npos;
}

// "witness.example+0a1b2c3d+base64": a name, eight hexadecimal digits, 33 octets. Whether the
// digits are right, the ledger sees.
bool is_verifier_key(std::string_view text) {
  const std::size_t first = text.find('+');
  if (first == 0 || first == std::string_view::npos) return false;
  text.remove_prefix(first + 1);
  return text.size() == 8 + 1 + 44 && text[8] == '+';
}

void read_witnesses(Builder& builder, yaml::MapReader& root) {
  for (const yaml::Node& node : root.list("witnesses", Presence::kOptional, {1, 16})) {
    yaml::MapReader witness(node, "witness", builder.faults);
    yaml::Text url = witness.text("url", Presence::kRequired);
    if (url && !is_witness_url(url.value))
      builder.fault(url.place, Error(Code::kInvalid, "topology.bad_witness_url",
                                     {{"url", url.value.substr(0, 80)}}));
    yaml::Text key = witness.text("verifier_key", Presence::kRequired);
    if (key && !is_verifier_key(key.value))
      builder.fault(key.place, Error(Code::kInvalid, "topology.bad_witness_key"));
    for (const Witness& other : builder.topology.witnesses)
      if (key && other.verifier_key == key.value)
        builder.fault(key.place, Error(Code::kInvalid, "topology.same_witness"));
    yaml::Text authority = witness.text("authority_file", Presence::kOptional);
    check_path(builder, authority);
    builder.topology.witnesses.push_back({url.value, key.value, authority.value});
    witness.finish();
  }
}

void read_owners(Builder& builder, yaml::MapReader& root) {
  for (const yaml::Node& node : root.list("owners", Presence::kRequired, {1, 1000})) {
    yaml::MapReader owner(node, "owner", builder.faults);
    yaml::Text name = owner.text("name", Presence::kRequired);
    std::int64_t id = builder.declare(Thing::kOwner, name, 0);
    yaml::Text duty = owner.text("duty", Presence::kRequired);
    yaml::Text email = owner.text("email", Presence::kOptional);
    if (email && email.value.find('@') == std::string::npos)
      builder.fault(email.place,
                    Error(Code::kInvalid, "topology.bad_email", {{"value", email.value}}));
    builder.add(Thing::kOwner,
                {{"id", id}, {"name", name.value}, {"duty", duty.value}, {"email", email.value}});
    owner.finish();
  }
}

}  // namespace

void read_settings(Builder& builder, yaml::MapReader& root) {
  Topology& topology = builder.topology;
  root.integer("format", Presence::kRequired, {1, 1});
  yaml::Text name = root.text("provider", Presence::kRequired);
  std::int64_t id = builder.declare(Thing::kProvider, name, 0);
  topology.provider_name = name.value;
  topology.demonstration = root.flag("demonstration", Presence::kOptional).value_or(false);
  if (auto mib = root.integer("segment_size_mib", Presence::kOptional, {8, 4095}))
    topology.segment_size = Bytes{static_cast<std::uint64_t>(*mib) << 20};
  if (auto mib = root.integer("ledger_savepoint_mib", Presence::kOptional, {1, 4096}))
    topology.ledger_savepoint_after = Bytes{static_cast<std::uint64_t>(*mib) << 20};
  if (auto months = root.integer("ledger_retention_months", Presence::kOptional, {12, 120}))
    topology.ledger_months_kept = unsigned(*months);
  yaml::Text url = root.text("database_url", Presence::kOptional);
  if (url && !url.value.starts_with("sqlite:") && !url.value.starts_with("postgresql:"))
    builder.fault(url.place, Error(Code::kInvalid, "topology.bad_database_url"));
  topology.database_url = url.value;
  builder.add(
      Thing::kProvider,
      {{"id", id}, {"name", name.value}, {"demonstration", std::int64_t{topology.demonstration}}});
  read_listen(builder, root);
  read_tls(builder, root);
  read_smtp(builder, root);
  read_directories(builder, root);
  read_keys(builder, root);
  read_witnesses(builder, root);
  read_owners(builder, root);
}

}  // namespace belfry::topology
