"""`python -m fireline` is the command line."""

from fireline.cli import main

main()
