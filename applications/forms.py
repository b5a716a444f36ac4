"""Forms of this room that Django reads: an uploaded file."""

from django import forms


class EvidenceForm(forms.Form):
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
