"""What the bridge costs: completions in, statements out."""
