"""The subcommands of `engram-workbench`."""
