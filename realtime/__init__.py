"""The live part: seats that mark, boards that move."""
