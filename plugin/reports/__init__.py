"""Reports: did the course reach the work? Measures, with small cells kept back."""
