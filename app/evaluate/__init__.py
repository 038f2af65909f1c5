"""`sotto evaluate`: how well a voice speaks in context, how well it takes turns, how fast it is."""
