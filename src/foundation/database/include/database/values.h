// Transactions that give something back. They block, as Database::write and read do.
#pragma once

#include "database/database.h"

#include <optional>
#include <utility>

namespace belfry::database {

// What `work`, a closure of a Transaction that returns Result<T>, gave back in the transaction that
// was committed. Errors: those of `work`, and of Database::write.
template <class T, class Work>
Result<T> write_value(Database& database, Work& work) {
  std::optional<T> value;
  TRY(database.write([&](Transaction& transaction) -> Result<> {
    TRY(value, work(transaction));
    return {};
  }));
  return *std::move(value);
}

// The same of one snapshot. Errors: those of `work`, and of Database::read.
template <class T, class Work>
Result<T> read_value(Database& database, Duration limit, Work& work) {
  std::optional<T> value;
  TRY(database.read(limit, [&](Transaction& transaction) -> Result<> {
    TRY(value, work(transaction));
    return {};
  }));
  return *std::move(value);
}

}  // namespace belfry::database
