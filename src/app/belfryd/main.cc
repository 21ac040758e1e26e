// The daemon: reads its arguments, runs one provider until it is told to stop.
#include "provider/provider.h"
#include "provider/recovery.h"
#include "runtime/blocking.h"
#include "runtime/clock.h"
#include "text/catalogue.h"

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <mutex>
#include <sys/resource.h>
#include <thread>
#include <utility>

namespace belfry {
namespace {

namespace asio = boost::asio;

struct Arguments {
  std::string config, data, annex, console, role = "all", log_level = "info";
  unsigned threads = std::max(1u, std::thread::hardware_concurrency());
  unsigned disk_hang_limit_seconds = 60;
  unsigned probe_minutes = 60;
  bool recovers = false;  // instead of serving
  provider::Recovery recovery;
};

// Beside the program when it is installed, or in the tree it was built from.
std::string beside_program(const char* installed, const char* in_tree) {
  std::error_code error;
  auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  auto prefix = program.parent_path().parent_path();
  auto found = prefix / "share" / "belfry" / installed;
  if (std::filesystem::is_directory(found, error)) return found.string();
  return (prefix.parent_path().parent_path() / in_tree).string();
}

// One single-threaded context a thread: a connection stays on its own.
class Threads {
 public:
  explicit Threads(unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
      contexts_.push_back(std::make_unique<asio::io_context>(1));
      guards_.push_back(asio::make_work_guard(*contexts_.back()));
    }
  }
  std::vector<Executor> executors() {
    std::vector<Executor> all;
    all.reserve(contexts_.size());
    for (auto& context : contexts_) all.push_back(context->get_executor());
    return all;
  }
  asio::io_context& first() { return *contexts_.front(); }
  // Runs until `stop`.
  void run() {
    std::vector<std::jthread> others;
    for (std::size_t i = 1; i < contexts_.size(); ++i)
      others.emplace_back([&context = *contexts_[i]] { context.run(); });
    first().run();
  }
  void stop() {
    guards_.clear();
    for (auto& context : contexts_) context->stop();
  }

 private:
  std::vector<std::unique_ptr<asio::io_context>> contexts_;
  std::vector<asio::executor_work_guard<asio::io_context::executor_type>> guards_;
};

// A connection takes a descriptor, an open segment another: the soft limit of most systems, 1,024,
// is made for programs that poll with select(), which this one does not.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0)
    spdlog::warn("the limit of open files stays as it is: {}", std::strerror(errno));
}

// Waits for SIGINT and SIGTERM on a thread of its own, which no start keeps busy.
//
// Until `told` is awaited, the provider is still starting. A start that is cut short is like a
// power cut, which everything on the disks survives: the process leaves at once.
class StopSignal {
 public:
  StopSignal() : signals_(context_, SIGINT, SIGTERM) {
    signals_.async_wait([this](boost::system::error_code error, int) {
      if (!error) arrived();
    });
    thread_ = std::jthread([this] { context_.run(); });
  }
  ~StopSignal() { context_.stop(); }

  asio::awaitable<void> told() {
    co_await runtime::suspend([this](std::move_only_function<void()> resume) {
      std::lock_guard lock(mutex_);
      resume_ = std::move(resume);
    });
  }

 private:
  void arrived() {
    std::move_only_function<void()> resume;
    {
      std::lock_guard lock(mutex_);
      resume = std::exchange(resume_, nullptr);
    }
    if (resume) return resume();
    spdlog::info("stopping before the start was over");
    spdlog::shutdown();
    std::_Exit(0);
  }

  asio::io_context context_{1};
  asio::signal_set signals_;
  std::mutex mutex_;
  std::move_only_function<void()> resume_;
  std::jthread thread_;
};

void announce(const provider::Provider& provider, const std::string& data) {
  const provider::Endpoints& endpoints = provider.endpoints();
  std::printf("\nBelfry is running.\n\n");
  std::printf("  console      %s\n", endpoints.console.c_str());
  std::printf("  REST         %s\n", endpoints.api.c_str());
  std::printf("  S3           %s\n", endpoints.s3.c_str());
  std::printf("  S3 over TLS  %s\n", endpoints.s3_tls.c_str());
  std::printf("  authority    %s\n", endpoints.ca.c_str());
  // The first start leaves them; an operator puts them away.
  auto credentials = std::filesystem::absolute(data) / "run" / "credentials.json";
  std::error_code error;
  if (std::filesystem::exists(credentials, error))
    std::printf("  credentials  %s\n", credentials.c_str());
  std::printf("\nStop it with Ctrl-C.\n\n");
  std::fflush(stdout);
}

