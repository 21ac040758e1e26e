#include "runtime/simulation.h"

#include <algorithm>
#include <cstring>

namespace belfry {
namespace {

constexpr std::size_t kSector = 512;

std::unexpected<Error> no_file(std::string_view path) {
  return fail(Code::kNotFound, "disk.no_file", {{"path", std::string(path)}});
}
std::unexpected<Error> exists(std::string_view path) {
  return fail(Code::kConflict, "disk.file_exists", {{"path", std::string(path)}});
}
std::unexpected<Error> broken(std::string_view reason) {
  return fail(Code::kRetry, "disk.failed", {{"reason", std::string(reason)}});
}

}  // namespace

// A file or a directory: as it is seen, as it is durable, and the changes between.
struct SimulatedDisk::Node {
  using Entries = std::map<std::string, std::shared_ptr<Node>, std::less<>>;
  struct Write {
    std::uint64_t offset;
    Buffer bytes;
    std::optional<std::uint64_t> resize;  // a new size instead
  };
  // Names that change together: a rename.
  using NameChange = std::vector<std::pair<std::string, std::shared_ptr<Node>>>;  // null: removed

  bool is_directory = false;
  Buffer seen, durable;
  std::vector<Write> writes;
  Entries names, durable_names;
  std::vector<NameChange> changes;

  static void apply(Buffer& content, const Write& write) {
    if (write.resize) return content.resize(*write.resize);
    content.resize(std::max(content.size(), write.offset + write.bytes.size()));
    std::ranges::copy(write.bytes, content.begin() + long(write.offset));
  }
  static void apply(Entries& entries, const NameChange& change) {
    for (auto& [name, node] : change) {
      if (node)
        entries[name] = node;
      else
        entries.erase(name);
    }
  }
  void change(NameChange change) {
    apply(names, change);
    changes.push_back(std::move(change));
  }
  // Of all files below.
  std::uint64_t octets() const {
    std::uint64_t sum = seen.size();
    for (auto& [name, node] : names) sum += node->octets();
    return sum;
  }
  void forget_writes() {
    writes.clear();
    for (auto& [name, node] : names) node->forget_writes();
  }
  void sync_below() {
    sync();
    for (auto& [name, node] : names) node->sync_below();
  }
  void sync() {
    durable = seen;
    writes.clear();
    durable_names = names;
    changes.clear();
  }
};

struct SimulatedDisk::Impl {
  Simulation& world;
  std::string device;
  std::shared_ptr<Node> root = std::make_shared<Node>();
  std::uint64_t life = 0;  // files opened in an earlier one are of no use
  bool failed = false, read_only = false, in_memory = true;
  std::uint64_t changes = 0;
  std::optional<std::pair<std::uint64_t, Fault>> fault = {};
  Bytes capacity = 1_GiB;

  Result<> read_operation() {
    if (failed) return broken("the disk has failed");
    return world.operation();
  }
  Result<> change_operation() {
    if (failed) return broken("the disk has failed");
    if (read_only) return broken("the disk is read-only");
    auto counted = world.operation();
    if (!counted) return counted;
    if (!fault || changes++ < fault->first) return {};
    Fault what = fault->second;
    fault.reset();
    if (what == Fault::kNoSpace) return fail(Code::kExhausted, "disk.full");
    return broken("input/output error");
  }

  std::shared_ptr<Node> find(std::string_view path) const {
    std::shared_ptr<Node> node = root;
    while (!path.empty() && node) {
      std::size_t slash = std::min(path.find('/'), path.size());
      auto next = node->names.find(path.substr(0, slash));
      node = next == node->names.end() ? nullptr : next->second;
      path.remove_prefix(std::min(slash + 1, path.size()));
    }
    return node;
  }
  std::shared_ptr<Node> parent_of(std::string_view path, std::string& name) const {
    std::size_t slash = path.rfind('/');
    name = slash == path.npos ? path : path.substr(slash + 1);
    auto parent = find(slash == path.npos ? "" : path.substr(0, slash));
    return parent && parent->is_directory ? parent : nullptr;
  }
  void settle_after_cut(Node& node, std::uint64_t odds);
};

class SimulatedFile : public File {
 public:
  SimulatedFile(SimulatedDisk& disk, std::shared_ptr<SimulatedDisk::Node> node, Access access)
      : disk_(*disk.impl_), node_(std::move(node)), access_(access), life_(disk_.life) {}

  Result<std::size_t> read_at(std::uint64_t offset, MutableView out) const override {
    if (life_ != disk_.life) return broken("opened before the power cut");
    TRY(disk_.read_operation());
    if (offset >= node_->seen.size()) return 0;
    std::size_t count = std::min(out.size(), node_->seen.size() - std::size_t(offset));
    std::memcpy(out.data(), node_->seen.data() + offset, count);
    return count;
  }

  bool read_cached(std::uint64_t offset, std::span<const MutableView> parts) const override {
    return disk_.in_memory && std::ranges::all_of(parts, [&](MutableView part) {
             return read_at(std::exchange(offset, offset + part.size()), part) == part.size();
           });
  }

