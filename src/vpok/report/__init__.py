"""What a run came to: plain data, and the ways to show it."""
