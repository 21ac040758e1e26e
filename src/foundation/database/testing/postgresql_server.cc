#include "postgresql_server.h"

#include "base/ensure.h"
#include "folder.h"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <grp.h>
#include <libpq-fe.h>
#include <mutex>
#include <optional>
#include <pwd.h>
#include <sstream>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace belfry::database::testing {
namespace {

namespace files = std::filesystem;

std::unexpected<Error> failure(const std::string& reason) {
  return fail(Code::kInternal, "test.postgresql", {{"reason", reason}});
}

// Where initdb and postgres are: BELFRY_POSTGRESQL_BIN, or Debian's newest.
std::optional<files::path> find_binaries() {
  if (const char* set = std::getenv("BELFRY_POSTGRESQL_BIN")) return files::path(set);
  std::optional<files::path> newest;
  std::error_code none;
  for (const auto& version : files::directory_iterator("/usr/lib/postgresql", none)) {
    const files::path bin = version.path() / "bin";
    if (files::exists(bin / "initdb", none) && (!newest || *newest < bin)) newest = bin;
  }
  return newest;
}

// PostgreSQL refuses to run as root.
const passwd* unprivileged_user() {
  if (geteuid() != 0) return nullptr;
  if (const passwd* postgres = getpwnam("postgres")) return postgres;
  return getpwnam("nobody");
}

class Server {
 public:
  ~Server() { stop(); }

  Result<> start();
  std::string parameters(const std::string& database) const {
    return "host=" + directory_.string() + " user=belfry dbname=" + database;
  }

 private:
  Result<pid_t> launch(const std::vector<std::string>& command);
  Result<> run_to_end(const std::vector<std::string>& command);
  Result<> wait_until_ready();
  std::string log_text() const;
  void stop();

  files::path directory_;
  pid_t pid_ = 0;
};

Result<> Server::start() {
  const auto bin = find_binaries();
  if (!bin) return failure("PostgreSQL is not installed: apt-get install postgresql");
  TRY(directory_, make_folder("belfry-postgresql"));
  if (const passwd* user = unprivileged_user())
    if (chown(directory_.c_str(), user->pw_uid, user->pw_gid) != 0) return failure("chown");

  const std::string data = (directory_ / "data").string();
  TRY(run_to_end({(*bin / "initdb").string(), "--pgdata=" + data, "--username=belfry",
                  "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync",
                  "--no-instructions"}));
  // Without a network address, and without waiting for the disk: the tests cut no power here.
  TRY(pid_, launch({(*bin / "postgres").string(), "-D", data, "-k", directory_.string(), "-h", "",
                    "-c", "fsync=off", "-c", "max_connections=100", "-c", "shared_buffers=16MB",
                    "-c", "autovacuum=off"}));
  return wait_until_ready();
}

// Everything the child needs is made before the fork: after it only system calls are safe.
Result<pid_t> Server::launch(const std::vector<std::string>& command) {
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& argument : command)
    arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  const std::string log = (directory_ / "log").string();
  const passwd* user = unprivileged_user();
  const std::string home = directory_.string();

  const pid_t child = fork();
  if (child < 0) return failure("fork");
  if (child > 0) return child;
  if (user != nullptr)
    if (setgroups(0, nullptr) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)
      _exit(126);
  // Should this program be killed, the server stops with it.
  prctl(PR_SET_PDEATHSIG, SIGINT);
  const int out = open(log.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
  const int in = open("/dev/null", O_RDONLY);
  if (out < 0 || in < 0 || chdir(home.c_str()) != 0) _exit(126);
  dup2(in, 0);
  dup2(out, 1);
  dup2(out, 2);
  execv(arguments[0], arguments.data());
  _exit(127);
}

Result<> Server::run_to_end(const std::vector<std::string>& command) {
  TRY(const pid_t child, launch(command));
  int status = 0;
  if (waitpid(child, &status, 0) != child || status != 0)
    return failure(command[0] + " failed: " + log_text());
  return {};
}

Result<> Server::wait_until_ready() {
  for (int attempt = 0; attempt < 600; ++attempt) {
    if (PQping(parameters("postgres").c_str()) == PQPING_OK) return {};
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = 0;
      return failure("the server ended: " + log_text());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return failure("the server is not ready after 30 s: " + log_text());
}

std::string Server::log_text() const {
  std::ifstream log(directory_ / "log");
  std::ostringstream text;
  text << log.rdbuf();
  return text.str();
}

void Server::stop() {
  if (pid_ != 0) {
    kill(pid_, SIGINT);  // "fast": ends the sessions
    waitpid(pid_, nullptr, 0);
  }
  std::error_code none;
  if (!directory_.empty()) files::remove_all(directory_, none);
}

Result<> run_statement(const std::string& parameters, const std::string& sql) {
  PGconn* connection = PQconnectdb(parameters.c_str());
  PGresult* result = PQexec(connection, sql.c_str());
  const bool done = PQresultStatus(result) == PGRES_COMMAND_OK;
  const std::string reason = PQerrorMessage(connection);
  PQclear(result);
  PQfinish(connection);
  return done ? Result<>() : failure(reason);
}

}  // namespace

Result<std::string> make_postgresql_database() {
  static std::mutex mutex;
  static Server server;
  static std::optional<Result<>> started;
  static unsigned count = 0;
  std::lock_guard lock(mutex);
  if (!started) started = server.start();
  if (!*started) return std::unexpected(started->error());
  const std::string name = "test_" + std::to_string(++count);
  TRY(run_statement(server.parameters("postgres"), "CREATE DATABASE " + name));
  return server.parameters(name);
}

}  // namespace belfry::database::testing
