#include "audit/vault.h"

#include "vault_fixture.h"

#include <algorithm>

namespace belfry::audit {
namespace {

TEST_F(VaultTest, WhatIsHeldOutlivesItsMonthAndNothingElseDoes) {
  open();
  fill(kTenant, 300);
  fill(kOther, 3);
  const HoldId id = place("key-29");
  EXPECT_EQ(vault_->find(kTenant, id)->state, HoldState::kCopying);
  copy();
  EXPECT_EQ(vault_->find(kTenant, id)->state, HoldState::kKept);
  EXPECT_EQ(vault_->find(kTenant, id)->events, 11u);
  const Buffer other = to_buffer(View(*run(ledger_->tile(kTenant, "tile/entries/000"))));
  let_a_year_pass();
  EXPECT_EQ(destroy(), 2u);
  const std::vector<std::string> expected = {"key-29",  "key-290", "key-291", "key-292",
                                             "key-293", "key-294", "key-295", "key-296",
                                             "key-297", "key-298", "key-299"};
  const auto check = [&] {
    EXPECT_EQ(held(id), expected);
    EXPECT_EQ(readable(kTenant), 2u) << "what was written since";
    expect_held_proved(id);
  };
  check();
  reopen();
  check();
  // The keys that it has open no other leaf of the month, of which somebody has the octets.
  const auto entries = split_bundle(other).value();
  for (const HeldLeaf& leaf : leaves(id))
    for (std::size_t i = 0; i < entries.size(); ++i)
      if (i != leaf.index) ASSERT_FALSE(open_leaf_alone(entries[i], leaf.key)) << i;
}

// Placed before there was anything, and not looked at by anybody until the keys are to go.
TEST_F(VaultTest, WhatComesLaterIsHeldTooOnceItsMonthGoes) {
  open();
  Event before = event("s3:PutObject", "key-7");
  before.time -= std::chrono::hours(1);
  ASSERT_TRUE(run(ledger_->record(kTenant, before)));
  NewHold hold = wanted("key-");
  hold.filter.from = clock_.now() - std::chrono::minutes(5);
  hold.filter.until = clock_.now() + days(3650);
  hold.filter.action = "s3:Put*";
  const HoldId id = try_place(hold)->id;
  for (int i = 0; i < 3; ++i) fill(kTenant, 2);
  reopen();
  let_a_year_pass();
  EXPECT_EQ(destroy(), 1u);
  EXPECT_EQ(held(id), (std::vector<std::string>{"key-0", "key-1", "key-0", "key-1", "key-0",
                                                "key-1", "key-0"}))
      << "and not the one of before its span";
  EXPECT_EQ(vault_->find(kTenant, id)->filter.action, "s3:Put*");
}

// Reads at full rate ride in one leaf.
TEST_F(VaultTest, OfASegmentTheHeldEventsAreShown) {
  open();
  for (int i = 0; i < 20; ++i)
    ASSERT_TRUE(ledger_->record_read(kTenant, event("s3:GetObject", "key-" + std::to_string(i))));
  await("reads in the log", [&] { return readable(kTenant) >= 20; });
  const HoldId id = place("key-1");
  let_a_year_pass();
  EXPECT_EQ(destroy(), 1u);
  EXPECT_EQ(held(id).size(), 11u);
}

TEST_F(VaultDiskTest, MonthsWaitWhileADiskTakesNothingAndThoseOfOthersGo) {
  open_with_refusing();
  fill(kTenant, 5);
  fill(kOther, 5);
  const HoldId id = place("key-3");
  let_a_year_pass();
  refusing_->refuses = true;
  EXPECT_EQ(destroy(), 1u) << "of the other tenant";
  EXPECT_EQ(vault_->waiting(), std::set<TenantId>{kTenant});
  EXPECT_EQ(readable(kTenant), 6u);
  EXPECT_EQ(readable(kOther), 1u) << "that its month went";
  EXPECT_EQ(destroy(), 0u);
  refusing_->refuses = false;
  EXPECT_EQ(destroy(), 1u);
  EXPECT_TRUE(vault_->waiting().empty());
  EXPECT_EQ(readable(kTenant), 2u);
  EXPECT_EQ(held(id), std::vector<std::string>{"key-3"});
}

// A start that cannot bring a copy back to a disk takes what is there for copied no more.
TEST_F(VaultDiskTest, MonthsWaitForCopiesThatAStartCouldNotBringBack) {
  open();
  fill(kTenant, 5);
  const HoldId id = place("key-3");
  copy();
  fs::remove_all(vault_folder(6));
  refusing_ = std::make_shared<RefusingDisk>(disks_[5]);
  refusing_->refuses = true;
  VaultOptions options;
  options.disks = {disks_[3], disks_[4], refusing_};
  options.pool = pool_;
  vault_ = run(open_vault(*ledger_, *keys_, clock_, *random_, std::move(options))).value();
  EXPECT_EQ(vault_->find(kTenant, id)->state, HoldState::kCopying);
  let_a_year_pass();
  EXPECT_EQ(destroy(), 0u);
  EXPECT_EQ(vault_->waiting(), std::set<TenantId>{kTenant});
  refusing_->refuses = false;
  EXPECT_EQ(destroy(), 1u);
  EXPECT_TRUE(fs::exists(vault_folder(6) / id.text() / "hold"));
  EXPECT_EQ(held(id), std::vector<std::string>{"key-3"});
}

TEST_F(VaultDiskTest, APlacementThatADiskRefusedHoldsNothing) {
  open_with_refusing();
  fill(kTenant, 5);
  refusing_->refuses = true;
  auto refused = try_place(wanted("key-3"));
  EXPECT_EQ(refused.error().message(), "audit.vault_not_written");
  EXPECT_EQ(refused.error().code(), Code::kRetry);
  EXPECT_TRUE(vault_->list(std::nullopt).empty());
  refusing_->refuses = false;
  reopen();
  EXPECT_TRUE(vault_->list(std::nullopt).empty()) << "its key is destroyed";
}

// Every copy that one disk has is enough, and the others get theirs back.
TEST_F(VaultTest, ADiskThatWasExchangedGetsItsCopies) {
  open();
  fill(kTenant, 5);
  const HoldId id = place("key-3");
  copy();
  let_a_year_pass();
  EXPECT_EQ(destroy(), 1u);
  fs::remove_all(vault_folder(4));
  fs::remove_all(vault_folder(6));
  reopen();
  EXPECT_EQ(vault_->find(kTenant, id)->state, HoldState::kCopying);
  copy();
  EXPECT_EQ(vault_->find(kTenant, id)->state, HoldState::kKept);
  EXPECT_EQ(held(id), std::vector<std::string>{"key-3"});
  fs::remove_all(vault_folder(5));
  for (auto& entry : fs::recursive_directory_iterator(vault_folder(4)))
    if (entry.is_regular_file()) fs::resize_file(entry, 40);
  reopen();
  EXPECT_EQ(held(id), std::vector<std::string>{"key-3"}) << "the last one had been mended";
}

TEST_F(VaultTest, CopiesThatAreLostKeepTheMonthsAndAreTold) {
  open();
  fill(kTenant, 5);
  const HoldId id = place("key-3");
  copy();
  for (int disk : {4, 5, 6})
    for (auto& entry : fs::recursive_directory_iterator(vault_folder(disk)))
      if (entry.is_regular_file()) fs::resize_file(entry, 40);
  reopen();
  EXPECT_EQ(vault_->find(kTenant, id)->state, HoldState::kLost);
  EXPECT_EQ(run(vault_->read(kTenant, id, {})).error().message(), "audit.hold_lost");
  let_a_year_pass();
  EXPECT_EQ(destroy(), 0u);
  EXPECT_EQ(vault_->waiting(), std::set<TenantId>{kTenant});
  for (int disk : {4, 5, 6}) fs::remove_all(vault_folder(disk));
  reopen();
  EXPECT_EQ(vault_->find(kTenant, id)->state, HoldState::kLost) << "its key is still there";
  EXPECT_EQ(destroy(), 0u);
  ASSERT_TRUE(release(id)) << "somebody decided";
  EXPECT_EQ(destroy(), 1u);
}

// As the API tells of it.
class VaultTold : public VaultTest {
 protected:
  Vault::Announce aloud(Outcome outcome = Outcome::kSuccess) {
    return [this, outcome](const Hold& hold) -> Task<> {
      told_ = hold.id;
      co_return co_await tell(hold.id, outcome);
    };
  }
  Task<> tell(HoldId id, Outcome outcome) {
    Event told = event(std::string(kPlaceAction), "belfry:audit/2");
    told.outcome = outcome;
    told.details = {{std::string(kHoldDetail), id.text()}};
    CO_TRY(co_await ledger_->record(kTenant, told));
    co_return Result<>();
  }
  // What a cut leaves of a placement: its key, and what was told.
  HoldId cut_short(std::optional<Outcome> told) {
    const HoldId id = keys_->rotate(kTenant, crypto::KeyPurpose::kHold)->id;
    if (told) EXPECT_TRUE(run(tell(id, *told)));
    return id;
  }
  std::string state(HoldId id) {
    const auto hold = vault_->find(kTenant, id);
    return hold ? std::string(name_of(hold->state)) : hold.error().message();
  }

