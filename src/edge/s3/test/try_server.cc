// The S3 service over the in-memory doubles, for trying real clients:
//   s3_try_server PORT [CERTIFICATE KEY]
// Access key AKIAIOSFODNN7EXAMPLE, secret wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY.
#include "fake_iam.h"
#include "fake_ledger.h"
#include "fake_store.h"
#include "s3/service.h"

#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace belfry::s3 {
namespace {

std::string read_file(const char* path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

int serve(int count, char** arguments) {
  boost::asio::io_context context{1};
  auto clock = make_system_clock();
  FakeIam iam;
  FakeLedger ledger;
  FakeStore store(*clock);
  auto handler = make_handler(iam, store, ledger, *clock, {});
  http::Listen options;
  options.port = static_cast<std::uint16_t>(count > 1 ? std::atoi(arguments[1]) : 0);
  if (count > 3) options.tls = http::Tls{read_file(arguments[2]), read_file(arguments[3])};
  auto traced = [handler](http::Request& request, http::Response& response) -> Task<> {
    auto done = co_await handler(request, response);
    if (std::getenv("TRACE") != nullptr)
      std::fprintf(stderr, "%s %s %d\n", request.method.c_str(), request.target.c_str(),
                   response.status);
    co_return done;
  };
  auto server = http::listen({context.get_executor()}, options, traced);
  if (!server) return std::fprintf(stderr, "%s\n", server.error().describe().c_str()), 1;
  std::printf("listening on %u\n", (*server)->port());
  std::fflush(stdout);
  context.run();
  return 0;
}

}  // namespace
}  // namespace belfry::s3

int main(int count, char** arguments) {
  return belfry::s3::serve(count, arguments);
}
