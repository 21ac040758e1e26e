// Search indexes of all logs: files beside the tiles that say which events have what, made from the
// leaves and never believed against them. docs/formats/search_index.md.
//
//   leaves -> build: small files, a few thousand leaves each -> merge: sixteen of them make one
//
// Invariants
//  1. A file is used only once its seal opens and it names the very leaves that the log has in its
//     range. One that turns out otherwise, or whose disk fails, is dropped: its range is read leaf
//     by leaf until the index is complete again.
//  2. Nothing of an event is written but under a key that follows from the key of its month.
//  3. Memory does not depend on how many events there are: one small file's terms at a time, a
//     merge reads and writes page by page.
//
// One thread at a time may call work(); the rest from any.
#pragma once

#include "audit/ledger.h"
#include "index_search.h"
#include "tenant_log.h"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace belfry::audit {

// The logs, as far as an index reads them. Their errors are passed on.
struct LogReader {
  std::function<std::vector<TenantId>()> tenants;
  std::function<std::uint64_t(TenantId)> size;
  std::function<Result<std::vector<Entry>>(TenantId, std::uint64_t bundle)> bundle;
  std::function<std::size_t(TenantId, std::uint64_t bundle)> octets;  // of its entries
  // The roots of the full bundles from the first up to the second, one after the other.
  std::function<Result<Buffer>(TenantId, std::uint64_t, std::uint64_t)> bundle_roots;
};

class SearchIndex {
 public:
  SearchIndex(std::vector<std::shared_ptr<Disk>> disks, crypto::KeyStore& keys, Random& random,
              LogReader log);

  // What of a log is where.
  enum class Kind {
    kFile,    // in an index file
    kNobody,  // nobody can read these events any more
    kLeaves,  // to be read leaf by leaf
  };
  struct Span {
    std::uint64_t from = 0, until = 0;
    Kind kind = Kind::kLeaves;
    std::shared_ptr<const struct IndexFile> file;
  };
  // The span that holds the leaf; one that is last ends with the log.
  Span span_at(TenantId tenant, std::uint64_t leaf);
  // As search_index(). After an error the file is dropped: look for the span again.
  Result<std::vector<Position>> search(TenantId tenant, const Span& span, IndexSearch search);

  // Completes what is missing: one step for each log. False: there was nothing to do, or it could
  // not be done. Blocks, well below a second a step.
  bool work(const std::atomic<bool>& stopping);

 private:
  struct Log {
    std::vector<Span> spans;  // sorted, apart, none of kLeaves
    bool attached = false;
  };

  // Leaves of full bundles that are in no file.
  struct Gap {
    std::uint64_t from = 0, until = 0;
    bool is_closed = false;  // others behind it are
  };

  void attach(TenantId tenant);
  Result<std::shared_ptr<const IndexFile>> check(TenantId tenant, const std::shared_ptr<Disk>& disk,
                                                 const std::string& name);
  Gap first_gap(TenantId tenant);
  bool is_ripe(TenantId tenant, const Gap& gap) const;
  bool build(TenantId tenant);
  bool merge(TenantId tenant);
  std::vector<Span> mergeable(TenantId tenant);
  void forget_destroyed(TenantId tenant);
  Result<Span> make_file(TenantId tenant, std::uint64_t from, std::uint64_t until, unsigned level,
                         const std::function<Result<>(IndexWriter&)>& fill);
  void put(TenantId tenant, const Span& span);
  void drop(TenantId tenant, const std::shared_ptr<const IndexFile>& file);
  MonthSecrets secrets_of(const IndexFile& file);
  Result<Hash> digest_of(TenantId tenant, std::uint64_t from, std::uint64_t until) const;

  const std::vector<std::shared_ptr<Disk>> disks_;
  crypto::KeyStore& keys_;
  Random& random_;
  const LogReader log_;

  std::mutex attaching_;
  std::mutex mutex_;
  std::map<TenantId, Log> logs_;  // under mutex_
};

}  // namespace belfry::audit
