// Queries over a log that is indexed, against the same question asked of every event.
#include "event_facts.h"
#include "ledger_core.h"
#include "ledger_fixture.h"

#include <algorithm>

namespace belfry::audit {
namespace {

namespace files = std::filesystem;

class SearchTest : public LedgerTest {
 protected:
  static constexpr int kCount = 6000;

  void open_core() {
    open();
    ASSERT_TRUE(run(ledger_->close()));
    ledger_.reset();
    Options options;
    options.provider = "belfry.example";
    for (std::size_t i = 0; i < 3; ++i) options.tile_disks.push_back(disks_[i]);
    options.pool = pool_;
    options.kept_octets_max = kept_octets_;
    core_ = std::make_shared<Core>(clock_, *random_, *store_, *keys_, std::move(options));
    auto recovered = run(Core::recover(core_));
    ASSERT_TRUE(recovered) << recovered.error().describe();
  }
  void close_core() {
    ASSERT_TRUE(run(core_->close()));
    core_.reset();
    ASSERT_TRUE(run(store_->close()));
    store_.reset();
  }

  Event varied(int number) {
    static constexpr std::array kActions = {"s3:PutObject", "s3:GetObject", "s3:ListBucket",
                                            "iam:SignIn", "iam:CreateUser"};
    Event event = this->event(
        kActions[std::size_t(number) % kActions.size()],
        "arn:aws:s3:::photos/" + std::to_string(number % 7) + "/object-" + std::to_string(number));
    event.time = start_ + std::chrono::seconds(number);
    event.actor = number % 3 == 0 ? "ada" : "bob-" + std::to_string(number % 50);
    event.source_ip = "192.0.2." + std::to_string(number % 200);
    if (number % 10 == 0) {
      event.outcome = Outcome::kFailure;
      event.reason = number % 20 == 0 ? "iam.denied" : "bucket.missing";
    }
    if (event.action.starts_with("iam")) event.event_class = EventClass::kUserManagement;
    event.details = {{"request_id", "request-" + std::to_string(number) + "-of-many"},
                     {"size_bytes", std::to_string(number % 13)}};
    return event;
  }
  // Events one a leaf, and now and then a segment of several.
  void fill_core(int from, int until, TenantId tenant = kTenant) {
    for (int number = from; number < until;) {
      Pending pending;
      for (; number < until && pending.leaves.size() < 500; ++number) {
        Leaf leaf{tenant, {}, {}};
        if (number % 5 == 4) {
          Buffer plain;
          for (int i = 0; i < 3; ++i) add_to_segment(plain, to_ocsf(varied(number)));
          leaf.octets = core_->seal(LeafType::kSegment, tenant, plain, leaf.id).value();
        } else {
          leaf.octets =
              core_->seal(LeafType::kEvent, tenant, as_view(to_ocsf(varied(number))), leaf.id)
                  .value();
        }
        pending.leaves.push_back(std::move(leaf));
      }
      auto receipts = run(core_->submit(std::move(pending)));
      ASSERT_TRUE(receipts) << receipts.error().describe();
    }
  }
  // The indexer of its own accord has done all there is to do.
  void await_index(std::uint64_t until, TenantId tenant = kTenant) {
    const auto last = [&] { return core_->index().span_at(tenant, until - 1); };
    await("an index file", [&] { return last().kind == SearchIndex::Kind::kFile; });
    const SearchIndex::Span span = last();
    ASSERT_EQ(span.kind, SearchIndex::Kind::kFile)
        << span.from << " to " << span.until << " of " << core_->size_of(tenant) << " leaves";
  }

