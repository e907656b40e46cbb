"""The same bits as the objects, quicker."""
