"""The two worked examples and the case tables, read once."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent


def read_json(name: str) -> Any:
    return json.loads((HERE / name).read_text(encoding="utf-8"))


@pytest.fixture
def kindergarten_claim() -> dict[str, Any]:
    """WE1: the kindergarten of the contract's example."""
    return copy.deepcopy(read_json("examples/we1.json"))


@pytest.fixture
def nursery_claim() -> dict[str, Any]:
    """WE5: the nursery of the worked example on the sample book."""
    return copy.deepcopy(read_json("examples/we5.json"))
