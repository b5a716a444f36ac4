"""Row-level security, and references that cross neither tenants nor facilities."""

from django.db import migrations

from facilities import row_security

MEMBER_TABLES = (
    "staffdetail",
    "employment",
    "qualification",
    "earlieremployment",
    "training",
    "monthlyhours",
    "wage",
    "staffchange",
    "overlapflag",
    "searchtoken",
    "entryrow",
    "snapshotline",
)
ALL_TABLES = ("staffmember", "workrules", "entrysheet", "rostersnapshot", *MEMBER_TABLES)


class Migration(migrations.Migration):
    dependencies = [
        ("staff_records", "0001_initial"),
    ]

    operations = [
        *[
            row_security.composite_reference(
                f"staff_records_{table}", "facility_id", "facilities_facility", f"staff_{table}_same_city"
            )
            for table in ALL_TABLES
        ],
        *[
            row_security.facility_reference(
                f"staff_records_{table}", "member_id", "staff_records_staffmember"
            )
            for table in MEMBER_TABLES
        ],
        row_security.facility_reference("staff_records_entryrow", "sheet_id", "staff_records_entrysheet"),
        row_security.facility_reference(
            "staff_records_snapshotline", "snapshot_id", "staff_records_rostersnapshot"
        ),
        *[row_security.facility_rows(f"staff_records_{table}") for table in ALL_TABLES],
    ]