  Result<> write_at(std::uint64_t offset, std::span<const View> parts) override {
    TRY(may_change());
    SimulatedDisk::Node::Write write{offset, {}, {}};
    for (View part : parts) write.bytes.insert(write.bytes.end(), part.begin(), part.end());
    const std::uint64_t size = node_->seen.size();
    const std::uint64_t more = std::max(size, offset + write.bytes.size()) - size;
    if (more > 0 && disk_.root->octets() + more > disk_.capacity.count)
      return fail(Code::kExhausted, "disk.full");
    return note(std::move(write));
  }

  bool make_space(std::uint64_t offset, Bytes length) override {
    return File::write_at(offset, View(Buffer(length.count))).has_value();
  }

  Result<Bytes> size() const override {
    if (life_ != disk_.life) return broken("opened before the power cut");
    TRY(disk_.read_operation());
    return Bytes{node_->seen.size()};
  }

  Result<> resize(Bytes size) override {
    TRY(may_change());
    return note({0, {}, size.count});
  }

  Result<> sync(SyncPoint point, DiskOrdinal ordinal) override {
    bool ignored = disk_.world.is_ignored(point, ordinal);
    TRY(may_write_out());
    if (!ignored) node_->sync();
    return {};
  }

  // How much of it reaches the disk is up to the power cut, as of all that was written.
  Result<> write_back(std::uint64_t, Bytes) override { return may_write_out(); }

  const std::shared_ptr<SimulatedDisk::Node>& node() const { return node_; }

 private:
  Result<> may_change() {
    if (life_ != disk_.life) return broken("opened before the power cut");
    if (access_ == Access::kRead) return fail(Code::kInvalid, "disk.failed");
    return disk_.change_operation();
  }
  Result<> may_write_out() {
    Result<> may = may_change();
    // The kernel marks the pages clean although they never reached the disk.
    if (!may && may.error().code() == Code::kRetry && !disk_.world.is_cut()) node_->writes.clear();
    return may;
  }
  Result<> note(SimulatedDisk::Node::Write write) {
    SimulatedDisk::Node::apply(node_->seen, write);
    node_->writes.push_back(std::move(write));
    return {};
  }

