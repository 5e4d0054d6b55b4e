"""Goals: the next steps that came out of check-ins, and what became of them."""
