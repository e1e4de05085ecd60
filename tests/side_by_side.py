"""Which tests run on one worker, because they share something that takes long to make.

(The mark `xdist_group` would say the same, but does nothing with the pytest we use.)
"""

from __future__ import annotations

from typing import Final

from xdist.scheduler import LoadScopeScheduling

TOGETHER: Final = {
    "tests/browser/test_main_job.py": ("",),
    "tests/integration/test_access_matrix.py": ("[sqlite", "[postgresql"),
    "tests/integration/test_sample.py": ("",),
    "tests/integration/test_supervisor.py": ("",),
}
"""Files, and by what in their names the tests of one are told apart: a demo, a stage each."""


class Together(LoadScopeScheduling):
    """One test after the other goes to whoever is free; those that belong together go at once.

    They come first, so that none of them is what everybody waits for at the end.
    """

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        for part in TOGETHER.get(path, ()):
            if part in nodeid:
                return path + part
        return nodeid
