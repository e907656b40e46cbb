"""The tests: a law for each promise, exact numbers from elsewhere, a planted fault per checker."""
