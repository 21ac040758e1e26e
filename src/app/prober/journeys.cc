#include "journeys.h"

#include "base/text_encoding.h"
#include "crypto/password.h"

#include <thread>

namespace belfry::prober {
namespace {

using nlohmann::json;

constexpr const char* kOurs = "belfry-probe-";
constexpr const char* kContents = "belfry probe";
constexpr Duration kAskAgainAfter = std::chrono::milliseconds(500);
// Buckets and objects that one probe removes at most: an earlier one left a few.
constexpr std::size_t kRemovedMax = 100;

std::string random_hex(Random& random) {
  return to_hex(View(random.octets<8>()));
}

std::int64_t totp_step(Clock& clock) {
  return std::chrono::floor<std::chrono::seconds>(clock.now()).time_since_epoch().count() / 30;
}

// What a status alone does not tell: "iam.totp_needed".
std::string message_of(const Answer& answer) {
  return text_at(answer.json(), {"message_id"});
}

json policy_of(const std::string& bucket) {
  const std::string objects = "arn:aws:s3:::" + bucket;
  return {
      {"Version", "2012-10-17"},
      {"Statement",
       {{{"Effect", "Allow"}, {"Action", "s3:PutObject"}, {"Resource", objects + "/allowed/*"}},
        {{"Effect", "Deny"}, {"Action", "s3:GetObject"}, {"Resource", objects + "/denied/*"}}}}};
}

}  // namespace

std::string Walk::sign_in_name(const std::string& user) const {
  return administrator_.tenant + "/" + user;
}

Walk::Walk(const Target& target, const Administrator& administrator, const std::vector<Mark>& marks,
           Clock& clock, Random& random, const std::function<bool()>& is_cancelled)
    : administrator_(administrator),
      patience_(target.patience),
      marks_(marks),
      customer_(target, clock, is_cancelled),
      random_(random),
      bucket_(kOurs + random_hex(random)),
      user_name_(kOurs + random_hex(random)),
      password_("Probe " + random_hex(random) + random_hex(random)) {}

Report Walk::walk() {
  begun_ = customer_.clock().now();
  if (begin()) {
    if (designate()) {
      strangers();
      profile();
      factor();
      read_log();
      deletion();
    }
    remove_bucket(bucket_);
    customer_.rest("DELETE", "/api/v1/session", cookie_);
  }
  for (std::string_view name : kSteps) {
    auto walked = steps_.find(name);
    report_.steps.push_back(walked != steps_.end() ? walked->second
                                                   : Step{.name = std::string(name),
                                                          .got = "-",
                                                          .expected = "-",
                                                          .at = customer_.clock().now()});
  }
  return std::move(report_);
}

void Walk::note(std::string_view step, bool passed, std::string got, std::string expected) {
  const Timestamp now = customer_.clock().now();
  steps_[std::string(step)] = {std::string(step),   passed,       std::move(got),
                               std::move(expected), now - begun_, now};
  begun_ = now;
}

bool Walk::expect(std::string_view step, const Answer& answer, int status) {
  note(step, answer.status == status, std::to_string(answer.status), std::to_string(status));
  return answer.status == status;
}

bool Walk::expect_soon(std::string_view step, int status, const std::function<Answer()>& ask) {
  const Deadline deadline = customer_.clock().deadline_in(patience_);
  Answer answer = ask();
  while (answer.status != status && !customer_.clock().expired(deadline) &&
         !customer_.is_cancelled()) {
    std::this_thread::sleep_for(kAskAgainAfter);
    answer = ask();
  }
  return expect(step, answer, status);
}

// The administrator, and a bucket with objects.
bool Walk::begin() {
  const Answer opened = customer_.rest(
      "POST", "/api/v1/session", "",
      {{"user", sign_in_name(administrator_.user)},
       {"password", administrator_.password},
       {"totp", crypto::totp_at(administrator_.totp_seed, totp_step(customer_.clock()))}});
  if (!expect("sign_in", opened, 200)) return false;
  cookie_ = opened.cookie;
  remove_buckets();
  customer_.rest("POST", "/api/v1/buckets", cookie_, {{"name", bucket_}});
  for (const char* key : {"open/x", "denied/x"})
    customer_.put_rest(rest_object(key), cookie_, kContents);
  begun_ = customer_.clock().now();
  return true;
}

bool Walk::designate() {
  const Answer made = customer_.rest(
      "POST", "/api/v1/tenants/" + administrator_.tenant + "/users", cookie_,
      {{"name", user_name_}, {"email", ""}, {"role", "reader"}, {"password", password_}});
  user_ = text_at(made.json(), {"id"});
  if (!expect("designate", made, 201) || user_.empty()) return false;
  report_.mark = Mark{customer_.clock().now(), "belfry:user/" + user_};
  const Answer opened = customer_.rest(
      "POST", "/api/v1/session", "", {{"user", sign_in_name(user_name_)}, {"password", password_}});
  user_cookie_ = opened.cookie;
  const Answer key = customer_.rest("POST", "/api/v1/users/" + user_ + "/access-keys", user_cookie_,
                                    json::object());
  user_key_ = {text_at(key.json(), {"access_key", "id"}), text_at(key.json(), {"secret"})};
  expect("served", customer_.s3("GET", object("open/x"), user_key_), 200);
  return true;
}

// Whom nobody designated.
void Walk::strangers() {
  // As keys are written: "BLF" and 17 characters of base32.
  const Key stranger{"BLF" + to_base32(View(random_.octets<16>())).substr(0, 17),
                     random_hex(random_)};
  expect("stranger_refused", customer_.s3("GET", object("open/x"), stranger), 403);
  const Key forger{user_key_.id, random_hex(random_)};
  expect("forger_refused", customer_.s3("GET", object("open/x"), forger), 403);
  expect("nobody_refused", customer_.rest("GET", rest_object("open/x"), ""), 401);
}

// A profile that allows one thing and denies another, asked by both services.
void Walk::profile() {
  const Answer made = customer_.rest("POST", "/api/v1/profiles", cookie_,
                                     {{"name", bucket_}, {"policy", policy_of(bucket_)}});
  const std::string profile = text_at(made.json(), {"id"});
  if (!expect("create_profile", made, 201) || profile.empty()) return;
  expect("refused_before", customer_.s3("PUT", object("allowed/x"), user_key_, kContents), 403);
  const std::string held = "/api/v1/profiles/" + profile + "/users/" + user_;
  if (!expect("give_profile", customer_.rest("PUT", held, cookie_), 204)) return;
  expect("allowed_s3", customer_.s3("PUT", object("allowed/x"), user_key_, kContents), 200);
  expect("allowed_rest", customer_.put_rest(rest_object("allowed/y"), user_cookie_, kContents),
         200);
  expect("denied_s3", customer_.s3("GET", object("denied/x"), user_key_), 403);
  expect("denied_rest", customer_.rest("GET", rest_object("denied/x"), user_cookie_), 403);
  customer_.rest("DELETE", held, cookie_);
  customer_.rest("DELETE", "/api/v1/profiles/" + profile, cookie_);
  begun_ = customer_.clock().now();
}

void Walk::factor() {
  const Answer begun = customer_.rest("POST", "/api/v1/session/totp", user_cookie_);
  const auto seed = from_base32(text_at(begun.json(), {"secret"}));
  if (!seed || seed->empty()) return void(expect("enrol", begun, 200));
  const std::int64_t step = totp_step(customer_.clock());
  const Answer confirmed = customer_.rest("POST", "/api/v1/session/totp/confirm", user_cookie_,
                                          {{"code", crypto::totp_at(*seed, step)}});
  if (!expect("enrol", confirmed, 200)) return;
  user_cookie_ = confirmed.cookie;
  const Answer without = customer_.rest(
      "POST", "/api/v1/session", "", {{"user", sign_in_name(user_name_)}, {"password", password_}});
  note("factor_demanded", without.status == 401 && message_of(without) == "iam.totp_needed",
       std::to_string(without.status), "401");
  // A code is good once: the next one, which is accepted half a minute early.
  const Answer with = customer_.rest("POST", "/api/v1/session", "",
                                     {{"user", sign_in_name(user_name_)},
                                      {"password", password_},
                                      {"totp", crypto::totp_at(*seed, step + 1)}});
  expect("factor_accepted", with, 200);
}

void Walk::deletion() {
  if (!expect("delete_user", customer_.rest("DELETE", "/api/v1/users/" + user_, cookie_), 204))
    return;
  // Of a user that is still there the factor would be asked for.
  const Answer refused = customer_.rest(
      "POST", "/api/v1/session", "", {{"user", sign_in_name(user_name_)}, {"password", password_}});
  note("deleted_sign_in", refused.status == 401 && message_of(refused) == "iam.sign_in_refused",
       std::to_string(refused.status), "401");
  expect_soon("deleted_session", 401,
              [this] { return customer_.rest("GET", "/api/v1/session", user_cookie_); });
  expect_soon("deleted_key", 403,
              [this] { return customer_.s3("GET", object("open/x"), user_key_); });
}

void Walk::remove_buckets() {
  const json buckets = customer_.rest("GET", "/api/v1/buckets", cookie_).json();
  if (!buckets.is_object() || !buckets.contains("items")) return;
  std::size_t removed = 0;
  for (const json& bucket : buckets["items"])
    if (std::string name = text_at(bucket, {"name"});
        name.starts_with(kOurs) && removed++ < kRemovedMax)
      remove_bucket(name);
}

void Walk::remove_bucket(const std::string& name) {
  const std::string path = "/api/v1/buckets/" + name;
  const json objects = customer_.rest("GET", path + "/objects", cookie_).json();
  std::size_t removed = 0;
  if (objects.is_object() && objects.contains("items"))
    for (const json& each : objects["items"])
      if (removed++ < kRemovedMax)
        customer_.rest("DELETE",
                       path + "/objects/" + percent_encode(text_at(each, {"key"}), Slash::kEncode),
                       cookie_);
  customer_.rest("DELETE", path, cookie_);
}

}  // namespace belfry::prober
