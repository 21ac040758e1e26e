// What the product is measured beside: the same HTTP server with nothing behind it, or with hashes,
// sealing and a three-file group commit, and what undoes them, but neither index nor identity nor
// ledger.
#include "bare_commit.h"
#include "base/text_encoding.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "http/server.h"
#include "runtime/disk.h"
#include "runtime/random.h"

#include <CLI/CLI.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <thread>

namespace belfry::bench {
namespace {

namespace asio = boost::asio;

struct Arguments {
  std::string mode = "http", directory;
  std::uint64_t size = 4096;
  unsigned threads = 2;
};

constexpr Bytes kLog = 64_MiB;

// Objects as PUT seals them, in a file: more than a processor's cache holds.
class SealedObjects {
 public:
  explicit SealedObjects(std::uint64_t size)
      : sealed_size_(size + crypto::kTagLength),
        count_(std::max<std::uint64_t>(1, kLog.count / size)) {}

  Result<> open(const std::filesystem::path& directory) {
    std::filesystem::create_directories(directory);
    TRY(disk_, open_disk(directory.string()));
    TRY(file_, disk_->create("objects"));
    const Buffer plain(sealed_size_ - crypto::kTagLength, std::byte{'x'});
    for (std::uint64_t i = 0; i < count_; ++i)
      TRY(file_->write_at(i * sealed_size_, crypto::seal(key_, nonce_of(i), {}, plain)));
    return {};
  }

  // Any of them, opened in place: the tag's octets follow.
  Result<> read(Buffer& octets) {
    const std::uint64_t number = next_++ % count_;
    octets.resize(sealed_size_);
    if (!file_->read_cached(number * sealed_size_, octets))
      TRY(file_->read_at(number * sealed_size_, octets));
    MutableView plain = MutableView(octets).first(sealed_size_ - crypto::kTagLength);
    return crypto::open_into(key_, nonce_of(number), {}, octets, plain);
  }

 private:
  static std::array<std::byte, crypto::kNonceLength> nonce_of(std::uint64_t number) {
    std::array<std::byte, crypto::kNonceLength> nonce{};
    std::memcpy(nonce.data(), &number, sizeof number);
    return nonce;
  }

  const std::uint64_t sealed_size_, count_;
  const std::array<std::byte, crypto::kKeyLength> key_ =
      make_system_random()->octets<crypto::kKeyLength>();
  std::unique_ptr<Disk> disk_;
  std::unique_ptr<File> file_;
  std::atomic<std::uint64_t> next_ = 0;
};

// With `commit` and `objects`, PUT and GET are of sealed objects; without, of nothing.
class Loop {
 public:
  Loop(const Arguments& arguments, BareCommit* commit, SealedObjects* objects)
      : served_(arguments.size, 'x'), commit_(commit), objects_(objects) {}

  Task<> serve(http::Request& request, http::Response& response) {
    if (request.method == "PUT") {
      CO_TRY(co_await take(request));
      co_return co_await response.send({});
    }
    CO_TRY(co_await response.start(Bytes{served_.size()}));
    if (objects_) {
      Buffer octets;
      CO_TRY(objects_->read(octets));
      co_return co_await response.write(View(octets).first(served_.size()));
    }
    co_return co_await response.write(as_view(served_));
  }

 private:
  Task<> take(http::Request& request) {
    Buffer body(request.content_length.value_or(Bytes{}).count);
    std::size_t have = 0;
    while (have < body.size()) {
      CO_TRY(std::size_t got, co_await request.body->read(MutableView(body).subspan(have)));
      if (got == 0) co_return fail(Code::kInvalid, "object.incomplete_body");
      have += got;
    }
    if (!commit_) co_return Result<>();
    // As an object is: its ETag, its announced SHA-256, sealed under a key of its own.
    std::string etag = to_hex(crypto::md5(body));
    std::string payload = to_hex(crypto::sha256(body));
    if (payload != request.fields.get("x-amz-content-sha256"))
      co_return fail(Code::kInvalid, "object.wrong_sha256");
    auto key = random_->octets<crypto::kKeyLength>();
    auto nonce = random_->octets<crypto::kNonceLength>();
    Buffer sealed = crypto::seal(key, nonce, as_view(etag), body);
    co_return co_await commit_->append(std::move(sealed));
  }

  std::string served_;
  BareCommit* commit_;
  SealedObjects* objects_;
  std::unique_ptr<Random> random_ = make_system_random();
};

int main(int count, char** words) {
  Arguments arguments;
  CLI::App app("The bare loops.", "bare_loop");
  app.add_option("--mode", arguments.mode)->check(CLI::IsMember({"http", "commit"}));
  app.add_option("--directory", arguments.directory, "For the files of --mode commit");
  app.add_option("--size-bytes", arguments.size, "Of what GET answers");
  app.add_option("--threads", arguments.threads);
  CLI11_PARSE(app, count, words);

  std::vector<std::unique_ptr<asio::io_context>> contexts;
  std::vector<Executor> executors;
  std::vector<asio::executor_work_guard<asio::io_context::executor_type>> guards;
  for (unsigned i = 0; i < arguments.threads; ++i) {
    contexts.push_back(std::make_unique<asio::io_context>(1));
    executors.push_back(contexts.back()->get_executor());
    guards.push_back(asio::make_work_guard(*contexts.back()));
  }
  std::unique_ptr<BareCommit> commit;
  SealedObjects objects(arguments.size);
  if (arguments.mode == "commit") {
    auto made = make_bare_commit(executors.front(), arguments.directory, kLog);
    if (!made) return std::fprintf(stderr, "%s\n", made.error().describe().c_str()), 1;
    commit = std::move(*made);
    if (auto opened = objects.open(arguments.directory); !opened)
      return std::fprintf(stderr, "%s\n", opened.error().describe().c_str()), 1;
  }
  Loop loop(arguments, commit.get(), commit ? &objects : nullptr);
  auto server = http::listen(executors, {}, [&](http::Request& request, http::Response& response) {
    return loop.serve(request, response);
  });
  if (!server) return std::fprintf(stderr, "%s\n", server.error().describe().c_str()), 1;
  std::printf("127.0.0.1:%u\n", unsigned((*server)->port()));
  std::fflush(stdout);
  std::vector<std::jthread> others;
  for (std::size_t i = 1; i < contexts.size(); ++i)
    others.emplace_back([&context = *contexts[i]] { context.run(); });
  contexts.front()->run();
  return 0;
}

}  // namespace
}  // namespace belfry::bench

int main(int count, char** words) {
  return belfry::bench::main(count, words);
}
