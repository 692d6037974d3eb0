"""Runs that outlive the pages that started them, and how much of them there may be."""
