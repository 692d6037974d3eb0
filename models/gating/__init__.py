"""Gating and sparsity against forgetting: continual learning, and five ways to be sparse."""
