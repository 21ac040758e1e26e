// Between rows of the tables and the types of interventions.h.
#include "access_service.h"
#include "base/ensure.h"
#include "intervention_service.h"
#include "rows.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>

namespace belfry::iam {
namespace {

constexpr std::string_view kStates[] = {"pending", "open", "refused", "ended", "lapsed"};
constexpr std::string_view kKinds[] = {"ordinary", "break_glass"};

std::string text_or_none(const Row& row, std::string_view column) {
  return row.is_null(column) ? "" : row.text(column);
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

// What is over by itself is over, whether or not it was written down.
InterventionState state_at(const Intervention& read, Timestamp now) {
  if (read.state == InterventionState::kOpen && read.expires && *read.expires <= now)
    return InterventionState::kEnded;
  if (read.state == InterventionState::kPending && read.pending_until <= now)
    return InterventionState::kLapsed;
  return read.state;
}

// Of what was open: the time for it begins when it ends.
std::optional<Timestamp> report_due_of(const Intervention& read) {
  if (read.kind != InterventionKind::kBreakGlass || !read.expires) return std::nullopt;
  return read.ended.value_or(*read.expires) + kReportDueAfter;
}

}  // namespace

std::string_view name_of(InterventionKind kind) {
  return kKinds[std::size_t(kind)];
}

std::string_view name_of(InterventionState state) {
  return kStates[std::size_t(state)];
}

std::optional<InterventionState> intervention_state_named(std::string_view name) {
  const auto* found = std::ranges::find(kStates, name);
  if (found == std::end(kStates)) return std::nullopt;
  return InterventionState(found - std::begin(kStates));
}

std::string resource_of(InterventionId id) {
  return "belfry:intervention/" + id.text();
}

Error denied(std::string_view action, const std::string& resource) {
  return Error(Code::kDenied, "iam.denied",
               {{"action", std::string(action)}, {"resource", resource}});
}

const std::string kInterventionQuery =
    "SELECT i.*, t.name AS tenant_name, "
    "(SELECT x.name FROM iam_user x WHERE x.id = i.requested_by_user_id) AS requested_by_name, "
    "(SELECT x.name FROM iam_user x WHERE x.id = i.decided_by_user_id) AS decided_by_name, "
    "(SELECT x.name FROM iam_user x WHERE x.id = i.ended_by_user_id AND "
    "x.tenant_id IN (:tenant_id, :viewer_id)) AS ended_by_name, "
    "(SELECT x.name FROM iam_user x WHERE x.id = i.reported_by_user_id) AS reported_by_name, " +
    decider_columns("i.requested_by_user_id", "i.staff_user_id") +
    " FROM intervention i JOIN tenant t ON t.id = i.tenant_id WHERE ";

Intervention intervention_of(const Row& row, Timestamp now) {
  const auto state = intervention_state_named(row.text("state"));
  ENSURE(state.has_value());  // only the program writes it
  Deciders deciders = deciders_of(row);
  Intervention read{.id = InterventionId{row.integer("id")},
                    .kind = row.text("kind") == name_of(InterventionKind::kBreakGlass)
                                ? InterventionKind::kBreakGlass
                                : InterventionKind::kOrdinary,
                    .tenant = TenantId{row.integer("tenant_id")},
                    .tenant_name = row.text("tenant_name"),
                    .staff = UserId{row.integer("staff_user_id")},
                    .staff_name = row.text("staff_name"),
                    .staff_arn = arn_of(kProviderTenant, row.text("staff_name")),
                    .actions = words_of(row.text("actions")),
                    .bucket = row.text("bucket"),
                    .reason = row.text("reason"),
                    .duration = Duration(row.integer("duration_us")),
                    .requested_by = UserId{row.integer("requested_by_user_id")},
                    .requested_by_name = text_or_none(row, "requested_by_name"),
                    .requested = from_us(row.integer("requested_us")),
                    .pending_until = from_us(row.integer("pending_until_us")),
                    .state = *state,
                    .decided_by = UserId{row.integer("decided_by_user_id")},
                    .decided_by_name = text_or_none(row, "decided_by_name"),
                    .decision_reason = row.text("decision_reason"),
                    .decided = optional_time(row, "decided_us"),
                    .expires = optional_time(row, "expires_us"),
                    .ended = optional_time(row, "ended_us"),
                    .end_reason = row.text("end_reason"),
                    .ended_by_name = text_or_none(row, "ended_by_name"),
                    .are_apart = deciders.are_apart,
                    .approved_by_own_account = row.flag("approved_by_own_account"),
                    .reported = optional_time(row, "reported_us"),
                    .report = row.text("report"),
                    .reported_by_name = text_or_none(row, "reported_by_name")};
  read.state = state_at(read, now);
  if (read.state == InterventionState::kPending) read.deciders = deciders.able;
  if (read.state == InterventionState::kEnded && !read.ended) {
    read.ended = read.expires;
    read.end_reason = "expired";
  }
  read.report_due = report_due_of(read);
  return read;
}

std::string document_of(const std::vector<std::string>& actions, const std::string& bucket) {
  const std::string arn = "arn:aws:s3:::" + (bucket.empty() ? "*" : bucket);
  nlohmann::json resources = {arn};
  if (!bucket.empty()) resources.push_back(arn + "/*");
  return nlohmann::json({{"Version", "2012-10-17"},
                         {"Statement",
                          {{"Sid", "Intervention"},
                           {"Effect", "Allow"},
                           {"Action", actions},
                           {"Resource", std::move(resources)}}}})
      .dump();
}

Result<std::shared_ptr<const std::vector<OpenIntervention>>> read_open_interventions(
    Core& core, Transaction& transaction, TenantId tenant, UserId staff, Timestamp now) {
  using Open = std::vector<OpenIntervention>;
  if (tenant != kProviderTenant) return nullptr;
  TRY(auto rows,
      transaction.query("SELECT i.id, i.tenant_id, i.actions, i.bucket, i.expires_us FROM "
                        "intervention i WHERE i.staff_user_id = :staff_id AND i.state = 'open' AND "
                        "i.expires_us > :now_us",
                        {{"staff_id", staff.value}, {"now_us", to_us(now)}}));
  if (rows.empty()) return nullptr;
  auto open = std::make_shared<Open>();
  for (const Row& row : rows) {
    // One that an older program took and this one cannot read allows nothing.
    auto allows = core.held.find(document_of(words_of(row.text("actions")), row.text("bucket")));
    if (!allows) continue;
    open->push_back({InterventionId{row.integer("id")}, TenantId{row.integer("tenant_id")},
                     from_us(row.integer("expires_us")), *std::move(allows)});
  }
  return std::shared_ptr<const Open>(std::move(open));
}

const OpenIntervention* open_intervention(const Principal& by, TenantId owner, Timestamp time) {
  if (!by.interventions) return nullptr;
  for (const OpenIntervention& open : *by.interventions)
    if (open.tenant == owner && time < open.expires) return &open;
  return nullptr;
}

}  // namespace belfry::iam
