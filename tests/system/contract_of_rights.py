"""Who may do what: each route that changes it, as openapi.yaml describes it (api_contract.py)."""

import json

BUCKET, KEY = "contract-papers", "letters/one.txt"


def try_interventions(contract, customer):
    """Staff's way to a customer's data: asked for, seen by the customer, refused, ended."""
    token = customer.token["secret"]

    def ask(method, path, status, body=None, query="", by=None, **values):
        target = contract.target_of(path, values, query)
        got, answer = contract.ask(method, path, target, body, by)
        assert got == status, (method, target, got, answer)
        return answer

    place = "/api/v1/interventions/{intervention}"
    body = {"tenant": customer.tenant["id"], "actions": ["s3:GetObject"], "reason": "ticket 7",
            "duration_s": 60}
    for wrong in ({"duration_s": 0}, {"duration_s": 50_000}, {"reason": ""}, {"actions": []},
                  {"actions": ["iam:*"]}, {"actions": "s3:*"}, {"bucket": "*"}):
        ask("POST", "/api/v1/interventions", 400, {**body, **wrong})
    ask("POST", "/api/v1/interventions", 404, {**body, "tenant": "99"})
    ask("POST", "/api/v1/interventions", 403, body, by=token)
    first = ask("POST", "/api/v1/interventions", 201, body)
    assert (first["state"], first["deciders"], first["bucket"]) == ("pending", 0, None), first
    ask("GET", "/api/v1/interventions", 400, query="?state=shut")
    seen = ask("GET", "/api/v1/interventions", 200, query="?state=pending", by=token)["items"]
    assert [i["id"] for i in seen] == [first["id"]], seen
    for verb in ("approve", "refuse"):
        ask("POST", place + "/" + verb, 403, {}, by=token, intervention=first["id"])
    for verb in ("approve", "refuse", "end"):
        ask("POST", place + "/" + verb, 404, {}, intervention="1")
    ask("POST", place + "/approve", 403, {}, intervention=first["id"])
    refused = ask("POST", place + "/refuse", 200, {"reason": "no need"}, intervention=first["id"])
    assert (refused["state"], refused["decision_reason"]) == ("refused", "no need"), refused
    ask("POST", place + "/end", 409, {}, intervention=first["id"])
    second = ask("POST", "/api/v1/interventions", 201, body)
    ended = ask("POST", place + "/end", 200, {}, by=token, intervention=second["id"])
    assert (ended["state"], ended["end_reason"]) == ("ended", "customer"), ended
    ask("POST", place + "/approve", 409, {}, intervention=second["id"])
    try_break_glass(ask, {**body, "actions": []}, place, token, second["id"])
    return {"intervention": second["id"]}


def try_factor_rule(ask):
    rule = "/api/v1/factor-rule"
    assert ask("GET", rule, 200)["needed_by"] == "privileged"
    ask("PUT", rule, 400, {"needed_by": "nobody"})
    for needed_by in "everybody", "privileged":
        assert ask("PUT", rule, 200, {"needed_by": needed_by})["needed_by"] == needed_by


def try_public_access(ask):
    own = ask("POST", "/api/v1/buckets", 201, {"name": "open-or-not"})
    assert own["is_open"] is False, own
    of_tenant = ("/api/v1/public-access", {})
    of_bucket = ("/api/v1/buckets/{bucket}/public-access", {"bucket": own["name"]})
    everything = ask("GET", of_tenant[0], 200)
    assert all(everything.values()) and len(everything) == 4, everything
    lifted = {name: False for name in everything}
    for place, values in of_tenant, of_bucket:
        for wrong in {}, {**everything, "block_public_policy": "no"}:
            ask("PUT", place, 400, wrong, **values)
        now = ask("PUT", place, 200, lifted, **values)
        assert now.get("bucket", now) == lifted, now
    place, values = of_bucket
    assert ask("GET", place, 200, **values) == {"bucket": lifted, "tenant": lifted,
                                                "policy_is_public": False, "is_open": False}
    ask("PUT", of_tenant[0], 200, everything)
    ask("DELETE", "/api/v1/buckets/{bucket}", 204, **values)


