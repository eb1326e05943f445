"""One file per instruction set: registers, frames, what a fault means."""
