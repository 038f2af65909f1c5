"""What is measured on speech and on talk, and what may be concluded from it: pure functions, numpy alone."""
