#include "measures/measures.h"

#include "base/text_encoding.h"
#include "catalogue.h"
#include "evaluate.h"
#include "evidence.h"
#include "history.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>

namespace belfry::measures {
namespace {

// What is known of one measure between runs.
struct Standing {
  KeptRun last;  // id 0: never checked
  std::optional<Timestamp> due;
};

class Service : public Measures {
 public:
  Service(database::Database& database, audit::Ledger& ledger, Clock& clock, Random& random,
          Options options, std::vector<Definition> definitions)
      : database_(database),
        ledger_(ledger),
        clock_(clock),
        random_(random),
        options_(std::move(options)),
        definitions_(std::move(definitions)) {
    for (const Definition& definition : definitions_) catalogue_.push_back(definition.measure);
  }

  Result<> remember();

  const std::vector<Measure>& catalogue() const override { return catalogue_; }
  const Measure* find(const std::string& id) const override {
    const Definition* definition = definition_of(id);
    return definition ? &definition->measure : nullptr;
  }
  Task<std::vector<Status>> annex() override;
  Task<Evaluation> last(const std::string& id, std::size_t limit) override {
    return last_rows(id, std::nullopt, limit);
  }
  Task<Evaluation> last_of(const std::string& id, TenantId tenant, std::size_t limit) override {
    return last_rows(id, tenant, limit);
  }
  Task<RowProof> prove_row(const std::string& id, TenantId tenant,
                           const std::string& subject) override;
  Task<Evaluation> check_now(const std::string& id) override;
  Task<> run_due() override;

 private:
  const Definition* definition_of(const std::string& id) const {
    auto found =
        std::ranges::find(definitions_, id, [](const Definition& d) { return d.measure.id; });
    return found == definitions_.end() ? nullptr : &*found;
  }
  KeptRun last_run(const Measure& measure);
  Task<Evaluation> last_rows(std::string id, std::optional<TenantId> tenant, std::size_t limit);
  Result<Run> evaluate_with_evidence(const Definition& definition, Timestamp now);
  Task<Evaluation> run(const Definition& definition);
  Task<> run_all_due();
  bool is_due(const Definition& definition, Timestamp now);

