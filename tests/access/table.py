"""The table itself. See ``tests/test_access.py`` for the order of the people."""

Answers = tuple[int, int, int, int, int, int, int, int, int, int]


def everybody(answer: int) -> Answers:
    """The same for all."""
    return (answer,) * 10  # type: ignore[return-value]


def strangers(outside: int, inside: int) -> Answers:
    """One answer before the login, one after it."""
    return (outside, *(inside,) * 9)  # type: ignore[return-value]


def facility(own: int, stranger: int = 404) -> Answers:
    """A facility's page: its own clerk, another facility's clerk, and nobody else."""
    return (302, own, stranger, 404, 404, 404, 404, 404, 404, 404)


def city(enrolment: int, operations: int, administrator: int, other: int) -> Answers:
    """A page of the city: enrolment, the three of the operations section, the administrator; another city's officer."""
    return (302, 404, 404, enrolment, operations, operations, operations, administrator, 404, other)


def audit(own: int) -> Answers:
    """The auditor's."""
    return (302, 404, 404, 404, 404, 404, 404, 404, own, 404)


GET: dict[str, Answers] = {
    "portal:start": everybody(302),
    "portal:live": everybody(200),
    "portal:ready": everybody(200),
    "accounts:login": strangers(200, 302),
    "accounts:code": everybody(302),
    "accounts:resend_code": everybody(405),
    "accounts:choose_password": strangers(200, 302),
    "accounts:change_password": strangers(302, 200),
    "accounts:logout": everybody(405),
    "accounts:keep_alive": everybody(405),
    "facility_choice:choose": facility(200, stranger=200),
    "facility_portal:home": facility(200),
    "claims:count_list": facility(200),
    "claims:count_page": facility(200),
    "claims:confirm_counts": facility(200),
    "claims:dispute_counts": facility(200),
    "claims:facts_page": facility(200),
    "claims:claim_list": facility(200),
    "claims:claim_page": facility(200),
    "claims:claim_recalculate": facility(200),
    "claims:submit": facility(200),
    "claims:withdraw": facility(200),
    "claims:correct": facility(200),
    "documents:list": facility(200),
    "documents:order": facility(405),
    "documents:progress": facility(200),
    "documents:download": facility(200),
    "city_portal:home": city(200, 200, 200, other=200),
    "facility_lists:imports": city(403, 200, 200, other=200),
    "facility_lists:export": city(403, 200, 200, other=200),
    "facility_lists:import_page": city(403, 200, 200, other=404),
    "facility_lists:accept": city(403, 200, 200, other=404),
    "facility_lists:discard": city(403, 200, 200, other=404),
    "counts:imports": city(200, 200, 200, other=200),
    "counts:import_page": city(200, 200, 200, other=404),
    "counts:accept": city(200, 200, 200, other=404),
    "counts:discard": city(200, 200, 200, other=404),
    "counts:disputes": city(200, 200, 200, other=200),
    "counts:answer": city(200, 200, 200, other=404),
    "counts:month": city(200, 200, 200, other=200),
    "counts:facility": city(200, 200, 200, other=404),
    "approvals:inbox": city(403, 200, 200, other=200),
    "approvals:export": city(403, 200, 200, other=302),
    "approvals:confirm_together": city(405, 405, 405, other=405),
    "approvals:approve_unchanged": city(405, 405, 405, other=405),
    "approvals:review_page": city(403, 200, 200, other=404),
    "approvals:approve": city(405, 405, 405, other=405),
    "approvals:return": city(405, 405, 405, other=405),
    "facilities:facilities": city(403, 200, 200, other=200),
    "facilities:facility_page": city(403, 200, 200, other=404),
    "facilities:facility_set_profile": city(405, 405, 405, other=405),
    "facilities:facility_grant_item": city(405, 405, 405, other=405),
    "facilities:facility_end_item": city(405, 405, 405, other=405),
    "facilities:accounts": city(403, 403, 200, other=403),
    "facilities:account_page": city(403, 403, 200, other=404),
    "facilities:account_register_address": city(405, 405, 405, other=405),
    "facilities:account_new": city(403, 403, 200, other=403),
    "facilities:accounts_reconfirm": city(405, 405, 405, other=405),
    "facilities:account_confirm_address": city(405, 405, 405, other=405),
    "facilities:account_withdraw_address": city(405, 405, 405, other=405),
    "facilities:account_password_code": city(405, 405, 405, other=405),
    "facilities:account_unlock": city(405, 405, 405, other=405),
    "facilities:account_end": city(405, 405, 405, other=405),
    "facilities:account_hand_over": city(403, 403, 200, other=404),
    "facilities:account_disable": city(405, 405, 405, other=405),
    "facilities:account_enable": city(405, 405, 405, other=405),
    "audit_portal:events": audit(200),
    "audit_portal:event": audit(200),
    "audit_portal:export": audit(200),
}

