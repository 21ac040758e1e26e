#!/usr/bin/env python3
"""The SQLite file and the index are deleted: `belfry doctor` says what is lost and what is not;
the index is made again from the segments, and every object is there.
"""

import shutil

from file_tree import differences, digests_of, write_file
from running_provider import Provider
from s3_clients import Rclone


def put_objects(provider):
    source = provider.folder / "source"
    for number in range(120):
        write_file(source / f"d{number % 7}/{number:03}.bin", number * 4111, number)
    client = Rclone(provider, False, provider.folder)
    client.make_bucket("kept")
    client.put_tree(source, "kept")
    return source


def assert_all_there(provider, source, name):
    copy = provider.folder / name
    Rclone(provider, False, provider.folder).get_tree("kept", copy)
    wrong = differences(digests_of(source), digests_of(copy))
    assert not wrong, "; ".join(wrong)


def conditions(provider, code):
    """{subject: condition}; the doctor needs no daemon."""
    report = provider.belfry("doctor", code=code)
    return {f["subject"]: f["condition"] for f in report["findings"]}


def indexes_of(provider):
    """Folders of RocksDB below the data directory."""
    return sorted({p.parent for p in provider.data.rglob("CURRENT")})


def databases_of(provider):
    return sorted(p for p in provider.data.iterdir() if p.is_file() and ".db" in p.name)


def main():
    with Provider("database-loss") as provider:
        source = put_objects(provider)
        provider.stop()
        before = conditions(provider, 0)
        assert set(before.values()) == {"good"}, before

        indexes = indexes_of(provider)
        assert indexes, "no index found below the data directory"
        for index in indexes:
            shutil.rmtree(index)
        assert "rebuilt" in conditions(provider, 0).values(), "the doctor misses the lost index"
        provider.start()
        assert_all_there(provider, source, "without-index")
        provider.stop()

        databases = databases_of(provider)
        assert databases, f"no SQLite file in {sorted(provider.data.iterdir())}"
        for file in databases + indexes_of(provider):
            shutil.rmtree(file) if file.is_dir() else file.unlink()
        after = conditions(provider, 1)
        lost = [subject for subject, condition in after.items() if condition == "lost"]
        kept = [subject for subject, condition in after.items() if condition == "good"]
        assert lost and len(kept) >= 12, f"the doctor: {after}"
        provider.start()
        assert_all_there(provider, source, "without-database")
        print(f"lost: {lost}; {len(kept)} good; 120 objects there after both")


if __name__ == "__main__":
    main()
