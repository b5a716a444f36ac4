"""AES-256-GCM-SIV with a key ring. Nonce misuse does not reveal keys (RFC 8452); keys live outside the database."""

import hashlib
import hmac
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from django.conf import settings

VERSION = 1
NONCE_BYTES = 12


class CannotUnseal(Exception):
    """The token is damaged, was moved from its place, or its key is gone. Says nothing about the content."""


class KeyRing:
    """
    Keys of 32 bytes by their short id (ASCII): the first seals, all of them open.

    Made once for several values: setting a cipher up costs as much as using it.
    """

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self.newest = next(iter(keys))
        self._ciphers = {key_id: AESGCMSIV(key) for key_id, key in keys.items()}

    def seal(self, plain: bytes, *, bound_to: str) -> bytes:
        """Encrypt ``plain`` with the newest key for the place named by ``bound_to``."""
        nonce = os.urandom(NONCE_BYTES)
        header = header_of(self.newest)
        return header + nonce + self._ciphers[self.newest].encrypt(nonce, plain, header + bound_to.encode())

    def unseal(self, token: bytes | memoryview, *, bound_to: str) -> bytes:
        """
        The bytes that were sealed for ``bound_to``.

        :raises CannotUnseal: damaged, moved, or sealed with a key that is not on the ring.
        """
        token = bytes(token)
        cipher = self._ciphers.get(key_id_of(token))
        if cipher is None:
            raise CannotUnseal("unknown key")
        header_end = 2 + token[1]
        header, nonce = token[:header_end], token[header_end : header_end + NONCE_BYTES]
        try:
            return cipher.decrypt(nonce, token[header_end + NONCE_BYTES :], header + bound_to.encode())
        except (InvalidTag, ValueError) as problem:
            raise CannotUnseal("damaged or moved") from problem


def header_of(key_id: str) -> bytes:
    """The bytes every token of this key begins with, and no other token does."""
    encoded_id = key_id.encode("ascii")
    return bytes([VERSION, len(encoded_id)]) + encoded_id


def key_id_of(token: bytes | memoryview) -> str:
    """
    The id of the key a token was sealed with.

    :raises CannotUnseal: this is no token.
    """
    token = bytes(token)
    if len(token) < 2 or token[0] != VERSION:
        raise CannotUnseal("unknown token version")
    return token[2 : 2 + token[1]].decode("ascii", errors="replace")


def seal(plain: bytes, *, bound_to: str) -> bytes:
    """Encrypt ``plain`` under the installation's newest key for the place named by ``bound_to``."""
    return KeyRing(settings.VAULT_KEYS).seal(plain, bound_to=bound_to)


def unseal(token: bytes | memoryview, *, bound_to: str) -> bytes:
    """
    The bytes that were sealed for ``bound_to``.

    :raises CannotUnseal: damaged, moved, or sealed with a key this installation does not have.
    """
    return KeyRing(settings.VAULT_KEYS).unseal(token, bound_to=bound_to)


def blind_index(normal_form: str, *, purpose: str) -> dict[str, bytes]:
    """
    What is stored instead of a value that must be found by equality, by the id of each index key, the newest first.

    HMAC-SHA-256 under a key of its own for each ``purpose`` (municipality, table, kind of index), so that equal values
    of two cities or two columns look different. ``normal_form`` is the value as it is compared.
    """
    found = {}
    for key_id, key in settings.INDEX_KEYS.items():
        own = HKDFExpand(algorithm=SHA256(), length=32, info=f"blind index\0{purpose}".encode()).derive(key)
        found[key_id] = hmac.new(own, normal_form.encode(), hashlib.sha256).digest()
    return found


def keyed_hash(message: str, *, purpose: str) -> bytes:
    """HMAC-SHA-256 under the code key; ``purpose`` keeps hashes of different uses apart."""
    return hmac.new(settings.CODE_KEY, f"{purpose}\0{message}".encode(), hashlib.sha256).digest()
