"""Which function does which kind of work. Rooms register their own; ``jobs`` does not know what they do."""

from collections.abc import Callable
from typing import Protocol

from jobs.models import Job


class Handler(Protocol):
    """
    Does one job. Called inside a transaction that also marks the job as done; may run twice, so it must not harm.
    """

    def __call__(self, job: Job) -> None: ...


class UnknownKind(Exception):
    """Nobody registered for this kind of work."""


_handlers: dict[str, Handler] = {}


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Register the decorated function for ``kind``."""

    def register(handler: Handler) -> Handler:
        if kind in _handlers:
            raise ValueError(f"{kind} has a handler already")
        _handlers[kind] = handler
        return handler

    return register


def handler_for(kind: str) -> Handler:
    """
    The function registered for ``kind``.

    :raises UnknownKind: nobody registered.
    """
    try:
        return _handlers[kind]
    except KeyError:
        raise UnknownKind(kind) from None


def kinds() -> frozenset[str]:
    """Every registered kind."""
    return frozenset(_handlers)
