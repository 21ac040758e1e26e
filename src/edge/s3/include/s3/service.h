// The S3 protocol over cloud/objects: Signature Version 4, XML, and S3's errors. Nothing else.
#pragma once

#include "audit/ledger.h"
#include "http/server.h"
#include "iam/iam.h"
#include "objects/store.h"
#include "runtime/clock.h"

#include <functional>
#include <memory>
#include <string>

namespace belfry::s3 {

// A request of somebody known that was answered, or refused for want of rights: the log of its
// tenant has a line of it. Or one that nobody signed and that was answered: so has that of the
// bucket's owner.
struct Served {
  TenantId tenant;  // of who asked; of the bucket
  std::string request_id;
  Timestamp at;  // when it came
  bool anonymous = false;
};

struct Options {
  std::string region = "eu-west-1";  // any region of a signature is served; this is what we answer
  // Told after each, from any thread; nothing: nobody counts.
  std::function<void(const Served&)> on_served{};
};

// The handler to give to http::listen. The references outlive it.
http::Handler make_handler(iam::Iam& iam, objects::Store& store, audit::Ledger& ledger,
                           Clock& clock, Options options);

}  // namespace belfry::s3
