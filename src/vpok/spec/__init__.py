"""Frozen description of a system, and what makes one valid."""
