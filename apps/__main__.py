"""`python -m apps` is the command `engram-workbench`."""

from apps.cli import main

if __name__ == "__main__":
    main(prog_name="engram-workbench")
