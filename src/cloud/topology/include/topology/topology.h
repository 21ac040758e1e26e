// What the provider has, as `provider.yaml` declares it: sites, power, network, servers, disks.
//
// Loading checks everything: unknown keys, dangling references, duplicates, wrong units are refused
// with file, line and what to write instead. The tables (src/cloud/topology/migrations) are what
// measures read; docs/formats/provider.md documents every key.
#pragma once

#include "base/bytes.h"
#include "base/id.h"
#include "base/result.h"
#include "base/time.h"
#include "database/database.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::topology {

struct Site {
  SiteId id;
  std::string name, country;  // ISO 3166-1 alpha-2
};

struct Disk {
  DiskId id;
  std::string name;  // "par1-s1-d1", unique in the provider
  ServerId server;
  std::string server_name;
  SiteId site;
  std::string site_name;
  std::string path;  // relative paths are below the data directory
  bool simulated = false;
};

// What the services prove themselves with: a certificate of the provider's own authority for
// `names`, or the operator's own files (all three, or none).
struct Tls {
  std::vector<std::string> names;  // besides loopback's
  std::string certificate_file, key_file, authority_file;
};

// The server that takes the provider's mail.
struct Smtp {
  std::string server;                            // "mail.example.net:587"; empty: no mail is sent
  std::string security;                          // "starttls", "tls", "none" (loopback alone)
  std::string from;                              // the address that mail comes from
  std::string credentials_file, authority_file;  // empty: none; the system's list
};

// Issuers of OpenID Connect that tenants register.
struct Directories {
  std::string authority_file;  // what their certificates are checked with; empty: the system's list
  bool reach_private = false;  // they may be in private networks
};

// Another host's program that cosigns the ledger's root checkpoints.
struct Witness {
  std::string url;             // where its protocol is spoken
  std::string verifier_key;    // "name+hash+key"
  std::string authority_file;  // what its certificate is checked with; empty: the system's list
};

// One fault of a provider.yaml: where, what, and what to write instead (a message id and
// arguments).
struct Fault {
  std::string file;
  int line = 0, column = 0;
  Error error;
};

// The whole declaration. Only what the program itself needs is here as a type; the rest is rows.
struct Topology {
  std::string provider_name;
  std::vector<Site> sites;
  std::vector<Disk> disks;             // of storage servers
  std::vector<std::string> key_disks;  // three directories
  std::string master_key_file;
  std::string database_url;  // empty: SQLite below the data directory
  std::string s3_listen = "127.0.0.1:9000", s3_tls_listen = "127.0.0.1:9443",
              api_listen = "127.0.0.1:8443";
  std::vector<std::string> api_origins;  // where browsers open the console, besides its own address
  Tls tls;
  Smtp smtp;
  Directories directories;
  std::vector<Witness> witnesses;
  unsigned ledger_months_kept = 12;        // after the month's end
  Bytes ledger_savepoint_after = 256_MiB;  // audit::Options
  bool demonstration = false;  // all disks and servers simulated, credentials made at random
  Bytes segment_size = 1_GiB;
  bool simulated() const;  // some disk or server is

  // Rows for the tables, by table name: what `store` writes.
  struct TableRows {
    std::string table;
    std::vector<database::Parameters> rows;
  };
  std::vector<TableRows> rows;
};

struct Loaded {
  Topology topology;
  std::vector<Fault> faults;  // when not empty, `topology` is not to be used
};

// Ids are stable: derived from the names, so that a file loaded again names the same things.
// Errors: not_found (no such file). Faults are collected, all of them, in the order of the lines.
Result<Loaded> load(const std::string& path);
Loaded parse(const std::string& text, const std::string& file_name);

// Replaces the declared rows in one transaction; what observers wrote about things that remain
// stays.
Result<> store(database::Database& database, const Topology& topology, Timestamp now);

// The message that says what rows of a table are: "topology.kind.power_segment"; empty for no table
// of ours.
std::string_view kind_of(std::string_view table);

std::vector<database::Migration> migrations();

}  // namespace belfry::topology
