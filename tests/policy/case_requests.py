"""Who asks for what: the requests that policies are tried on, and the context keys they carry."""

from dataclasses import dataclass, field

ACCOUNTS = ("000000000002", "000000000003")
USERS = ("anna", "ben", "carl")
ROLES = ("reader", "team/writer")
BUCKETS = ("bucket", "bucket2", "archive", "a.b")
OBJECTS = ("key", "anna/notes.txt", "ben/notes.txt", "red/notes.txt", "team/2026/report.pdf",
           "a?b", "a$b", "a+b (1).txt", "x:y", "\u00e9t\u00e9", "bucket",
           "logs/2026-01-01/0001.gz", "a\\b[1]^{2}|c")

ON_OBJECTS = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:GetObjectVersion",
              "s3:PutObjectTagging", "s3:PutObjectAcl", "s3:AbortMultipartUpload",
              "s3:PutObjectRetention")
ON_BUCKETS = ("s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketLocation", "s3:CreateBucket",
              "s3:DeleteBucket", "s3:PutBucketPolicy")
ON_NOTHING = ("s3:ListAllMyBuckets",)
ACTIONS = ON_OBJECTS + ON_BUCKETS + ON_NOTHING


@dataclass(frozen=True)
class Key:
    """A context key. `kind` says which operators suit it; only `on` actions carry it (all if
    empty); a key that is `many` has a list of values and is only asked for with a set operator."""
    name: str
    kind: str
    values: tuple
    on: tuple = ()
    many: bool = False