def try_break_glass(ask, body, place, token, ordinary):
    """What refuses an emergency; tests/system/interventions.py goes through one."""
    glass = "/api/v1/interventions/break-glass"
    for wrong in ({"duration_s": 3601}, {"reason": ""}, {"actions": ["iam:*"]}, {"actions": "s3:*"},
                  {"bucket": "*"}):
        ask("POST", glass, 400, {**body, **wrong})
    ask("POST", glass, 403, body)  # by a token for which nobody proved a factor
    ask("POST", glass, 403, body, by=token)
    ask("POST", place + "/report", 400, {}, intervention=ordinary)
    ask("POST", place + "/report", 404, {"report": "done"}, intervention="1")
    ask("POST", place + "/report", 403, {"report": "done"}, by=token, intervention=ordinary)
    ask("POST", place + "/report", 409, {"report": "done"}, intervention=ordinary)


def try_access_questions(ask, customer):
    """Who can reach a bucket, what somebody can do, and one request."""
    asked = {"user": customer.user["id"], "action": "s3:PutObject", "bucket": BUCKET, "key": KEY}
    told = ask("POST", "/api/v1/access/explain", 200, asked)
    assert not told["allowed"] and told["reason"], told  # without its second factor
    told = ask("POST", "/api/v1/access/explain", 200, {**asked, "second_factor": True})
    assert told["allowed"] and told["statements"][0]["statement"] == "Buckets", told
    told = ask("POST", "/api/v1/access/explain", 200,
               {"user": asked["user"], "action": "iam:CreateUser", "second_factor": True})
    assert told["allowed"] and told["statements"][0]["statement"] == "OwnTenant", told
    ask("POST", "/api/v1/access/explain", 400, {**asked, "action": "iam:CreateNobody"})
    can = ask("GET", "/api/v1/users/{user}/access", 200, user=asked["user"])["services"]
    on = {each["action"]: each["of"] for each in can}
    assert on["iam:CreateUser"] == on["audit:ListEvents"] == "organisation", on
    assert on["iam:ChangePassword"] == "organisation", on
    assert not any(action.startswith("disk:") for action in on), on
    ask("POST", "/api/v1/access/explain", 404, {**asked, "bucket": "none-such"})
    reached = ask("GET", "/api/v1/buckets/{bucket}/access", 200, query="?prefix=letters/",
                  bucket=BUCKET)
    assert customer.user["id"] in [p["user"] for p in reached["items"]], reached


