"""What is kept of conversations: words, sound and codes, in one SQLite file that outlives any crash."""
