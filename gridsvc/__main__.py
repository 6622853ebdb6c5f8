"""`python -m gridsvc`."""

from gridsvc.cli import main

main()
