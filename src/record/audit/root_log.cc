#include "audit/root_log.h"

#include "note.h"
#include "round.h"
#include "witness_request.h"
#include "witness_table.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <optional>

namespace belfry::audit {

namespace {

constexpr int kAttemptsMax = 3;

// A checkpoint of a tenant in a round.
struct Committed {
  std::string note;
  std::uint64_t size = 0;
  Opening opening;
  Buffer leaf;
  std::uint64_t index = 0;  // in the root log
};

// What is known of a witness while it is asked.
struct Peer {
  WitnessPeer where;
  VerifierKey key;
  WitnessState state;
};

bool is_alarm(WitnessProblem problem) {
  return problem == WitnessProblem::kRollback || problem == WitnessProblem::kFork;
}

// What came of asking a witness.
struct Asked {
  WitnessProblem problem = WitnessProblem::kNone;
  std::optional<Cosignature> cosignature;
  std::string detail;
};

class LedgerRootLog : public RootLog {
 public:
  LedgerRootLog(Ledger& ledger, database::Database& database, Clock& clock, Random& random,
                RootLogOptions options)
      : ledger_(ledger),
        database_(database),
        clock_(clock),
        random_(random),
        options_(std::move(options)) {}

  Task<> open();

  Task<> run_round() override;
  void cancel() override { cancelled_ = true; }
  Task<RootProof> proof(TenantId tenant) override;
  Task<std::string> checkpoint() override;
  std::vector<WitnessState> witnesses() override;

 private:
  Task<> commit_changed();
  Task<> ask_all();
  Task<Asked> ask(Peer& peer, const Checkpoint& root);
  // Nothing: it is to be asked again, from the size that it told.
  std::optional<Asked> judge(const Peer& peer, const RootLogOptions::Reply& reply,
                             std::uint64_t& old_size, const Checkpoint& root);
  Task<> note(Peer& peer, const Asked& asked, const Checkpoint& root);
  Task<> save();

  Ledger& ledger_;
  database::Database& database_;
  Clock& clock_;
  Random& random_;
  const RootLogOptions options_;
  std::atomic<bool> cancelled_ = false;

