#include "search_index.h"

#include "crypto/hash.h"
#include "index_file.h"

#include <algorithm>
#include <charconv>

namespace belfry::audit {

namespace {

constexpr std::string_view kRoot = "audit-index";
constexpr std::string_view kUnfinished = "unfinished";
// A small file is made of so many leaves, or octets of them, at least, and of about so many events
// at most.
constexpr std::uint64_t kLeavesMin = 4096;
constexpr std::size_t kOctetsMin = std::size_t{6} << 20;
constexpr std::size_t kEventsMax = 16'384;
constexpr std::size_t kMerged = 16;

std::string folder_of(TenantId tenant) {
  return std::string(kRoot) + "/" + tenant.text();
}

struct Name {
  std::uint64_t from = 0, until = 0, level = 0;
  std::string text() const {
    return std::to_string(from) + "-" + std::to_string(until) + "." + std::to_string(level);
  }
};

std::optional<Name> parse_name(std::string_view text) {
  Name name;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (auto [field, separator] : {std::pair(&name.from, '-'), std::pair(&name.until, '.')}) {
    auto [next, error] = std::from_chars(at, end, *field);
    if (error != std::errc() || next == end || *next != separator) return std::nullopt;
    at = next + 1;
  }
  auto [next, error] = std::from_chars(at, end, name.level);
  if (error != std::errc() || next != end || name.level > 1 || name.from >= name.until)
    return std::nullopt;
  return name.text() == text ? std::optional(name) : std::nullopt;
}

// What a call on a disk that hangs may touch late.
struct Lookup {
  std::shared_ptr<const IndexFile> file;
  MonthSecrets months;
  IndexSearch search;
  std::vector<Position> places;

