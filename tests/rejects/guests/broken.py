"""A guest that raises when it is imported."""

LIMIT = 1
LIMIT //= 0
