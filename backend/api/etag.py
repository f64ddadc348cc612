"""Versions as ETags. An edit without If-Match is allowed (the last writer wins); one with a stale tag is refused."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Header

from models.errors import DomainError, ErrorCode

_TAG = re.compile(r'(?:W/)?"(\d{1,18})"')


def etag_of(version: int) -> str:
    """Return the ETag of a version."""
    return f'"{version}"'


def expected_version(
    if_match: Annotated[str | None, Header(description='ETag of what you edit, such as "3"; stale is 412.')] = None,
) -> int | None:
    """Return the version that If-Match names; None when it is absent or `*`. What is no tag of ours is STALE."""
    if if_match is None or if_match.strip() == "*":
        return None
    tag = _TAG.fullmatch(if_match.strip())
    if tag is None:
        raise DomainError(ErrorCode.STALE, 'If-Match names one ETag as it was given, such as "3".')
    return int(tag[1])
