"""
What may follow a status: one dict a kind of row, one check, one drawing of it. The statuses are the rooms' own.
"""

from collections.abc import Mapping

Transitions = Mapping[str, frozenset[str]]


class TransitionNotAllowed(Exception):
    """The row cannot go from its status to the asked one."""


def check_transition(transitions: Transitions, now: str, then: str) -> None:
    """:raises TransitionNotAllowed: ``then`` does not follow ``now``."""
    if then not in transitions[now]:
        raise TransitionNotAllowed(f"{now} → {then}")


def diagram(transitions: Transitions) -> str:
    """The transitions as Mermaid text, for the README.md of a room."""
    lines = [f"    {now} --> {then}" for now, nexts in transitions.items() for then in sorted(nexts)]
    return "\n".join(["stateDiagram-v2", *lines])
