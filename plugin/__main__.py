"""`python -m plugin` is `mentes`."""

from plugin.cli import main

main()
