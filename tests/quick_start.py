"""A plugin that comes before all others: what takes seconds to import is left out or imported once.

The grammar of international web addresses is built anew by each process that imports jsonschema, as nbval does; jsonschema
does without where it is not there. Bytecode is kept, in __pycache__, where the environment says otherwise too: a hundred
processes would compile the same. And the kernels of lessons are forked from one that has imported all.
"""

import os
import sys

import pytest

from tests.lessons import warm_kernels

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def pytest_configure(config: pytest.Config) -> None:
    if config.pluginmanager.hasplugin("nbval") and warm_kernels.CAN_BE:
        from jupyter_client.provisioning import local_provisioner

        local_provisioner.launch_kernel = warm_kernels.launch_kernel
