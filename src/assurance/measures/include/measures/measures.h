// The promises of the annex, each bound to a check over the live state.
//
// A check is SQL whose rows are evaluated resources (subject, status, reason), never only
// violations; its kind of proof is computed from the tables it reads. docs/formats/measure.md.
#pragma once

#include "audit/ledger.h"
#include "base/id.h"
#include "base/result.h"
#include "base/time.h"
#include "database/database.h"
#include "runtime/blocking.h"
#include "runtime/clock.h"
#include "runtime/random.h"
#include "runtime/task.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace belfry::measures {

enum class Party { kProvider, kClient };
enum class Verdict { kPass, kFail, kNoData, kStale, kError };
// From the strongest to the weakest; a verdict has the weakest of what its check read.
enum class Proof { kObserved, kAttested, kDeclared, kSimulated, kNone };

std::string_view name_of(Party party);
std::string_view name_of(Verdict verdict);
std::string_view name_of(Proof proof);

struct Text {
  std::string fr, en;
};

struct MeasureParameter {
  std::string name;
  std::int64_t value;
  Text unit;
  std::string source;  // "annex" or "ours"
};

// A list that a check names as `:name`, such as the countries it accepts.
struct MeasureList {
  std::string name;
  std::vector<std::string> values;
  std::string source;  // "annex" or "ours"
};

// A reason that rows of the check give: `{copies}` is filled in, `{copies|copy|copies}` is the word
// for one or for more of them.
struct Reason {
  std::string id;  // "one_segment"
  Text text;
};

struct Check {
  std::string sql;  // columns subject, status ("pass" or "fail"), reason; may have tenant_id
  std::string population_sql;  // one row, one column: population
  std::int64_t population_min = 1;
  // One row: observed_at_us, the oldest. Empty: declared facts have no age.
  std::string freshness_sql;
  Duration age_max{};
  Duration period{};
  Duration time_limit = std::chrono::seconds(10);
};

struct Measure {
  std::string id;       // "S06-P-20"
  std::string section;  // "6a"
  Party party;
  std::optional<Text> text;
  std::vector<std::string> iso27001;
  std::string owner_role;
  std::vector<MeasureParameter> parameters;
  std::vector<MeasureList> lists;
  std::vector<Reason> reasons;
  std::optional<Check> check;  // nothing: no_data
  Proof proof = Proof::kNone;  // the weakest source that the check's tables have
  std::string negative_test;   // "program:Suite.Name" that breaks the state and expects `fail`
};

struct EvaluatedRow {
  std::string subject;
  bool pass;
  std::string reason;  // as recorded: "one_segment supplies=2 segment=par1-segment-a"
  TenantId tenant;     // zero: the provider's own
};

struct Status {
  std::string id, section;
  Party party;
  Verdict verdict = Verdict::kNoData;
  Proof proof = Proof::kNone;
  std::int64_t population = 0;
  std::int64_t violations = 0;
  std::optional<Timestamp> checked_at;
  std::optional<std::uint64_t> ledger_index;  // of the evidence, in the provider's log
  std::string reason;                         // of no_data, stale, error: a message id
};

struct Evaluation {
  Status status;
  std::vector<EvaluatedRow> rows;
  std::string rows_root_hex;  // Merkle root over the salted rows, as in the ledger
};

// RFC 6962, 2.1.1: the leaf is SHA-256 of a zero octet, the salt and the row's octets
// (docs/formats/measure.md); the path leads from it to the root.
struct RowProof {
  EvaluatedRow row;
  std::string salt_hex;
  std::uint64_t position = 0;
  std::uint64_t tree_size = 0;
  std::vector<std::string> path_hex;
  std::string rows_root_hex;
  std::optional<std::uint64_t> ledger_index;
};

// Safe to use from any thread. Errors: not_found ("measures.unknown", argument measure), those of
// Database and Ledger.
class Measures {
 public:
  virtual ~Measures() = default;

  virtual const std::vector<Measure>& catalogue() const = 0;
  virtual const Measure* find(const std::string& id) const = 0;
  virtual Task<std::vector<Status>> annex() = 0;
  // The last evaluation with its rows; `limit` bounds the rows, failing ones first.
  virtual Task<Evaluation> last(const std::string& id, std::size_t limit) = 0;
  // The same with the rows of `tenant` alone: what a customer may see.
  virtual Task<Evaluation> last_of(const std::string& id, TenantId tenant, std::size_t limit) = 0;
  // Where a kept row of the last evaluation stands in its tree: proves the row to its owner, who
  // checks it against `rows_root_hex` in the ledger. Errors: not_found.
  virtual Task<RowProof> prove_row(const std::string& id, TenantId tenant,
                                   const std::string& subject) = 0;
  // Collects fresh facts first, then runs the check and writes the evidence: a verdict is told
  // only once its evidence is in the ledger. Errors: conflict ("measures.no_check").
  virtual Task<Evaluation> check_now(const std::string& id) = 0;
  // Runs what is due. Called every second; safe to repeat.
  virtual Task<> run_due() = 0;
};

struct Options {
  std::string annex_directory;
  std::shared_ptr<Pool> pool;
  // Brings the facts of collectors up to date before a check that was asked for.
  std::function<Task<>()> collect;
  TenantId provider;
};

// Errors: invalid with file and line for a measure that cannot be read, all of them in argument
// "faults".
Result<std::unique_ptr<Measures>> load_measures(database::Database& database, audit::Ledger& ledger,
                                                Clock& clock, Random& random, Options options);

// What a row's recorded reason says. What the measure does not word (a row that an older version
// left) is given as it is.
Text reason_text(const Measure& measure, std::string_view recorded);
// "server par1-s1" is "serveur par1-s1" in French.
Text subject_text(std::string_view subject);

std::vector<database::Migration> migrations();

}  // namespace belfry::measures
