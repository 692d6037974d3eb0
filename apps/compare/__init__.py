"""The compare page: records over each other, with the difference drawn."""
