"""An engine that executes models of tasks instead of machine code."""
