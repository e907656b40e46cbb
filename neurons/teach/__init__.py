"""For classrooms: worksheets, grading, and which samples changed a weight."""
