#include "witnesses.h"

#include "http/client.h"
#include "runtime/blocking.h"

#include <spdlog/spdlog.h>

namespace belfry::provider {
namespace {

constexpr Duration kAskLimit = std::chrono::seconds(5);
// Debian's list of public authorities.
constexpr const char* kSystemAuthorities = "/etc/ssl/certs/ca-certificates.crt";

using Reply = audit::RootLogOptions::Reply;

Result<Reply> post(const std::string& url, const std::string& authority, std::string body) {
  TRY(auto client, http::make_client({url, authority, kAskLimit}));
  const std::size_t path = url.find('/', url.find("://") + 3);
  std::string target = path == url.npos ? "" : url.substr(path);
  if (!target.ends_with('/')) target += '/';
  http::Fields fields;
  fields.set("Content-Type", "text/plain; charset=utf-8");
  TRY(auto answer, client->send("POST", target + "add-checkpoint", fields, std::move(body)));
  return Reply{answer.status, std::move(answer.body)};
}

}  // namespace

audit::RootLogOptions root_log_options(const topology::Topology& topology,
                                       const DataDirectory& directory, TenantId provider,
                                       std::shared_ptr<Pool> database_pool) {
  audit::RootLogOptions options;
  std::map<std::string, std::string> authorities;
  for (const topology::Witness& witness : topology.witnesses) {
    options.witnesses.push_back({witness.url, witness.verifier_key});
    authorities[witness.verifier_key] = witness.authority_file.empty()
                                            ? kSystemAuthorities
                                            : directory.resolve(witness.authority_file).string();
  }
  options.provider = provider;
  options.pool = std::move(database_pool);
  // One thread: they are asked one after the other.
  std::shared_ptr<Pool> asking = make_pool("witness", 1, 16);
  options.ask = [asking, authorities](const audit::WitnessPeer& peer,
                                      std::string body) -> Task<Reply> {
    co_return co_await runtime::blocking(
        *asking, [url = peer.url, authority = authorities.at(peer.verifier_key), &body] {
          return post(url, authority, std::move(body));
        });
  };
  return options;
}

void WitnessLog::tell(const std::vector<audit::WitnessState>& witnesses) {
  using audit::WitnessProblem;
  for (const audit::WitnessState& state : witnesses) {
    auto [told, first] = told_.emplace(state.verifier_key, WitnessProblem::kNone);
    if (std::exchange(told->second, state.problem) == state.problem) continue;
    if (state.problem == WitnessProblem::kNone)
      spdlog::info("the witness {} cosigns again", state.name);
    else if (state.problem == WitnessProblem::kFork || state.problem == WitnessProblem::kRollback)
      spdlog::critical("the witness {} refuses the ledger's root checkpoint: {}", state.name,
                       audit::name_of(state.problem));
    else
      spdlog::warn("the witness {} does not cosign: {}", state.name, audit::name_of(state.problem));
  }
}

}  // namespace belfry::provider
