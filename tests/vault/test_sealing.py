"""Sealing: opens here and only here, notices every change, and survives a new key."""

import base64
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault import CannotUnseal, keyed_hash, seal, unseal

PLACE = "accounts_user|address|1"


@given(plain=st.binary(max_size=500), place=st.text(max_size=50))
def test_what_was_sealed_opens_in_its_place(plain, place):
    assert unseal(seal(plain, bound_to=place), bound_to=place) == plain


def test_a_database_row_may_be_a_memoryview():
    assert unseal(memoryview(seal(b"x", bound_to=PLACE)), bound_to=PLACE) == b"x"


def test_the_same_text_never_looks_the_same():
    assert len({seal("花子".encode(), bound_to=PLACE) for _ in range(100)}) == 100


def test_the_text_does_not_show():
    assert "花子".encode() not in seal("花子".encode(), bound_to=PLACE)


@pytest.mark.parametrize("elsewhere", ["accounts_user|address|2", "accounts_user|name|1", "", PLACE + " "])
def test_a_token_moved_elsewhere_does_not_open(elsewhere):
    token = seal(b"hanako@example.jp", bound_to=PLACE)

    with pytest.raises(CannotUnseal):
        unseal(token, bound_to=elsewhere)


def test_every_changed_bit_is_noticed():
    token = seal(b"hanako", bound_to=PLACE)

    for place in range(len(token) * 8):
        changed = bytearray(token)
        changed[place // 8] ^= 1 << place % 8
        with pytest.raises(CannotUnseal):
            unseal(bytes(changed), bound_to=PLACE)


def test_every_cut_is_noticed():
    token = seal(b"hanako", bound_to=PLACE)

    for length in range(len(token)):
        with pytest.raises(CannotUnseal):
            unseal(token[:length], bound_to=PLACE)


@given(st.binary(max_size=100))
def test_nonsense_is_refused(nonsense):
    with pytest.raises(CannotUnseal):
        unseal(nonsense, bound_to=PLACE)


def test_with_a_new_key_old_tokens_open_and_new_ones_use_it(settings):
    old = seal(b"hanako", bound_to=PLACE)
    settings.VAULT_KEYS = {"new": os.urandom(32), **settings.VAULT_KEYS}

    new = seal(b"hanako", bound_to=PLACE)

    assert unseal(old, bound_to=PLACE) == unseal(new, bound_to=PLACE) == b"hanako"
    assert new[2:5] == b"new"


def test_without_its_key_a_token_stays_closed(settings):
    token = seal(b"hanako", bound_to=PLACE)
    settings.VAULT_KEYS = {"other": os.urandom(32)}

    with pytest.raises(CannotUnseal, match="unknown key"):
        unseal(token, bound_to=PLACE)


def test_another_key_of_the_same_name_does_not_open_it(settings):
    token = seal(b"hanako", bound_to=PLACE)
    settings.VAULT_KEYS = {name: os.urandom(32) for name in settings.VAULT_KEYS}

    with pytest.raises(CannotUnseal, match="damaged or moved"):
        unseal(token, bound_to=PLACE)


def test_a_refusal_says_nothing_of_the_content(settings):
    with pytest.raises(CannotUnseal) as refusal:
        unseal(seal(b"hanako", bound_to=PLACE), bound_to="elsewhere")

    assert "hanako" not in repr(refusal.value)


def test_a_keyed_hash_depends_on_message_purpose_and_key(settings):
    here = keyed_hash("123456", purpose="login code")
    others = [keyed_hash("123457", purpose="login code"), keyed_hash("123456", purpose="login attempt")]
    same = keyed_hash("123456", purpose="login code")
    settings.CODE_KEY = base64.b64decode("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")

    assert same == here
    assert here not in [*others, keyed_hash("123456", purpose="login code")]
    assert len(here) == 32
