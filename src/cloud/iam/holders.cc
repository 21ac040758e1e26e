// Who holds what, seen from the profile and from the group.
#include "base/ascii.h"
#include "paging.h"
#include "profile_service.h"

namespace belfry::iam {
namespace {

// The order of the list: boundaries, groups, users, each by name.
std::string key_of(const ProfileHolder& holder) {
  switch (holder.way) {
    case ProfileHolder::Way::kBoundary:
      return "boundary " + to_lower(holder.name);
    case ProfileHolder::Way::kGroup:
      return "group " + holder.name;
    case ProfileHolder::Way::kGiven:
      return "user " + to_lower(holder.name);
  }
  return {};
}

ProfileHolder holder_of(const Row& row) {
  ProfileHolder holder{.name = row.text("name"), .since = from_us(row.integer("since_us"))};
  const std::string& key = row.text("list_key");
  if (key.starts_with("group ")) {
    holder.way = ProfileHolder::Way::kGroup;
    holder.group = GroupId{row.integer("id")};
  } else {
    if (key.starts_with("boundary ")) holder.way = ProfileHolder::Way::kBoundary;
    holder.user = UserId{row.integer("id")};
  }
  return holder;
}

}  // namespace

Task<Listing<ProfileHolder>> ProfileService::list_holders(const Principal& by, ProfileId id,
                                                          Page page) {
  using List = Listing<ProfileHolder>;
  CO_TRY(const std::string after, read_text_key(page.after));
  co_return co_await core_.read<List>([&](Transaction& transaction) -> Result<List> {
    TRY(read_profile(transaction, by, id, "iam:GetProfile"));
    TRY(auto rows,
        transaction.query(
            "SELECT * FROM ("
            "SELECT u.id, u.name, h.since_us, 'user ' || u.name_key AS list_key FROM user_profile "
            "h "
            "JOIN iam_user u ON u.id = h.user_id WHERE h.profile_id = :id "
            "UNION ALL SELECT g.id, g.name, h.since_us, 'group ' || g.name AS list_key "
            "FROM group_profile h JOIN iam_group g ON g.id = h.group_id WHERE h.profile_id = :id "
            "UNION ALL SELECT u.id, u.name, h.since_us, 'boundary ' || u.name_key AS list_key "
            "FROM user_boundary h JOIN iam_user u ON u.id = h.user_id WHERE h.profile_id = :id"
            ") AS holders WHERE list_key > :after ORDER BY list_key LIMIT :limit",
            {{"id", id.value}, {"after", after}, {"limit", rows_of(page)}}));
    std::vector<ProfileHolder> holders;
    holders.reserve(rows.size());
    for (const Row& row : rows) holders.push_back(holder_of(row));
    return page_of(std::move(holders), page, key_of);
  });
}

Task<std::vector<Holding>> ProfileService::list_group_profiles(const Principal& by, GroupId id) {
  using List = std::vector<Holding>;
  co_return co_await core_.read<List>([&](Transaction& transaction) -> Result<List> {
    TRY(const auto cover, cover_of_unit(transaction, by, id, core_.clock.now()));
    TRY(const Group group, read_group(transaction, by, id, "iam:ListGroups", cover));
    TRY(auto rows,
        transaction.query("SELECT p.id, p.name, p.privileged, g.since_us FROM group_profile g JOIN "
                          "iam_profile p ON p.id = g.profile_id WHERE g.group_id = :id "
                          "ORDER BY p.name",
                          {{"id", id.value}}));
    List held;
    for (const Row& row : rows)
      held.push_back({.profile = ProfileId{row.integer("id")},
                      .name = row.text("name"),
                      .privileged = row.flag("privileged"),
                      .since = from_us(row.integer("since_us")),
                      .group = group.id,
                      .group_name = group.name});
    return held;
  });
}

}  // namespace belfry::iam
