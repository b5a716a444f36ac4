"""The 事業所番号 in addresses: ``<facility_number:number>``, so that no word of an address is taken for a number."""


class FacilityNumberConverter:
    """Thirteen digits."""

    regex = r"[0-9]{13}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
