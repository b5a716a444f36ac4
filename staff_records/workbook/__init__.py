"""The roster as a workbook: written by us, and read from ours or from anybody's. Pure: no rows of the database."""
