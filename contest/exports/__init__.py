"""Workbooks and text tables out: the same results as on the boards, as values and never as formulas."""
