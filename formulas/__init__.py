"""
A workshop: the small exact language in which packs of items and of forms say how one value follows from others.

Plain Python. It knows no field, no form and no database; whoever uses it brings the values.
"""

from formulas.language import (
    FROM,
    LONGEST,
    RESULT,
    Formula,
    FormulaWrong,
    NotComputable,
    Tables,
    Value,
    read,
)

__all__ = ["FROM", "LONGEST", "RESULT", "Formula", "FormulaWrong", "NotComputable", "Tables", "Value", "read"]
