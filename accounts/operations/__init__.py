"""The acts of logging in and of keeping accounts."""
