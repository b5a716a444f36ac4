"""AES-256-GCM-SIV with a key ring. Nonce misuse does not reveal keys (RFC 8452); keys live outside the database."""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from django.conf import settings

VERSION = 1
NONCE_BYTES = 12


class CannotUnseal(Exception):
    """The token is damaged, was moved from its place, or its key is gone. Says nothing about the content."""


def seal(plain: bytes, *, bound_to: str) -> bytes:
    """Encrypt ``plain`` for the place named by ``bound_to``."""
    key_id, key = next(iter(settings.VAULT_KEYS.items()))
    encoded_id = key_id.encode("ascii")
    nonce = os.urandom(NONCE_BYTES)
    header = bytes([VERSION, len(encoded_id)]) + encoded_id
    return header + nonce + AESGCMSIV(key).encrypt(nonce, plain, header + bound_to.encode())


def unseal(token: bytes | memoryview, *, bound_to: str) -> bytes:
    """
    The bytes that were sealed for ``bound_to``.

    :raises CannotUnseal: damaged, moved, or sealed with a key this installation does not have.
    """
    token = bytes(token)
    if len(token) < 2 or token[0] != VERSION:
        raise CannotUnseal("unknown token version")
    header_end = 2 + token[1]
    key = settings.VAULT_KEYS.get(token[2:header_end].decode("ascii", errors="replace"))
    if key is None:
        raise CannotUnseal("unknown key")
    header, nonce = token[:header_end], token[header_end : header_end + NONCE_BYTES]
    try:
        return AESGCMSIV(key).decrypt(nonce, token[header_end + NONCE_BYTES :], header + bound_to.encode())
    except (InvalidTag, ValueError) as problem:
        raise CannotUnseal("damaged or moved") from problem


def keyed_hash(message: str, *, purpose: str) -> bytes:
    """HMAC-SHA-256 under the code key; ``purpose`` keeps hashes of different uses apart."""
    return hmac.new(settings.CODE_KEY, f"{purpose}\0{message}".encode(), hashlib.sha256).digest()
