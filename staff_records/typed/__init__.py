"""
What people type or paste into a roster, read into values; pure: no models, no database.

A reader takes the text of one cell. Nothing typed is None: whether it is required, the caller knows. What cannot be
read raises ``Unreadable`` with a sentence for the person who typed it. The sentence never repeats the text, at most
one character of it: what stands here is personal, and exceptions end up in logs.
"""


class Unreadable(ValueError):
    """The text means nothing here. The message is a sentence that says what to write."""


class Doubtful(Unreadable):
    """The text means something, but hardly what was meant. The caller may ask and then read it as sure."""
