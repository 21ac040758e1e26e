// The implementation of `Registers`: registers.cc, versions.cc, scans.cc.
#pragma once

#include "audit/told_changes.h"
#include "registers/registers.h"
#include "values.h"

namespace belfry::registers {

class Service : public Registers {
 public:
  Service(database::Database& database, std::shared_ptr<Pool> pool, audit::Ledger& ledger,
          audit::Outbox& outbox, Clock& clock, Random& random)
      : changes_(database, std::move(pool), ledger, outbox, "registers.log_unavailable"),
        clock_(clock),
        random_(random) {}

  Task<Listing> list(const Declaration& of, Page page) override;
  Task<Entry> find(const Declaration& of, EntryId id) override;
  Task<Entry> enter(const Actor& by, const Declaration& of, const Values& values) override;
  Task<Entry> change(const Actor& by, const Declaration& of, EntryId id,
                     const Values& values) override;
  Task<Entry> move(const Actor& by, const Declaration& of, EntryId id, const Move& move) override;
  Task<Entry> propose(const Actor& by, const Declaration& of, EntryId id,
                      const File& file) override;
  Task<File> file(const Declaration& of, EntryId id, std::int64_t number) override;
  Task<Scanned> scan(const Actor& by, const Declaration& of, EntryId id, std::string file) override;
  Task<std::string> export_entries(const Actor& by, const Declaration& of) override;

 private:
  // Queues the event of an act with the change.
  Result<> note(Transaction& transaction, const Actor& by, std::string resource,
                std::vector<audit::Detail> details);
  Result<> insert(Transaction& transaction, const Declaration& of, EntryId id,
                  database::Parameters columns);
  Result<> move_entry(Transaction& transaction, const Declaration& of, const Entry& entry,
                      const Move& move);
  Result<> move_version(Transaction& transaction, const Actor& by, const Declaration& of,
                        const Entry& entry, const Move& move);
  Result<> insert_version(Transaction& transaction, const Actor& by, const Declaration& of,
                          EntryId id, std::int64_t number, const File& file);

  audit::ToldChanges changes_;
  Clock& clock_;
  Random& random_;
};

// What of an entry is read, of `<noun> e`.
std::string entry_columns(const Declaration& of);
Entry entry_of(const Declaration& of, const Row& row);
// With its versions and its list. Errors: not_found ("registers.no_entry").
Result<Entry> find_entry(Transaction& transaction, const Declaration& of, EntryId id);
// The newest first.
Result<std::vector<Version>> versions_of(Transaction& transaction, const Declaration& of,
                                         EntryId id);
Result<std::vector<Values>> list_of(Transaction& transaction, const Declaration& of, EntryId id);
// SHA-256, hexadecimal.
std::string digest_of(const std::string& octets);
// Errors: conflict (the guard's).
Result<> check_guard(Transaction& transaction, const Guard& guard, EntryId id, std::int64_t number);

}  // namespace belfry::registers
