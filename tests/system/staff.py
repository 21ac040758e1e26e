"""The provider's own staff, who get a privileged role by an approved request alone."""

import http.cookies
import json


def make_staff(provider, name, role, password, duration_s=8 * 3600):
    """A user of the provider's tenant with the role for a time, and no second factor yet."""
    tenant = provider.rest("GET", "/api/v1/session")["tenant"]["id"]
    user = provider.rest("POST", f"/api/v1/tenants/{tenant}/users",
                         {"name": name, "email": "", "role": "reader", "password": password})
    status, headers, octets = provider.request(
        "POST", "/api/v1/session", {"user": name, "password": password}, token="")
    assert status < 300, octets
    cookie = http.cookies.SimpleCookie(headers["Set-Cookie"])["belfry_session"].value
    status, _, octets = provider.request(
        "POST", "/api/v1/requests",
        {"user": user["id"], "role": role, "reason": "on duty", "duration_s": duration_s}, token="",
        headers={"X-Belfry-Request": "1", "Cookie": f"belfry_session={cookie}"})
    assert status == 201, octets
    request = json.loads(octets)["id"]
    provider.rest("POST", f"/api/v1/requests/{request}/approve", {"reason": "as agreed"})
    return user
