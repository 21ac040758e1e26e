// Inviting persons, by who may: made, listed, sent again, withdrawn.
#include "base/text_encoding.h"
#include "delegated.h"
#include "invitation_rows.h"
#include "paging.h"
#include "people_service.h"
#include "rows.h"
#include "user_rows.h"

#include <utility>

namespace belfry::iam {
namespace {

constexpr Duration kGoodFor = std::chrono::days(7);
constexpr Duration kListedFor = std::chrono::days(30);
constexpr std::int64_t kOpenMax = 200;             // of a tenant
constexpr std::int64_t kOfDelegateMax = 50;        // of those, sent by one delegate
constexpr std::int64_t kSendsOfDelegateMax = 100;  // of a delegate's invitations of a day
constexpr std::size_t kRightsMax = 10, kSendsMax = 10;

Error invitation_missing(const std::string& id) {
  return Error(Code::kNotFound, "iam.invitation_missing", {{"invitation", id}});
}

Result<> check_wanted(const NewInvitation& wanted) {
  if (!is_mail_address(wanted.email)) return fail(Code::kInvalid, "iam.bad_mail_address");
  if (!wanted.user_name.empty()) TRY(check_user_name(wanted.user_name));
  TRY(check_role_of(wanted.role, wanted.tenant));
  if (wanted.language != "en" && wanted.language != "fr")
    return fail(Code::kInvalid, "iam.bad_language");
  if (wanted.groups.size() > kRightsMax || wanted.profiles.size() > kRightsMax)
    return fail(Code::kConflict, "iam.too_many_held", {{"maximum", std::to_string(kRightsMax)}});
  const bool holds = !wanted.groups.empty() || !wanted.profiles.empty();
  if (holds && is_privileged(wanted.role))
    return fail(Code::kConflict, "iam.administrators_hold_none", {{"user", wanted.email}});
  return {};
}

// By which delegation `by` does what read_invitation has allowed on it; nothing: by its role.
std::optional<Cover> sent_by(const Principal& by, const Invitation& invitation) {
  if (!is_delegate(by) || !invitation.delegation) return std::nullopt;
  return Cover{invitation.delegation, DelegatedAct::kInvite};
}

// Not all the mail of a day that a tenant has, whatever became of the invitations.
Result<> check_mail_of_delegate(Transaction& transaction, UserId delegate, Timestamp now) {
  TRY(auto rows, transaction.query(
                     "SELECT COALESCE(SUM(sends), 0) AS n FROM invitation WHERE "
                     "invited_by_user_id = :id AND delegation_id <> 0 AND "
                     "created_us > :day_ago_us",
                     {{"id", delegate.value}, {"day_ago_us", to_us(now - std::chrono::days(1))}}));
  if (rows[0].integer("n") < kSendsOfDelegateMax) return {};
  return fail(Code::kConflict, "iam.delegate_sent_much",
              {{"maximum", std::to_string(kSendsOfDelegateMax)}});
}

// Nor all its invitations.
Result<> check_room_of_delegate(Transaction& transaction, UserId delegate, Timestamp now) {
  TRY(auto rows, transaction.query("SELECT count(*) AS n FROM invitation WHERE "
                                   "invited_by_user_id = :id AND delegation_id <> 0 AND "
                                   "ended_us IS NULL AND expires_us > :now_us",
                                   {{"id", delegate.value}, {"now_us", to_us(now)}}));
  if (rows[0].integer("n") < kOfDelegateMax)
    return check_mail_of_delegate(transaction, delegate, now);
  return fail(Code::kConflict, "iam.too_many_invitations",
              {{"maximum", std::to_string(kOfDelegateMax)}});
}

}  // namespace

void PeopleService::accept_links(Links links) {
  std::lock_guard lock(links_mutex_);
  links_ = std::move(links);
}

Links PeopleService::links() {
  std::lock_guard lock(links_mutex_);
  return links_;
}

Result<> PeopleService::check_rights(Transaction& transaction, const NewInvitation& wanted) {
  for (GroupId group : wanted.groups) {
    TRY(auto rows, transaction.query("SELECT id FROM iam_group WHERE id = :id AND "
                                     "tenant_id = :tenant_id",
                                     {{"id", group.value}, {"tenant_id", wanted.tenant.value}}));
    if (rows.empty()) return fail(Code::kNotFound, "iam.group_missing", {{"group", group.text()}});
  }
  for (ProfileId profile : wanted.profiles) {
    TRY(auto rows, transaction.query("SELECT id FROM iam_profile WHERE id = :id AND "
                                     "tenant_id = :tenant_id",
                                     {{"id", profile.value}, {"tenant_id", wanted.tenant.value}}));
    if (rows.empty())
      return fail(Code::kNotFound, "iam.profile_missing", {{"profile", profile.text()}});
  }
  return {};
}

Result<> PeopleService::insert_rights(Transaction& transaction, const Invitation& invitation) {
  const auto insert = [&](const std::string& kind, std::int64_t id) -> Result<> {
    TRY(transaction.execute(
        "INSERT INTO invitation_" + kind + " (invitation_id, tenant_id, " + kind +
            "_id) VALUES (:invitation_id, :tenant_id, :id) "
            "ON CONFLICT (invitation_id, " +
            kind + "_id) DO NOTHING",
        {{"invitation_id", invitation.id}, {"tenant_id", invitation.tenant.value}, {"id", id}}));
    return {};
  };
  for (GroupId group : invitation.groups) TRY(insert("group", group.value));
  for (ProfileId profile : invitation.profiles) TRY(insert("profile", profile.value));
  return {};
}

Result<> PeopleService::read_rights(Transaction& transaction, Invitation& invitation) {
  const database::Parameters parameters = {{"id", invitation.id},
                                           {"about", subject_of(invitation)}};
  TRY(auto groups, transaction.query("SELECT group_id FROM invitation_group WHERE "
                                     "invitation_id = :id ORDER BY group_id",
                                     parameters));
  for (const Row& row : groups) invitation.groups.push_back(GroupId{row.integer("group_id")});
  TRY(auto profiles, transaction.query("SELECT profile_id FROM invitation_profile WHERE "
                                       "invitation_id = :id ORDER BY profile_id",
                                       parameters));
  for (const Row& row : profiles)
    invitation.profiles.push_back(ProfileId{row.integer("profile_id")});
  TRY(auto mails, transaction.query("SELECT state, answer FROM mail WHERE about = :about "
                                    "ORDER BY created_us DESC, id DESC LIMIT 1",
                                    parameters));
  invitation.mail = mails.empty() ? MailState{"none", ""}
                                  : MailState{mails[0].text("state"), mails[0].text("answer")};
  return {};
}

Task<Listing<Invitation>> PeopleService::list_invitations(const Principal& by, TenantId tenant,
                                                          Page page) {
  using List = Listing<Invitation>;
  CO_TRY(const TimeKey after, read_time_key(page.after));
  co_return co_await core_.read<List>([&](Transaction& transaction) -> Result<List> {
    TRY(core_.refresh_tree(transaction));
    const std::string resource = "belfry:tenant/" + tenant.text();
    constexpr std::string_view kAction = "iam:ListInvitations";
    const bool all = decide(core_.tree, by, kAction, {resource, tenant}).has_value();
    // A delegate sees those that it sent itself.
    TRY(core_.check(by, kAction,
                    resource_under(resource, tenant, listing_cover(by, DelegatedAct::kInvite)),
                    tenant_missing(tenant)));
    const Timestamp now = core_.clock.now();
    TRY(auto rows,
        transaction.query(
            "SELECT " + std::string(kInvitationColumns) +
                " FROM invitation i WHERE i.tenant_id = :tenant_id AND "
                "(:all = 1 OR (i.invited_by_user_id = :by_id AND "
                "i.delegation_id <> 0)) AND (i.ended_us IS NULL OR i.ended_us > :since_us) AND "
                "i.expires_us > :since_us AND (i.created_us > :after_us OR "
                "(i.created_us = :after_us AND i.id > :after_id)) "
                "ORDER BY i.created_us, i.id LIMIT :limit",
            {{"tenant_id", tenant.value},
             {"all", std::int64_t(all)},
             {"by_id", by.user.value},
             {"since_us", to_us(now - kListedFor)},
             {"after_us", after.us},
             {"after_id", after.id},
             {"limit", rows_of(page)}}));
    std::vector<Invitation> invitations;
    invitations.reserve(rows.size());
    for (const Row& row : rows) {
      invitations.push_back(invitation_of(row, now));
      TRY(read_rights(transaction, invitations.back()));
    }
    return page_of(std::move(invitations), page,
                   [](const Invitation& each) { return text_of(each.created, each.id); });
  });
}

Result<> PeopleService::forget_ended(Transaction& transaction) {
  const database::Parameters parameters = {{"since_us", to_us(core_.clock.now() - kListedFor)}};
  const std::string ended = "(ended_us <= :since_us OR expires_us <= :since_us)";
  for (const char* table : {"invitation_group", "invitation_profile"})
    TRY(transaction.execute("DELETE FROM " + std::string(table) +
                                " WHERE invitation_id IN (SELECT id FROM invitation WHERE " +
                                ended + ")",
                            parameters));
  TRY(transaction.execute("DELETE FROM invitation WHERE " + ended, parameters));
  return {};
}

Result<std::string> PeopleService::hand_over(Transaction& transaction, const Invitation& invitation,
                                             const std::string& secret) {
  const Links to = links();
  // Behind the `#`, so that no server, proxy or log on the way is told it.
  std::string link = to.console + "/#/invitation/" + secret;
  if (!to.by_mail) return link;
  TRY(auto tenants, transaction.query("SELECT name FROM tenant WHERE id = :id",
                                      {{"id", invitation.tenant.value}}));
  if (tenants.empty()) return std::unexpected(tenant_missing(invitation.tenant));
  TRY(mail_.queue(transaction, {.tenant = invitation.tenant,
                                .about = subject_of(invitation),
                                .recipient = invitation.email,
                                .language = invitation.language,
                                .kind = "invitation",
                                .arguments = {{"by", invitation.invited_by_name},
                                              {"tenant", tenants[0].text("name")},
                                              {"link", link}},
                                .expires = invitation.expires}));
  return std::string();
}

Task<MadeInvitation> PeopleService::invite(const Principal& by, const NewInvitation& wanted) {
  const std::string resource = "belfry:tenant/" + wanted.tenant.text();
  const auto check_may_invite = [&](Transaction& transaction) -> Result<std::optional<Cover>> {
    TRY(core_.refresh_tree(transaction));
    TRY(const auto cover, cover_of_invitation(transaction, by, wanted, core_.clock.now()));
    TRY(core_.check(by, "iam:Invite", resource_under(resource, wanted.tenant, cover),
                    tenant_missing(wanted.tenant)));
    return cover;
  };
  CO_TRY(co_await core_.read<std::optional<Cover>>(check_may_invite));
  CO_TRY(check_wanted(wanted));
  CO_TRY(core_.check_fresh(by, "iam:Invite", resource));
  const std::string secret = make_bearer_secret(core_.random);
  const Timestamp now = core_.clock.now();
  Invitation made{.id = make_public_id(core_.random),
                  .tenant = wanted.tenant,
                  .email = wanted.email,
                  .user_name = wanted.user_name,
                  .role = wanted.role,
                  .language = wanted.language,
                  .invited_by = by.user,
                  .invited_by_name = by.name,
                  .created = now,
                  .expires = now + kGoodFor,
                  .state = "open",
                  .groups = wanted.groups,
                  .profiles = wanted.profiles};
  co_return co_await core_.write<MadeInvitation>([&](Transaction& transaction)
                                                     -> Result<MadeInvitation> {
    TRY(forget_ended(transaction));
    // Again: the delegation may have ended since.
    TRY(const auto cover, check_may_invite(transaction));
    if (cover) {
      made.delegation = cover->id;
      TRY(check_room_of_delegate(transaction, by.user, now));
    }
    TRY(check_may_come(transaction, by, wanted.tenant));
    TRY(check_rights(transaction, wanted));
    TRY(transaction.execute(
        "INSERT INTO invitation (id, tenant_id, secret_sha256, email, user_name, role, language, "
        "invited_by_user_id, delegation_id, sends, created_us, expires_us) VALUES (:id, "
        ":tenant_id, :secret_sha256, :email, :user_name, :role, :language, :by_id, :delegation_id, "
        "1, :now_us, :expires_us)",
        {{"id", made.id},
         {"tenant_id", made.tenant.value},
         {"secret_sha256", digest_of(secret)},
         {"email", made.email},
         {"user_name", made.user_name},
         {"role", std::string(name_of(made.role))},
         {"language", made.language},
         {"by_id", by.user.value},
         {"delegation_id", made.delegation.value},
         {"now_us", to_us(now)},
         {"expires_us", to_us(made.expires)}}));
    TRY(insert_rights(transaction, made));
    TRY(const bool privileged, gives_privileges(transaction, made));
    TRY(check_plain(cover, privileged));
    TRY(check_may_give(transaction, by, made));
    MadeInvitation given{made, ""};
    TRY(given.link, hand_over(transaction, made, secret));
    given.invitation.mail.state = given.link.empty() ? "waiting" : "none";
    TRY(core_.trail.changed(
        transaction, made.tenant, by,
        {"iam:Invite", resource_of_invitation(made.id),
         with_cover({{"email", made.email}, {"role", std::string(name_of(made.role))}}, cover)}));
    return given;
  });
}

Result<> PeopleService::check_may_come(Transaction& transaction, const Principal& by,
                                       TenantId tenant) {
  TRY(auto rows,
      transaction.query("SELECT (SELECT count(*) FROM iam_user u WHERE u.tenant_id = t.id) AS n, "
                        "(SELECT count(*) FROM invitation i WHERE i.tenant_id = t.id AND "
                        "i.ended_us IS NULL AND i.expires_us > :now_us) AS open "
                        "FROM tenant t WHERE t.id = :tenant_id",
                        {{"tenant_id", tenant.value}, {"now_us", to_us(core_.clock.now())}}));
  if (rows.empty()) return std::unexpected(tenant_missing(tenant));
  // From above, a tenant gets its first user; from then on it looks after itself.
  if (tenant != by.tenant && rows[0].integer("n") > 0)
    return fail(Code::kDenied, "iam.tenant_has_users");
  if (rows[0].integer("open") >= kOpenMax)
    return fail(Code::kConflict, "iam.too_many_invitations",
                {{"maximum", std::to_string(kOpenMax)}});
  return {};
}

Result<Invitation> PeopleService::read_invitation(Transaction& transaction, const Principal& by,
                                                  std::string_view action, const std::string& id) {
  TRY(const std::string key, read_text_key(id));
  TRY(core_.refresh_tree(transaction));
  TRY(auto rows, transaction.query("SELECT " + std::string(kInvitationColumns) +
                                       " FROM invitation i WHERE i.id = :id",
                                   {{"id", key}}));
  if (rows.empty()) return std::unexpected(invitation_missing(id));
  Invitation found = invitation_of(rows[0], core_.clock.now());
  TRY(const auto cover, cover_of_invitation(transaction, by, found, core_.clock.now()));
  TRY(core_.check(by, action, resource_under(resource_of_invitation(id), found.tenant, cover),
                  invitation_missing(id)));
  if (found.state != "open" && found.state != "expired")
    return fail(Code::kConflict, "iam.invitation_over");
  return found;
}

Task<MadeInvitation> PeopleService::send_again(const Principal& by, const std::string& id) {
  const std::string secret = make_bearer_secret(core_.random);
  co_return co_await core_.write<MadeInvitation>(
      [&](Transaction& transaction) -> Result<MadeInvitation> {
        TRY(Invitation found, read_invitation(transaction, by, "iam:SendInvitation", id));
        TRY(core_.check_fresh(by, "iam:SendInvitation", resource_of_invitation(id)));
        TRY(check_may_come(transaction, by, found.tenant));
        if (found.sends >= kSendsMax)
          return fail(Code::kConflict, "iam.sent_too_often",
                      {{"maximum", std::to_string(kSendsMax)}});
        // Who sends it now answers for it: an administrator makes a delegate's its own.
        const auto cover = sent_by(by, found);
        if (cover) TRY(check_mail_of_delegate(transaction, by.user, core_.clock.now()));
        found.delegation = cover ? cover->id : DelegationId{};
        found.invited_by = by.user;
        found.invited_by_name = by.name;
        found.expires = core_.clock.now() + kGoodFor;
        found.state = "open";
        ++found.sends;
        TRY(transaction.execute(
            "UPDATE invitation SET secret_sha256 = :secret_sha256, sends = :sends, "
            "expires_us = :expires_us, invited_by_user_id = :by_id, delegation_id = :delegation_id "
            "WHERE id = :id",
            {{"id", id},
             {"delegation_id", found.delegation.value},
             {"secret_sha256", digest_of(secret)},
             {"sends", std::int64_t(found.sends)},
             {"expires_us", to_us(found.expires)},
             {"by_id", by.user.value}}));
        TRY(mail_.cancel(transaction, subject_of(found)));
        MadeInvitation given{found, ""};
        TRY(given.link, hand_over(transaction, found, secret));
        TRY(read_rights(transaction, given.invitation));
        TRY(core_.trail.changed(transaction, found.tenant, by,
                                {"iam:SendInvitation", resource_of_invitation(id),
                                 with_cover({{"email", found.email}}, cover)}));
        return given;
      });
}

Task<> PeopleService::withdraw_invitation(const Principal& by, const std::string& id) {
  CO_TRY(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(const Invitation found, read_invitation(transaction, by, "iam:WithdrawInvitation", id));
    TRY(transaction.execute("UPDATE invitation SET ended_us = :now_us WHERE id = :id",
                            {{"id", id}, {"now_us", to_us(core_.clock.now())}}));
    TRY(mail_.cancel(transaction, subject_of(found)));
    TRY(core_.trail.changed(transaction, found.tenant, by,
                            {"iam:WithdrawInvitation", resource_of_invitation(id),
                             with_cover({{"email", found.email}}, sent_by(by, found))}));
    return Done{};
  }));
  co_return Result<>();
}

}  // namespace belfry::iam
