// How long events can be read: so many months after their month ended its keys are destroyed. The
// hashes stay, and with them every proof; what the leaves said nobody can read any more, also who
// kept older copies of the key disks (crypto/key_store.h).
#pragma once

#include "audit/ledger.h"
#include "audit/vault.h"
#include "crypto/key_store.h"
#include "runtime/blocking.h"
#include "runtime/clock.h"

#include <cstdint>
#include <memory>

namespace belfry::audit {

// The contract's floor, and the law's usual ceiling.
inline constexpr unsigned kMonthsKeptMin = 12;

// Destroys the months that ended `months_kept` months ago or earlier, and deletes their entry
// bundles, once what legal holds keep of them is in the vault; tenants of which that cannot be done
// keep their months until it can (`Vault::waiting`). No month goes while no tenant has a key of
// last month that was made 28 days ago or earlier: a clock that jumped ahead, by mistake, must not
// destroy years, and after a long rest a month more is no harm. Each tenant's log tells first of
// the months that go (audit:DestroyMonth): cut short, it tells again. Returns how many went. Safe
// to repeat; called every hour. Errors: retry (ledger, key disks).
Task<std::uint64_t> destroy_old_months(Ledger& ledger, crypto::KeyStore& keys, Vault& vault,
                                       Clock& clock, std::shared_ptr<Pool> pool,
                                       unsigned months_kept);

// How many it would destroy now.
std::size_t count_old_months(crypto::KeyStore& keys, Clock& clock, unsigned months_kept);

}  // namespace belfry::audit