KEYS = (
    Key("aws:username", "string", USERS),
    Key("aws:userid", "string", ("AIDAANNA", "AIDABEN", "AROAREADER:work")),
    Key("aws:PrincipalArn", "arn", tuple(
        f"arn:aws:iam::{account}:{who}" for account in ACCOUNTS
        for who in ("user/anna", "user/ben", "role/reader", "role/team/writer"))),
    Key("aws:PrincipalAccount", "string", ACCOUNTS),
    Key("aws:PrincipalType", "string", ("User", "AssumedRole", "FederatedUser")),
    Key("aws:PrincipalTag/team", "string", ("red", "blue", "r*d", "b?ue", "Red")),
    Key("aws:RequestedRegion", "string", ("eu-west-3", "us-east-1")),
    Key("aws:UserAgent", "string", ("aws-cli/2.9 (linux)", "curl/7.88", "rclone/v1.60")),
    Key("aws:SourceVpce", "string", ("vpce-1a2b", "vpce-9")),
    Key("aws:SourceArn", "arn", ("arn:aws:sns:eu-west-3:000000000002:topic",
                                 "arn:aws:s3:::bucket/key", "arn:aws:sqs:us-east-1::a:b:c")),
    Key("aws:SourceIp", "ip", ("203.0.113.7", "10.1.2.3", "192.168.255.255", "2001:db8::7",
                               "fd00:1::1")),
    Key("aws:SecureTransport", "bool", ("true", "false")),
    Key("aws:MultiFactorAuthPresent", "bool", ("true", "false")),
    Key("aws:MultiFactorAuthAge", "numeric", ("0", "30", "299", "3600")),
    Key("aws:CurrentTime", "date", ("2026-01-01T00:00:00Z", "2026-06-30T12:34:56Z",
                                    "2025-12-31T23:59:59.500Z")),
    Key("aws:TokenIssueTime", "date", ("2026-01-01T00:00:00Z", "2026-03-29T01:00:00Z")),
    Key("aws:EpochTime", "epoch", ("1767225600", "1782822896", "0")),
    Key("aws:TagKeys", "string", ("team", "cost", "Team", "env:prod"), (), True),
    Key("aws:CalledVia", "string", ("athena.amazonaws.com", "glue.amazonaws.com"), (), True),
    Key("aws:PrincipalOrgPaths", "string", ("o-1/r-1/ou-1/", "o-1/r-1/ou-2/ou-3/"), (), True),
    Key("s3:prefix", "string", ("", "anna/", "team/2026/", "bucket"),
        ("s3:ListBucket", "s3:ListBucketVersions")),
    Key("s3:delimiter", "string", ("/", "|"), ("s3:ListBucket", "s3:ListBucketVersions")),
    Key("s3:max-keys", "numeric", ("1", "10", "1000"), ("s3:ListBucket", "s3:ListBucketVersions")),
    Key("s3:TlsVersion", "numeric", ("1.2", "1.3")),
    Key("s3:signatureAge", "numeric", ("0", "900000")),
    Key("s3:authType", "string", ("REST-HEADER", "REST-QUERY-STRING")),
    Key("s3:x-amz-content-sha256", "binary", ("YWJj", "AAEC/w==", "QmVsZnJ5")),
    Key("s3:ExistingObjectTag/team", "string", ("red", "blue"),
        ("s3:GetObject", "s3:GetObjectVersion", "s3:PutObjectTagging", "s3:PutObjectAcl")),
    Key("s3:RequestObjectTag/team", "string", ("red", "blue", "green"),
        ("s3:PutObject", "s3:PutObjectTagging")),
    Key("s3:RequestObjectTagKeys", "string", ("team", "cost", "env"),
        ("s3:PutObject", "s3:PutObjectTagging"), True),
    Key("s3:VersionId", "string", ("v1", "v2"), ("s3:GetObjectVersion",)),
    Key("s3:x-amz-acl", "string", ("private", "public-read", "bucket-owner-full-control"),
        ("s3:PutObject", "s3:PutObjectAcl", "s3:CreateBucket")),
    Key("s3:object-lock-mode", "string", ("GOVERNANCE", "COMPLIANCE"),
        ("s3:PutObject", "s3:PutObjectRetention")),
    Key("s3:object-lock-remaining-retention-days", "numeric", ("1", "30", "365"),
        ("s3:PutObject", "s3:PutObjectRetention")),
    Key("s3:object-lock-retain-until-date", "date",
        ("2026-12-31T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("s3:PutObject", "s3:PutObjectRetention")),
)
# What a client may send in place of what the kind asks for. In a document it is refused.
MALFORMED = {"numeric": "many", "date": "yesterday", "epoch": "yesterday", "bool": "yes",
             "ip": "nowhere", "arn": "anna"}
# What policy variables stand for: single values, never empty.
VARIABLES = ("aws:username", "aws:username", "aws:PrincipalTag/team", "aws:PrincipalTag/team",
             "aws:userid", "aws:PrincipalAccount", "aws:PrincipalType", "aws:RequestedRegion")


@dataclass
class Request:
    action: str
    resource: str
    resource_account: str
    principal: dict
    context: dict = field(default_factory=dict)

    @property
    def across(self):
        return self.principal["account"] != self.resource_account

    @property
    def is_anonymous(self):
        return not self.principal["arn"]

    @property
    def names(self):
        """The ARNs that a Principal names this caller by: its own, then its role's or user's."""
        arn, account = self.principal["arn"], self.principal["account"]
        if self.is_anonymous:
            return []
        if ":assumed-role/" in arn:
            role = next(r for r in ROLES if r.split("/")[-1] == arn.split("/")[1])
            return [arn, f"arn:aws:iam::{account}:role/{role}"]
        if ":federated-user/" in arn:
            return [arn, f"arn:aws:iam::{account}:user/{arn.split('/')[1]}"]
        return [arn]


def draw_principal(draw):
    account = draw.choice(ACCOUNTS)
    kind = draw.random()
    if kind < 0.04:
        return {"arn": "", "account": ""}
    if kind < 0.62:
        arn = f"arn:aws:iam::{account}:user/{draw.choice(USERS)}"
    elif kind < 0.87:
        role = draw.choice(ROLES).split("/")[-1]
        arn = f"arn:aws:sts::{account}:assumed-role/{role}/work"
    else:
        arn = f"arn:aws:sts::{account}:federated-user/{draw.choice(USERS)}"
    return {"arn": arn, "account": account}


def draw_resource(draw, action):
    if action in ON_NOTHING:
        return "*"
    bucket = f"arn:aws:s3:::{draw.choice(BUCKETS)}"
    return bucket if action in ON_BUCKETS else f"{bucket}/{draw.choice(OBJECTS)}"


def draw_context(draw, action):
    """Each key that the action knows, with two chances in three; a few that make no sense."""
    context = {}
    for key in KEYS:
        if (key.on and action not in key.on) or draw.random() < 0.33:
            continue
        if key.kind in MALFORMED and draw.random() < 0.03:
            context[key.name] = [MALFORMED[key.kind]]
        elif key.many:
            context[key.name] = draw.sample(key.values, draw.randint(0, len(key.values)))
        else:
            context[key.name] = [draw.choice(key.values)]
    return context


def draw_request(draw):
    kind = draw.random()
    actions = ON_OBJECTS if kind < 0.65 else ON_BUCKETS if kind < 0.97 else ON_NOTHING
    action = draw.choice(actions)
    principal = draw_principal(draw)
    account = principal["account"] or ACCOUNTS[0]
    if action not in ON_NOTHING and draw.random() < 0.25:
        account = next(a for a in ACCOUNTS if a != account)
    return Request(action, draw_resource(draw, action), account, principal,
                   draw_context(draw, action))
