"""Entry point of `python -m reporting`."""

import sys

try:
    from reporting.cli import main
except ModuleNotFoundError as error:
    sys.exit(
        f"error: the Python package {error.name} is missing: use .venv/bin/python after"
        " 'make setup', or pip install '.[report]'"
    )

sys.exit(main())
