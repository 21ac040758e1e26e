// How staff of the provider reach a customer's data: by an intervention that another one approved,
// that names who does what and why, ends by itself, and is told to the customer.
#pragma once

#include "base/id.h"
#include "base/time.h"
#include "iam/listing.h"
#include "policy/policy.h"
#include "runtime/task.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::iam {

struct Principal;

using InterventionId = Id<struct InterventionTag>;

// How long one is open at most.
inline constexpr auto kInterventionMax = std::chrono::hours(12);

// kBreakGlass: an emergency, by the rules of `break_glass`.
enum class InterventionKind { kOrdinary, kBreakGlass };
std::string_view name_of(InterventionKind kind);

// Of a break-glass: how long one is open at most, how long it waits for its second person, and how
// long after its end its report may take.
inline constexpr auto kBreakGlassMax = std::chrono::hours(1);
inline constexpr auto kBreakGlassPendingFor = std::chrono::minutes(15);
inline constexpr auto kReportDueAfter = std::chrono::hours(72);
inline constexpr std::size_t kReportMax = 4'000;  // octets

// pending -> open (approve) -> ended (end, or its time is over)
// pending -> refused (refuse), ended (end), lapsed (nobody decided for three days; of a
// break-glass,
//            for a quarter of an hour)
enum class InterventionState { kPending, kOpen, kRefused, kEnded, kLapsed };
std::string_view name_of(InterventionState state);
std::optional<InterventionState> intervention_state_named(std::string_view name);

struct NewIntervention {
  TenantId tenant;                   // the customer
  std::optional<UserId> staff{};     // who is to act; nothing: who asks
  std::vector<std::string> actions;  // "s3:GetObject", "s3:List*": at most 20
  std::string bucket{};              // which alone; empty: all of the customer's
  std::string reason;
  Duration duration{};  // from the approval: at most kInterventionMax
};

struct Intervention {
  InterventionId id;
  InterventionKind kind = InterventionKind::kOrdinary;
  TenantId tenant;
  std::string tenant_name;
  UserId staff;
  std::string staff_name, staff_arn;
  std::vector<std::string> actions;
  std::string bucket;  // empty: all
  std::string reason;
  Duration duration;
  UserId requested_by;
  std::string requested_by_name;
  Timestamp requested, pending_until;
  InterventionState state;  // as of now, whether or not `turn` has run
  UserId decided_by;        // zero: nobody (yet)
  std::string decided_by_name, decision_reason;
  std::optional<Timestamp> decided, expires, ended;
  std::string end_reason;                // expired, staff, customer; empty: it did not end
  std::string ended_by_name;             // empty: nobody, or another tenant's user
  std::size_t deciders = 0;              // how many may decide it now; of a pending one
  bool are_apart = false;                // as of an AccessRequest
  bool approved_by_own_account = false;  // likewise
  // Of a break-glass that was open: until when its report is due, and the report, once it is there.
  std::optional<Timestamp> report_due, reported;
  std::string report, reported_by_name;
};

// One that is open, as far as decisions need it. Immutable.
struct OpenIntervention {
  InterventionId id;
  TenantId tenant;
  Timestamp expires;
  policy::PolicyPtr allows;
};

// That by which `by` may reach what is `owner`'s at `time`; null: none. Valid as long as `by`.
const OpenIntervention* open_intervention(const Principal& by, TenantId owner, Timestamp time);

// Seen by the provider's administrators, by the staff whom they name or who asked, by the
// administrators of the customer, and by those of the partners above it, who see them alone; for
// others they do not exist. Every call is safe from any thread
// and leaves an audit event with its change in the logs of both, in one transaction. An open one
// counts no longer from the instant at which it expires. What is done under one is in both logs,
// with its number. Bucket policies are never reached.
class Interventions {
 public:
  virtual ~Interventions() = default;

  // By staff for itself, or for others by an administrator of the provider. Errors: invalid
  // ("iam.bad_reason", "iam.bad_intervention_duration", "iam.bad_intervention_actions",
  // "policy.*"), not_found ("iam.tenant_missing", "iam.user_missing"), conflict
  // ("iam.too_many_requests").
  virtual Task<Intervention> ask(const Principal& by, const NewIntervention& wanted) = 0;
  // In an emergency, by an administrator of the provider for itself (`staff` is not looked at), at
  // most an hour, everything on buckets and objects if no actions are named. Nothing is open until
  // a second administrator approves it, within a quarter of an hour; both with a factor that they
  // proved within the last quarter of an hour, or had when they made the token that they use.
  // Errors: those of `ask`, with "iam.bad_break_glass_duration"; denied ("iam.step_up_needed"),
  // conflict
  // ("iam.report_overdue": of an earlier one, which lets `approve` open none either).
  virtual Task<Intervention> break_glass(const Principal& by, const NewIntervention& wanted) = 0;
  // What was done, by whoever opened the break-glass; once that account is suspended or deleted, by
  // an administrator. After its end, once. Errors: invalid ("iam.bad_report"), denied
  // ("iam.report_of_opener"), conflict ("iam.no_report_due", "iam.reported_already").
  virtual Task<Intervention> report(const Principal& by, InterventionId id,
                                    const std::string& text) = 0;
  virtual Task<Listing<Intervention>> list(const Principal& by,  // the newest first
                                           std::optional<InterventionState> state, Page page) = 0;
  // Errors: not_found ("iam.intervention_missing"), as those below.
  virtual Task<Intervention> find(const Principal& by, InterventionId id) = 0;
  // By an administrator of the provider who neither asked nor acts, nor made the account of who
  // does or owes it the own, if there is another; with a factor of at most a quarter of an hour.
  // Open at once. Errors: denied ("iam.four_eyes", "iam.four_eyes_of_maker"), conflict
  // ("iam.request_not_pending", "iam.intervention_open": that user has an open one there already).
  virtual Task<Intervention> approve(const Principal& by, InterventionId id,
                                     const std::string& reason) = 0;
  virtual Task<Intervention> refuse(const Principal& by, InterventionId id,
                                    const std::string& reason) = 0;
  // By the staff, the provider's administrators and the customer's; by no partner's (denied
  // "iam.denied"). At once; one that is pending is withdrawn. Errors: conflict
  // ("iam.intervention_over").
  virtual Task<Intervention> end(const Principal& by, InterventionId id) = 0;

  // Writes down what has expired or lapsed. To be called again and again.
  virtual Task<> turn() = 0;
};

}  // namespace belfry::iam
