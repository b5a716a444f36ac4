"""
A workshop: several questions to the database in one message.

A roster is one thing in seven tables, and a page that asks table by table waits for the network seven times.
``together`` sends the questions at once and hands back the rows of each, as if each had been asked alone.
"""

from asking.together import Statement, together

__all__ = ["Statement", "together"]
