// Tells customers that what they attested ends soon: in their log, and by mail.
#pragma once

#include "attestations/attestations.h"
#include "audit/ledger.h"
#include "audit/outbox.h"
#include "crypto/key_store.h"
#include "database/database.h"
#include "runtime/blocking.h"
#include "runtime/clock.h"
#include "runtime/random.h"

namespace belfry::provider {

// What is used; outlives the call.
struct RemindingParts {
  database::Database& database;
  std::shared_ptr<Pool> pool;
  audit::Ledger& ledger;
  audit::Outbox& outbox;
  crypto::KeyStore& keys;
  Random& random;
  Clock& clock;
  bool mails;  // somebody sends what is queued
};

// Each end once, with its mail in one transaction. Safe to repeat.
Task<> remind_of_attestations(RemindingParts parts);

}  // namespace belfry::provider
