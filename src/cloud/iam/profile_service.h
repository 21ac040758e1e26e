// The implementation of `Profiles`: profiles.cc, groups.cc, holdings.cc,
// holders.cc.
#pragma once

#include "core.h"
#include "delegated.h"

#include <string>

namespace belfry::iam {

class ProfileService : public Profiles {
 public:
  explicit ProfileService(Core& core) : core_(core) {}

  Task<Listing<Profile>> list_profiles(const Principal& by, Page page) override;
  Task<Profile> find_profile(const Principal& by, ProfileId id) override;
  Task<Profile> create_profile(const Principal& by, const std::string& name,
                               const std::string& document) override;
  Task<Profile> change_profile(const Principal& by, ProfileId id,
                               const std::string& document) override;
  Task<> delete_profile(const Principal& by, ProfileId id) override;
  Task<Listing<Group>> list_groups(const Principal& by, Page page) override;
  Task<Group> create_group(const Principal& by, const std::string& name) override;
  Task<> delete_group(const Principal& by, GroupId id) override;
  Task<Listing<GroupMember>> list_members(const Principal& by, GroupId id, Page page) override;
  Task<> add_member(const Principal& by, GroupId id, UserId user) override;
  Task<> remove_member(const Principal& by, GroupId id, UserId user) override;
  Task<> give_profile(const Principal& by, ProfileId profile, Holder holder) override;
  Task<> withdraw_profile(const Principal& by, ProfileId profile, Holder holder) override;
  Task<Holdings> list_holdings(const Principal& by, UserId user) override;
  Task<std::vector<Holding>> list_group_profiles(const Principal& by, GroupId id) override;
  Task<Listing<ProfileHolder>> list_holders(const Principal& by, ProfileId id, Page page) override;
  Task<> set_boundary(const Principal& by, UserId user, std::optional<ProfileId> profile) override;

 private:
  // Administrators by role hold no profiles. Errors: conflict ("iam.administrators_hold_none").
  static Result<> check_may_hold(const User& user);
  // Who becomes privileged signs in anew: as an administrator does.
  Result<> end_sessions_of_holders(Transaction& transaction, ProfileId profile);
  // Each of the caller's tenant, else it is missing; the first two with the right to `action` on
  // it.
  // `cover`: the delegation by which it may, if it may by one.
  Result<Profile> read_profile(Transaction& transaction, const Principal& by, ProfileId id,
                               std::string_view action, const std::optional<Cover>& cover = {});
  Result<Group> read_group(Transaction& transaction, const Principal& by, GroupId id,
                           std::string_view action, const std::optional<Cover>& cover = {});
  Result<User> read_user_of(Transaction& transaction, const Principal& by, UserId user);
  // That the holder is there; what the log says of it.
  // By the rules of one person alone. Errors: denied ("iam.request_needed").
  Result<> check_may_give_profile(Transaction& transaction, const Principal& by,
                                  const Profile& profile, const Holder& holder);
  Result<std::optional<Cover>> cover_of_holder(Transaction& transaction, const Principal& by,
                                               ProfileId profile, const Holder& holder);
  Result<std::vector<audit::Detail>> check_holder(Transaction& transaction, const Principal& by,
                                                  const Holder& holder);
  // Takes the user's boundary away, if it has one. Errors: denied ("iam.boundary_of_four_eyes").
  Result<> loosen_boundary(Transaction& transaction, const Principal& by, const User& user);
  // Whoever holds the profile gets what it says now, by one person alone. Errors: denied
  // ("iam.held_profile").
  static Result<> check_may_change_alone(Transaction& transaction, const Profile& profile);

  Core& core_;
};

}  // namespace belfry::iam
