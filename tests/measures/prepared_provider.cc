#include "prepared_provider.h"

#include "iam/iam.h"
#include "objects_testing/fakes.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <unistd.h>

namespace belfry::measures_broken {
namespace {

namespace fs = std::filesystem;

std::string source_folder() {
  const char* source = std::getenv("BELFRY_SOURCE");
  return source ? source : ".";
}

fs::path folder_of_all() {
  const char* build = std::getenv("BELFRY_BUILD");
  fs::path base = build ? fs::path(build) / "system" : fs::temp_directory_path();
  return base / ("measures-broken-" + std::to_string(getpid()));
}

void replace_all(std::string& text, const std::string& what, const std::string& replacement) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at))
    text.replace(at, what.size(), replacement), at += replacement.size();
}

// The example on free ports, with the smallest segments.
std::string example() {
  std::ifstream file(source_folder() + "/examples/provider.yaml", std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  std::string example = text.str();
  for (const char* port : {":9000", ":9443", ":8443"})
    replace_all(example, std::string("127.0.0.1") + port, "127.0.0.1:0");
  replace_all(example, "segment_size_mib: 64", "segment_size_mib: 8");
  return example;
}

}  // namespace

// Prepared by the first test that needs it, once.
void MeasuresBroken::SetUpTestSuite() {
  spdlog::set_level(spdlog::level::off);
  fs::create_directories(folder_of_all());
}

void MeasuresBroken::TearDownTestSuite() {
  std::error_code error;
  fs::remove_all(folder_of_all(), error);
}

void MeasuresBroken::SetUp() {
  const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
  folder_ = folder_of_all() / info->name();
  begin(From::kPrepared);
}

void MeasuresBroken::TearDown() {
  stop();
  std::error_code error;
  fs::remove_all(folder_, error);
}

void MeasuresBroken::begin(From from) {
  stop();
  fs::remove_all(folder_);
  fs::create_directories(folder_);
  write_declaration(example());
  fs::path prepared = folder_of_all() / "prepared";
  if (from == From::kPrepared && fs::exists(prepared))
    fs::copy(prepared, data(), fs::copy_options::recursive);
  start();
  if (from == From::kNothing || fs::exists(prepared)) return;
  objects::Bucket bucket =
      must(provider().objects().create_bucket(iam::kFirstCustomer, kBucket, std::nullopt, {}));
  auto put = [&](const std::string& key, std::size_t size) {
    std::string body(size, 'x');
    objects::testing::MemorySource source(body);
    must(provider().objects().put(bucket, key, {}, source, {}));
  };
  for (int i = 0; i < kSmallObjects; ++i) put("small-" + std::to_string(i), 1'000 + 100 * i);
  for (int i = 0; i < kLargeObjects; ++i) put("large-" + std::to_string(i), 2'000'000 + i);
  stop();
  fs::copy(data(), prepared, fs::copy_options::recursive);
  start();
}

void MeasuresBroken::write_declaration(const std::string& text) {
  std::ofstream(folder_ / "provider.yaml", std::ios::binary | std::ios::trunc) << text;
  declaration_ = text;
  auto loaded = topology::parse(text, "provider.yaml");
  ASSERT_TRUE(loaded.faults.empty()) << loaded.faults.front().error.describe();
  topology_ = std::move(loaded.topology);
}

void MeasuresBroken::start(Work work) {
  provider::Options options{.config = (folder_ / "provider.yaml").string(),
                            .data = data().string(),
                            .annex_directory = source_folder() + "/annex",
                            .console_directory = {},
                            .background = work == Work::kByItself};
  provider_ = must(provider::start({context_.get_executor()}, clock_, std::move(options)));
}

void MeasuresBroken::stop() {
  if (!provider_) return;
  must(provider_->stop());
  provider_.reset();
}

void MeasuresBroken::pause() {
  must([](Clock& clock) -> Task<> {
    co_await clock.sleep(std::chrono::milliseconds(100));
    co_return Result<>();
  }(clock_));
}

void MeasuresBroken::wait_until(const std::function<bool()>& holds) {
  for (int i = 0; i < 100; ++i) {
    if (holds()) return;
    pause();
  }
  ADD_FAILURE() << "it does not hold after ten seconds";
}

void MeasuresBroken::redeclare(const std::string& what, const std::string& replacement) {
  stop();
  std::string text = declaration_;
  std::size_t at = text.find(what);
  ASSERT_NE(at, std::string::npos) << "the example lacks: " << what;
  write_declaration(text.replace(at, what.size(), replacement));
  start();
}

void MeasuresBroken::redeclare_as_before() {
  stop();
  write_declaration(example());
  start();
}

measures::Evaluation MeasuresBroken::check(const std::string& id) {
  return must(provider().measures().check_now(id));
}

std::string MeasuresBroken::verdict(const std::string& id) {
  measures::Evaluation evaluation = check(id);
  // The evidence of a verdict is in the ledger before the verdict is told.
  EXPECT_TRUE(evaluation.status.ledger_index) << id;
  return std::string(measures::name_of(evaluation.status.verdict));
}

std::vector<std::string> MeasuresBroken::failing(const std::string& id) {
  std::vector<std::string> out;
  measures::Evaluation evaluation = check(id);
  const measures::Measure* measure = provider().measures().find(id);
  for (const measures::EvaluatedRow& row : evaluation.rows) {
    measures::Text reason = measures::reason_text(*measure, row.reason);
    EXPECT_NE(reason.fr, reason.en) << id << " " << row.reason;
    if (!row.pass) out.push_back(row.subject + ": " + reason.en);
  }
  return out;
}

void MeasuresBroken::delete_disk(const std::string& disk) {
  ASSERT_GT(fs::remove_all(folder_of(disk)), 0u) << disk;
}

void MeasuresBroken::take_disk_away(const std::string& disk) {
  fs::create_directories(folder_ / "away");
  fs::rename(folder_of(disk), folder_ / "away" / disk);
}

void MeasuresBroken::bring_disk_back(const std::string& disk) {
  fs::rename(folder_ / "away" / disk, folder_of(disk));
}

std::vector<segments::Copy> MeasuresBroken::copies(const std::string& key) {
  objects::Bucket bucket = must(provider().objects().find_bucket(kBucket));
  return must(provider().objects().where(bucket, key));
}

std::string MeasuresBroken::name_of(DiskId disk) const {
  auto found = std::ranges::find(topology_.disks, disk, &topology::Disk::id);
  return found == topology_.disks.end() ? "" : found->name;
}

std::set<std::string> MeasuresBroken::sets_on(const std::string& disk) {
  std::set<std::string> sets;
  for (const segments::SetStatus& set : sets_of(segments::Stream::kObjects, disk))
    sets.insert("set " + set.set.text());
  return sets;
}

std::size_t MeasuresBroken::ledger_sets_on(const std::string& disk) {
  return sets_of(segments::Stream::kLedger, disk).size();
}

std::vector<segments::SetStatus> MeasuresBroken::sets_of(segments::Stream stream,
                                                         const std::string& disk) {
  auto sets = provider().segments().sets();
  std::erase_if(sets, [&](const segments::SetStatus& set) {
    auto is_it = [&](DiskId member) { return name_of(member) == disk; };
    return set.stream != stream || std::ranges::none_of(set.disks, is_it);
  });
  return sets;
}

}  // namespace belfry::measures_broken
