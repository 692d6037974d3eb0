"""Spiking networks in Brian2: assemblies that form, refine, are recalled and are silenced."""
