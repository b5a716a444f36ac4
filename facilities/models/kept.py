"""Answers that are kept until the rows they were computed from change (``facilities.keeping``)."""

from django.db import models

from facilities.tenancy import FacilityOwned


class Kept(FacilityOwned):
    """
    The answer to one question about a facility and month; each question is a table of its own, which seals
    ``content_sealed``.

    ``stamp`` says of which rows, terms and program: what is kept counts only while it is the stamp of today. It is
    sealed: what a roster of one comes to is that one's working life.
    """

    month = models.DateField("月")
    stamp = models.CharField("何から計算したか", max_length=64)
    content_sealed = models.BinaryField("集計")

    class Meta:
        abstract = True
        ordering = ("facility", "month")

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} of {self.facility_id}"

    @property
    def place(self) -> str:
        """Where the content is bound to: also to the stamp, so that it opens under no other."""
        place = f"{self.municipality_id}|{self.facility_id}|{self.month}|{self.stamp}"
        return f"{self._meta.db_table}|content|{place}"
