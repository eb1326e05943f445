"""Guests in Python: the paravirtual ABI, without an instruction set."""
