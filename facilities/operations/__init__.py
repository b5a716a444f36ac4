"""The acts on facilities and accounts."""
