"""Debian's S3 clients, each told where the provider is and whom to trust."""

import json
import os
import subprocess

# Debian's programs, whatever else the path has.
SYSTEM_PATH = "/usr/bin:/bin"


class Client:
    def __init__(self, provider, secure, folder):
        self.provider = provider
        self.endpoint = provider.s3_tls if secure else provider.s3
        self.secure = secure
        self.folder = folder
        self.environment = {"PATH": SYSTEM_PATH, "LANG": "C.UTF-8", "HOME": str(folder)}

    def run(self, *command, timeout=900):
        run = subprocess.run([str(c) for c in command], capture_output=True, text=True,
                             timeout=timeout, check=False, env=self.environment)
        if run.returncode != 0:
            raise AssertionError(f"{command} ended with {run.returncode}:\n"
                                 f"{run.stdout[-4000:]}\n{run.stderr[-4000:]}")
        return run.stdout


class Aws(Client):
    def __init__(self, provider, secure, folder):
        super().__init__(provider, secure, folder)
        self.environment.update(
            AWS_ACCESS_KEY_ID=provider.credentials["s3_access_key"],
            AWS_SECRET_ACCESS_KEY=provider.credentials["s3_secret_key"],
            AWS_DEFAULT_REGION="us-east-1", AWS_EC2_METADATA_DISABLED="true", AWS_PAGER="",
            AWS_CA_BUNDLE=str(provider.ca))

    def aws(self, *words):
        return self.run("aws", "--endpoint-url", self.endpoint, *words)

    def make_bucket(self, bucket):
        self.aws("s3", "mb", f"s3://{bucket}")

    def put_tree(self, folder, bucket):
        self.aws("s3", "cp", "--recursive", "--only-show-errors", folder, f"s3://{bucket}/tree/")

    def get_tree(self, bucket, folder):
        self.aws("s3", "cp", "--recursive", "--only-show-errors", f"s3://{bucket}/tree/", folder)

    def list(self, bucket):
        said = self.aws("s3api", "list-objects-v2", "--bucket", bucket, "--output", "json")
        return {o["Key"]: o["Size"] for o in json.loads(said).get("Contents", [])}


class S3cmd(Client):
    def __init__(self, provider, secure, folder):
        super().__init__(provider, secure, folder)
        host = self.endpoint.split("://")[1]
        self.config = os.path.join(folder, "s3cmd.cfg")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write("[default]\n"
                       f"access_key = {provider.credentials['s3_access_key']}\n"
                       f"secret_key = {provider.credentials['s3_secret_key']}\n"
                       f"host_base = {host}\nhost_bucket = {host}\n"
                       f"use_https = {secure}\nca_certs_file = {provider.ca}\n"
                       "bucket_location = us-east-1\nsignature_v2 = False\n")

    def s3cmd(self, *words):
        return self.run("s3cmd", "-c", self.config, "--no-progress", *words)

    def make_bucket(self, bucket):
        self.s3cmd("mb", f"s3://{bucket}")

    def put_tree(self, folder, bucket):
        self.s3cmd("put", "--recursive", f"{folder}/", f"s3://{bucket}/tree/")

    def get_tree(self, bucket, folder):
        self.s3cmd("get", "--recursive", f"s3://{bucket}/tree/", f"{folder}/")

    def list(self, bucket):
        found = {}
        for line in self.s3cmd("ls", "--recursive", f"s3://{bucket}").splitlines():
            size, name = line[16:].lstrip().split(maxsplit=1)
            found[name.removeprefix(f"s3://{bucket}/")] = int(size)
        return found


class Rclone(Client):
    def __init__(self, provider, secure, folder):
        super().__init__(provider, secure, folder)
        self.environment.update(
            RCLONE_CONFIG=os.path.join(folder, "rclone.conf"), RCLONE_CONFIG_B_TYPE="s3",
            RCLONE_CONFIG_B_PROVIDER="Other",
            RCLONE_CONFIG_B_ACCESS_KEY_ID=provider.credentials["s3_access_key"],
            RCLONE_CONFIG_B_SECRET_ACCESS_KEY=provider.credentials["s3_secret_key"],
            RCLONE_CONFIG_B_ENDPOINT=self.endpoint, RCLONE_CONFIG_B_FORCE_PATH_STYLE="true",
            RCLONE_CONFIG_B_REGION="us-east-1", RCLONE_CA_CERT=str(provider.ca))
        open(self.environment["RCLONE_CONFIG"], "w", encoding="utf-8").close()

    def rclone(self, *words):
        return self.run("rclone", *words)

    def make_bucket(self, bucket):
        self.rclone("mkdir", f"b:{bucket}")

    def put_tree(self, folder, bucket):
        self.rclone("copy", "--retries", "1", "--transfers", "4", folder, f"b:{bucket}/tree")

    def get_tree(self, bucket, folder):
        self.rclone("copy", "--retries", "1", "--transfers", "4", f"b:{bucket}/tree", folder)

    def list(self, bucket):
        said = self.rclone("lsjson", "-R", "--files-only", f"b:{bucket}")
        return {o["Path"]: o["Size"] for o in json.loads(said)}


CLIENTS = {"awscli": Aws, "s3cmd": S3cmd, "rclone": Rclone}
