#include "audit/witness.h"

#include "base/text_encoding.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "note.h"
#include "witness_request.h"

#include <map>
#include <mutex>
#include <optional>

namespace belfry::audit {

namespace {

constexpr std::string_view kKeyFile = "key";
constexpr std::size_t kStateLengthMax = 64 << 10;

Witness::Answer plain(int status, std::string text) {
  return {status, "text/plain; charset=utf-8", std::move(text) + "\n"};
}

// Of a log that it cosigned before.
Witness::Answer conflict(std::uint64_t size) {
  return {409, "text/x.tlog.size", std::to_string(size) + "\n"};
}

std::unexpected<Error> damaged(const std::string& path) {
  return fail(Code::kCorrupt, "witness.damaged", {{"path", path}});
}

// The first line of a note's text, whoever signed it.
std::string_view origin_in(std::string_view text) {
  return text.substr(0, text.find('\n'));
}

// The note with the log's own signature alone: lines of others are nothing to us.
std::string own_part(const Note& note, const VerifierKey& key) {
  for (std::string_view line : note.signatures) {
    std::string alone = std::string(note.text) + "\n" + std::string(line) + "\n";
    if (open_checkpoint(alone, key)) return alone;
  }
  return std::string(note.text) + "\n";
}

class FolderWitness : public Witness {
 public:
  FolderWitness(std::shared_ptr<Disk> folder, Clock& clock)
      : folder_(std::move(folder)), clock_(clock) {}

  Result<> load_key(const std::string& name, Random& random);
  Result<> load_log(const std::string& key);

  Answer add_checkpoint(std::string_view body) override;
  std::string verifier_key() const override { return key_.text(); }

 private:
  struct Log {
    VerifierKey key;
    std::string path;  // of its state
    std::uint64_t size = 0;
    Hash root = crypto::sha256({});
  };
  Result<> make_key(const std::string& name, Random& random);
  Answer advance(Log& log, const AddCheckpoint& request, const Note& note);
  Result<> keep(const Log& log, std::string_view note);