asio::awaitable<void> run(Threads& threads, Clock& clock, StopSignal& stop_signal,
                          Arguments arguments, int& exit_code) {
  auto provider = co_await provider::start(
      threads.executors(), clock,
      {.config = arguments.config,
       .data = arguments.data,
       .annex_directory = arguments.annex,
       .console_directory = arguments.console,
       .disk_hang_limit = std::chrono::seconds(arguments.disk_hang_limit_seconds),
       .probe_period = std::chrono::minutes(arguments.probe_minutes)});
  if (provider) {
    announce(**provider, arguments.data);
    co_await stop_signal.told();
    spdlog::info("stopping");
    Result<> stopped = co_await (*provider)->stop();
    if (!stopped) spdlog::error("stopping: {}", stopped.error().describe());
    provider->reset();
    exit_code = stopped ? 0 : 1;
  } else {
    std::fprintf(stderr, "belfryd: %s\n",
                 text::text(provider.error(), text::system_language()).c_str());
    exit_code = 1;
  }
  threads.stop();
}

asio::awaitable<void> recover(Threads& threads, Clock& clock, Arguments arguments, int& exit_code) {
  const auto language =
      arguments.recovery.language == "fr" ? text::Language::kFrench : text::Language::kEnglish;
  const auto recovered =
      co_await provider::recover_administrator(threads.executors(), clock,
                                               {.config = arguments.config,
                                                .data = arguments.data,
                                                .annex_directory = arguments.annex,
                                                .console_directory = ""},
                                               arguments.recovery);
  if (recovered) {
    const std::vector<Argument> facts{{"user", recovered->user}, {"link", recovered->link}};
    const auto say = [&](std::string_view message) {
      std::printf("%s\n", text::text(message, facts, language).c_str());
    };
    if (recovered->role_given) say("recovery.role");
    say(recovered->link.empty() ? "recovery.mailed" : "recovery.link");
  } else {
    std::fprintf(stderr, "belfryd: %s\n", text::text(recovered.error(), language).c_str());
  }
  exit_code = recovered ? 0 : 1;
  threads.stop();
}

void add_recovery(CLI::App& app, Arguments& arguments) {
  const auto language = text::system_language();
  const auto say = [&](std::string_view message) { return text::text(message, {}, language); };
  arguments.recovery.language = std::string(text::name_of(language));
  CLI::App* command = app.add_subcommand("recover-administrator", say("recovery.help"));
  command->fallthrough();
  command->add_option("user", arguments.recovery.user, say("recovery.help.user"))->required();
  command->add_option("--reason", arguments.recovery.reason, say("recovery.help.reason"))
      ->required();
  command->add_option("--lang", arguments.recovery.language, say("recovery.help.lang"))
      ->check(CLI::IsMember({"en", "fr"}));
  command->callback([&arguments] { arguments.recovers = true; });
}

int main(int count, char** words) {
  Arguments arguments;
  arguments.annex = beside_program("annex", "annex");
  arguments.console = beside_program("console", "console/dist");
  CLI::App app("Belfry: a cloud that keeps its security annex, and proves it.", "belfryd");
  app.add_option("--config", arguments.config, "The provider's declaration (provider.yaml)")
      ->envname("BELFRY_CONFIG")
      ->required();
  app.add_option("--data", arguments.data, "Directory for state, keys and demonstration disks")
      ->envname("BELFRY_DATA")
      ->required();
  app.add_option("--role", arguments.role, "Which services this process runs")
      ->check(CLI::IsMember({"all"}))
      ->capture_default_str();
  app.add_option("--annex", arguments.annex, "Directory of the measures")->capture_default_str();
  app.add_option("--console", arguments.console, "Directory of the built console")
      ->capture_default_str();
  app.add_option("--threads", arguments.threads, "Threads that serve connections")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  app.add_option("--disk-hang-limit-seconds", arguments.disk_hang_limit_seconds,
                 "A disk of which a call takes longer has failed")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  app.add_option("--probe-minutes", arguments.probe_minutes,
                 "How often the prober plays a customer, for the measures; 0: never")
      ->envname("BELFRY_PROBE_MINUTES")
      ->check(CLI::Range(0, 1440))
      ->capture_default_str();
  app.add_option("--log-level", arguments.log_level, "What is worth a line")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error"}))
      ->capture_default_str();
  add_recovery(app, arguments);
  app.set_version_flag("--version", BELFRY_VERSION);
  try {
    app.parse(count, words);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }

  spdlog::set_default_logger(spdlog::stderr_color_mt("belfryd"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e %^%l%$ %v");
  spdlog::set_level(spdlog::level::from_str(arguments.log_level));
  // A client that goes away is an error of a write, not the end of the daemon.
  std::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();

  auto clock = make_system_clock();
  StopSignal stop_signal;
  Threads threads(arguments.threads);
  int exit_code = 0;
  asio::co_spawn(threads.first(),
                 arguments.recovers ? recover(threads, *clock, arguments, exit_code)
                                    : run(threads, *clock, stop_signal, arguments, exit_code),
                 asio::detached);
  threads.run();
  return exit_code;
}

}  // namespace
}  // namespace belfry

int main(int count, char** words) {
  return belfry::main(count, words);
}