  using Places = std::vector<std::pair<std::uint64_t, std::uint32_t>>;
  // Page by page; no page is larger than asked, and none is smaller but the last and those whose
  // time was over.
  Places all_of(Query query, TenantId tenant = kTenant) {
    Places places;
    for (int pages = 0; pages < 10'000; ++pages) {
      auto page = core_->query(tenant, query);
      EXPECT_TRUE(page) << page.error().describe();
      if (!page) break;
      EXPECT_LE(page->events.size(), query.limit);
      for (const LoggedEvent& logged : page->events) places.emplace_back(logged.index, logged.part);
      query.cursor = page->next;
      if (!query.cursor) break;
      if (page->stopped_early) continue;
      if (query.order == Order::kOldestFirst && page->events.empty()) break;
      if (query.order == Order::kNewestFirst) EXPECT_EQ(page->events.size(), query.limit);
    }
    return places;
  }
  // The same, by asking each event.
  Places expected(const Query& query) {
    Places places;
    if (facts_.empty())
      for (int number = 0; number < kCount; ++number)
        facts_.push_back(facts_of(to_ocsf(varied(number))).value());
    for (int number = kCount; number-- > 0;) {
      if (!wanted(query, facts_[std::size_t(number)])) continue;
      for (std::uint32_t part = number % 5 == 4 ? 3 : 1; part-- > 0;)
        places.emplace_back(number, part);
    }
    if (query.order == Order::kOldestFirst) std::ranges::reverse(places);
    return places;
  }
  std::vector<Query> questions() const {
    std::vector<Query> all(15);
    all[1].actor = "ada";
    all[2].action = "iam:*";
    all[3].resource = "arn:aws:s3:::photos/3/object-1";
    all[4].source_ip = "192.0.2.17";
    all[5].outcome = Outcome::kFailure;
    all[6].reason = "iam.denied";
    all[7].event_class = 3007;
    all[8].details = {{"request_id", "request-4711-of-many"}};
    all[9].details = {{"size_bytes", "7"}};
    all[9].actor = "ada";
    all[9].action = "s3:GetObject";
    all[10].from = start_ + std::chrono::seconds(1000);
    all[10].until = start_ + std::chrono::seconds(1200);
    all[11].from = start_ + std::chrono::seconds(4000);
    all[11].outcome = Outcome::kFailure;
    all[11].resource = "arn:aws:s3:::photos/2*";
    all[12].actor = "nobody";
    all[13].action = "s3:PutObject";
    all[13].reason = "iam.denied";
    all[13].source_ip = "192.0.2.*";
    all[14].action = "no:*";
    return all;
  }
  void ask_everything() {
    for (Query query : questions())
      for (Order order : {Order::kNewestFirst, Order::kOldestFirst}) {
        query.order = order;
        query.limit = 97;
        EXPECT_EQ(all_of(query), expected(query))
            << query.actor << query.action << query.resource << int(order);
      }
  }
  std::vector<files::path> index_files(TenantId tenant = kTenant) const {
    std::vector<files::path> found;
    for (int disk : {1, 2, 3}) {
      const files::path folder = this->folder(disk) / "audit-index" / tenant.text();
      if (!files::exists(folder)) continue;
      for (const auto& entry : files::directory_iterator(folder)) found.push_back(entry.path());
    }
    return found;
  }

