"""The lab page: one model, its values, its run, and what it shows."""
