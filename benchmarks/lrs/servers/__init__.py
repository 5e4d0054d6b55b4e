"""Each server: what it needs before it starts, how it starts, how it is reached."""