  database::Database& database_;
  audit::Ledger& ledger_;
  Clock& clock_;
  Random& random_;
  Options options_;
  const std::vector<Definition> definitions_;
  std::vector<Measure> catalogue_;
  std::atomic<bool> running_ = false;
  std::atomic<bool> collected_ = false;
  std::mutex mutex_;  // guards standings_
  std::map<std::string, Standing> standings_;
};

std::unexpected<Error> unknown(const std::string& id) {
  return fail(Code::kNotFound, "measures.unknown", {{"measure", id}});
}

Result<> Service::remember() {
  TRY(auto newest, newest_runs(database_));
  for (const Definition& definition : definitions_) {
    auto found = newest.find(definition.measure.id);
    if (found == newest.end() || !definition.measure.check) continue;
    Standing& standing = standings_[definition.measure.id];
    standing.last = std::move(found->second);
    standing.due = *standing.last.status.checked_at + definition.measure.check->period;
  }
  return {};
}

// The last run, or what stands for it. Nothing unknown counts as good: a verdict that was not
// renewed for three periods is stale.
KeptRun Service::last_run(const Measure& measure) {
  KeptRun run;
  {
    std::lock_guard lock(mutex_);
    auto found = standings_.find(measure.id);
    if (found != standings_.end()) run = found->second.last;
  }
  Status& status = run.status;
  status.id = measure.id;
  status.section = measure.section;
  status.party = measure.party;
  if (!status.checked_at) {
    status.reason = measure.check ? "measures.not_yet_checked" : "measures.no_check";
  } else if (clock_.now() - *status.checked_at >
                 measure.check->period * 3 + std::chrono::seconds(60) &&
             status.verdict != Verdict::kError) {
    status.verdict = Verdict::kStale;
    status.reason = "measures.not_checked_lately";
  }
  return run;
}

Task<std::vector<Status>> Service::annex() {
  std::vector<Status> statuses;
  statuses.reserve(catalogue_.size());
  for (const Measure& measure : catalogue_) statuses.push_back(last_run(measure).status);
  co_return statuses;
}

Task<Evaluation> Service::last_rows(std::string id, std::optional<TenantId> tenant,
                                    std::size_t limit) {
  const Measure* measure = find(id);
  if (!measure) co_return unknown(id);
  KeptRun run = last_run(*measure);
  Evaluation evaluation{run.status, {}, run.rows_root_hex};
  if (run.id == 0) co_return evaluation;
  CO_TRY(evaluation.rows, co_await runtime::blocking(*options_.pool, [&] {
           return rows_of(database_, run.id, tenant, limit);
         }));
  co_return evaluation;
}

Task<RowProof> Service::prove_row(const std::string& id, TenantId tenant,
                                  const std::string& subject) {
  const Measure* measure = find(id);
  if (!measure) co_return unknown(id);
  KeptRun run = last_run(*measure);
  CO_TRY(auto rows,
         co_await runtime::blocking(*options_.pool, [&] { return tree_rows(database_, run.id); }));
  auto found = std::ranges::find_if(rows, [&](const KeptRow& kept) {
    return kept.row.tenant == tenant && kept.row.subject == subject;
  });
  if (found == rows.end())
    co_return fail(Code::kNotFound, "measures.no_such_row", {{"subject", subject}});
  std::vector<crypto::Digest> leaves;
  leaves.reserve(rows.size());
  for (const KeptRow& kept : rows) leaves.push_back(leaf_hash(kept.salt, kept.row));
  RowProof proof{.row = found->row,
                 .salt_hex = to_hex(found->salt),
                 .position = found->position,
                 .tree_size = leaves.size(),
                 .path_hex = {},
                 .rows_root_hex = run.rows_root_hex,
                 .ledger_index = run.status.ledger_index};
  for (const crypto::Digest& digest : tree_path(leaves, found->position))
    proof.path_hex.push_back(to_hex(digest));
  co_return proof;
}

Result<Run> Service::evaluate_with_evidence(const Definition& definition, Timestamp now) {
  Run run{.id = random_.id(),
          .evaluation = evaluate(database_, definition, now),
          .salts = {},
          .definition_sha256 = definition.sha256_hex};
  std::vector<crypto::Digest> leaves;
  for (const EvaluatedRow& row : run.evaluation.rows) {
    run.salts.push_back(random_.octets<16>());
    leaves.push_back(leaf_hash(run.salts.back(), row));
  }
  run.evaluation.rows_root_hex = to_hex(tree_root(leaves));
  return run;
}

Task<Evaluation> Service::run(const Definition& definition) {
  const Measure& measure = definition.measure;
  Timestamp now = clock_.now();
  CO_TRY(Run run, co_await runtime::blocking(
                      *options_.pool, [&] { return evaluate_with_evidence(definition, now); }));
  CO_TRY(audit::Receipt receipt,
         co_await ledger_.record(options_.provider,
                                 evidence_event(run.evaluation, run.definition_sha256)));
  run.evaluation.status.ledger_index = receipt.index;
  CO_TRY(co_await runtime::blocking(*options_.pool, [&] { return save_run(database_, run); }));
  Standing before;
  {
    std::lock_guard lock(mutex_);
    Standing& standing = standings_[measure.id];
    before = standing;
    standing.last = {run.id, run.evaluation.status, run.evaluation.rows_root_hex};
    standing.due = now + measure.check->period;
  }
  const Status& after = run.evaluation.status;
  if (before.last.id != 0 && before.last.status.verdict != after.verdict)
    CO_TRY(co_await ledger_.record(options_.provider, change_event(before.last.status, after)));
  co_return std::move(run.evaluation);
}

Task<Evaluation> Service::check_now(const std::string& id) {
  const Definition* definition = definition_of(id);
  if (!definition) co_return unknown(id);
  if (!definition->measure.check)
    co_return fail(Code::kConflict, "measures.no_check", {{"measure", id}});
  if (options_.collect) CO_TRY(co_await options_.collect());
  co_return co_await run(*definition);
}

bool Service::is_due(const Definition& definition, Timestamp now) {
  if (!definition.measure.check) return false;
  std::lock_guard lock(mutex_);
  auto found = standings_.find(definition.measure.id);
  if (found == standings_.end() || !found->second.due) return true;
  // A clock that jumped back must not silence the checks.
  const Timestamp due = *found->second.due;
  return due <= now || due > now + definition.measure.check->period;
}

Task<> Service::run_all_due() {
  std::optional<Error> first_error;
  for (const Definition& definition : definitions_) {
    if (!is_due(definition, clock_.now())) continue;
    // The first facts after a start are from before it: nothing would be fresh.
    if (!collected_.exchange(true) && options_.collect) {
      auto collected = co_await options_.collect();
      if (!collected) first_error = collected.error();
    }
    auto done = co_await run(definition);
    if (!done && !first_error) first_error = done.error();
  }
  if (first_error) co_return std::unexpected(*first_error);
  co_return Result<>();
}

Task<> Service::run_due() {
  if (running_.exchange(true)) co_return Result<>();
  // Also when the wait is cancelled, which throws.
  struct Done {
    std::atomic<bool>& running;
    ~Done() { running = false; }
  } done{running_};
  co_return co_await run_all_due();
}

}  // namespace

std::string_view name_of(Party party) {
  return party == Party::kProvider ? "provider" : "client";
}

std::string_view name_of(Verdict verdict) {
  constexpr std::string_view kNames[] = {"pass", "fail", "no_data", "stale", "error"};
  return kNames[static_cast<int>(verdict)];
}

std::string_view name_of(Proof proof) {
  constexpr std::string_view kNames[] = {"observed", "attested", "declared", "simulated", "none"};
  return kNames[static_cast<int>(proof)];
}

Result<std::unique_ptr<Measures>> load_measures(database::Database& database, audit::Ledger& ledger,
                                                Clock& clock, Random& random, Options options) {
  TRY(auto definitions, read_catalogue(options.annex_directory));
  auto service = std::make_unique<Service>(database, ledger, clock, random, std::move(options),
                                           std::move(definitions));
  TRY(service->remember());
  return service;
}

}  // namespace belfry::measures
