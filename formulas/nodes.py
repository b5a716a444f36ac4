"""
TOML read table by table: what is missing, of another kind or never asked for is a problem at its path. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

_KIND_WORDS: Final = {str: "文字", int: "整数", bool: "true か false", list: "リスト", dict: "表"}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, where."""

    path: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.path}：{self.sentence}" if self.path else self.sentence


@dataclass
class Node:
    """One table of the TOML: what was not asked for is a problem in the end."""

    path: str
    given: dict[str, Any]
    problems: list[Problem]
    asked: set[str] = field(default_factory=set)

    def at(self, name: str) -> str:
        return f"{self.path}.{name}".strip(".")

    def say(self, name: str, sentence: str) -> None:
        self.problems.append(Problem(self.at(name), sentence))

    def take(self, name: str, kind: type, default: Any = ...) -> Any:
        self.asked.add(name)
        if name not in self.given:
            if default is ...:
                self.say(name, "必ず書いてください。")
                return kind()
            return default
        value = self.given[name]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.say(name, f"{_KIND_WORDS[kind]}で書いてください。")
            return kind() if default is ... else default
        return value

    def text(self, name: str, *, most: int, default: Any = ...) -> str:
        value: str = self.take(name, str, default)
        if len(value) > most:
            self.say(name, f"{most}字までにしてください。")
        elif default is ... and name in self.given and not value.strip():
            self.say(name, "空にはできません。")
        return value

    def choice(self, name: str, choices: Sequence[str], default: Any = ...) -> str:
        value: str = self.take(name, str, default)
        if value and value not in choices:
            self.say(name, f"次のどれかにしてください：{'、'.join(choices)}")
            return choices[0]
        return value or choices[0]

    def texts(self, name: str, default: Any = ...) -> tuple[str, ...]:
        values = self.take(name, list, default)
        if not all(isinstance(value, str) for value in values):
            self.say(name, "文字のリストで書いてください。")
            return ()
        return tuple(values)

    def tables(self, name: str) -> list["Node"]:
        given = self.take(name, list, [])
        nodes = []
        for number, value in enumerate(given):
            path = f"{self.path}.{name}[{number}]".strip(".")
            if isinstance(value, dict):
                nodes.append(Node(path, value, self.problems))
            else:
                self.problems.append(Problem(path, "表で書いてください。"))
        return nodes

    def table(self, name: str) -> "Node | None":
        given = self.take(name, dict, None)
        return None if given is None else Node(f"{self.path}.{name}".strip("."), given, self.problems)

    def done(self) -> None:
        for name in self.given:
            if name not in self.asked:
                self.say(name, "この名前の項目はありません。つづりを確かめてください。")
