import sys

from dmnb.cli import main

sys.exit(main())
