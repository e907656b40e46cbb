"""The terminal stepper: one value at a time, with questions, breakpoints and predictions."""
