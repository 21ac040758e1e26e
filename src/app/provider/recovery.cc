#include "provider/recovery.h"

#include "configuration.h"
#include "data_directory.h"
#include "iam/iam.h"

#include <nlohmann/json.hpp>

#include <filesystem>

namespace belfry::provider {
namespace {

// Where the console was when the daemon ran last. Before its first start there is nobody to let in.
Result<std::string> last_console(const std::string& data) {
  const auto path = std::filesystem::path(data) / "run" / "endpoints.json";
  const auto text = read_file(path);
  if (!text) return fail(Code::kNotFound, "provider.never_started", {{"path", data}});
  const auto endpoints = nlohmann::json::parse(*text, nullptr, false);
  return endpoints.is_object() ? endpoints.value("console", "") : "";
}

Task<Recovered> recover(iam::Iam& iam, const std::string& console, const Recovery& wanted) {
  CO_TRY(const auto recovered,
         co_await iam.lost_passwords().recover_administrator(
             {.user = wanted.user, .reason = wanted.reason, .language = wanted.language}));
  const std::string link =
      recovered.secret.empty() ? "" : console + "/#/password-reset/" + recovered.secret;
  co_return Recovered{recovered.user_name, link, recovered.role_given};
}

}  // namespace

Task<Recovered> recover_administrator(std::vector<Executor> executors, Clock& clock,
                                      Options options, Recovery wanted) {
  CO_TRY(const std::string console, last_console(options.data));
  CO_TRY(const auto topology, load_configuration(options.config));
  options.serves = false;
  options.background = false;
  CO_TRY(auto provider, co_await start(std::move(executors), clock, std::move(options)));
  provider->iam().people().accept_links({console, !topology.smtp.server.empty()});
  const auto recovered = co_await recover(provider->iam(), console, wanted);
  const auto stopped = co_await provider->stop();
  if (recovered && !stopped) co_return std::unexpected(stopped.error());
  co_return recovered;
}

}  // namespace belfry::provider