def try_requests(contract, customer):
    """A right that is asked for, refused, cancelled, approved, and ended early."""
    token, provider = customer.token["secret"], contract.provider

    def ask(method, path, status, body=None, query="", **values):
        target = contract.target_of(path, values, query)
        got, answer = contract.ask(method, path, target, body, token)
        assert got == status, (method, target, got, answer)
        return answer

    reads = {"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}
    profile = provider.rest("POST", "/api/v1/profiles", {"name": "Wanted", "policy": reads}, token)
    group = provider.rest("POST", "/api/v1/groups", {"name": "Wanting"}, token)
    choices = ask("GET", "/api/v1/request-choices", 200)
    assert [c["name"] for c in choices["profiles"] if c["id"] == profile["id"]] == ["Wanted"]
    body = {"group": group["id"], "profile": profile["id"], "reason": "reads", "duration_s": 60}
    for wrong in ({"duration_s": 0}, {"role": "king"}, {"reason": ""}, {"four_eyes": "six"},
                  {"user": 1}):
        ask("POST", "/api/v1/requests", 400, {**body, **wrong})
    ask("POST", "/api/v1/requests", 404, {**body, "profile": "1"})
    request = ask("POST", "/api/v1/requests", 201, body)
    assert (request["state"], request["deciders"]) == ("pending", 0), request
    ask("POST", "/api/v1/requests", 409, body)
    ask("GET", "/api/v1/requests", 400, query="?state=open")
    pending = ask("GET", "/api/v1/requests", 200, query="?state=pending")["items"]
    assert [r["id"] for r in pending] == [request["id"]], pending
    ask("POST", "/api/v1/requests/{request}/approve", 403, {}, request=request["id"])
    ask("POST", "/api/v1/requests/{request}/approve", 404, {}, request="1")
    ask("DELETE", "/api/v1/requests/{request}", 204, request=request["id"])
    ask("DELETE", "/api/v1/requests/{request}", 409, request=request["id"])
    again = ask("POST", "/api/v1/requests", 201, body)
    refused = ask("POST", "/api/v1/requests/{request}/refuse", 200, {"reason": "not needed"},
                  request=again["id"])
    assert (refused["state"], refused["decision_reason"]) == ("refused", "not needed"), refused
    assert ask("GET", "/api/v1/access-rules", 200)["four_eyes"] == "none"
    ask("PUT", "/api/v1/access-rules", 400, {"four_eyes": "six"})
    ask("PUT", "/api/v1/access-rules", 409, {"four_eyes": "all"})  # alone
    try_factor_rule(ask)
    try_public_access(ask)
    held = ask("GET", "/api/v1/grants", 200, query="?state=all")["items"]
    own = [g for g in held if g["kind"] == "role" and g["user"] == customer.user["id"]]
    assert own[0]["origin"] == "direct" and own[0]["privileged"], held
    ask("DELETE", "/api/v1/grants/{grant}", 409, grant=own[0]["id"])
    ask("DELETE", "/api/v1/grants/{grant}", 404, grant="1")
    review = ask("POST", "/api/v1/reviews", 201, {"name": "Spring", "due_days": 5})
    for wrong in ({"due_days": 0}, {"scope": "some"}, {"name": ""}, {"reviewers": [1]}):
        ask("POST", "/api/v1/reviews", 400, {"name": "Spring", **wrong})
    items = ask("GET", "/api/v1/reviews/{review}/items", 200, review=review["id"])["items"]
    assert len(items) == review["items"] == review["pending"], (review, items)
    mine = next(i for i in items if i["grant"]["id"] == own[0]["id"])
    path = "/api/v1/reviews/{review}/items/{item}"
    ask("PUT", path, 403, {"decision": "keep"}, review=review["id"], item=mine["id"])
    ask("PUT", path, 400, {"decision": "perhaps"}, review=review["id"], item=mine["id"])
    ask("PUT", path, 404, {"decision": "keep"}, review=review["id"], item="1")
    other = next(i for i in items if i["id"] != mine["id"])
    kept = ask("PUT", path, 200, {"decision": "keep", "reason": "needed"}, review=review["id"],
               item=other["id"])
    assert (kept["decision"], kept["reason"]) == ("keep", "needed"), kept
    ask("PUT", path, 409, {"decision": "remove"}, review=review["id"], item=other["id"])
    try_access_questions(ask, customer)
    return {"request": again["id"], "grant": own[0]["id"], "review": review["id"]}


def try_profiles(contract, customer):
    """A profile by a group, and a boundary: each route that changes, as it is described."""
    token, user = customer.token["secret"], customer.user["id"]

    def ask(method, path, status, body=None, **values):
        target = contract.target_of(path, values)
        got, answer = contract.ask(method, path, target, body, token)
        assert got == status, (method, target, got, answer)
        return answer

    reads = {"Version": "2012-10-17",
             "Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}
    bad = {"Statement": {"Effect": "Allow", "Action": "Get", "Resource": "*"}}
    everything = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    ask("POST", "/api/v1/profiles", 400, {"name": "Reads", "policy": bad})
    # One of two statements would be lost before the policy was looked at.
    twice = json.dumps({"name": "Reads", "policy": reads})
    twice = twice.replace('"Statement"', '"Version": "", "Statement"')
    answer = ask("POST", "/api/v1/profiles", 400, twice.encode())
    assert "Version" in answer["detail"], answer
    profile = ask("POST", "/api/v1/profiles", 201, {"name": "Reads", "policy": reads})
    assert (profile["policy"], profile["privileged"]) == (reads, False), profile
    ask("POST", "/api/v1/profiles", 409, {"name": "Reads", "policy": reads})
    spare = ask("POST", "/api/v1/profiles", 201, {"name": "Spare", "policy": everything})
    assert spare["privileged"], spare
    ask("PUT", "/api/v1/profiles/{profile}", 200, {"policy": reads}, profile=spare["id"])
    group = ask("POST", "/api/v1/groups", 201, {"name": "Readers"})
    other = contract.provider.rest(
        "POST", f"/api/v1/tenants/{customer.tenant['id']}/users",
        {"name": "harbour-clerk", "email": "", "role": "reader",
         "password": "a long passphrase of a clerk"}, token)["id"]
    holder = {"profile": profile["id"], "group": group["id"]}
    for _ in range(2):  # safe to repeat
        ask("PUT", "/api/v1/profiles/{profile}/groups/{group}", 204, **holder)
        ask("PUT", "/api/v1/groups/{group}/members/{user}", 204, group=group["id"], user=other)
        ask("PUT", "/api/v1/profiles/{profile}/users/{user}", 204, profile=profile["id"],
            user=other)
    ask("PUT", "/api/v1/profiles/{profile}/users/{user}", 409, profile=profile["id"], user=user)
    ask("PUT", "/api/v1/users/{user}/boundary", 204, {"profile": spare["id"]}, user=other)
    ask("PUT", "/api/v1/users/{user}/boundary", 409, {"profile": spare["id"]}, user=user)
    ask("DELETE", "/api/v1/profiles/{profile}", 409, profile=spare["id"])
    held = ask("GET", "/api/v1/groups/{group}/profiles", 200, group=group["id"])["profiles"]
    assert [h["name"] for h in held] == ["Reads"], held
    holders = ask("GET", "/api/v1/profiles/{profile}/holders", 200, profile=profile["id"])["items"]
    assert [h["name"] for h in holders] == ["Readers", "harbour-clerk"], holders
    holders = ask("GET", "/api/v1/profiles/{profile}/holders", 200, profile=spare["id"])["items"]
    assert [(h["boundary"], h["user"]) for h in holders] == [(True, other)], holders
    roles = ask("GET", "/api/v1/predefined-profiles", 200)["items"]
    assert [r["role"] for r in roles] == ["tenant_administrator", "member", "reader"], roles
    holdings = ask("GET", "/api/v1/users/{user}/profiles", 200, user=other)
    assert {h["group_name"] for h in holdings["profiles"]} == {"Readers", None}, holdings
    assert holdings["boundary"]["name"] == "Spare", holdings
    ask("DELETE", "/api/v1/users/{user}/boundary", 204, user=other)
    ask("DELETE", "/api/v1/profiles/{profile}", 204, profile=spare["id"])
    for method, status in ("DELETE", 204), ("DELETE", 404):
        ask(method, "/api/v1/profiles/{profile}/users/{user}", status, profile=profile["id"],
            user=other)
    gone = ask("POST", "/api/v1/groups", 201, {"name": "Gone"})
    ask("DELETE", "/api/v1/groups/{group}/members/{user}", 404, group=gone["id"], user=other)
    ask("DELETE", "/api/v1/groups/{group}", 204, group=gone["id"])
    return holder


def try_delegations(contract, customer):
    """Who looks after a group's people: made, shown, ended."""
    token, provider = customer.token["secret"], contract.provider

    def ask(method, path, status, body=None, query="", **values):
        target = contract.target_of(path, values, query)
        got, answer = contract.ask(method, path, target, body, token)
        assert got == status, (method, target, got, answer)
        return answer

    reads = {"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}
    logs = {"Statement": {"Effect": "Allow", "Action": "audit:*", "Resource": "*"}}
    files = provider.rest("POST", "/api/v1/profiles", {"name": "Charts", "policy": reads}, token)
    log = provider.rest("POST", "/api/v1/profiles", {"name": "Log", "policy": logs}, token)
    unit, right = (provider.rest("POST", "/api/v1/groups", {"name": name}, token)["id"]
                   for name in ("Ward", "Theatre"))
    head = provider.rest(
        "POST", f"/api/v1/tenants/{customer.tenant['id']}/users",
        {"name": "harbour-head", "email": "", "role": "reader",
         "password": "a long passphrase of a head"}, token)["id"]
    place, one = "/api/v1/delegations", "/api/v1/delegations/{delegation}"
    body = {"delegate": head, "unit": unit, "acts": ["invite", "give"], "profiles": [files["id"]],
            "groups": [right], "duration_s": 3600}
    for wrong in ({"acts": ["rule"]}, {"acts": "invite"}, {"role_max": "operator"},
                  {"role_max": "king"}, {"duration_s": -1}, {"duration_s": 0}, {"delegate": 1},
                  {"profiles": [1]}):
        ask("POST", place, 400, {**body, **wrong})
    ask("POST", place, 404, {**body, "unit": "1"})
    ask("POST", place, 404, {**body, "profiles": ["1"]})
    for wrong in ({"profiles": [log["id"]]}, {"groups": [unit]},
                  {"delegate": customer.user["id"]}):
        ask("POST", place, 409, {**body, **wrong})
    made = ask("POST", place, 201, body)
    assert (made["acts"], made["role_max"]) == (["invite", "give"], "reader"), made
    lasts_us = made["expires_us"] - made["since_us"]
    assert made["request"] is None and abs(lasts_us - 3_600_000_000) < 1_000_000, made
    ask("POST", place, 409, body)
    assert ask("GET", place, 200, query=f"?delegate={head}")["items"] == [made]
    assert ask("GET", place, 200, query=f"?delegate={customer.user['id']}")["items"] == []
    assert ask("GET", "/api/v1/users/{user}/access", 200, user=head)["delegations"] == [made]
    ask("GET", place, 404, query="?delegate=nobody")
    held = ask("GET", "/api/v1/grants", 200, query=f"?user={head}")["items"]
    assert [(g["kind"], g["name"]) for g in held if g["privileged"]] == [("delegation", "Ward")]
    ask("DELETE", one, 204, delegation=made["id"])
    ask("DELETE", one, 404, delegation=made["id"])
    return {"delegation": ask("POST", place, 201, {"delegate": head, "unit": unit})["id"]}


def try_people(contract, customer):
    """Invitations, deletion, terms: each route that changes, as it is described."""
    token, tenant = customer.token["secret"], customer.tenant["id"]

    def ask(method, path, status, body=None, token=token, **values):
        got, answer = contract.ask(method, path, contract.target_of(path, values), body, token)
        assert got == status, (method, path, got, answer)
        return answer

    place, one = "/api/v1/tenants/{tenant}/invitations", "/api/v1/invitations/{invitation}"
    body = {"email": "clerk@example.org", "role": "reader", "language": "fr"}
    ask("POST", place, 400, {**body, "email": "no address"}, tenant=tenant)
    ask("POST", place, 404, {**body, "groups": ["7"]}, tenant=tenant)
    made = ask("POST", place, 201, body, tenant=tenant)
    assert made["invitation"]["mail"]["state"] == "none", made
    again = ask("POST", one + "/send", 200, invitation=made["invitation"]["id"])
    assert again["link"] != made["link"], again
    secret = again["link"].rsplit("/", 1)[1]
    for used, status in ((made["link"].rsplit("/", 1)[1], 404), ("0" * 64, 404), (secret, 200)):
        ask("POST", "/api/v1/invitation", status, {"secret": used}, token="")
    accept = {"secret": secret, "name": "contract-clerk", "password": "too short"}
    ask("POST", "/api/v1/invitation/acceptance", 400, accept, token="")
    accept["password"] = "a long passphrase of a clerk"
    user = ask("POST", "/api/v1/invitation/acceptance", 201, accept, token="")
    ask("POST", "/api/v1/invitation/acceptance", 404, accept, token="")
    ask("DELETE", one, 409, invitation=made["invitation"]["id"])
    other = ask("POST", place, 201, body, tenant=tenant)["invitation"]["id"]
    ask("DELETE", one, 204, invitation=other)
    ask("DELETE", "/api/v1/users/{user}", 409, user=customer.user["id"])
    ask("DELETE", "/api/v1/users/{user}", 204, user=user["id"])
    ask("DELETE", "/api/v1/users/{user}", 404, user=user["id"])
    place = "/api/v1/service-accounts"
    body = {"name": "contract-robot", "role": "reader", "owner": customer.user["id"]}
    ask("POST", place, 400, {**body, "role": "operator"})
    account = ask("POST", place, 201, body)["id"]
    ask("POST", place, 409, body)
    ask("PUT", place + "/{account}/owner", 204, {"owner": customer.user["id"]}, account=account)
    ask("PUT", place + "/{account}/owner", 409, {"owner": account}, account=account)
    day = {"lifetime_us": 86_400_000_000}
    key = ask("POST", place + "/{account}/access-keys", 201, day, account=account)
    assert key["access_key"]["expires_us"] is not None, key
    ask("POST", place + "/{account}/access-keys", 400, {"lifetime_us": 1 << 50}, account=account)
    robot = ask("POST", place + "/{account}/api-tokens", 201, {**day, "label": "ci"},
                account=account)["secret"]
    assert ask("GET", "/api/v1/session", 200, token=robot)["user"]["name"] == "contract-robot"
    ask("POST", "/api/v1/users/{user}/access-keys", 409, user=account)
    ask("DELETE", "/api/v1/users/{user}", 204, user=account)
    ask("GET", "/api/v1/session", 401, token=robot)
    lost, resets = "/api/v1/users/{user}/factor-reset", "/api/v1/factor-resets/{reset}"
    ask("POST", lost, 409, {"reason": "lost"}, user=customer.user["id"])
    ask("POST", lost, 400, {"reason": ""}, token=None, user=customer.user["id"])
    asked = ask("POST", lost, 201, {"reason": "lost"}, token=None, user=customer.user["id"])
    ask("POST", resets + "/approval", 403, token=None, reset=asked["id"])
    listed = ask("GET", "/api/v1/tenants/{tenant}/factor-resets", 200, tenant=tenant)
    assert [each["id"] for each in listed["items"]] == [asked["id"]], listed
    ask("DELETE", resets, 204, reset=asked["id"])
    ask("POST", resets + "/approval", 409, reset=asked["id"])
    reset = "/api/v1/password-reset"
    ask("POST", reset + "/mail", 409, {"user": "contract-clerk"}, token="")  # it sends none
    ask("POST", reset + "/mail", 400, {"user": "no name"}, token="")
    for place in (reset, reset + "/password"):
        ask("POST", place, 404, {"secret": "0" * 64, "password": "a long passphrase"}, token="")
    terms = {"version": "2026-1", "text": {"en": "Be kind.", "fr": "Soyez aimable."}}
    ask("POST", "/api/v1/terms", 404, terms)
    ask("POST", "/api/v1/terms", 201, terms, token=None)
    ask("POST", "/api/v1/terms", 409, terms, token=None)
    ask("PUT", "/api/v1/terms/{version}/acceptance", 403, version="2026-1")


def try_roles(contract, customer, profile):
    """A role, its profile and its sessions: each route that changes, as it is described."""
    token = customer.token["secret"]

    def ask(method, path, status, body=None, **values):
        target = contract.target_of(path, values)
        got, answer = contract.ask(method, path, target, body, token)
        assert got == status, (method, target, got, answer)
        return answer

    trust = {"Statement": {"Effect": "Allow", "Principal": {"AWS": customer.tenant["account"]},
                           "Action": "sts:AssumeRole"}}
    for bad in ({"name": "a/b", "trust": trust}, {"name": "a"},
                {"name": "a", "trust": trust, "session_max_us": 1},
                {"name": "a", "trust": {"Statement": {**trust["Statement"], "Resource": "*"}}}):
        ask("POST", "/api/v1/roles", 400, bad)
    role = ask("POST", "/api/v1/roles", 201, {"name": "night-shift", "trust": trust})
    ask("POST", "/api/v1/roles", 409, {"name": "night-shift", "trust": trust})
    everybody = {"Statement": {**trust["Statement"], "Principal": "*"}}
    ask("POST", "/api/v1/roles", 403, {"name": "open", "trust": everybody})
    changed = ask("PUT", "/api/v1/roles/{role}", 200, {"session_max_us": 7_200_000_000},
                  role=role["id"])
    assert (changed["trust"], changed["session_max_us"]) == (trust, 7_200_000_000), changed
    held = {"role": role["id"], "profile": profile}
    for _ in range(2):  # safe to repeat
        ask("PUT", "/api/v1/roles/{role}/profiles/{profile}", 204, **held)
    for method, status in ("DELETE", 204), ("DELETE", 404), ("PUT", 204):
        ask(method, "/api/v1/roles/{role}/profiles/{profile}", status, **held)
    wanted = {"role_arn": role["arn"], "session_name": "first", "duration_us": 900_000_000}
    made = [ask("POST", "/api/v1/role-sessions", 201, wanted)["access_key_id"] for _ in range(2)]
    ask("POST", "/api/v1/role-sessions", 400, {**wanted, "duration_us": 1})
    ask("POST", "/api/v1/role-sessions", 403, {**wanted, "role_arn": role["arn"] + "x"})
    for status in 204, 204, 404:
        session = made[0] if status == 204 else "BLT00000000000000000"
        ask("DELETE", "/api/v1/role-sessions/{role_session}", status, role_session=session)
    spare = ask("POST", "/api/v1/roles", 201, {"name": "spare", "trust": trust})
    for status in 204, 404:
        ask("DELETE", "/api/v1/roles/{role}", status, role=spare["id"])
    return {"role": role["id"]}


def try_issuers(contract, customer, directory):
    """A directory and its subjects: each route that changes, as it is described."""
    token, user = customer.token["secret"], customer.user["id"]

    def ask(method, path, status, body=None, **values):
        target = contract.target_of(path, values)
        got, answer = contract.ask(method, path, target, body, token)
        assert got == status, (method, target, got, answer)
        return answer

    wanted = directory.registration("contract", scopes=["email"], purpose="both",
                                    audiences=["programs"])
    for bad in ({}, {**wanted, "url": "ftp://a"}, {**wanted, "organisation": "A B"},
                {**wanted, "scopes": "email"}, {**wanted, "creates_users": 1},
                {**wanted, "required_claim": "groups"}, {**wanted, "purpose": "all"},
                {**wanted, "purpose": "people"}, {**wanted, "purpose": "programs"},
                {**wanted, "audiences": [wanted["client_id"]]}):
        ask("POST", "/api/v1/issuers", 400, bad)
    ask("POST", "/api/v1/issuers", 503, {**wanted, "url": "http://127.0.0.1:1"})
    issuer = ask("POST", "/api/v1/issuers", 201, wanted)
    assert issuer["has_secret"] and "client_secret" not in issuer, issuer
    ask("POST", "/api/v1/issuers", 409, wanted)
    change = {"client_id": "belfry", "organisation": "contract-2", "required_claim": "groups",
              "required_value": "belfry", "audiences": ["programs"]}
    changed = ask("PUT", "/api/v1/issuers/{issuer}", 200, change, issuer=issuer["id"])
    assert (changed["organisation"], changed["has_secret"]) == ("contract-2", True), changed
    changed = ask("PUT", "/api/v1/issuers/{issuer}", 200, {**change, "client_secret": ""},
                  issuer=issuer["id"])
    assert not changed["has_secret"] and changed["purpose"] == "both", changed
    programs = {"purpose": "programs", "audiences": ["programs"]}
    ask("PUT", "/api/v1/issuers/{issuer}", 400, {**programs, **change}, issuer=issuer["id"])
    changed = ask("PUT", "/api/v1/issuers/{issuer}", 200, programs, issuer=issuer["id"])
    assert (changed["client_id"], changed["purpose"]) == (None, "programs"), changed
    ask("POST", "/api/v1/issuers/{issuer}/subjects", 409, {"subject": "s-1", "user": user},
        issuer=issuer["id"])
    ask("PUT", "/api/v1/issuers/{issuer}", 200, {**change, "purpose": "people", "audiences": []},
        issuer=issuer["id"])
    change.pop("audiences")
    ask("PUT", "/api/v1/issuers/{issuer}", 404, change, issuer="1")
    subjects = "/api/v1/issuers/{issuer}/subjects"
    link = ask("POST", subjects, 201, {"subject": "s-1", "user": user}, issuer=issuer["id"])
    ask("POST", subjects, 409, {"subject": "s-1", "user": user}, issuer=issuer["id"])
    ask("POST", subjects, 400, {"subject": "", "user": user}, issuer=issuer["id"])
    ask("POST", subjects, 404, {"subject": "s-2", "user": "1"}, issuer=issuer["id"])
    for status in 204, 404:
        ask("DELETE", subjects + "/{subject}", status, issuer=issuer["id"], subject=link["id"])
    for status in 204, 404:
        ask("DELETE", "/api/v1/issuers/{issuer}", status, issuer=issuer["id"])
    issuer = ask("POST", "/api/v1/issuers", 201, wanted)
    ask("POST", subjects, 201, {"subject": "s-1", "user": user}, issuer=issuer["id"])
    return {"issuer": issuer["id"]}
