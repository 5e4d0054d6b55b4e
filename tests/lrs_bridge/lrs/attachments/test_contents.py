"""Content of attachments outside of the database: in a folder, and in S3-compatible storage."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lrs_bridge.errors import Unavailable
from lrs_bridge.lrs.attachments.bucket import Bucket
from lrs_bridge.lrs.attachments.contents import Contents, Folder, contents_at
from tests.lrs_bridge.object_storage import serving

NAME = "3f0a/ab/abcd-12"
BYTES = bytes(range(256)) + b"\r\n--edge--\r\n\x00"
SOON, LONG_AGO = timedelta(hours=1), datetime(2001, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def storage() -> Iterator[str]:
    with serving() as endpoint:
        yield endpoint


@pytest.fixture
def bucket(storage: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    where = Bucket.at(f"s3://records/files/?endpoint_url={storage}&region_name=us-east-1")
    where._client.create_bucket(Bucket="records")
    yield where
    for name in list(where.names(datetime.now(UTC) + SOON)):
        where.delete(name)
    where.close()


@pytest.fixture(params=["folder", "bucket"])
def contents(request: pytest.FixtureRequest, tmp_path: Path) -> Contents:
    if request.param == "folder":
        return Folder(tmp_path / "not" / "there" / "yet")
    return request.getfixturevalue("bucket")


@pytest.mark.parametrize("content", [b"", BYTES, memoryview(BYTES)[3:9], os.urandom(3_000_000)])
def test_what_is_put_is_got_byte_for_byte(contents: Contents, content: bytes | memoryview) -> None:
    contents.put(NAME, content)
    assert contents.get(NAME) == bytes(content)


def test_what_was_never_put_is_lost_and_nothing_breaks(contents: Contents) -> None:
    assert contents.get(NAME) is None
    contents.delete(NAME)
    assert list(contents.names(datetime.now(UTC) + SOON)) == []


def test_what_is_deleted_is_gone(contents: Contents) -> None:
    contents.put(NAME, BYTES)
    contents.put(NAME + "3", b"another")
    contents.delete(NAME)
    contents.delete(NAME)
    assert contents.get(NAME) is None
    assert contents.get(NAME + "3") == b"another"


def test_names_are_listed_by_when_they_were_put(contents: Contents) -> None:
    contents.put(NAME, BYTES)
    contents.put("other/cd/cdef-34", b"")
    assert sorted(contents.names(datetime.now(UTC) + SOON)) == [NAME, "other/cd/cdef-34"]
    assert list(contents.names(LONG_AGO)) == []


@pytest.mark.parametrize(
    ("where", "kind"),
    [
        ("", type(None)),
        ("/var/lib/attachments", Folder),
        ("s3://bucket?region_name=eu-west-1", Bucket),
    ],
)
def test_a_place_is_named_in_one_word(where: str, kind: type) -> None:
    assert type(contents_at(where)) is kind


def test_without_boto3_a_bucket_is_refused_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "lrs_bridge.lrs.attachments.bucket", None)
    with pytest.raises(ValueError, match=r"mentes\[s3\]"):
        contents_at("s3://bucket")


# In a folder


def test_files_are_for_us_alone_and_nothing_unfinished_stays(tmp_path: Path) -> None:
    Folder(tmp_path).put(NAME, BYTES)
    (path,) = (it for it in tmp_path.rglob("*") if it.is_file())
    assert path == tmp_path / NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_a_killed_process_left_half_written_is_listed_for_sweeping(tmp_path: Path) -> None:
    (tmp_path / "3f0a").mkdir()
    (tmp_path / "3f0a" / "half.part").write_bytes(b"ha")
    assert list(Folder(tmp_path).names(datetime.now(UTC) + SOON)) == ["3f0a/half.part"]


def test_a_folder_that_cannot_be_written_is_said_to_be_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"in the way")
    folder = Folder(tmp_path / "file")
    with pytest.raises(Unavailable):
        folder.put(NAME, BYTES)
    with pytest.raises(Unavailable):
        folder.get(NAME)
    with pytest.raises(Unavailable):
        folder.delete(NAME)


# In a bucket


def test_a_bucket_that_is_not_there_is_said_to_be_unavailable(bucket: Bucket, storage: str) -> None:
    other = Bucket(bucket._client, "nothing-here")
    for act in (lambda: other.put(NAME, b""), lambda: list(other.names(LONG_AGO))):
        with pytest.raises(Unavailable):
            act()


@pytest.mark.parametrize(
    "url", ["s3://", "s3:///prefix", "https://bucket", "s3://b?verify=false", "s3://b?x"]
)
def test_a_url_that_names_no_bucket_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"s3://bucket/prefix|bad query field"):
        Bucket.at(url)