  const Timestamp start_ = from_us(1'760'000'000'000'000);
  std::shared_ptr<Core> core_;
  std::vector<EventFacts> facts_;
};

TEST_F(SearchTest, FindsWhatAskingEveryEventFinds) {
  open_core();
  fill_core(0, kCount);
  await_index(4096);
  ask_everything();
  close_core();
}

TEST_F(SearchTest, WithoutAnIndexTheAnswersAreTheSame) {
  open_core();
  fill_core(0, kCount / 2);
  fill_core(kCount / 2, kCount);
  await_index(4096);
  for (const files::path& path : index_files()) {
    // Torn, as a power cut leaves it: the middle is zeros.
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(100);
    file.write(std::string(20'000, '\0').data(), 20'000);
  }
  ask_everything();
  // It was dropped, and is made again.
  await_index(4096);
  ask_everything();
  close_core();
}

TEST_F(SearchTest, AStartTakesUpWhatIsThereAndCompletesIt) {
  open_core();
  fill_core(0, kCount);
  await_index(4096);
  close_core();
  const auto before = index_files();
  ASSERT_EQ(before.size(), 1u);
  const auto written = files::last_write_time(before[0]);
  open_core();
  await_index(4096);
  EXPECT_EQ(files::last_write_time(before[0]), written) << "it was good";
  ask_everything();
  close_core();
  // Half a file, a file of another range, and what a cut left.
  files::resize_file(before[0], files::file_size(before[0]) / 2);
  files::copy_file(before[0], before[0].parent_path() / "0-256.0");
  std::ofstream(before[0].parent_path() / "unfinished") << "half";
  open_core();
  await_index(4096);
  ask_everything();
  EXPECT_EQ(index_files(), before);
  close_core();
}

TEST_F(SearchTest, AnotherLogsIndexIsNotBelieved) {
  open_core();
  fill_core(0, 4096 + 300);
  fill_core(500, 4096 + 800, kOther);
  await_index(4096);
  await_index(4096, kOther);
  const auto own = index_files(), foreign = index_files(kOther);
  ASSERT_EQ(own.size(), 1u);
  close_core();
  files::copy_file(foreign[0], own[0], files::copy_options::overwrite_existing);
  open_core();
  await_index(4096);
  Query one;
  one.details = {{"request_id", "request-17-of-many"}};
  EXPECT_EQ(all_of(one), (Places{{17, 0}}));
  EXPECT_EQ(all_of(one, kOther), Places());
  close_core();
}

// Each is whole and of this log, but not about these leaves: an answer from it would leave events
// out.
TEST_F(SearchTest, AFileThatTakesAnothersPlaceIsNotBelieved) {
  open_core();
  fill_core(0, 2 * 4096);
  await_index(2 * 4096);
  auto paths = index_files();
  ASSERT_EQ(paths.size(), 2u);
  std::ranges::sort(paths);
  files::copy_file(paths[0], paths[1], files::copy_options::overwrite_existing);
  for (int number : {17, 5000}) {
    Query one;
    one.details = {{"request_id", "request-" + std::to_string(number) + "-of-many"}};
    EXPECT_EQ(all_of(one), (Places{{number, 0}})) << number;
  }
  close_core();
}

TEST_F(SearchTest, SmallFilesBecomeOneAndAnswerTheSame) {
  open_core();
  constexpr int kMany = 16 * 4096;
  fill_core(0, kMany);
  await("one span of all", [&] { return core_->index().span_at(kTenant, 0).until == kMany; });
  // The small files go once nothing leads to them any more.
  await("one file of all", [&] { return index_files().size() == 1; });
  for (int number : {0, 4095, 4096, 40'000, kMany - 1}) {
    Query one;
    one.details = {{"request_id", "request-" + std::to_string(number) + "-of-many"}};
    const Places found = all_of(one);
    ASSERT_EQ(found.size(), number % 5 == 4 ? 3u : 1u) << number;
    EXPECT_EQ(found[0].first, std::uint64_t(number));
  }
  Query failed;
  failed.reason = "bucket.missing";
  failed.limit = 1000;
  EXPECT_EQ(all_of(failed).size(), 3277u);
  close_core();
}

// The end of the log is no gap between files, wherever it is when the next step looks.
TEST_F(SearchTest, ALogThatGrowsMeanwhileIsNotIndexedPieceByPiece) {
  open_core();
  std::uint64_t size = 0;
  LogReader growing;
  growing.tenants = [] { return std::vector<TenantId>{kTenant}; };
  growing.size = [&](TenantId) { return size += 256; };
  growing.octets = [](TenantId, std::uint64_t) { return std::size_t{200'000}; };
  growing.bundle = [&](TenantId, std::uint64_t) -> Result<std::vector<Entry>> {
    ADD_FAILURE() << "a file is made of " << size << " leaves";
    return fail(Code::kRetry, "test.none");
  };
  SearchIndex index({}, *keys_, *random_, std::move(growing));
  while (size < 4096 - 2 * 256) EXPECT_FALSE(index.work(false));
  close_core();
}

TEST_F(SearchTest, AMonthWhoseKeyIsDestroyedIsFoundNoMore) {
  open_core();
  fill_core(0, 4096);
  await_index(4096);
  const auto first_month = keys_->list(kTenant, crypto::KeyPurpose::kAuditMonth);
  ASSERT_EQ(first_month.size(), 1u);
  clock_.shift = Duration(std::chrono::days(40));
  fill_core(4096, 2 * 4096);
  await_index(2 * 4096);
  ASSERT_EQ(index_files().size(), 2u);
  Query ada;
  ada.actor = "ada";
  ada.limit = 10'000;
  const std::size_t both = all_of(ada).size();
  destroyed_key_ = first_month[0].id.value;
  await("the end of the first file", [this] { return index_files().size() == 1; });
  const Places left = all_of(ada);
  EXPECT_LT(left.size(), both);
  EXPECT_GE(left.back().first, 4096u);
  close_core();
  open_core();
  await_index(2 * 4096);
  EXPECT_EQ(all_of(ada), left);
  EXPECT_EQ(index_files().size(), 1u) << "nothing is made again of what nobody can read";
  close_core();
}

TEST_F(SearchTest, NothingOfAnEventLiesOpenOnTheDisk) {
  open_core();
  fill_core(0, 4096 + 256);
  await_index(4096);
  const auto paths = index_files();
  ASSERT_FALSE(paths.empty());
  for (const files::path& path : paths) {
    std::ifstream file(path, std::ios::binary);
    const std::string octets((std::istreambuf_iterator<char>(file)), {});
    for (const char* word : {"ada", "192.0.2", "photos", "PutObject", "request"})
      EXPECT_EQ(octets.find(word), std::string::npos) << word;
  }
  close_core();
}

TEST_F(SearchTest, AQueryWhoseTimeIsOverSaysSoAndGoesOn) {
  open_core();
  fill_core(0, 3000);
  Query nothing;
  nothing.actor = "nobody";
  nothing.time_max = Duration{0};
  int pages = 0;
  for (; pages < 10'000; ++pages) {
    auto page = core_->query(kTenant, nothing);
    ASSERT_TRUE(page);
    EXPECT_TRUE(page->events.empty());
    EXPECT_EQ(page->stopped_early, page->next.has_value());
    if (!page->next) break;
    EXPECT_TRUE(!nothing.cursor || *page->next < *nothing.cursor) << "each one gets on";
    nothing.cursor = page->next;
  }
  EXPECT_GT(pages, 10);
  close_core();
}

TEST_F(SearchTest, FollowingInOrderMissesNothingAndRepeatsNothing) {
  open_core();
  Query follow;
  follow.order = Order::kOldestFirst;
  follow.limit = 7;
  Places seen;
  std::jthread writer([this] { fill_core(0, 2000); });
  while (seen.size() < 2000 + 2 * 400) {
    auto page = core_->query(kTenant, follow);
    ASSERT_TRUE(page);
    for (const LoggedEvent& logged : page->events) seen.emplace_back(logged.index, logged.part);
    ASSERT_TRUE(page->next);
    follow.cursor = page->next;
  }
  writer.join();
  EXPECT_TRUE(std::ranges::is_sorted(seen));
  EXPECT_EQ(std::ranges::adjacent_find(seen), seen.end());
  EXPECT_EQ(seen.size(), 2800u);
  close_core();
}

}  // namespace
}  // namespace belfry::audit
