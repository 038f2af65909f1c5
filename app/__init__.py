"""What people start: the command line now, the window later. The only place that knows everything."""
