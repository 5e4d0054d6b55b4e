"""Check-ins: ten minutes between a mentee and a mentor, from opening to looking back."""
