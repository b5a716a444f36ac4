"""Rows of the applications room."""

from applications.models.cases import Application, ApplicationVersion, TypedField
from applications.models.files import EvidenceFile
from applications.models.packs import ItemPack
from applications.models.papers import Paper
from applications.models.places import PlaceException, PlaceFact
from applications.models.remarks import Remark
from applications.models.rounds import EntryRound, RoundReopening

__all__ = [
    "Application",
    "ApplicationVersion",
    "EntryRound",
    "EvidenceFile",
    "ItemPack",
    "Paper",
    "PlaceException",
    "PlaceFact",
    "Remark",
    "RoundReopening",
    "TypedField",
]
