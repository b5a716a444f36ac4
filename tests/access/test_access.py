"""
Who may open what: every address of the house × every kind of person, for GET and for POST.

A new address needs its line here; an address that is gone must lose its line. The numbers are the answers, in the
order of ``PEOPLE``: anonymous, own clerk, another facility's clerk, enrolment, officer, chief, manager,
administrator, auditor, another city's officer. POSTs are sent without any field: who may act is told what is missing
(422) or has acted (302); who may look but not act gets the refusal on the page (422); 404 is somebody else's.
"""

import pytest

from tests.access.addresses import ADDRESSES
from tests.access.table import GET, POST
from tests.access.world import PEOPLE


def test_every_address_is_in_the_table():
    assert set(GET) == set(ADDRESSES)
    assert set(POST) == set(ADDRESSES)


@pytest.mark.parametrize("view_name", sorted(ADDRESSES))
def test_who_may_look(sweep, view_name):
    answers = {person: answer.status for person, answer in sweep.opened(view_name).items()}

    assert answers == dict(zip(PEOPLE, GET[view_name], strict=True))


@pytest.mark.parametrize("view_name", sorted(ADDRESSES))
def test_who_may_act(sweep, view_name):
    answers = {person: answer.status for person, answer in sweep.pressed(view_name).items()}

    assert answers == dict(zip(PEOPLE, POST[view_name], strict=True))
