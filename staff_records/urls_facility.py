"""The roster's pages of one facility, below ``/f/<事業所番号>/staff/``."""

from typing import Any

from django.urls import URLPattern, path

from staff_records.views import acts_list as acts
from staff_records.views import (
    addresses,
    entry,
    figures,
    finding,
    hiring,
    importing,
    roster,
    succession,
    wages,
    workbook,
    year_facility,
)
from staff_records.views.acts import Act, act_page

app_name = "staff"


def _act(address: str, name: str, act: Act[Any]) -> URLPattern:
    """An act on one person; on a row of theirs, when the address names one."""
    return path(f"<uuid:member_id>/{address}/", act_page, {"act": act}, name=name)


urlpatterns: list[URLPattern] = [
    path("", roster.roster, name="roster"),
    path("new/", hiring.new, name="new"),
    path("addresses/", addresses.addresses, name="addresses"),
    path("year/", year_facility.year_now, name="year_now"),
    path("year/<int:fiscal_year>/", year_facility.year, name="year"),
    path("year/<int:fiscal_year>/submit/", year_facility.submit, name="year_submit"),
    path("year/<int:fiscal_year>/withdraw/", year_facility.withdraw, name="year_withdraw"),
    path("entry/", entry.entry, name="entry"),
    path("entry/check/", entry.entry_check, name="entry_check"),
    path("entry/apply/", entry.entry_apply, name="entry_apply"),
    path("entry/discard/", entry.entry_discard, name="entry_discard"),
    path("entry/<slug:table>/", entry.entry_table, name="entry_table"),
    path("entry/<slug:table>/save/", entry.entry_save, name="entry_save"),
    path("workbook/", workbook.workbook, name="workbook"),
    path("workbook/template/", workbook.template, name="workbook_template"),
    path("import/", importing.roster_import, name="import"),
    path("import/<uuid:roster_import_id>/", importing.import_columns, name="import_columns"),
    path("import/<uuid:roster_import_id>/words/", importing.import_words, name="import_words"),
    path("import/mappings/<uuid:roster_mapping_id>/forget/", importing.import_forget, name="import_forget"),
    path("succession/", succession.succeed, name="succeed"),
    path("find/", finding.find, name="find"),
    path("find/add/", finding.add_found, name="add_found"),
    path("find/take-over/", finding.take_over, name="take_over"),
    path("figures/", figures.figures, name="figures"),
    path("figures/export/", figures.figures_export, name="figures_export"),
    path("figures/hours/", figures.set_work_rules, name="set_work_rules"),
    path("figures/hours/<uuid:rule_id>/remove/", figures.remove_work_rules, name="remove_work_rules"),
    path("<uuid:member_id>/", roster.person, name="person"),
    path("<uuid:member_id>/wages/", wages.wages, name="wages"),
    _act("leaving", "leave", acts.LEAVE),
    _act("staying", "stay", acts.STAY),
    _act("return-hire", "come_back", acts.COME_BACK),
    _act("terms", "change_terms", acts.TERMS),
    _act("absence", "begin_leave", acts.ABSENCE),
    _act("return", "end_leave", acts.RETURN),
    _act("withdrawal", "withdraw_member", acts.WITHDRAW_MEMBER),
    _act("details", "change_details", acts.DETAILS),
    _act("identity", "correct_identity", acts.CORRECT_IDENTITY),
    _act("hours", "set_hours", acts.HOURS),
    _act("qualifications", "qualify", acts.QUALIFY),
    _act("earlier", "add_earlier", acts.EARLIER),
    _act("trainings", "train", acts.TRAIN),
    _act("details/<uuid:row_id>", "correct_detail", acts.CORRECT_DETAIL),
    _act("details/<uuid:row_id>/withdrawal", "withdraw_detail", acts.WITHDRAW_DETAIL),
    _act("spans/<uuid:row_id>", "correct_span", acts.CORRECT_SPAN),
    _act("spans/<uuid:row_id>/withdrawal", "withdraw_span", acts.WITHDRAW_SPAN),
    _act("qualifications/<uuid:row_id>", "correct_qualification", acts.CORRECT_QUALIFICATION),
    _act("qualifications/<uuid:row_id>/withdrawal", "withdraw_qualification", acts.WITHDRAW_QUALIFICATION),
    _act("earlier/<uuid:row_id>", "correct_earlier", acts.CORRECT_EARLIER),
    _act("earlier/<uuid:row_id>/withdrawal", "withdraw_earlier", acts.WITHDRAW_EARLIER),
    _act("trainings/<uuid:row_id>", "correct_training", acts.CORRECT_TRAINING),
    _act("trainings/<uuid:row_id>/withdrawal", "withdraw_training", acts.WITHDRAW_TRAINING),
]
