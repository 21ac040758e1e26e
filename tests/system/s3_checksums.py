#!/usr/bin/python3
"""Checksums of objects that are sent in parts: verified when the upload is completed, kept over a
restart, given back to who asks. Debian's awscli, and requests signed by hand for what it is too
old to say (the checksum of a full object).
"""

import base64
import hashlib
import json
import random
import struct
import zlib

from running_provider import Provider
from s3_clients import Aws
from signed_requests import Signer, error_code

BUCKET, PART = "harbour-sums", 5 * 1024 * 1024
MODE = {"x-amz-checksum-mode": "ENABLED"}


def crc32(octets):
    return base64.b64encode(struct.pack(">I", zlib.crc32(octets))).decode()


def sha256(octets):
    return base64.b64encode(hashlib.sha256(octets).digest()).decode()


def complete_xml(etags):
    parts = "".join(f"<Part><PartNumber>{n}</PartNumber><ETag>{e}</ETag></Part>"
                    for n, e in enumerate(etags, 1))
    return f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode()


def full_object(provider, pieces):
    """The checksum of all octets, joined from those of the parts."""
    whole = b"".join(pieces)
    signer, path = Signer.of(provider), f"/{BUCKET}/full"
    _, said = signer.ok("POST", path, query={"uploads": ""},
                        headers={"x-amz-checksum-algorithm": "CRC32",
                                 "x-amz-checksum-type": "FULL_OBJECT"})
    upload = said.split(b"<UploadId>")[1].split(b"<")[0].decode()
    etags = []
    for number, piece in enumerate(pieces, 1):
        headers, _ = signer.ok("PUT", path, piece,
                               query={"uploadId": upload, "partNumber": str(number)})
        assert headers["x-amz-checksum-crc32"] == crc32(piece), headers
        etags.append(headers["ETag"])
    xml = complete_xml(etags)
    provider.restart()
    signer = Signer.of(provider)
    status, _, said = signer.request("POST", path, xml, query={"uploadId": upload},
                                     headers={"x-amz-checksum-crc32": crc32(whole + b".")})
    assert (status, error_code(said)) == (400, "BadDigest"), said
    status, _, _ = signer.request("HEAD", path)
    assert status == 404, "nothing came to be of what was refused"
    _, said = signer.ok("POST", path, xml, query={"uploadId": upload},
                        headers={"x-amz-checksum-crc32": crc32(whole)})
    assert f"<ChecksumCRC32>{crc32(whole)}</ChecksumCRC32>".encode() in said, said
    provider.restart()
    signer = Signer.of(provider)
    headers, octets = signer.ok("GET", path, headers=MODE)
    assert octets == whole
    assert headers["x-amz-checksum-crc32"] == crc32(whole), headers
    assert headers["x-amz-checksum-type"] == "FULL_OBJECT", headers
    _, octets = signer.ok("GET", path, query={"partNumber": "2"})
    assert octets == pieces[1]


def composite(client, pieces):
    """The checksum of the parts' checksums, as awscli has it."""
    def s3api(*words):
        said = client.aws("s3api", *words, "--output", "json")
        return json.loads(said) if said.strip() else {}

    place = ("--bucket", BUCKET, "--key", "composite")
    created = s3api("create-multipart-upload", *place, "--checksum-algorithm", "SHA256")
    assert created["ChecksumAlgorithm"] == "SHA256", created
    parts = []
    for number, piece in enumerate(pieces, 1):
        file = client.folder / f"piece-{number}"
        file.write_bytes(piece)
        sent = s3api("upload-part", *place, "--upload-id", created["UploadId"], "--body",
                     str(file), "--part-number", str(number), "--checksum-algorithm", "SHA256")
        assert sent["ChecksumSHA256"] == sha256(piece), sent
        parts.append({"PartNumber": number, "ETag": sent["ETag"],
                      "ChecksumSHA256": sent["ChecksumSHA256"]})
    listed = s3api("list-parts", *place, "--upload-id", created["UploadId"])
    assert [p["ChecksumSHA256"] for p in listed["Parts"]] == [sha256(p) for p in pieces]
    expected = sha256(b"".join(hashlib.sha256(p).digest() for p in pieces)) + f"-{len(pieces)}"
    done = s3api("complete-multipart-upload", *place, "--upload-id", created["UploadId"],
                 "--multipart-upload", json.dumps({"Parts": parts}))
    assert done["ChecksumSHA256"] == expected, done
    kept = s3api("head-object", *place, "--checksum-mode", "ENABLED")
    assert kept["ChecksumSHA256"] == expected, kept
    assert "ChecksumSHA256" not in s3api("head-object", *place)
    target = client.folder / "part"
    s3api("get-object", *place, "--part-number", "1", str(target))
    assert target.read_bytes() == pieces[0]
    versions = s3api("list-object-versions", "--bucket", BUCKET)["Versions"]
    assert [(v["Key"], v["VersionId"], v["IsLatest"]) for v in versions] == \
        [("composite", "null", True), ("full", "null", True)], versions


def main():
    octets = random.Random(7).randbytes(PART + 70_000)
    pieces = [octets[:PART], octets[PART:]]
    with Provider("s3-checksums") as provider:
        Signer.of(provider).ok("PUT", f"/{BUCKET}")
        full_object(provider, pieces)
        composite(Aws(provider, False, provider.folder), pieces)
    print("checksums of objects in parts: verified, kept, given back")


if __name__ == "__main__":
    main()
