"""In the place of uv: it notes what it is asked for, makes an environment, and puts the other stand-ins into it."""

import compileall
import os
import pathlib
import shutil
import sys
import time

here = pathlib.Path(__file__).parent
with (here / "calls.txt").open("a", encoding="utf-8") as calls:
    print(*sys.argv[1:], file=calls)
if os.environ.get("UV_FAILS_AT") == sys.argv[1]:
    pathlib.Path(sys.argv[-1] if sys.argv[1] == "venv" else here).mkdir(parents=True, exist_ok=True)  # half made
    sys.exit(os.environ["UV_SAYS"])
if sys.argv[1] == "venv":
    import venv

    venv.create(sys.argv[-1], symlinks=os.name != "nt")
else:
    print("Resolved 2 packages", flush=True)
    time.sleep(float(os.environ.get("UV_SECONDS", "0")))
    prefix = pathlib.Path(sys.argv[sys.argv.index("--python") + 1]).parents[1]
    packages = "Lib" if os.name == "nt" else "lib/python{}.{}".format(*sys.version_info)
    shutil.copytree(here / "packages", prefix / packages / "site-packages", dirs_exist_ok=True)
    if "--compile" in sys.argv:
        compileall.compile_dir(prefix / packages / "site-packages", quiet=2)
