"""Sinks: what becomes of the kernel's events."""