POST: dict[str, Answers] = {
    "portal:start": everybody(405),
    "portal:live": everybody(405),
    "portal:ready": everybody(405),
    "accounts:login": strangers(422, 302),
    "accounts:code": everybody(302),
    "accounts:resend_code": everybody(302),
    "accounts:choose_password": strangers(422, 302),
    "accounts:change_password": strangers(302, 422),
    "accounts:logout": everybody(302),
    "accounts:keep_alive": strangers(401, 204),
    "facility_choice:choose": facility(405, stranger=405),
    "facility_portal:home": facility(405),
    "claims:count_list": facility(405),
    "claims:count_page": facility(405),
    "claims:confirm_counts": facility(422),
    "claims:dispute_counts": facility(422),
    "claims:facts_page": facility(422),
    "claims:claim_list": facility(405),
    "claims:claim_page": facility(405),
    "claims:claim_recalculate": facility(302),
    "claims:submit": facility(422),
    "claims:withdraw": facility(422),
    "claims:correct": facility(422),
    "documents:list": facility(405),
    "documents:order": facility(302),
    "documents:progress": facility(405),
    "documents:download": facility(405),
    "city_portal:home": city(405, 405, 405, other=405),
    "facility_lists:imports": city(403, 422, 422, other=422),
    "facility_lists:export": city(405, 405, 405, other=405),
    "facility_lists:import_page": city(405, 405, 405, other=405),
    "facility_lists:accept": city(403, 422, 302, other=404),
    "facility_lists:discard": city(403, 422, 302, other=404),
    "counts:imports": city(422, 422, 422, other=422),
    "counts:import_page": city(405, 405, 405, other=405),
    "counts:accept": city(302, 422, 422, other=404),
    "counts:discard": city(302, 422, 422, other=404),
    "counts:disputes": city(405, 405, 405, other=405),
    "counts:answer": city(422, 422, 422, other=404),
    "counts:month": city(405, 405, 405, other=405),
    "counts:facility": city(405, 405, 405, other=405),
    "approvals:inbox": city(405, 405, 405, other=405),
    "approvals:export": city(405, 405, 405, other=405),
    "approvals:confirm_together": city(403, 422, 422, other=200),
    "approvals:approve_unchanged": city(403, 302, 302, other=302),
    "approvals:review_page": city(405, 405, 405, other=405),
    "approvals:approve": city(403, 422, 422, other=404),
    "approvals:return": city(403, 422, 422, other=404),
    "facilities:facilities": city(405, 405, 405, other=405),
    "facilities:facility_page": city(405, 405, 405, other=405),
    "facilities:facility_set_profile": city(403, 422, 422, other=404),
    "facilities:facility_grant_item": city(403, 422, 422, other=404),
    "facilities:facility_end_item": city(403, 422, 422, other=404),
    "facilities:accounts": city(405, 405, 405, other=405),
    "facilities:account_page": city(405, 405, 405, other=405),
    "facilities:account_register_address": city(403, 403, 422, other=404),
    "facilities:account_new": city(403, 403, 422, other=403),
    "facilities:accounts_reconfirm": city(403, 403, 422, other=403),
    "facilities:account_confirm_address": city(403, 403, 302, other=404),
    "facilities:account_withdraw_address": city(403, 403, 302, other=404),
    "facilities:account_password_code": city(403, 403, 302, other=404),
    "facilities:account_unlock": city(403, 403, 302, other=404),
    "facilities:account_end": city(403, 403, 302, other=404),
    "facilities:account_hand_over": city(403, 403, 422, other=404),
    "facilities:account_disable": city(403, 403, 302, other=404),
    "facilities:account_enable": city(403, 403, 302, other=404),
    "audit_portal:events": audit(405),
    "audit_portal:event": audit(405),
    "audit_portal:export": audit(405),
}
