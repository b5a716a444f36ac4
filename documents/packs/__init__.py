"""
Form packs (帳票様式): what a form of nation, prefecture or city looks like in a year, and what stands where.

A pack is data: a manifest in TOML and a workbook, with an HTML template where the PDF shall not be the sheet itself. It
touches nothing but names of the data dictionary (``documents.dictionary``).

``manifest`` reads what a pack says · ``template`` the sheets of its workbook · ``filling`` puts values of the
dictionary into both · ``splicing`` writes the workbook · ``drawing`` the HTML of its sheets · ``checking`` looks
whether all of it holds.

For whoever makes packs: ``labels`` what is written beside a cell · ``editing`` changes of a manifest · ``carrying`` a
mapping onto an altered workbook · ``standing`` which cells are filled · ``samples`` made-up values.
"""
