"""Standard Webhooks 1.0: secrets and signatures. Pure but for making a secret. Source: domain notes F7.

The signed bytes are `{webhook-id}.{webhook-timestamp}.{raw body}`; a secret is `whsec_` + base64 of 24 to 64 bytes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets

PREFIX = "whsec_"
MIN_BYTES = 24
MAX_BYTES = 64


def new_secret() -> str:
    """Return a fresh random secret."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def key_of(secret: str) -> bytes:
    """Return the signing key inside a secret; raises ValueError with plain words when it is not one."""
    if not secret.startswith(PREFIX):
        raise ValueError(f"A secret starts with {PREFIX}.")
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"What follows {PREFIX} must be base64.") from error
    if not MIN_BYTES <= len(key) <= MAX_BYTES:
        raise ValueError(f"A secret holds {MIN_BYTES} to {MAX_BYTES} bytes; this one holds {len(key)}.")
    return key


def sign(secret: str, *, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the `webhook-signature` value for a body sent at a Unix time in seconds."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(key_of(secret), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def headers(
    secret: str, *, message_id: str, timestamp: int, body: bytes, previous: str | None = None
) -> dict[str, str]:
    """Return the three headers that let a receiver verify a message; with a `previous` secret either verifies it."""
    signatures = [
        sign(one, message_id=message_id, timestamp=timestamp, body=body)
        for one in (secret, previous)
        if one is not None
    ]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }
