"""How facilities ask the rooms above, of which they know nothing: those register a function for what is asked."""

from collections.abc import Callable
from typing import Any, TypeVar

Answer = TypeVar("Answer", bound=Callable[..., Any])


class Asked(list[Answer]):
    """The functions that answer one question. Used as a decorator in a module that ``AppConfig.ready`` imports."""

    def __call__(self, answer: Answer) -> Answer:
        """Register the decorated function."""
        self.append(answer)
        return answer
