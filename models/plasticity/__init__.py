"""Plasticity: rate and single-synapse rules, a rule a file."""
