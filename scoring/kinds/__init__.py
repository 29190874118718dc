"""The kinds of nodes a scheme is made of. A new one is a file of its own and a name in this list."""

from scoring.kinds.amount import Adjustment, Amount, Bonus, Imported, Penalty
from scoring.kinds.best import Attempts, Best
from scoring.kinds.carried import Carried
from scoring.kinds.choice import Choice
from scoring.kinds.completed import Completed
from scoring.kinds.difference import Difference
from scoring.kinds.judgement import Judgement
from scoring.kinds.panel import Panel
from scoring.kinds.pass_fail import PassFail
from scoring.kinds.product import Product
from scoring.kinds.quantity import Quantity
from scoring.kinds.running import Running
from scoring.kinds.standardised import Standardised
from scoring.kinds.sum import Sum
from scoring.kinds.tolerance import Tolerance
from scoring.kinds.veto import Veto

ByPanel = Panel | Judgement
Single = (
    PassFail
    | Completed
    | Difference
    | Choice
    | Tolerance
    | Imported
    | Amount
    | Penalty
    | Bonus
    | Adjustment
    | Veto
    | Quantity
)
Composed = Sum | Product | Best | Carried | Standardised
Written = Attempts | Running
"""Short ways of writing: expanded when a document is read, so nothing computes them."""
Node = ByPanel | Single | Composed | Written

__all__ = [
    "Adjustment",
    "Amount",
    "Attempts",
    "Best",
    "Bonus",
    "ByPanel",
    "Carried",
    "Choice",
    "Completed",
    "Composed",
    "Difference",
    "Imported",
    "Judgement",
    "Node",
    "Panel",
    "PassFail",
    "Penalty",
    "Product",
    "Quantity",
    "Running",
    "Single",
    "Standardised",
    "Sum",
    "Tolerance",
    "Veto",
    "Written",
]