  HoldId told_;
};

TEST_F(VaultTold, APlacementThatWasCutShortGoes) {
  open();
  fill(kTenant, 3);
  const HoldId silent = cut_short({}), failed = cut_short(Outcome::kSuccess),
               placed = cut_short(Outcome::kSuccess);
  ASSERT_TRUE(run(tell(failed, Outcome::kFailure)));
  fs::create_directories(vault_folder(5) / silent.text());
  const HoldId stays = run(vault_->place(kTenant, wanted("key-7"), looking(), aloud())).value().id;
  reopen();
  for (HoldId id : {silent, failed, placed}) EXPECT_EQ(state(id), "lost");
  copy();
  EXPECT_EQ(state(silent), "audit.no_such_hold");
  EXPECT_EQ(state(failed), "audit.no_such_hold");
  EXPECT_EQ(keys_->find(silent).error().message(), "key.missing") << "it sealed nothing";
  EXPECT_EQ(keys_->find(failed).error().message(), "key.destroyed");
  EXPECT_EQ(state(placed), "lost") << "somebody may have been told that it holds";
  EXPECT_EQ(state(stays), "kept");
}

// One disk has its file, though it could not be placed.
TEST_F(VaultTold, APlacementThatFailedGoesWithItsFiles) {
  open();
  fill(kTenant, 3);
  const HoldId id = run(vault_->place(kTenant, wanted("key-7"), looking(), aloud())).value().id;
  ASSERT_TRUE(run(tell(id, Outcome::kFailure)));
  reopen();
  copy();
  EXPECT_EQ(state(id), "audit.no_such_hold");
  EXPECT_FALSE(fs::exists(vault_folder(5) / id.text()));
}

// While a disk is away nobody knows what is on it; and no log tells of a month that is destroyed.
TEST_F(VaultTold, NothingGoesWhenNobodyKnows) {
  open();
  fill(kTenant, 3);
  const HoldId id = cut_short({});
  vault_.reset();
  VaultOptions options;
  options.disks = {disks_[3], disks_[4], nullptr};
  options.pool = pool_;
  vault_ = run(open_vault(*ledger_, *keys_, clock_, *random_, std::move(options))).value();
  copy();
  EXPECT_EQ(state(id), "lost");
  live_until(days(430));
  ASSERT_TRUE(keys_->destroy_months_before(crypto::month_of(clock_.now()) - 1, {}));
  reopen();
  copy();
  EXPECT_EQ(state(id), "lost");
}

// Of several pieces one is gone from every disk: told, and what is left can be read.
TEST_F(VaultTest, AMissingPieceIsNoticed) {
  open();
  fill(kTenant, 900);
  const HoldId id = place("key-");
  copy();
  const auto read_all_again = [&] {
    for (int i = 0; i < 8; ++i) copy();
  };
  read_all_again();
  EXPECT_EQ(vault_->find(kTenant, id)->state, HoldState::kKept);
  std::vector<std::string> names;
  for (auto& entry : fs::directory_iterator(vault_folder(5) / id.text()))
    names.push_back(entry.path().filename().string());
  const auto pieces = chain_of(names);
  ASSERT_GE(pieces.size(), 3u);
  const fs::path saved = root_ / "saved";
  fs::copy_file(vault_folder(5) / id.text() / pieces[1].text(), saved);
  for (int disk : {4, 5, 6}) fs::remove(vault_folder(disk) / id.text() / pieces[1].text());
  reopen();
  read_all_again();
  EXPECT_EQ(vault_->find(kTenant, id)->state, HoldState::kDamaged);
  EXPECT_EQ(held(id).size(), 900u - 256);
  let_a_year_pass();
  EXPECT_EQ(destroy(), 0u);
  EXPECT_EQ(vault_->waiting(), std::set<TenantId>{kTenant});
  fs::copy_file(saved, vault_folder(5) / id.text() / pieces[1].text());
  reopen();
  read_all_again();
  EXPECT_EQ(vault_->find(kTenant, id)->state, HoldState::kKept);
  EXPECT_EQ(destroy(), 1u);
  EXPECT_EQ(held(id).size(), 901u);
}

// Also without a start, at the next time that all is read again.
TEST_F(VaultTest, APieceThatGoesWhileItRunsIsNoticed) {
  open();
  fill(kTenant, 5);
  const HoldId id = place("key-3");
  copy();
  for (int disk : {4, 5, 6})
    for (auto& entry : fs::directory_iterator(vault_folder(disk) / id.text()))
      if (entry.path().filename() != kTermsName) fs::resize_file(entry, 40);
  clock_.passed = std::chrono::minutes(61);
  const auto again = run(vault_->copy());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().message(), "audit.vault_lost");
  EXPECT_EQ(vault_->find(kTenant, id)->state, HoldState::kDamaged);
  reopen();
  EXPECT_EQ(vault_->find(kTenant, id)->state, HoldState::kDamaged);
  EXPECT_EQ(vault_->find(kTenant, id)->reason, "court order 12");
  EXPECT_TRUE(run(vault_->read(kTenant, id, {}))->is_gap);
}

TEST_F(VaultTest, WhatIsReleasedNobodyReads) {
  open();
  fill(kTenant, 5);
  const HoldId id = place("key-3"), stays = place("key-4");
  copy();
  let_a_year_pass();
  EXPECT_EQ(destroy(), 1u);
  const fs::path backup = root_ / "backup";
  for (int disk = 1; disk <= 6; ++disk) {
    fs::create_directories(backup / std::to_string(disk));
    for (const char* part : {"keys", "vault"})
      if (fs::exists(folder(disk) / part))
        fs::copy(folder(disk) / part, backup / std::to_string(disk) / part,
                 fs::copy_options::recursive);
  }
  EXPECT_EQ(run(vault_->release(kOther, id, quietly())).error().message(), "audit.no_such_hold");
  ASSERT_TRUE(release(id));
  EXPECT_EQ(release(id).error().message(), "audit.no_such_hold");
  const auto restore = [&](int disk, const char* part) {
    fs::remove_all(folder(disk) / part);
    fs::copy(backup / std::to_string(disk) / part, folder(disk) / part,
             fs::copy_options::recursive);
  };
  EXPECT_FALSE(fs::exists(vault_folder(5) / id.text()));
  EXPECT_EQ(run(vault_->read(kTenant, id, {})).error().message(), "audit.no_such_hold");
  // The vault as it was: what is left of a released hold opens with nothing, and goes.
  for (int disk : {4, 5, 6}) restore(disk, "vault");
  reopen();
  EXPECT_EQ(vault_->list(kTenant).size(), 1u);
  EXPECT_FALSE(fs::exists(vault_folder(5) / id.text()));
  EXPECT_EQ(held(stays), std::vector<std::string>{"key-4"});
  // One key disk as it was revives nothing.
  restore(2, "keys");
  for (int disk : {4, 5, 6}) restore(disk, "vault");
  reopen();
  EXPECT_EQ(vault_->list(kTenant).size(), 1u);
  // All of them, with today's master key and seal, open no hold.
  vault_.reset();
  stop();
  ledger_.reset();
  store_.reset();
  for (int disk : {1, 2, 3}) restore(disk, "keys");
  EXPECT_EQ(try_open().error().message(), "keystore.seal_missing");
}

TEST_F(VaultTest, ItIsToldBeforeItHolds) {
  open();
  fill(kTenant, 5);
  const auto refuse = [](const Hold&) -> Task<> { co_return fail(Code::kRetry, "test.silent"); };
  EXPECT_EQ(run(vault_->place(kTenant, wanted("key-"), looking(), refuse)).error().message(),
            "test.silent");
  EXPECT_TRUE(vault_->list(std::nullopt).empty());
  const HoldId id = place("key-3");
  copy();
  EXPECT_EQ(run(vault_->release(kTenant, id, refuse)).error().message(), "test.silent");
  EXPECT_EQ(held(id), std::vector<std::string>{"key-3"});
  reopen();
  EXPECT_EQ(held(id), std::vector<std::string>{"key-3"});
}

TEST_F(VaultTest, WhatCannotBeHeldIsRefused) {
  open();
  fill(kTenant, 5);
  const auto refusal = [&](auto change, TenantId tenant = kTenant) {
    NewHold hold = wanted("key-");
    change(hold);
    auto placed = try_place(std::move(hold), tenant);
    return placed ? std::string() : placed.error().message();
  };
  EXPECT_EQ(refusal([](NewHold& hold) { hold.reason = "  "; }), "audit.hold_reason");
  EXPECT_EQ(refusal([](NewHold& hold) { hold.reason = std::string(1001, 'x'); }),
            "audit.hold_reason");
  EXPECT_EQ(refusal([](NewHold& hold) { hold.reason = "\xff"; }), "audit.hold_reason");
  EXPECT_EQ(refusal([](NewHold& hold) { hold.filter.actor = std::string(1001, 'x'); }),
            "audit.hold_text");
  EXPECT_EQ(refusal([&](NewHold& hold) { hold.filter.from = hold.filter.until = clock_.now(); }),
            "audit.hold_span");
  EXPECT_EQ(refusal([](NewHold&) {}, {77}), "audit.no_such_log");
  EXPECT_EQ(refusal([](NewHold& hold) {
              const std::string text(1000, '\\');
              hold.filter.actor = hold.filter.action = hold.filter.source_ip = text;
              for (int i = 0; i < 8; ++i) hold.filter.details.push_back({text, text});
            }),
            "audit.hold_too_long");
  for (std::size_t i = 0; i < kHoldsMax; ++i) ASSERT_EQ(refusal([](NewHold&) {}), "");
  EXPECT_EQ(refusal([](NewHold&) {}), "audit.holds_full");
  // The customer's do not keep the provider from placing what a court asks for.
  const auto by_other = [](NewHold& hold) { hold.by.tenant = kTenant; };
  for (std::size_t i = 0; i < kHoldsMax; ++i) ASSERT_EQ(refusal(by_other), "");
  EXPECT_EQ(refusal(by_other), "audit.holds_full");
}

TEST(VaultPieces, FollowOneAnotherWhateverDisksHave) {
  const auto chain = [](const std::vector<std::string>& names) {
    std::vector<std::string> texts;
    for (const PieceName& piece : chain_of(names)) texts.push_back(piece.text());
    return texts;
  };
  using Texts = std::vector<std::string>;
  EXPECT_EQ(chain({"hold", "x", "0.0-5.0", "9.0-10.0", "5.0-9.3"}),
            (Texts{"0.0-5.0", "5.0-9.3", "9.0-10.0"}));
  EXPECT_EQ(chain({"0.0-5.0", "0.0-7.0", "7.0-8.0"}), (Texts{"0.0-7.0", "7.0-8.0"}));
  EXPECT_EQ(chain({"0.0-5.0", "0.0-7.0", "5.0-8.0"}), (Texts{"0.0-7.0", "5.0-8.0"}));
  EXPECT_EQ(chain({"20.0-30.0", "100.0-110.0", "3.0-4.0", "00.0-1.0", "5.0-5.0", "1.0-2.0x"}),
            (Texts{"3.0-4.0", "20.0-30.0", "100.0-110.0"}));
}

}  // namespace
}  // namespace belfry::audit
