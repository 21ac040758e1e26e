#include "provider/provider.h"

#include "api/service.h"
#include "attestation_reminders.h"
#include "attestations/attestations.h"
#include "audit/outbox.h"
#include "audit/retention.h"
#include "audit/root_log.h"
#include "audit/vault.h"
#include "background.h"
#include "configuration.h"
#include "directories.h"
#include "founded_credentials.h"
#include "happenings.h"
#include "http/server.h"
#include "iam/iam.h"
#include "leavers.h"
#include "log_facts.h"
#include "mailer.h"
#include "measures/measures.h"
#include "migrations.h"
#include "objects/facts.h"
#include "objects/store.h"
#include "origins.h"
#include "people/people.h"
#include "probing.h"
#include "registers/registers.h"
#include "runtime/random.h"
#include "s3/service.h"
#include "storage.h"
#include "tile_disks.h"
#include "tls.h"
#include "witnesses.h"

#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <tuple>

namespace belfry::provider {
namespace {

// How long requests underway may take to end when the daemon stops.
constexpr auto kStopGrace = std::chrono::seconds(10);
// How old the engine's facts may be for the measures.
constexpr auto kCollectPeriod = std::chrono::seconds(5);
// How often the logs are looked at.
constexpr auto kLogFactsPeriod = std::chrono::seconds(60);
// How often the operator's certificate is looked at, and the age of a generated one.
constexpr auto kCertificatePeriod = std::chrono::seconds(10);
// How long a tenant's checkpoint may wait for the root log.
constexpr auto kRootLogPeriod = std::chrono::seconds(10);
// What is destroyed does not come back. An hour after a start, a clock is set right, and who reads
// the daemon's log has taken back a setting that was a mistake.
constexpr auto kDestroyPeriod = std::chrono::hours(1);
// A start has enough to do at first.
constexpr auto kProbeAfter = std::chrono::seconds(20);
constexpr auto kProbePatience = std::chrono::seconds(60);
// A disk that is away for less than this is not worth copying its sets for.
constexpr auto kHealAfter = std::chrono::seconds(60);

class RunningProvider : public Provider {
 public:
  RunningProvider(std::vector<Executor> executors, Clock& clock, Options options)
      : executors_(std::move(executors)),
        clock_(clock),
        options_(std::move(options)),
        random_(make_system_random()),
        background_(executors_.front(), clock) {}

  Task<> open() {
    auto opened = co_await open_all();
    // What runs already uses what is about to be destroyed.
    if (!opened) static_cast<void>(co_await stop());
    co_return opened;
  }

  const Endpoints& endpoints() const override { return endpoints_; }
  segments::Store& segments() override { return *segments_; }
  audit::Ledger& ledger() override { return *ledger_; }
  iam::Iam& iam() override { return *iam_; }
  objects::Store& objects() override { return *objects_; }
  measures::Measures& measures() override { return *measures_; }
  people::Register& people() override { return *people_; }
  registers::Registers& registers() override { return *registers_; }
  Task<> end_leavers() override { return provider::end_leavers(*people_, *iam_); }
  attestations::Attestations& attestations() override { return *attestations_; }

  Task<> collect() override {
    CO_TRY(co_await facts_->collect(*database_, clock_.now()));
    co_return co_await iam_->upkeep().collect_facts();
  }

  // What is asked for now is looked at now, whatever its own pace.
  Task<> collect_everything() {
    CO_TRY(co_await collect());
    // A ledger that cannot be read leaves its own facts to age, and no other.
    auto looked = co_await log_facts_->collect(clock_.now(), LogFacts::Depth::kOpened);
    if (!looked) spdlog::warn("looking at the logs: {}", looked.error().describe());
    co_return Result<>();
  }

  Task<> probe(Duration patience, const Endpoints* through) override {
    if (through != nullptr)
      co_return co_await probing_->probe(
          {through->api, through->s3_tls, through->ca, "", "", patience});
    // The names that are asked for are those of the certificate: where they lead is another matter.
    const Address &s3 = listeners_[1].address, &api = listeners_.back().address;
    const std::string site = "https://" + certified_name(topology_, api) + ":";
    co_return co_await probing_->probe({site + std::to_string(api.port),
                                        site + std::to_string(s3.port), endpoints_.ca,
                                        connectable(api.host), connectable(s3.host), patience});
  }

