// A gateway in front of a provider that does not do what it should: customers meet it instead.
#pragma once

#include "http/client.h"
#include "http/server.h"
#include "provider/provider.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <thread>

namespace belfry::measures_broken {

class LyingGateway {
 public:
  // What becomes of an answer; `request` is what was asked.
  using Lie = std::function<void(const http::Request& request, http::ClientResponse& answer)>;

  LyingGateway(const provider::Endpoints& behind, Lie lie);
  ~LyingGateway();
  LyingGateway(const LyingGateway&) = delete;
  LyingGateway& operator=(const LyingGateway&) = delete;

  // Where customers find it.
  const provider::Endpoints& endpoints() const { return endpoints_; }

 private:
  std::string open(const std::string& url, const std::string& ca);
  boost::asio::awaitable<void> stop();

  Lie lie_;
  provider::Endpoints endpoints_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{
      context_.get_executor()};
  std::vector<std::unique_ptr<http::Client>> clients_;
  std::vector<std::unique_ptr<http::Server>> servers_;
  std::jthread thread_;
};

}  // namespace belfry::measures_broken
