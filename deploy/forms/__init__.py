"""
The shipped form packs, drawn by script: what stands where on a sheet of paper, and what stands in it.

``make forms`` writes ``documents/shipped/`` anew. The product itself reads only what was written; the scripts are here
because a workbook cannot be read in a review, and a script can.
"""
