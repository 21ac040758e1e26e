// What is done when somebody arrives or leaves: steps that a tenant declares, and what was done of
// them for each person.
#pragma once

#include "people/due_days.h"
#include "people/people.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::people {

using StepId = Id<struct StepTag>;

enum class StepKind { kArrival, kDeparture };
std::string_view name_of(StepKind kind);
std::optional<StepKind> step_kind_named(std::string_view name);

// It is asked of whoever is of its kinds and whose contract starts (ends) at or after `from`, and
// before `retired`: neither a new step nor one that is retired changes what was asked of others.
struct Step {
  StepId id;
  TenantId tenant;
  StepKind kind = StepKind::kArrival;
  std::string name, text;
  bool is_mandatory = true;
  std::optional<std::int64_t> due_days{};
  std::vector<Kind> persons{};  // of which kinds; never empty
  // Midnight of the day on which it was added; of one that is due with the start (end) itself, the
  // instant at which that was said.
  Timestamp from;
  std::optional<Timestamp> retired{};
  Timestamp created, changed;
};

// What may be said anew of a step.
struct StepWords {
  std::string name, text;
  std::optional<std::int64_t> due_days{};
};
struct NewStep {
  StepKind kind = StepKind::kArrival;
  StepWords words;
  bool is_mandatory = true;
  std::vector<Kind> persons{};  // empty: all
};

enum class ItemState { kOpen, kDone, kWaived };
std::string_view name_of(ItemState state);

// Of departures: nothing of the person's accounts works. Seen by the program, never done by hand.
inline constexpr std::string_view kAccountsEnded = "accounts_ended";

// A step for one person.
struct Item {
  StepId step;       // zero: a fact
  std::string fact;  // kAccountsEnded; empty: a step
  StepKind kind = StepKind::kArrival;
  std::string name, text;  // of a step
  bool is_mandatory = true;
  bool is_asked = true;  // no: what was done stays, though it is not asked of the person any more
  std::optional<Timestamp> due{};
  ItemState state = ItemState::kOpen;
  bool is_overdue = false;  // a mandatory one; steps of arrival not of who has left
  std::string note{};
  UserId by{};
  std::string by_name{};
  std::optional<Timestamp> at{};
  bool is_by_own_account = false;  // of a waiver: it may be by who answers for the rest
};

enum class StepAct { kDo, kWaive };

// Every call is safe from any thread, sees one tenant alone, and leaves its event in that tenant's
// log in the transaction of the change. Errors of changes: retry ("people.log_unavailable").
class Checklists {
 public:
  virtual ~Checklists() = default;

  // Those that are asked before those that are retired, by kind and name.
  virtual Task<std::vector<Step>> steps(TenantId tenant) = 0;
  // Errors: invalid ("people.bad_name", "people.bad_step_text", "people.bad_due_days"), conflict
  // ("people.step_exists", "people.too_many_steps").
  virtual Task<Step> add_step(const Actor& by, const NewStep& wanted) = 0;
  // What changes nothing leaves no event. Errors: as of add_step; not_found ("people.no_step"),
  // conflict ("people.step_retired", "people.step_used": it was done or waived for somebody; other
  // days: or is asked of somebody).
  virtual Task<Step> change_step(const Actor& by, StepId step, const StepWords& words) = 0;
  // Errors: not_found ("people.no_step"), conflict ("people.step_retired").
  virtual Task<Step> retire_step(const Actor& by, StepId step) = 0;

  // Arrival before departure, by when they are due. Errors: not_found ("people.no_person").
  virtual Task<std::vector<Item>> checklist(TenantId tenant, PersonId person) = 0;
  // `words` are what shows it, or why it is waived. `is_another` is asked in the transaction of the
  // change: of a waiver, about who did the other steps of the list, recorded the person or set what
  // the list is asked by; where a step is done, about who waived another, if somebody did. Errors:
  // as of `is_another`; invalid ("people.bad_note", "people.bad_step_reason"), not_found
  // ("people.no_person", "people.no_item"), conflict ("people.step_not_open"), denied
  // ("people.own_checklist", "people.act_of_nobody").
  virtual Task<std::vector<Item>> settle(const Actor& by, PersonId person, StepId step, StepAct act,
                                         const std::string& words, const IsAnother& is_another) = 0;
  // It is open again. Errors: invalid ("people.bad_step_reason"), not_found ("people.no_person",
  // "people.no_item"), conflict ("people.step_open"), denied ("people.own_checklist",
  // "people.act_of_nobody").
  virtual Task<std::vector<Item>> undo(const Actor& by, PersonId person, StepId step,
                                       const std::string& reason) = 0;

  // What is open, as comma-separated values: a line for each person and step. Errors: retry
  // ("people.export_runs": one file at a time).
  virtual Task<std::string> export_open_steps(const Actor& by) = 0;
};

std::string resource_of(StepId step);  // "belfry:checklist-step/12"

}  // namespace belfry::people
