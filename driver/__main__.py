"""Entry point of `python -m driver`."""

import sys

try:
    from driver.cli import main
except ModuleNotFoundError as error:
    sys.exit(
        f"error: the Python package {error.name} is missing: use .venv/bin/python after"
        " 'make setup', or pip install ."
    )

sys.exit(main())
