"""The page of sweeps: a form, a map of what came out, and a way into every run."""
