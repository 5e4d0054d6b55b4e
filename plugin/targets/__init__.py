"""Where statements go: record stores of an organisation, ours and other people's."""
