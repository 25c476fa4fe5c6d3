"""`python -m wetread` is `wetread`."""

from wetread.cli import main

main()
