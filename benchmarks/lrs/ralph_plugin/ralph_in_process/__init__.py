"""Ralph's own code on stores that pip can install; runs in Ralph's environment, knows no other."""
