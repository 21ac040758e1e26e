// The implementation of `Access`: requests.cc, deciding.cc, grant_records.cc.
#pragma once

#include "core.h"
#include "delegated.h"
#include "grants.h"
#include "iam/access.h"

#include <string>

namespace belfry::iam {

// Whether who decides and who asked or profits may be one person with two accounts.
enum class Two { kApart, kMayBeOne };

class AccessService : public Access {
 public:
  explicit AccessService(Core& core) : core_(core) {}

  Task<AccessRules> find_rules(const Principal& by) override;
  Task<> set_four_eyes(const Principal& by, FourEyes rule) override;
  Task<Choices> list_choices(const Principal& by) override;
  Task<AccessRequest> ask(const Principal& by, const Wanted& wanted) override;
  Task<Listing<AccessRequest>> list_requests(const Principal& by, std::optional<RequestState> state,
                                             Page page) override;
  Task<AccessRequest> find_request(const Principal& by, RequestId id) override;
  Task<AccessRequest> approve(const Principal& by, RequestId id,
                              const std::string& reason) override;
  Task<AccessRequest> refuse(const Principal& by, RequestId id, const std::string& reason) override;
  Task<> cancel(const Principal& by, RequestId id) override;
  Task<Listing<Grant>> list_grants(const Principal& by, std::optional<UserId> user, Which which,
                                   Page page) override;
  Task<> revoke(const Principal& by, GrantId id) override;
  Task<> turn() override;

  // As `ask`, in a transaction of who has checked that `by` may.
  Result<RequestId> ask_in(Transaction& transaction, const Principal& by, const Wanted& wanted);
  // A delegation that is asked for, as a right. Errors: those of create_delegation.
  static Result<Right> read_delegation(Transaction& transaction, TenantId tenant, UserId delegate,
                                       DelegationId id);

 private:
  // What is asked for as it stands now, with the version of the profile.
  struct Asked {
    Right right;
    std::int64_t profile_changed_us = 0;
    std::int64_t role_changed_us = 0;  // of the role to be assumed
  };
  Result<Asked> read_asked(Transaction& transaction, TenantId tenant, const Wanted& wanted);
  Result<Asked> read_asked_role(Transaction& transaction, TenantId tenant, const Wanted& wanted);
  Result<Asked> read_asked_profile(Transaction& transaction, TenantId tenant, const Wanted& wanted);
  Result<Asked> read_asked_membership(Transaction& transaction, TenantId tenant,
                                      const Wanted& wanted);
  Result<Asked> read_asked_role_profile(Transaction& transaction, TenantId tenant,
                                        const Wanted& wanted);
  Result<Asked> read_asked_trust(Transaction& transaction, TenantId tenant, const Wanted& wanted);
  Result<Asked> read_asked_rule(Transaction& transaction, TenantId tenant, const Wanted& wanted);
  Result<Asked> read_asked_delegation(Transaction& transaction, TenantId tenant,
                                      const Wanted& wanted);
  static Result<> check_wanted(const Wanted& wanted);
  static Result<> check_room_for(Transaction& transaction, const Principal& by, const Asked& asked);
  Result<RequestId> insert_request(Transaction& transaction, const Principal& by,
                                   const Wanted& wanted, const Asked& asked);

  // The request, if the caller may see it; else it is missing.
  Result<AccessRequest> read_request(Transaction& transaction, const Principal& by, RequestId id);
  // The delegation by which `by` decides on the request, if it may by one.
  Result<std::optional<Cover>> cover_of_request(Transaction& transaction, const Principal& by,
                                                const AccessRequest& request);
  // The request, if the caller may decide it, and by which delegation, if by one.
  struct ToDecide {
    AccessRequest request;
    std::optional<Cover> cover;
  };
  Result<ToDecide> read_to_decide(Transaction& transaction, const Principal& by, RequestId id,
                                  std::string_view action);
  // The roles to be assumed for which the caller may ask; none if it may ask for itself alone.
  Result<std::vector<Choices::Choice>> list_assumables(Transaction& transaction,
                                                       const Principal& by);
  // That two persons decide: who does neither asked nor profits.
  Result<Two> check_decider(Transaction& transaction, const Principal& by, const ToDecide& found);
  // Makes what was asked for hold. What it gave; nothing for a rule.
  Result<Right> carry_out(Transaction& transaction, const Principal& by,
                          const AccessRequest& request);
  Result<AccessRequest> close(Transaction& transaction, const Principal& by,
                              const AccessRequest& request, RequestState state,
                              const std::string& reason, const std::optional<Cover>& cover = {},
                              Two two = Two::kApart);
  Result<std::vector<Right>> end_expired(Transaction& transaction);
  Result<std::int64_t> let_lapse(Transaction& transaction);

  Core& core_;
};

// The program itself, where nobody asked.
Principal system_in(TenantId tenant);

// "belfry:request/12"
std::string resource_of(RequestId id);
std::string resource_of(GrantId id);
Error request_missing(RequestId id);

// Who may decide what `asker` asks and `profiting` profits from: administrators of :tenant_id who
// are neither, and, while there are others, could not come as one of them nor one of them as they:
// who comes as another gave the account, or keeps an issuer that says who it is.
struct Deciders {
  std::size_t others = 0;  // who are neither
  // Who may decide now: of those that the register of people does not bind to the same person as
  // one of the two.
  std::size_t able = 0;
  bool are_apart = false;  // some could not: only those decide
};
// SQL columns that deciders_of reads, of two columns of numbers of users, with :now_us. `who` is
// which `iam_user u` decide.
std::string decider_columns(const std::string& asker, const std::string& profiting,
                            std::string_view who = kAdministrators);
Deciders deciders_of(const Row& row);
// SQL: whether two users, by their numbers, may be one person, whichever account was made by the
// other: who has both could ask as either and approve as the other.
std::string may_be_one(const std::string& one, const std::string& other);
// SQL: whether the register of people says that both accounts are one person's, or ever said so
// but by a mistake.
std::string is_one_person(const std::string& one, const std::string& other);
// What it finds: whether the two may be one person, where no other can decide. Errors: denied
// ("iam.four_eyes", "iam.four_eyes_of_maker", "iam.four_eyes_of_person").
Result<Two> check_two(Transaction& transaction, const Principal& by, UserId asked, UserId profits,
                      bool are_apart);
// Whether it is words: not blank, and no longer than that.
bool says_something(std::string_view text, std::size_t octets_max);
// What for, of who asks: some words. Errors: invalid ("iam.bad_reason"), as below.
Result<> check_request_reason(const std::string& reason);
// Why, of who decides: words, or none.
Result<> check_words(const std::string& reason);

// Delegations that were asked for, and that no request asks for any more.
Result<> forget_asked_delegations(Transaction& transaction);

// The columns that request_of reads, of `access_request r`, with :now_us.
extern const std::string kRequestColumns;
AccessRequest request_of(const Row& row);
// The columns that grant_of reads, of `iam_grant g`.
inline constexpr std::string_view kGrantColumns =
    "g.*, (SELECT u.name FROM iam_user u WHERE u.id = g.given_by_user_id) AS given_by_name";
Grant grant_of(const Row& row);
Right right_of(const Grant& grant);
Result<std::size_t> count_administrators(Transaction& transaction, TenantId tenant, Timestamp now);

}  // namespace belfry::iam
