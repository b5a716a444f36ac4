"""
What the administrators' pages of form packs show.

``lists`` the forms there are · ``sheets`` a form as a picture with what stands where · ``mapping`` one cell and what
may stand in it · ``differences`` between two packs · ``previews`` with a real facility · ``dictionary`` all names.
"""
