"""The commands of `python -m neurons`, one module each: `add(commands)` and `run(options)`."""
