"""From marks to places: numbers only, no clock, no dice, no input or output."""

from scoring.explain import Step, explain
from scoring.outline import OutlineRow, outline, schema
from scoring.results import Result, Results, results
from scoring.scheme import Aspect, Scheme, SchemeProblem, canonical, parse, problem_with
from scoring.sheet import Sheet, SheetMark, SheetProblem

__all__ = [
    "Aspect",
    "OutlineRow",
    "Result",
    "Results",
    "Scheme",
    "SchemeProblem",
    "Sheet",
    "SheetMark",
    "SheetProblem",
    "Step",
    "canonical",
    "explain",
    "outline",
    "parse",
    "problem_with",
    "results",
    "schema",
]