  SimulatedDisk::Impl& disk_;
  std::shared_ptr<SimulatedDisk::Node> node_;
  Access access_;
  std::uint64_t life_;
};

SimulatedDisk::SimulatedDisk(Simulation& world, std::string device)
    : impl_(std::make_unique<Impl>(world, std::move(device))) {
  impl_->root->is_directory = true;
}
SimulatedDisk::~SimulatedDisk() = default;

Result<std::unique_ptr<File>> SimulatedDisk::open(std::string_view path, Access access) {
  TRY(impl_->read_operation());
  auto node = impl_->find(path);
  if (!node || node->is_directory) return no_file(path);
  return std::make_unique<SimulatedFile>(*this, std::move(node), access);
}

Result<std::unique_ptr<File>> SimulatedDisk::create(std::string_view path) {
  TRY(impl_->change_operation());
  std::string name;
  auto parent = impl_->parent_of(path, name);
  if (!parent) return no_file(path);
  if (parent->names.contains(name)) return exists(path);
  auto node = std::make_shared<Node>();
  parent->change({{name, node}});
  return std::make_unique<SimulatedFile>(*this, std::move(node), Access::kReadWrite);
}

Result<std::unique_ptr<File>> SimulatedDisk::create_unnamed(std::string_view directory) {
  TRY(impl_->change_operation());
  auto parent = impl_->find(directory);
  if (!parent || !parent->is_directory) return no_file(directory);
  return std::make_unique<SimulatedFile>(*this, std::make_shared<Node>(), Access::kReadWrite);
}

Result<> SimulatedDisk::link(File& unnamed, std::string_view path) {
  TRY(impl_->change_operation());
  std::string name;
  auto parent = impl_->parent_of(path, name);
  if (!parent) return no_file(path);
  if (parent->names.contains(name)) return exists(path);
  parent->change({{name, static_cast<SimulatedFile&>(unnamed).node()}});
  return {};
}

Result<> SimulatedDisk::rename(std::string_view from, std::string_view to) {
  TRY(impl_->change_operation());
  std::string source, target;
  auto source_parent = impl_->parent_of(from, source);
  auto target_parent = impl_->parent_of(to, target);
  if (!source_parent || !target_parent || !source_parent->names.contains(source))
    return no_file(from);
  auto node = source_parent->names.find(source)->second;
  if (source_parent == target_parent) {
    source_parent->change({{target, node}, {source, nullptr}});
  } else {
    target_parent->change({{target, node}});
    source_parent->change({{source, nullptr}});
  }
  return {};
}

Result<> SimulatedDisk::remove(std::string_view path) {
  TRY(impl_->change_operation());
  std::string name;
  auto parent = impl_->parent_of(path, name);
  if (!parent || !parent->names.contains(name)) return no_file(path);
  parent->change({{name, nullptr}});
  return {};
}

Result<> SimulatedDisk::remove_tree(std::string_view path) {
  auto removed = remove(path);
  if (!removed && removed.error().code() == Code::kNotFound) return {};
  return removed;
}

Result<> SimulatedDisk::make_directory(std::string_view path) {
  for (std::size_t end = 0; end != path.npos;) {
    end = path.find('/', end + 1);
    std::string_view part = path.substr(0, end);
    if (impl_->find(part)) continue;
    TRY(impl_->change_operation());
    std::string name;
    auto parent = impl_->parent_of(part, name);
    if (!parent) return no_file(part);
    auto node = std::make_shared<Node>();
    node->is_directory = true;
    parent->change({{name, node}});
  }
  return {};
}

Result<std::vector<std::string>> SimulatedDisk::list(std::string_view directory) {
  TRY(impl_->read_operation());
  auto node = impl_->find(directory);
  if (!node || !node->is_directory) return no_file(directory);
  std::vector<std::string> names;
  for (auto& [name, child] : node->names) names.push_back(name);
  return names;
}

Result<> SimulatedDisk::sync_directory(std::string_view directory, SyncPoint point,
                                       DiskOrdinal ordinal) {
  bool ignored = impl_->world.is_ignored(point, ordinal);
  TRY(impl_->change_operation());
  auto node = impl_->find(directory);
  if (!node || !node->is_directory) return no_file(directory);
  if (!ignored) node->sync();
  return {};
}

Result<> SimulatedDisk::sync_all(SyncPoint point, DiskOrdinal ordinal) {
  const bool ignored = impl_->world.is_ignored(point, ordinal);
  const Result<> may = impl_->change_operation();
  // As of a file: the kernel marks the pages clean although they never reached the disk.
  if (!may && may.error().code() == Code::kRetry && !impl_->world.is_cut())
    impl_->root->forget_writes();
  TRY(may);
  if (!ignored) impl_->root->sync_below();
  return {};
}

Result<Disk::Space> SimulatedDisk::space() {
  TRY(impl_->read_operation());
  const std::uint64_t used = impl_->root->octets();
  return Space{impl_->capacity, {impl_->capacity.count - std::min(impl_->capacity.count, used)}};
}

Result<std::string> SimulatedDisk::device() {
  TRY(impl_->read_operation());
  return impl_->device;
}

void SimulatedDisk::fail_after(std::uint64_t operations, Fault fault) {
  impl_->changes = 0;
  impl_->fault = {operations, fault};
}
void SimulatedDisk::fail_always() {
  impl_->failed = true;
}
void SimulatedDisk::set_capacity(Bytes capacity) {
  impl_->capacity = capacity;
}
void SimulatedDisk::set_read_only(bool read_only) {
  impl_->read_only = read_only;
}

void SimulatedDisk::set_in_memory(bool in_memory) {
  impl_->in_memory = in_memory;
}

bool SimulatedDisk::flip(std::string_view path, std::uint64_t offset, unsigned bit) {
  auto node = impl_->find(path);
  if (!node || offset >= node->seen.size()) return false;
  node->seen[offset] ^= std::byte(1u << bit);
  if (offset < node->durable.size()) node->durable[offset] = node->seen[offset];
  return true;
}

void SimulatedDisk::erase() {
  impl_->root = std::make_shared<Node>();
  impl_->root->is_directory = true;
  ++impl_->life;
  impl_->failed = false;
}

// Keeps of each volatile change what chance decides, then all that is left counts as durable.
void SimulatedDisk::Impl::settle_after_cut(Node& node, std::uint64_t odds) {
  auto survives = [&] { return world.choose(4) < odds; };
  Buffer content = node.durable;
  for (const Node::Write& write : node.writes) {
    if (write.resize) {
      if (survives()) content.resize(*write.resize);
      continue;
    }
    for (std::size_t from = 0; from < write.bytes.size();) {
      std::uint64_t at = write.offset + from;
      auto length = std::min<std::size_t>(kSector - at % kSector, write.bytes.size() - from);
      if (survives()) {
        content.resize(std::max<std::uint64_t>(content.size(), at + length));
        std::memcpy(content.data() + at, write.bytes.data() + from, length);
      }
      from += length;
    }
  }
  node.seen = std::move(content);
  Node::Entries names = node.durable_names;
  for (const Node::NameChange& change : node.changes)
    if (survives()) Node::apply(names, change);
  node.names = std::move(names);
  node.sync();
  for (auto& [name, child] : node.names) settle_after_cut(*child, odds);
}

void Simulation::restart() {
  cut_ = false;
  cut_at_.reset();
  for (auto& disk : disks_) ++disk->impl_->life;
}

void Simulation::power_on() {
  cut_ = false;
  cut_at_.reset();
  for (auto& disk : disks_) {
    // From a disk that wrote nothing by itself to one that wrote all.
    disk->impl_->settle_after_cut(*disk->impl_->root, choose(5));
    ++disk->impl_->life;
  }
}

}  // namespace belfry
