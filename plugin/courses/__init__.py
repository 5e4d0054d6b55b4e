"""Courses: contexts, resource links, modules seen, and who belongs to them."""
