"""The privacy desk: what is held about somebody, and what they ask to be done with it."""
