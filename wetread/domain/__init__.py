"""Pure values and rules: standard library and numpy only, no I/O, no clock."""
