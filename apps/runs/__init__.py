"""The runs page: the store, found, opened, tagged, noted and deleted."""
