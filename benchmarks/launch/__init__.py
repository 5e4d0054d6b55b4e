"""What opening Mentes from a course costs."""
