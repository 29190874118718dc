"""Spreadsheets in: every cell is checked and named, nothing is half applied."""
