"""Where values from outside are checked, once, and where numbers and names become text."""
