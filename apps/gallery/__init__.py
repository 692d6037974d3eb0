"""The gallery page: every model as a card."""
