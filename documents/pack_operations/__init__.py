"""
The administrators' acts on form packs.

``starting`` begins a draft · ``mapping`` changes it, one step at a time · ``releasing`` lets it hold · ``workbooks``
judges and keeps what was uploaded · ``drafts`` is what the changes have in common.
"""