  std::shared_ptr<Disk> folder_;
  Clock& clock_;
  VerifierKey key_;
  Buffer seed_;
  std::mutex mutex_;  // one checkpoint at a time: comparing and keeping must not be parted
  std::map<std::string, Log, std::less<>> logs_;  // under mutex_, by origin
  bool failed_ = false;                           // under mutex_
};

Result<> FolderWitness::make_key(const std::string& name, Random& random) {
  seed_ = Buffer(crypto::kKeyLength);
  random.fill(seed_);
  const std::string text = name + "\n" + to_hex(seed_) + "\n";
  return replace_file(*folder_, kKeyFile, as_view(text),
                      {SyncPoint::kWitnessKey, SyncPoint::kWitnessKeyDirectory}, {});
}

Result<> FolderWitness::load_key(const std::string& name, Random& random) {
  const bool good = !name.empty() && is_utf8(name) && name.size() <= 255 &&
                    name.find_first_of(" \t\r\n+") == name.npos;
  if (!good) return fail(Code::kInvalid, "witness.bad_name", {{"name", name}});
  auto octets = read_whole(*folder_, kKeyFile, {kStateLengthMax});
  if (!octets && octets.error().code() == Code::kNotFound) {
    TRY(auto names, folder_->list(""));
    // What it cosigned is there, and its key is not: no other may take its place.
    for (const std::string& there : names)
      if (there.starts_with("log-")) return damaged(std::string(kKeyFile));
    TRY(make_key(name, random));
  } else if (!octets) {
    return std::unexpected(octets.error());
  } else {
    const std::string_view text = as_text(*octets);
    const std::size_t end = text.find('\n');
    if (end == text.npos || !text.ends_with('\n')) return damaged(std::string(kKeyFile));
    auto seed = from_hex(text.substr(end + 1, text.size() - end - 2));
    if (!seed || seed->size() != crypto::kKeyLength) return damaged(std::string(kKeyFile));
    if (text.substr(0, end) != name)
      return fail(Code::kInvalid, "witness.other_name",
                  {{"name", name}, {"had", std::string(text.substr(0, end))}});
    seed_ = std::move(*seed);
  }
  key_ = make_verifier_key(name, crypto::public_key_of(seed_), KeyType::kCosignature);
  return {};
}

// The state is the note that was cosigned last, with our own line: only what we signed is taken.
Result<> FolderWitness::load_log(const std::string& key) {
  Log log;
  TRY(log.key, parse_verifier_key(key));
  log.path = "log-" + to_hex(crypto::sha256(as_view(log.key.name)));
  auto octets = read_whole(*folder_, log.path, {kStateLengthMax});
  if (!octets && octets.error().code() != Code::kNotFound) return std::unexpected(octets.error());
  if (octets) {
    auto note = split_note(as_text(*octets));
    if (!note || !find_cosignature(note->signatures, note->text, key_)) return damaged(log.path);
    auto opened = open_checkpoint(as_text(*octets), log.key);
    if (!opened || opened->origin != log.key.name) return damaged(log.path);
    log.size = opened->size;
    log.root = opened->root;
  }
  std::string origin = log.key.name;
  logs_.insert_or_assign(std::move(origin), std::move(log));
  return {};
}

Result<> FolderWitness::keep(const Log& log, std::string_view note) {
  return replace_file(*folder_, log.path, as_view(note),
                      {SyncPoint::kWitnessState, SyncPoint::kWitnessStateDirectory}, {});
}

Witness::Answer FolderWitness::advance(Log& log, const AddCheckpoint& request, const Note& note) {
  auto opened = open_checkpoint(request.note, log.key);
  if (!opened) return plain(403, "no signature by a key that is trusted for this origin");
  if (request.old_size > opened->size) return plain(400, "old size beyond the checkpoint");
  if (request.old_size != log.size) return conflict(log.size);
  if (opened->size == log.size && opened->root != log.root) return conflict(log.size);
  if (!path_extends(log.size, log.root, opened->size, request.path, opened->root))
    return plain(422, "the proof does not show that the old tree begins the new one");
  const auto now = std::chrono::floor<std::chrono::seconds>(clock_.now().time_since_epoch());
  const std::string line = cosign(note.text, key_, seed_, std::uint64_t(now.count()));
  if (auto done = keep(log, own_part(note, log.key) + line); !done) {
    // After a sync that failed nothing of this disk is certain any more, until a start reads it.
    failed_ = true;
    return plain(500, done.error().describe());
  }
  log.size = opened->size;
  log.root = opened->root;
  return {200, "text/plain; charset=utf-8", line};
}

Witness::Answer FolderWitness::add_checkpoint(std::string_view body) {
  if (body.size() > kWitnessRequestMax) return plain(400, "the request is too large");
  const auto request = parse_add_checkpoint(body);
  if (!request) return plain(400, "the request is malformed");
  auto note = split_note(request->note);
  if (!note) return plain(400, "the checkpoint is no signed note");
  std::lock_guard lock(mutex_);
  if (failed_) return plain(500, "the disk failed: look at it, and start again");
  auto log = logs_.find(origin_in(note->text));
  if (log == logs_.end()) return plain(404, "no log of this origin is known");
  return advance(log->second, *request, *note);
}

}  // namespace

Result<std::unique_ptr<Witness>> open_witness(std::shared_ptr<Disk> folder, Clock& clock,
                                              Random& random, const WitnessOptions& options) {
  auto witness = std::make_unique<FolderWitness>(std::move(folder), clock);
  TRY(witness->load_key(options.name, random));
  for (const std::string& key : options.log_keys) TRY(witness->load_log(key));
  return std::unique_ptr<Witness>(std::move(witness));
}

}  // namespace belfry::audit
