"""Forms about one person; every field is a column of ``staff_records.columns``."""
