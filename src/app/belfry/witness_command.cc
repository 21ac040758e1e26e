// belfry witness: a program for a host of its own.
#include "audit/witness.h"
#include "commands.h"
#include "http/server.h"
#include "output.h"
#include "runtime/blocking.h"
#include "runtime/clock.h"
#include "runtime/disk.h"
#include "runtime/random.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/file.h>
#include <unistd.h>

namespace belfry::command_line {
namespace {

namespace asio = boost::asio;

constexpr Duration kStopGrace = std::chrono::seconds(5);
constexpr std::size_t kQueueMax = 256;

struct WitnessArguments {
  std::string listen, certificate_file, key_file;
  audit::WitnessOptions options;
};

// Held as long as the process lives.
Result<> lock_folder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    return fail(Code::kRetry, "cli.witness.no_folder",
                {{"path", folder}, {"reason", error.message()}});
  const std::string path = folder + "/lock";
  const int lock = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0)
    return fail(Code::kRetry, "cli.witness.no_folder",
                {{"path", folder}, {"reason", std::strerror(errno)}});
  if (::flock(lock, LOCK_EX | LOCK_NB) == 0) return {};
  ::close(lock);
  return fail(Code::kConflict, "cli.witness.locked", {{"path", folder}});
}

Result<http::Listen> listen_at(const WitnessArguments& arguments) {
  http::Listen listen;
  const std::size_t colon = arguments.listen.rfind(':');
  const auto bad = [&] {
    return fail(Code::kInvalid, "cli.witness.bad_listen", {{"address", arguments.listen}});
  };
  if (colon == std::string::npos || colon == 0) return bad();
  listen.address = arguments.listen.substr(0, colon);
  if (listen.address.starts_with('[') && listen.address.ends_with(']'))
    listen.address = listen.address.substr(1, listen.address.size() - 2);
  const char* end = arguments.listen.data() + arguments.listen.size();
  const auto [stop, error] = std::from_chars(arguments.listen.data() + colon + 1, end, listen.port);
  if (error != std::errc() || stop != end) return bad();
  if (arguments.certificate_file.empty() != arguments.key_file.empty())
    return fail(Code::kInvalid, "cli.witness.half_tls");
  if (arguments.certificate_file.empty()) return listen;
  http::Tls tls;
  for (auto [path, into] : {std::pair{&arguments.certificate_file, &tls.certificate_pem},
                            std::pair{&arguments.key_file, &tls.private_key_pem}}) {
    std::ifstream file(*path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) return fail(Code::kNotFound, "cli.no_file", {{"path", *path}});
    *into = text.str();
  }
  listen.tls = std::move(tls);
  return listen;
}

// At most what a request may have, and one octet that tells of more.
Task<std::string> read_body(http::Request& request) {
  std::string body;
  Buffer piece(16 << 10);
  while (body.size() <= audit::kWitnessRequestMax) {
    CO_TRY(std::size_t got, co_await request.body->read(piece));
    if (got == 0) break;
    body += as_text(View(piece).first(got));
  }
  co_return body;
}

Task<> answer(audit::Witness& witness, Pool& pool, http::Request& request,
              http::Response& response) {
  response.fields.set("Cache-Control", "no-store");
  if (request.path != "/add-checkpoint" || request.method != "POST") {
    const bool known = request.path == "/add-checkpoint";
    if (known) response.fields.set("Allow", "POST");
    response.status = known ? 405 : 404;
    co_return co_await response.send("");
  }
  CO_TRY(std::string body, co_await read_body(request));
  auto answered = co_await runtime::blocking(
      pool, [&]() -> Result<audit::Witness::Answer> { return witness.add_checkpoint(body); });
  if (!answered) {
    response.status = 503;
    co_return co_await response.send("");
  }
  response.status = answered->status;
  response.fields.set("Content-Type", answered->content_type);
  co_return co_await response.send(std::move(answered->body));
}

// Tells where it listens and its key, and serves until a signal.
Result<> serve(audit::Witness& witness, http::Listen listen) {
  asio::io_context context(1);
  auto pool = make_pool("witness", 1, kQueueMax);
  const bool secure = listen.tls.has_value();
  const std::string host =
      listen.address.find(':') == std::string::npos ? listen.address : "[" + listen.address + "]";
  auto handler = [&](http::Request& request, http::Response& response) -> Task<> {
    return answer(witness, *pool, request, response);
  };
  TRY(auto server, http::listen({context.get_executor()}, std::move(listen), handler));
  print_line(say("cli.witness.runs", {{"address", (secure ? "https://" : "http://") + host + ":" +
                                                      std::to_string(server->port())}}));
  print_line(witness.verifier_key());
  std::fflush(stdout);
  asio::signal_set signals(context, SIGINT, SIGTERM);
  signals.async_wait([&](boost::system::error_code error, int) {
    if (error) return;
    asio::co_spawn(
        context,
        [&]() -> asio::awaitable<void> {
          co_await server->stop(kStopGrace);
          context.stop();
        },
        asio::detached);
  });
  context.run();
  return {};
}

Result<> run_witness(const std::string& data, const WitnessArguments& arguments) {
  if (data.empty()) return fail(Code::kInvalid, "cli.no_data_named");
  TRY(http::Listen listen, listen_at(arguments));
  TRY(lock_folder(data));
  TRY(auto folder, open_disk(data));
  auto clock = make_system_clock();
  auto random = make_system_random();
  TRY(auto witness, audit::open_witness(std::move(folder), *clock, *random, arguments.options));
  return serve(*witness, std::move(listen));
}

}  // namespace

void add_witness_command(CLI::App& app, Invocation& invocation) {
  auto arguments = std::make_shared<WitnessArguments>();
  CLI::App* command = add_command(
      app, invocation, "witness", say("cli.help.witness"),
      [&invocation, arguments] { return run_witness(invocation.place.data, *arguments); });
  command->add_option("--listen", arguments->listen, say("cli.help.witness.listen"))->required();
  command->add_option("--name", arguments->options.name, say("cli.help.witness.name"))->required();
  command->add_option("--log", arguments->options.log_keys, say("cli.help.witness.log"))
      ->required();
  command->add_option("--certificate-file", arguments->certificate_file,
                      say("cli.help.witness.certificate"));
  command->add_option("--key-file", arguments->key_file, say("cli.help.witness.key"));
}

}  // namespace belfry::command_line