  Result<> run() {
    TRY(auto open, file->disk->open(file->path, Access::kRead));
    TRY(const IndexReader reader, file->read(*open));
    TRY(places, search_index(reader, months, search));
    return {};
  }
};

}  // namespace

SearchIndex::SearchIndex(std::vector<std::shared_ptr<Disk>> disks, crypto::KeyStore& keys,
                         Random& random, LogReader log)
    : disks_(std::move(disks)), keys_(keys), random_(random), log_(std::move(log)) {}

Result<Hash> SearchIndex::digest_of(TenantId tenant, std::uint64_t from,
                                    std::uint64_t until) const {
  TRY(const Buffer roots, log_.bundle_roots(tenant, from / kTileWidth, until / kTileWidth));
  return crypto::sha256(roots);
}

MonthSecrets SearchIndex::secrets_of(const IndexFile& file) {
  MonthSecrets months;
  for (crypto::KeyId id : file.keys)
    if (auto key = keys_.find(id)) months.emplace(id, std::move(key->secret));
  return months;
}

// A file of ours, about the leaves that the log has, of which somebody can still read something.
Result<std::shared_ptr<const IndexFile>> SearchIndex::check(TenantId tenant,
                                                            const std::shared_ptr<Disk>& disk,
                                                            const std::string& name) {
  const auto bad = [] { return fail(Code::kCorrupt, "audit.index_malformed"); };
  const auto parsed = parse_name(name);
  if (!parsed || parsed->from % kTileWidth != 0 || parsed->until % kTileWidth != 0 ||
      parsed->until > log_.size(tenant))
    return bad();
  auto file = std::make_shared<IndexFile>();
  file->disk = disk;
  file->path = folder_of(tenant) + "/" + name;
  file->level = unsigned(parsed->level);
  TRY(auto open, disk->open(file->path, Access::kRead));
  TRY(const IndexReader reader, IndexReader::open(*open));
  const IndexDirectory& directory = reader.directory();
  if (directory.tenant != tenant || directory.from != parsed->from ||
      directory.until != parsed->until)
    return bad();
  file->digest = directory.digest;
  TRY(const Hash leaves, digest_of(tenant, directory.from, directory.until));
  bool first = true;
  for (const SectionPlace& place : directory.sections) {
    file->keys.push_back(place.key);
    auto month = keys_.find(place.key);
    if (!month) continue;
    TRY(const SectionFooter footer, reader.footer(place, SectionKey(month->secret, place.id)));
    if (footer.leaves != leaves) return bad();
    file->min_ms = first ? footer.min_ms : std::min(file->min_ms, footer.min_ms);
    file->max_ms = first ? footer.max_ms : std::max(file->max_ms, footer.max_ms);
    first = false;
  }
  if (first) return bad();
  return file;
}

// The longest files that do not overlap; others are what a merge or a drop left.
void SearchIndex::attach(TenantId tenant) {
  std::lock_guard attaching(attaching_);
  {
    std::lock_guard lock(mutex_);
    if (logs_[tenant].attached) return;
  }
  struct Found {
    Name name;
    std::shared_ptr<Disk> disk;
  };
  std::vector<Found> found;
  const auto remove = [&](Disk& disk, const std::string& name) {
    std::ignore = disk.remove(folder_of(tenant) + "/" + name);
  };
  for (const auto& disk : disks_) {
    auto names = disk ? disk->list(folder_of(tenant)) : Result<std::vector<std::string>>();
    if (!names) continue;
    for (const std::string& text : *names) {
      if (auto name = parse_name(text))
        found.push_back({*name, disk});
      else
        remove(*disk, text);
    }
  }
  std::ranges::sort(found, [](const Found& a, const Found& b) {
    return a.name.from != b.name.from ? a.name.from < b.name.from : a.name.until > b.name.until;
  });
  std::vector<Span> spans;
  for (const auto& [name, disk] : found) {
    const bool apart = spans.empty() || spans.back().until <= name.from;
    auto file = apart ? check(tenant, disk, name.text())
                      : Result<std::shared_ptr<const IndexFile>>(
                            fail(Code::kConflict, "audit.index_malformed"));
    if (file)
      spans.push_back({name.from, name.until, Kind::kFile, std::move(*file)});
    else
      remove(*disk, name.text());
  }
  std::lock_guard lock(mutex_);
  logs_[tenant] = {std::move(spans), true};
}

SearchIndex::Span SearchIndex::span_at(TenantId tenant, std::uint64_t leaf) {
  attach(tenant);
  const std::uint64_t size = log_.size(tenant);
  std::lock_guard lock(mutex_);
  const std::vector<Span>& spans = logs_[tenant].spans;
  const auto after = std::ranges::upper_bound(spans, leaf, {}, &Span::from);
  const std::uint64_t before = after == spans.begin() ? 0 : std::prev(after)->until;
  if (leaf < before) return *std::prev(after);
  return {before, after == spans.end() ? size : after->from, Kind::kLeaves, nullptr};
}

Result<std::vector<Position>> SearchIndex::search(TenantId tenant, const Span& span,
                                                  IndexSearch search) {
  const IndexFile& file = *span.file;
  if ((search.from_ms && file.max_ms < *search.from_ms) ||
      (search.until_ms && file.min_ms >= *search.until_ms))
    return std::vector<Position>();
  auto lookup = std::make_shared<Lookup>(span.file, secrets_of(file), std::move(search));
  auto done = file.disk->together([lookup] { return lookup->run(); });
  if (done) return std::move(lookup->places);
  drop(tenant, span.file);
  return std::unexpected(done.error());
}

void SearchIndex::drop(TenantId tenant, const std::shared_ptr<const IndexFile>& file) {
  {
    std::lock_guard lock(mutex_);
    if (std::erase_if(logs_[tenant].spans, [&](const Span& span) { return span.file == file; }) ==
        0)
      return;
  }
  std::ignore = file->disk->remove(file->path);
}

void SearchIndex::put(TenantId tenant, const Span& span) {
  std::vector<Span> replaced;
  {
    std::lock_guard lock(mutex_);
    std::vector<Span>& spans = logs_[tenant].spans;
    const auto first = std::ranges::lower_bound(spans, span.from, {}, &Span::from);
    const auto last = std::ranges::lower_bound(spans, span.until, {}, &Span::from);
    replaced.assign(first, last);
    spans.insert(spans.erase(first, last), span);
  }
  for (const Span& old : replaced)
    if (old.file) std::ignore = old.file->disk->remove(old.file->path);
}

// On the first disk that takes it, whole or not at all.
Result<SearchIndex::Span> SearchIndex::make_file(
    TenantId tenant, std::uint64_t from, std::uint64_t until, unsigned level,
    const std::function<Result<>(IndexWriter&)>& fill) {
  TRY(const Hash leaves, digest_of(tenant, from, until));
  const std::string name = Name{from, until, level}.text(), folder = folder_of(tenant);
  const std::string unfinished = folder + "/" + std::string(kUnfinished);
  Result<> outcome = fail(Code::kRetry, "audit.tile_not_written", {{"path", folder}});
  for (const auto& disk : disks_) {
    if (!disk) continue;
    const auto write = [&]() -> Result<> {
      TRY(disk->make_directory(folder));
      std::ignore = disk->remove(unfinished);
      TRY(auto file, disk->create(unfinished));
      IndexWriter writer(*file, {tenant, from, until, {}}, leaves);
      TRY(fill(writer));
      TRY(writer.finish());
      return disk->rename(unfinished, folder + "/" + name);
    };
    outcome = write();
    if (!outcome) continue;
    TRY(auto file, check(tenant, disk, name));
    return Span{from, until, Kind::kFile, std::move(file)};
  }
  return std::unexpected(outcome.error());
}

// What is not indexed yet and stands first.
SearchIndex::Gap SearchIndex::first_gap(TenantId tenant) {
  const std::uint64_t full = log_.size(tenant) / kTileWidth * kTileWidth;
  std::lock_guard lock(mutex_);
  std::uint64_t at = 0;
  for (const Span& span : logs_[tenant].spans) {
    if (span.from > at) return {at, span.from, true};
    at = span.until;
  }
  return {at, std::max(at, full), false};
}

// One that has what is indexed behind it never grows: it is filled, however small it is.
bool SearchIndex::is_ripe(TenantId tenant, const Gap& gap) const {
  if (gap.is_closed || gap.until - gap.from >= kLeavesMin) return true;
  std::size_t octets = 0;
  for (std::uint64_t bundle = gap.from / kTileWidth; bundle < gap.until / kTileWidth; ++bundle)
    octets += log_.octets(tenant, bundle);
  return octets >= kOctetsMin;
}

bool SearchIndex::build(TenantId tenant) {
  const Gap gap = first_gap(tenant);
  if (!is_ripe(tenant, gap)) return false;
  IndexBuilder builder(keys_);
  std::uint64_t until = gap.from;
  while (until < gap.until && until - gap.from < kLeavesMin && builder.events() < kEventsMax) {
    auto entries = log_.bundle(tenant, until / kTileWidth);
    if (!entries && entries.error().code() != Code::kNotFound) return false;
    for (std::size_t i = 0; entries && i < entries->size(); ++i)
      builder.add(until + i, *(*entries)[i]);
    until += kTileWidth;
  }
  if (builder.empty()) {
    put(tenant, {gap.from, until, Kind::kNobody, nullptr});
    return true;
  }
  auto made = make_file(tenant, gap.from, until, 0,
                        [&](IndexWriter& writer) { return builder.write(writer, random_); });
  if (made) put(tenant, *made);
  return made.has_value();
}

// The first small files that follow one another, if there are enough.
std::vector<SearchIndex::Span> SearchIndex::mergeable(TenantId tenant) {
  std::vector<Span> run;
  std::lock_guard lock(mutex_);
  for (const Span& span : logs_[tenant].spans) {
    const bool small = span.kind == Kind::kFile && span.file->level == 0;
    if (!small || (!run.empty() && run.back().until != span.from)) run.clear();
    if (small) run.push_back(span);
    if (run.size() == kMerged) return run;
  }
  return {};
}

bool SearchIndex::merge(TenantId tenant) {
  const std::vector<Span> run = mergeable(tenant);
  if (run.empty()) return false;
  std::vector<std::unique_ptr<File>> files;
  std::vector<IndexReader> readers;
  MonthSecrets months;
  for (const Span& span : run) {
    months.merge(secrets_of(*span.file));
    auto file = span.file->disk->open(span.file->path, Access::kRead);
    auto reader =
        file ? span.file->read(**file) : Result<IndexReader>(std::unexpected(file.error()));
    if (!reader) return drop(tenant, span.file), true;
    files.push_back(std::move(*file));
    readers.push_back(std::move(*reader));
  }
  auto made = make_file(tenant, run.front().from, run.back().until, 1, [&](IndexWriter& writer) {
    return merge_indexes(readers, months, writer, random_);
  });
  if (made) {
    put(tenant, *made);
    return true;
  }
  // One that cannot be read as it was written is made again.
  if (made.error().code() == Code::kCorrupt)
    for (const Span& span : run) drop(tenant, span.file);
  return made.error().code() == Code::kCorrupt;
}

// What no key opens any more is removed.
void SearchIndex::forget_destroyed(TenantId tenant) {
  std::vector<std::shared_ptr<const IndexFile>> destroyed;
  {
    std::lock_guard lock(mutex_);
    for (Span& span : logs_[tenant].spans) {
      if (!span.file || std::ranges::any_of(span.file->keys, [&](crypto::KeyId id) {
            return keys_.find(id).has_value();
          }))
        continue;
      destroyed.push_back(std::exchange(span.file, nullptr));
      span.kind = Kind::kNobody;
    }
  }
  for (const auto& file : destroyed) std::ignore = file->disk->remove(file->path);
}

bool SearchIndex::work(const std::atomic<bool>& stopping) {
  bool worked = false;
  for (TenantId tenant : log_.tenants()) {
    if (stopping) return false;
    attach(tenant);
    forget_destroyed(tenant);
    if (build(tenant) || merge(tenant)) worked = true;
  }
  return worked;
}

}  // namespace belfry::audit
