"""`python -m neurons`: the command line."""

import sys

from neurons.cli import main

if __name__ == "__main__":
    sys.exit(main())
