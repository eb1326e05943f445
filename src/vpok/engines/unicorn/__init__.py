"""Unicorn, with a meter: see docs/design/0002-metered-unicorn.md."""
