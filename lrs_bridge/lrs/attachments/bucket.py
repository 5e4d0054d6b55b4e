"""The content of attachments in S3-compatible storage: Amazon's, MinIO, Ceph, Garage and others.

Needs boto3 (`pip install mentes[s3]`). Keys and the like come from where boto3 looks for them:
AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or the machine's role.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from lrs_bridge.errors import Unavailable
from lrs_bridge.lrs.attachments.contents import Buffer

_OPTIONS = frozenset({"endpoint_url", "region_name"})
_GONE = frozenset({"NoSuchKey", "404"})
_CONFIG = Config(
    connect_timeout=5,  # s
    read_timeout=30,  # s
    retries={"mode": "standard", "max_attempts": 3},
    request_checksum_calculation="when_required",  # other makers' storage knows no CRC trailers
    response_checksum_validation="when_required",
)


class Bucket:
    """Content as objects of one bucket."""

    def __init__(self, client: Any, bucket: str, prefix: str = "") -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""

    @classmethod
    def at(cls, url: str) -> Bucket:
        """Return the one that `s3://bucket/prefix?endpoint_url=…&region_name=…` names.

        Raises:
            ValueError: if the URL names none, or has an option that is not one of these two.
        """
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
        if parts.scheme != "s3" or not parts.netloc or options.keys() - _OPTIONS:
            raise ValueError(
                "Give s3://bucket/prefix, with ?endpoint_url=… and region_name=… where needed."
            )
        client = boto3.client("s3", config=_CONFIG, **options)
        return cls(client, parts.netloc, parts.path)

    def put(self, name: str, content: Buffer) -> None:
        """See `Contents`."""
        with _reached():
            self._client.put_object(**self._object(name), Body=bytes(content))

    def get(self, name: str) -> bytes | None:
        """See `Contents`."""
        with _reached():
            try:
                content: bytes = self._client.get_object(**self._object(name))["Body"].read()
            except ClientError as error:
                if error.response["Error"]["Code"] in _GONE:
                    return None
                raise
            return content

    def delete(self, name: str) -> None:
        """See `Contents`."""
        with _reached():
            self._client.delete_object(**self._object(name))

    def names(self, before: datetime) -> Iterator[str]:
        """See `Contents`."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix
        )
        with _reached():
            for page in pages:
                for found in page.get("Contents", ()):
                    if found["LastModified"] < before:
                        yield found["Key"].removeprefix(self._prefix)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _object(self, name: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + name}


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise Unavailable("The storage of attachments could not be reached.") from error