  std::mutex mutex_;
  // All under mutex_; run_round() alone changes it.
  std::vector<Peer> peers_;
  CosignedCheckpoint cosigned_;
  struct Tenant {
    std::optional<Committed> cosigned, newest;
  };
  std::map<TenantId, Tenant> tenants_;
};

Task<> LedgerRootLog::open() {
  CO_TRY(WitnessRecord record,
         co_await runtime::blocking(*options_.pool, [this] { return read_witnesses(database_); }));
  for (const WitnessPeer& where : options_.witnesses) {
    CO_TRY(VerifierKey key, parse_verifier_key(where.verifier_key, KeyType::kCosignature));
    auto before =
        std::ranges::find(record.witnesses, where.verifier_key, &WitnessState::verifier_key);
    WitnessState state = before == record.witnesses.end() ? WitnessState{} : *before;
    state.name = key.name;
    state.url = where.url;
    state.verifier_key = where.verifier_key;
    peers_.push_back({where, std::move(key), std::move(state)});
  }
  // One that a witness cosigned for another root log, or before a rollback, proves nothing here.
  cosigned_ = std::move(record.cosigned);
  CO_TRY(Checkpoint now, co_await ledger_.checkpoint(kRootLog));
  CO_TRY(VerifierKey root_key, parse_verifier_key(ledger_.root_verifier_key()));
  if (!open_checkpoint(cosigned_.note, root_key) || cosigned_.size > now.size) cosigned_ = {};
  co_return co_await save();
}

Task<> LedgerRootLog::save() {
  WitnessRecord record;
  {
    std::lock_guard lock(mutex_);
    for (const Peer& peer : peers_) record.witnesses.push_back(peer.state);
    record.cosigned = cosigned_;
  }
  const Timestamp now = clock_.now();
  co_return co_await runtime::blocking(
      *options_.pool, [this, &record, now] { return write_witnesses(database_, record, now); });
}

Task<> LedgerRootLog::run_round() {
  CO_TRY(co_await commit_changed());
  co_return co_await ask_all();
}

Task<> LedgerRootLog::commit_changed() {
  std::vector<TenantId> changed;
  {
    const auto sizes = ledger_.sizes();
    std::lock_guard lock(mutex_);
    for (const auto& [tenant, size] : sizes) {
      const Tenant& known = tenants_[tenant];
      if (size > 0 && (!known.newest || known.newest->size != size)) changed.push_back(tenant);
    }
  }
  if (changed.empty()) co_return Result<>();
  std::vector<Committed> committed;
  std::vector<std::string> texts;
  for (TenantId tenant : changed) {
    CO_TRY(Checkpoint checkpoint, co_await ledger_.checkpoint(tenant));
    CO_TRY(Note split, split_note(checkpoint.note));
    texts.emplace_back(split.text);
    committed.push_back({checkpoint.note, checkpoint.size, {}, {}, 0});
  }
  Round round = make_round(texts, random_);
  const Buffer octets = round.leaf.octets;
  std::vector<Leaf> leaves;
  leaves.push_back(std::move(round.leaf));
  CO_TRY(auto receipts, co_await ledger_.append(std::move(leaves)));
  std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < changed.size(); ++i) {
    committed[i].opening = std::move(round.openings[i]);
    committed[i].leaf = octets;
    committed[i].index = receipts.front().index;
    tenants_[changed[i]].newest = std::move(committed[i]);
  }
  co_return Result<>();
}

// Each witness on its own: one that does not answer keeps back nobody's cosignature.
Task<> LedgerRootLog::ask_all() {
  CO_TRY(Checkpoint root, co_await ledger_.checkpoint(kRootLog));
  if (root.size == 0 || peers_.empty()) co_return Result<>();
  CosignedCheckpoint fresh{root.size, root.note};
  bool any = false;
  Result<> outcome;
  for (Peer& peer : peers_) {
    if (cancelled_) break;
    auto asked = co_await ask(peer, root);
    if (!asked) co_return std::unexpected(asked.error());
    if (asked->cosignature) fresh.note += asked->cosignature->line, any = true;
    if (auto noted = co_await note(peer, *asked, root); !noted) outcome = noted;
  }
  if (any) {
    std::lock_guard lock(mutex_);
    cosigned_ = std::move(fresh);
    for (auto& [tenant, known] : tenants_)
      if (known.newest && known.newest->index < root.size) known.cosigned = known.newest;
  }
  auto saved = co_await save();
  co_return outcome ? saved : outcome;
}

std::optional<Asked> LedgerRootLog::judge(const Peer& peer, const RootLogOptions::Reply& reply,
                                          std::uint64_t& old_size, const Checkpoint& root) {
  if (reply.status == 200) {
    auto lines = split_signatures(reply.body);
    auto text = split_note(root.note);
    auto found = lines && text ? find_cosignature(*lines, text->text, peer.key) : std::nullopt;
    if (!found) return Asked{WitnessProblem::kRefused, {}, "200 without its cosignature"};
    return Asked{WitnessProblem::kNone, std::move(found), {}};
  }
  if (reply.status == 422)
    return Asked{WitnessProblem::kFork, {}, "no extension of " + std::to_string(old_size)};
  const auto size = reply.status == 409 ? parse_size_line(reply.body) : std::nullopt;
  if (!size) return Asked{WitnessProblem::kRefused, {}, "status " + std::to_string(reply.status)};
  if (*size > root.size)
    return Asked{
        WitnessProblem::kRollback,
        {},
        "it cosigned " + std::to_string(*size) + ", the log has " + std::to_string(root.size)};
  if (*size == old_size)
    return Asked{WitnessProblem::kFork, {}, "another root at " + std::to_string(*size)};
  old_size = *size;
  return std::nullopt;
}

Task<Asked> LedgerRootLog::ask(Peer& peer, const Checkpoint& root) {
  // One that knows more than there is says so itself when it is asked.
  std::uint64_t old_size = std::min(peer.state.cosigned_size, root.size);
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    Hashes path;
    if (old_size != 0 && old_size != root.size) {
      CO_TRY(path, co_await ledger_.consistency_proof(kRootLog, old_size, root.size));
    }
    std::string body = encode_add_checkpoint({old_size, std::move(path), root.note});
    auto reply = co_await options_.ask(peer.where, std::move(body));
    if (!reply) co_return Asked{WitnessProblem::kUnreachable, {}, reply.error().describe()};
    if (auto asked = judge(peer, *reply, old_size, root)) co_return std::move(*asked);
  }
  co_return Asked{WitnessProblem::kRefused, {}, "it names another size each time"};
}

