"""The arena: the same patterns, the same damaged cues, as many bits, and every memory at once."""
