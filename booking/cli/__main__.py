"""`python -m booking.cli` is the same as `outabout`."""

import sys

from booking.cli import main

sys.exit(main())