  Task<> stop() override {
    if (probing_) probing_->cancel();
    if (root_log_) root_log_->cancel();
    if (vault_) vault_->cancel();
    // First what might begin to listen again.
    co_await background_.stop();
    for (Listener& listener : listeners_)
      if (listener.server) co_await listener.server->stop(kStopGrace);
    if (api_) co_await api_->stop();
    if (iam_) static_cast<void>(co_await iam_->upkeep().log_unseen());
    // Each is closed whatever became of the others; the first error is told.
    Result<> outcome;
    const auto note = [&outcome](Result<> closed) {
      if (outcome && !closed) outcome = std::move(closed);
    };
    if (engine_) note(co_await engine_->close());
    if (outbox_) note(co_await outbox_->close());
    if (ledger_) note(co_await ledger_->close());
    if (segments_) note(co_await segments_->close());
    co_return outcome;
  }

 private:
  Task<> open_all() {
    CO_TRY(co_await open_state());
    CO_TRY(co_await open_storage());
    CO_TRY(co_await open_services());
    CO_TRY(co_await found());
    CO_TRY(co_await open_measures());
    if (options_.serves) CO_TRY(listen());
    if (options_.background) begin_background();
    co_return Result<>();
  }

  Task<> open_state() {
    CO_TRY(topology_, load_configuration(options_.config));
    CO_TRY(directory_, DataDirectory::open(options_.data));
    database_pool_ = make_pool("database", 4, 10'000);
    database::Options database;
    database.url = topology_.database_url.empty()
                       ? "sqlite:" + (directory_->root() / "state.db").string()
                       : topology_.database_url;
    CO_TRY(database_, co_await runtime::blocking(*database_pool_, [&] {
             return database::open_database(database, all_migrations(), clock_.now());
           }));
    CO_TRY(co_await runtime::blocking(
        *database_pool_, [&] { return topology::store(*database_, topology_, clock_.now()); }));
    co_return Result<>();
  }

  // Of a provider that was founded; a start that was cut short before leaves none.
  Task<bool> has_users_already() {
    co_return co_await runtime::blocking(*database_pool_, [this]() -> Result<bool> {
      bool found = false;
      TRY(database_->read(std::chrono::seconds(10),
                          [&](database::Transaction& transaction) -> Result<> {
                            TRY(auto rows, transaction.query("SELECT count(*) AS n FROM iam_user"));
                            found = rows[0].integer("n") > 0;
                            return {};
                          }));
      return found;
    });
  }

  Task<> open_storage() {
    CO_TRY(bool has_users, co_await has_users_already());
    KeyStoreUse use =
        has_users || hold_sets(*directory_, topology_) ? KeyStoreUse::kInUse : KeyStoreUse::kNew;
    CO_TRY(keys_, open_keys(*directory_, topology_, use, clock_, *random_));
    CO_TRY(disks_, open_disks(*directory_, topology_));
    disk_pools_ = std::make_unique<DiskPools>(disks_);

    segments::Options store;
    store.disks = disks_;
    store.segment_size = topology_.segment_size;
    store.background = options_.background;
    store.heal_after = kHealAfter;
    store.hang_limit = options_.disk_hang_limit;
    CO_TRY(store.unproven, co_await runtime::blocking(*database_pool_, [this] {
             return objects::unproven_disks(*database_);
           }));
    store.on_happening = [this](const segments::Happening& happening) {
      happenings_.add(happening);
    };
    store.pool_for = [this](DiskId disk) { return disk_pools_->of(disk); };
    CO_TRY(segments_,
           co_await segments::open_store(executors_.front(), clock_, *random_, std::move(store)));

    slow_pool_ = make_pool("slow", 2, 10'000);
    audit::Options audit;
    audit.provider = topology_.provider_name;
    auto choose = [this, &audit]() -> Result<> {
      audit.tile_disks = choose_tile_disks(disks_, *segments_);
      return {};
    };
    CO_TRY(co_await runtime::blocking(*slow_pool_, choose));
    audit.savepoint_after = topology_.ledger_savepoint_after;
    const auto tile_disks = audit.tile_disks;
    audit.tile_pool = make_pool("tiles", unsigned(tile_disks.size()), 16);
    audit.pool = slow_pool_;
    audit.reading_pool = make_pool("audit-read", 3, 256);
    CO_TRY(ledger_, co_await audit::open_ledger(executors_.front(), clock_, *random_, *segments_,
                                                *keys_.store, std::move(audit)));
    CO_TRY(vault_,
           co_await audit::open_vault(*ledger_, *keys_.store, clock_, *random_,
                                      vault_options(disks_, tile_disks, *segments_, slow_pool_)));
    log_facts_ =
        std::make_unique<LogFacts>(*ledger_, *database_, samples_, database_pool_, tile_disks);
    co_return Result<>();
  }

  Task<> open_services() {
    outbox_ = audit::make_outbox(executors_.front(), *database_, *ledger_, clock_, database_pool_);
    CO_TRY(root_log_,
           co_await audit::open_root_log(
               *ledger_, *database_, clock_, *random_,
               root_log_options(topology_, *directory_, iam::kProviderTenant, database_pool_)));
    if (topology_.witnesses.empty())
      spdlog::warn(
          "no witness is named: nobody else can tell whether the ledger has two histories");
    iam_ = iam::make_iam(*database_, database_pool_, *keys_.store, *ledger_, *outbox_, clock_,
                         *random_);
    iam_->issuers().ask_with(directory_fetch(topology_, *directory_),
                             directory_transport(topology_));
    people_ =
        people::make_register(*database_, database_pool_, *ledger_, *outbox_, clock_, *random_);
    registers_ =
        registers::make_registers(*database_, database_pool_, *ledger_, *outbox_, clock_, *random_);
    probing_ = std::make_unique<Probing>(*iam_, clock_, *random_);

    objects::EmbeddedOptions engine;
    engine.index_path = (directory_->root() / "index").string();
    engine.pool = slow_pool_;
    engine.rebuild_progress = [](double fraction) {
      spdlog::info("rebuilding the object index from the disks: {:.0f} %", fraction * 100);
    };
    CO_TRY(engine_, co_await objects::open_embedded_engine(executors_.front(), clock_, *segments_,
                                                           *ledger_, std::move(engine)));
    objects_ = objects::make_store(executors_.front(), *engine_, *keys_.store, *ledger_, clock_,
                                   *random_, slow_pool_);
    facts_ = objects::make_facts(*engine_, *objects_, *segments_, disks_, database_pool_);
    co_return Result<>();
  }

  // The first start makes the provider's tenant and its administrator, in a demonstration a
  // customer too; later ones only find them. The secrets are on the disk before they hold.
  Task<> found() {
    std::optional<std::string> customer;
    if (topology_.demonstration) customer = "Demonstration";
    auto keep = [this](const iam::Iam::Founded& founded) {
      return keep_credentials(*directory_, founded);
    };
    CO_TRY(co_await iam_->found(topology_.provider_name, customer, keep));
    // What profiles of an earlier release may is judged anew before anybody signs in.
    co_return co_await iam_->upkeep().collect_facts();
  }

  Task<> open_measures() {
    attestations_ = attestations::make_attestations(*database_, database_pool_, *ledger_, *outbox_,
                                                    clock_, *random_);
    CO_TRY(co_await runtime::blocking(
        *database_pool_, [this] { return attestations_->publish(attestations::catalogue()); }));
    measures::Options measures;
    measures.annex_directory = options_.annex_directory;
    measures.pool = database_pool_;
    measures.collect = [this] { return collect_everything(); };
    measures.provider = iam::kProviderTenant;
    CO_TRY(measures_,
           measures::load_measures(*database_, *ledger_, clock_, *random_, std::move(measures)));
    co_return Result<>();
  }

  api::Services services_for_rest() {
    return {executors_.front(),
            *iam_,
            *objects_,
            *segments_,
            *measures_,
            *attestations_,
            *ledger_,
            *root_log_,
            *vault_,
            *people_,
            *registers_,
            *database_,
            database_pool_,
            clock_,
            *random_,
            topology_,
            iam::kProviderTenant,
            [this] { return collect(); }};
  }

  Result<> listen() {
    TRY(load_identity());
    const auto count = [this](const auto& served) { samples_.add(served); };
    s3::Options options;
    options.on_served = count;
    auto s3 = s3::make_handler(*iam_, *objects_, *ledger_, clock_, std::move(options));
    api_ = api::make_api(services_for_rest(), {options_.console_directory, options_.config, count});
    for (auto& [where, secure, handler, url] :
         {std::tuple{&topology_.s3_listen, false, s3, &endpoints_.s3},
          std::tuple{&topology_.s3_tls_listen, true, s3, &endpoints_.s3_tls},
          std::tuple{&topology_.api_listen, true, api_->handler(), &endpoints_.api}}) {
      TRY(Address address, parse_address(*where));
      listeners_.push_back({std::move(address), secure, handler, nullptr});
      TRY(listen_on(listeners_.back()));
      *url = url_of(listeners_.back());
    }
    auto origins = console_origins(topology_, listeners_.back().address);
    endpoints_.console = origins.empty() ? endpoints_.api : origins.front();
    iam_->second_factors().accept_origins(std::move(origins));
    iam_->people().accept_links({endpoints_.console, !topology_.smtp.server.empty()});
    endpoints_.ca = (directory_->root() / "run" / "ca.pem").string();
    nlohmann::json endpoints = {{"console", endpoints_.console},
                                {"s3", endpoints_.s3},
                                {"s3_tls", endpoints_.s3_tls},
                                {"api", endpoints_.api},
                                {"ca", endpoints_.ca}};
    return write_file(directory_->root() / "run" / "endpoints.json", endpoints.dump(2) + "\n",
                      Readable::kEveryone);
  }

  Result<> load_identity() {
    TRY(ServerIdentity next, load_server_identity(*directory_, topology_.tls, clock_));
    // An operator may have exchanged one of the files, and not yet the other.
    TRY(http::check_tls({next.identity.certificate_pem, next.identity.private_key_pem}));
    // First what clients check it with: while that cannot be written, the next turn tries again.
    TRY(write_file(directory_->root() / "run" / "ca.pem", next.authority_pem, Readable::kEveryone));
    identity_ = std::move(next);
    return {};
  }

  struct Listener {
    Address address;  // with the port that it got, once it listens
    bool secure;
    http::Handler handler;
    std::unique_ptr<http::Server> server;
  };

  Result<> listen_on(Listener& listener) {
    http::Listen options;
    options.address = listener.address.host;
    options.port = listener.address.port;
    if (listener.secure)
      options.tls =
          http::Tls{identity_.identity.certificate_pem, identity_.identity.private_key_pem};
    TRY(listener.server, http::listen(executors_, std::move(options), listener.handler));
    listener.address.port = listener.server->port();
    return {};
  }

  // Under which clients find it.
  static std::string url_of(const Listener& listener) {
    const std::string& host = listener.address.host;
    bool is_v6 = host.find(':') != std::string::npos;
    return (listener.secure ? "https://" : "http://") + (is_v6 ? "[" + host + "]" : host) + ":" +
           std::to_string(listener.address.port);
  }

  // Exchanges a certificate that ends soon, or that the operator exchanged: new connections wait
  // for the requests underway, and get the new one. What could not listen is tried again.
  Task<> renew_certificate() {
    if (is_outdated(identity_, *directory_, topology_.tls, clock_)) {
      CO_TRY(load_identity());
      spdlog::info("exchanging the certificate");
      for (Listener& listener : listeners_)
        if (listener.secure && listener.server) {
          co_await listener.server->stop(kStopGrace);
          listener.server.reset();
        }
    }
    for (Listener& listener : listeners_)
      if (!listener.server) CO_TRY(listen_on(listener));
    co_return Result<>();
  }

  Task<> destroy_old_months() {
    CO_TRY(auto destroyed,
           co_await audit::destroy_old_months(*ledger_, *keys_.store, *vault_, clock_, slow_pool_,
                                              topology_.ledger_months_kept));
    if (destroyed > 0) spdlog::info("destroyed the keys of {} months of the ledger", destroyed);
    tell_waiting(*vault_);
    co_return Result<>();
  }

  Task<> run_root_round() {
    auto outcome = co_await root_log_->run_round();
    witness_log_.tell(root_log_->witnesses());
    co_return outcome;
  }

  void begin_background() {
    using std::chrono::seconds;
    background_.every(kCollectPeriod, "collecting facts", [this] { return collect(); });
    background_.every(kLogFactsPeriod, "looking at the logs", [this] {
      return log_facts_->collect(clock_.now(), LogFacts::Depth::kProved);
    });
    background_.every(seconds(1), "checking measures", [this] { return measures_->run_due(); });
    background_.every(seconds(1), "logging what happened to disks", [this] {
      return happenings_.drain(*ledger_, iam::kProviderTenant, topology_, clock_);
    });
    background_.every(seconds(1), "sign-ins", [this] { return iam_->upkeep().log_unseen(); });
    background_.every(seconds(1), "ending rights", [this] { return iam_->access().turn(); });
    background_.every(seconds(1), "interventions", [this] { return iam_->interventions().turn(); });
    background_.every(seconds(10), "lost factors", [this] { return iam_->factor_resets().turn(); });
    background_.every(seconds(10), "reviewing rights", [this] { return iam_->reviews().turn(); });
    background_.every(seconds(10), "ending the accounts of who left",
                      [this] { return end_leavers(); });
    background_.every(seconds(60), "attestations that end", [this] {
      return remind_of_attestations({*database_, database_pool_, *ledger_, *outbox_, *keys_.store,
                                     *random_, clock_, !topology_.smtp.server.empty()});
    });
    if (!topology_.smtp.server.empty()) {
      mailer_ = std::make_unique<Mailer>(topology_, *directory_, clock_);
      background_.every(seconds(2), "sending mail", [this] { return mailer_->send_due(*iam_); });
    }
    background_.every(kRootLogPeriod, "the ledger's root log", [this] { return run_root_round(); });
    background_.every(seconds(2), "copying what legal holds keep",
                      [this] { return vault_->copy(); });
    background_.every(kCertificatePeriod, "certificate", [this] { return renew_certificate(); });
    tell_old_months(*keys_.store, clock_, topology_);
    background_.every(
        kDestroyPeriod, "destroying old months of the ledger",
        [this] { return destroy_old_months(); }, kDestroyPeriod);
    if (options_.probe_period > Duration(0))
      background_.every(
          options_.probe_period, "probing", [this] { return probe(kProbePatience, nullptr); },
          kProbeAfter);
    background_.every(std::chrono::hours(1), "preparing next month's keys", [this] {
      return runtime::blocking(*slow_pool_, [this] { return keys_.store->prepare_next_month(); });
    });
  }

  std::vector<Executor> executors_;
  Clock& clock_;
  Options options_;
  Endpoints endpoints_;

  // In the order in which they are opened: each uses those above it.
  std::unique_ptr<Random> random_;
  topology::Topology topology_;
  std::unique_ptr<DataDirectory> directory_;
  std::shared_ptr<Pool> database_pool_, slow_pool_;
  std::unique_ptr<database::Database> database_;
  Keys keys_;
  std::vector<segments::StoreDisk> disks_;
  std::unique_ptr<DiskPools> disk_pools_;
  HappeningLog happenings_;
  AccessSamples samples_;
  std::unique_ptr<segments::Store> segments_;
  std::unique_ptr<audit::Ledger> ledger_;
  std::unique_ptr<audit::Vault> vault_;
  std::unique_ptr<LogFacts> log_facts_;
  std::unique_ptr<audit::Outbox> outbox_;
  std::unique_ptr<audit::RootLog> root_log_;
  WitnessLog witness_log_;
  std::unique_ptr<iam::Iam> iam_;
  std::unique_ptr<people::Register> people_;
  std::unique_ptr<registers::Registers> registers_;
  std::unique_ptr<Mailer> mailer_;
  std::unique_ptr<Probing> probing_;
  std::unique_ptr<objects::Engine> engine_;
  std::unique_ptr<objects::Store> objects_;
  std::unique_ptr<objects::Facts> facts_;
  std::unique_ptr<attestations::Attestations> attestations_;
  std::unique_ptr<measures::Measures> measures_;
  std::unique_ptr<api::Api> api_;
  ServerIdentity identity_;
  std::vector<Listener> listeners_;
  Background background_;
};

}  // namespace

Task<std::unique_ptr<Provider>> start(std::vector<Executor> executors, Clock& clock,
                                      Options options) {
  auto provider =
      std::make_unique<RunningProvider>(std::move(executors), clock, std::move(options));
  CO_TRY(co_await provider->open());
  co_return std::unique_ptr<Provider>(std::move(provider));
}

}  // namespace belfry::provider
