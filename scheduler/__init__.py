"""Over time: when to look, whom to tell, and the daemon that does both."""
