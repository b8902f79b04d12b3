"""Entry point of `python -m driver`."""

import sys

from driver.cli import main

if __name__ == "__main__":
    sys.exit(main())
