"""The program that reads an uploaded workbook in a process of its own. Nothing but Python's own library is needed."""