// An alarm is in the provider's log before the table shows it, so that none is lost between both.
Task<> LedgerRootLog::note(Peer& peer, const Asked& asked, const Checkpoint& root) {
  const Timestamp now = clock_.now();
  if (is_alarm(asked.problem) && peer.state.problem != asked.problem) {
    Event event;
    event.time = now;
    event.event_class = EventClass::kComplianceFinding;
    event.action = "audit:WitnessRefused";
    event.outcome = Outcome::kFailure;
    event.reason =
        asked.problem == WitnessProblem::kFork ? "audit.witness_fork" : "audit.witness_rollback";
    event.actor = "system";
    event.resource = "belfry:witness/" + peer.state.name;
    event.details = {{"witness", peer.state.name},
                     {"size", std::to_string(root.size)},
                     {"detail", asked.detail}};
    CO_TRY(co_await ledger_.record(options_.provider, event));
  }
  std::lock_guard lock(mutex_);
  WitnessState& state = peer.state;
  if (asked.problem != state.problem) {
    state.problem_since = asked.problem == WitnessProblem::kNone ? Timestamp{} : now;
    if (is_alarm(asked.problem)) ++state.alarms, state.last_alarm = now;
  }
  state.problem = asked.problem;
  state.observed_at = now;
  if (asked.cosignature) state.cosigned_size = root.size, state.cosigned_at = now;
  co_return Result<>();
}

Task<RootProof> LedgerRootLog::proof(TenantId tenant) {
  std::optional<Committed> committed;
  CosignedCheckpoint root;
  RootProof out;
  {
    std::lock_guard lock(mutex_);
    auto found = tenants_.find(tenant);
    if (found != tenants_.end())
      committed = found->second.cosigned ? found->second.cosigned : found->second.newest;
    if (committed && cosigned_.size > committed->index) root = cosigned_;
    for (const Peer& peer : peers_) out.witness_keys.push_back(peer.where.verifier_key);
  }
  if (!committed) co_return fail(Code::kNotFound, "audit.root_not_yet");
  if (root.note.empty()) {
    CO_TRY(Checkpoint now, co_await ledger_.checkpoint(kRootLog));
    root = {now.size, now.note};
  }
  CO_TRY(out.path, co_await ledger_.inclusion_proof(kRootLog, committed->index, root.size));
  out.checkpoint = std::move(committed->note);
  out.salt = committed->opening.salt;
  out.slot = committed->opening.slot;
  out.slots = committed->opening.slots;
  out.slot_path = std::move(committed->opening.path);
  out.leaf = std::move(committed->leaf);
  out.index = committed->index;
  out.root_checkpoint = std::move(root.note);
  out.root_key = ledger_.root_verifier_key();
  co_return out;
}

Task<std::string> LedgerRootLog::checkpoint() {
  {
    std::lock_guard lock(mutex_);
    if (!cosigned_.note.empty()) co_return cosigned_.note;
  }
  CO_TRY(Checkpoint now, co_await ledger_.checkpoint(kRootLog));
  co_return now.note;
}

std::vector<WitnessState> LedgerRootLog::witnesses() {
  std::vector<WitnessState> out;
  std::lock_guard lock(mutex_);
  out.reserve(peers_.size());
  for (const Peer& peer : peers_) out.push_back(peer.state);
  return out;
}

}  // namespace

Task<std::unique_ptr<RootLog>> open_root_log(Ledger& ledger, database::Database& database,
                                             Clock& clock, Random& random, RootLogOptions options) {
  auto log = std::make_unique<LedgerRootLog>(ledger, database, clock, random, std::move(options));
  CO_TRY(co_await log->open());
  co_return std::unique_ptr<RootLog>(std::move(log));
}

}  // namespace belfry::audit
