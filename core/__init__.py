"""The conversation itself: pure turn-taking, its threads, its memory. Knows no toolkit and no model runtime."""
