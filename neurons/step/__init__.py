"""One value at a time: equations, a schedule of steps, going back, and asking why."""
