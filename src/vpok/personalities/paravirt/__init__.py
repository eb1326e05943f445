"""
The paravirtual personality: bare virtual CPUs for guest operating systems.

To add a call: a line in `vpok.abi.paravirt_table`, a handler in one of these
files, a line in `table`.
"""
