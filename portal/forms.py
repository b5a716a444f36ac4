"""What the city's staff types of a notice."""

from typing import Any
from uuid import UUID

from django import forms

from facilities.models import Facility, FacilityKind
from portal.models import REASON_LENGTH, TEXT_LENGTH, TITLE_LENGTH, Audience, Notice
from portal.operations.notices import NO_FACILITY, NO_KIND, NO_REASON, NO_TEXT, NO_TITLE, NoticeValues
from portal.queries.notices import by_kind, counts_by_kind


class TextField(forms.CharField):
    """Lines of text. A browser sends each line's end as two characters and counts it as one; so do we."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class FacilityChoice(forms.CheckboxSelectMultiple):
    """Many facilities to tick, folded by type; a type in which some are ticked is open."""

    template_name = "portal/notices/facility_choice.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """With the folds: (type, its options, how many of them are ticked)."""
        context = super().get_context(name, value, attrs)
        context["widget"]["folds"] = [
            (label, options, sum(option["selected"] for option in options))
            for label, options, _ in context["widget"]["optgroups"]
        ]
        return context

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """With the row's id, so that the page's record can be compared with it, and counted when ticked."""
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        option["attrs"] |= {"data-row": str(value), "data-select": True}
        return option


class NoticeForm(forms.Form):
    """A draft. Of an existing one ``version`` says which text was changed."""

    title = forms.CharField(
        label="件名", max_length=TITLE_LENGTH, error_messages={"required": NO_TITLE, "max_length": NO_TITLE}
    )
    text = TextField(
        label="本文",
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 14}),
        error_messages={"required": NO_TEXT, "max_length": NO_TEXT},
    )
    audience = forms.ChoiceField(
        label="対象",
        choices=Audience.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "対象を選んでください。", "invalid_choice": "対象を選んでください。"},
    )
    kinds = forms.MultipleChoiceField(
        label="施設類型",
        widget=forms.CheckboxSelectMultiple,
        error_messages=dict.fromkeys(("required", "invalid_choice", "invalid_list"), NO_KIND),
    )
    chosen = forms.MultipleChoiceField(
        label="施設",
        widget=FacilityChoice,
        error_messages=dict.fromkeys(("required", "invalid_choice", "invalid_list"), NO_FACILITY),
    )
    is_urgent = forms.BooleanField(label="すぐにメールで知らせる", required=False)
    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, facilities: list[Facility], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        counted = counts_by_kind(facilities)
        kinds, chosen = self.fields["kinds"], self.fields["chosen"]
        assert isinstance(kinds, forms.MultipleChoiceField)
        assert isinstance(chosen, forms.MultipleChoiceField)
        if self.is_bound:
            # Each is asked for by its own audience only, and stands on the page only then.
            kinds.required = self.data.get("audience") == Audience.KINDS
            chosen.required = self.data.get("audience") == Audience.FACILITIES
        kinds.choices = [(kind.value, f"{kind.label}（{counted.get(kind, 0)}施設）") for kind in FacilityKind]
        chosen.choices = [
            (kind.label, [(str(facility.pk), facility.name) for facility in rows])
            for kind, rows in by_kind(facilities)
        ]

    def values(self) -> NoticeValues:
        """What was typed."""
        typed = self.cleaned_data
        return NoticeValues(
            title=typed["title"],
            text=typed["text"],
            audience=typed["audience"],
            kinds=tuple(typed["kinds"]),
            chosen=tuple(UUID(facility_id) for facility_id in typed["chosen"]),
            is_urgent=typed["is_urgent"],
        )

    @staticmethod
    def initial_from(notice: Notice) -> dict[str, Any]:
        """The draft as it stands."""
        names = ("title", "text", "audience", "kinds", "chosen", "is_urgent", "version")
        return {name: getattr(notice, name) for name in names}


class AttachForm(forms.Form):
    """One file more. What it is, its content says."""

    file = forms.FileField(
        label="添付するファイル",
        allow_empty_file=True,
        max_length=250,
        error_messages={
            "required": "ファイルを選んでください。",
            "invalid": "ファイルを選んでください。",
            "max_length": "ファイル名が長すぎます。短くしてから選んでください。",
        },
        widget=forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg,.xlsx"}),
    )


class SendForm(forms.Form):
    """What was shown before it is sent."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    reach = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class WithdrawForm(forms.Form):
    """Why it is taken back."""

    reason = forms.CharField(
        label="取り下げの理由",
        max_length=REASON_LENGTH,
        error_messages={"required": NO_REASON, "max_length": NO_REASON},
    )
