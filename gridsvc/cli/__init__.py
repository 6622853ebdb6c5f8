"""The command line: it reads arguments, calls the rooms, prints; nothing else."""

from gridsvc.cli.app import main

__all__ = ["main"]
