// A load of S3 requests from many connections on one thread. Requests are signed before the clock
// starts, so that the client costs little; what it measures is one JSON object on standard output.
#include "base/text_encoding.h"
#include "runtime/random.h"
#include "signing.h"

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace belfry::bench {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using SteadyClock = std::chrono::steady_clock;

struct Arguments {
  std::string address, access_key = "none", secret_key = "none", bucket = "bench";
  std::string operation = "put";
  std::uint64_t size = 4096;
  unsigned clients = 1, keys = 1000;
  double seconds = 5;
};

struct Measured {
  std::vector<std::uint32_t> latencies_us;
  std::uint64_t errors = 0;
};

class Load {
 public:
  explicit Load(Arguments arguments)
      : arguments_(std::move(arguments)), random_(make_seeded_random(1)) {
    body_.resize(arguments_.operation == "put" ? arguments_.size : 0);
    random_->fill(body_);
    sign_heads();
  }

  Measured run() {
    auto colon = arguments_.address.rfind(':');
    tcp::endpoint endpoint(asio::ip::make_address(arguments_.address.substr(0, colon)),
                           std::uint16_t(std::stoi(arguments_.address.substr(colon + 1))));
    end_ = SteadyClock::now() + std::chrono::duration_cast<SteadyClock::duration>(
                                    std::chrono::duration<double>(arguments_.seconds));
    for (unsigned i = 0; i < arguments_.clients; ++i)
      asio::co_spawn(context_, connection(endpoint), asio::detached);
    context_.run();
    return std::move(measured_);
  }

 private:
  // One head a key; a load that outlasts them begins again (an overwrite, for PUT).
  void sign_heads() {
    Signer signer{arguments_.address, arguments_.access_key, arguments_.secret_key};
    bool is_put = arguments_.operation == "put";
    std::string payload = to_hex(crypto::sha256(body_));
    auto now = std::chrono::floor<Duration>(std::chrono::system_clock::now());
    for (unsigned i = 0; i < arguments_.keys; ++i)
      heads_.push_back(signer.head(is_put ? "PUT" : "GET",
                                   "/" + arguments_.bucket + "/object-" + std::to_string(i),
                                   {body_.size()}, payload, now));
  }

  asio::awaitable<void> connection(tcp::endpoint endpoint) {
    tcp::socket socket(context_);
    co_await socket.async_connect(endpoint, asio::use_awaitable);
    socket.set_option(tcp::no_delay(true));
    std::vector<char> buffer(256 << 10);
    while (SteadyClock::now() < end_) {
      auto begin = SteadyClock::now();
      const std::string& head = heads_[next_++ % heads_.size()];
      std::array<asio::const_buffer, 2> parts = {asio::buffer(head), asio::buffer(body_)};
      co_await asio::async_write(socket, parts, asio::use_awaitable);
      int status = co_await read_answer(socket, buffer);
      auto took = std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - begin);
      if (status == 200)
        measured_.latencies_us.push_back(std::uint32_t(took.count()));
      else
        ++measured_.errors;
    }
  }

  // Reads one whole answer; returns its status.
  static asio::awaitable<int> read_answer(tcp::socket& socket, std::vector<char>& buffer) {
    std::size_t have = 0, head_end = std::string_view::npos;
    while (head_end == std::string_view::npos) {
      have += co_await socket.async_read_some(
          asio::buffer(buffer.data() + have, buffer.size() - have), asio::use_awaitable);
      head_end = std::string_view(buffer.data(), have).find("\r\n\r\n");
    }
    std::string_view head(buffer.data(), head_end);
    int status = 0;
    std::from_chars(head.data() + 9, head.data() + 12, status);
    std::uint64_t left = length_of(head) - (have - head_end - 4);
    while (left > 0)
      left -= co_await socket.async_read_some(asio::buffer(buffer), asio::use_awaitable);
    co_return status;
  }

  static std::uint64_t length_of(std::string_view head) {
    constexpr std::string_view kName = "content-length:";
    auto at = std::ranges::search(head, kName, [](char a, char b) {
                return std::tolower(static_cast<unsigned char>(a)) == b;
              }).begin();
    std::uint64_t length = 0;
    if (at == head.end()) return length;
    at += kName.size();
    while (*at == ' ') ++at;
    std::from_chars(at, head.data() + head.size(), length);
    return length;
  }

  Arguments arguments_;
  std::unique_ptr<Random> random_;
  Buffer body_;
  std::vector<std::string> heads_;
  std::size_t next_ = 0;
  asio::io_context context_{1};
  SteadyClock::time_point end_;
  Measured measured_;
};

std::uint32_t quantile(const std::vector<std::uint32_t>& sorted, double fraction) {
  if (sorted.empty()) return 0;
  return sorted[std::size_t(fraction * double(sorted.size() - 1))];
}

int main(int count, char** words) {
  Arguments arguments;
  CLI::App app("A load of S3 requests.", "belfry_load");
  app.add_option("--address", arguments.address, "host:port")->required();
  app.add_option("--access-key", arguments.access_key);
  app.add_option("--secret-key", arguments.secret_key);
  app.add_option("--bucket", arguments.bucket);
  app.add_option("--operation", arguments.operation)->check(CLI::IsMember({"put", "get"}));
  app.add_option("--size-bytes", arguments.size);
  app.add_option("--clients", arguments.clients)->check(CLI::Range(1, 1000));
  app.add_option("--keys", arguments.keys)->check(CLI::Range(1, 1'000'000));
  app.add_option("--seconds", arguments.seconds);
  CLI11_PARSE(app, count, words);
  Measured measured = Load(arguments).run();
  std::ranges::sort(measured.latencies_us);
  nlohmann::json report = {{"per_second", double(measured.latencies_us.size()) / arguments.seconds},
                           {"operations", measured.latencies_us.size()},
                           {"errors", measured.errors},
                           {"p50_us", quantile(measured.latencies_us, 0.5)},
                           {"p99_us", quantile(measured.latencies_us, 0.99)}};
  std::printf("%s\n", report.dump().c_str());
  return measured.errors == 0 ? 0 : 1;
}

}  // namespace
}  // namespace belfry::bench

int main(int count, char** words) {
  return belfry::bench::main(count, words);
}
