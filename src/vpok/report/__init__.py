"""From events and counters to tables and timelines."""
