"""PDFs as small as they come."""


def pdf(words: bytes = b"x") -> bytes:
    """One without pages that says something; ``words`` stand in it in clear."""
    return b"%PDF-1.7\n% " + words + b"\ntrailer<<>>\nstartxref\n0\n%%EOF\n"
