"""From marks to places: numbers only, no clock, no dice, no input or output."""
