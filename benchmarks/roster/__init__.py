"""How quickly a roster comes in, and how much memory that takes."""
