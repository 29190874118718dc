"""The competition: its people, its clock, its book."""
