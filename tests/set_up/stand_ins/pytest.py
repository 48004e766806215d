"""In the place of pytest: it tells where it runs and with what, waits when told to, and ends with a code."""

import json
import os
import sys
import time

seen = ("PYTHONPATH", "PYTHONHOME", "PYTHONUTF8", "PYTHONOPTIMIZE", "VIRTUAL_ENV")
variables = {name: os.environ.get(name) for name in seen}
try:
    print(json.dumps({"arguments": sys.argv[1:], "folder": os.getcwd(), "prefix": sys.prefix, **variables}), flush=True)
    time.sleep(30 if "--wait" in sys.argv else 0)
except KeyboardInterrupt:
    sys.exit(2)
sys.exit(3 if "--three" in sys.argv else 0)
