"""An engine that executes guests written in Python."""
