"""
Conditions of 加算 and 減算: what each needs, requires, excludes and implies, and what follows for one facility.

Each condition is declared beside its item (``pricing/items/``). Ask ``pricing.conditions.checking``.
"""
