"""Every named address of the house."""

from django.urls import URLPattern, URLResolver, get_resolver


def addresses(resolver: URLResolver | None = None, space: str = "") -> dict[str, list[str]]:
    """Every named address with the names of its arguments."""
    found: dict[str, list[str]] = {}
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inside = addresses(pattern, f"{pattern.namespace}:" if pattern.namespace else space)
            outer = list(pattern.pattern.converters)
            found |= {name: [*outer, *arguments] for name, arguments in inside.items()}
        elif isinstance(pattern, URLPattern):
            found[f"{space}{pattern.name}"] = list(pattern.pattern.converters)
    return found


ADDRESSES = addresses()
