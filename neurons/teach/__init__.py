"""For classes: worksheets, grading, and which samples moved a weight."""
