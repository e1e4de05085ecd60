"""A roads file: the network and its hierarchy, as plain arrays (.npz without pickles).

Imports errors, hierarchy and network.
"""

from __future__ import annotations

import os
import zipfile
from dataclasses import fields
from pathlib import Path
from typing import Final

import numpy as np

from routing.errors import RoadsError
from routing.roads.hierarchy import Hierarchy
from routing.roads.network import Network

FORMAT: Final = 1
"""Raised with every change of what the arrays mean."""


def save(file: Path, network: Network, hierarchy: Hierarchy) -> None:
    """Write the file whole or not at all; raises RoadsError where it cannot be written."""
    arrays = {f"network_{field.name}": getattr(network, field.name) for field in fields(network)}
    arrays |= {
        f"hierarchy_{field.name}": getattr(hierarchy, field.name) for field in fields(hierarchy)
    }
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with beside.open("wb") as out:
            np.savez(out, format=np.array(FORMAT), **arrays)
        beside.replace(file)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise RoadsError(str(file), f"cannot be written ({error.strerror or error})") from error


def load(file: Path) -> tuple[Network, Hierarchy]:
    """Read what `save` wrote; raises RoadsError where it is not there or not such a file."""
    if not file.is_file():
        raise RoadsError(str(file), "there is no such file")
    try:
        with np.load(file, allow_pickle=False) as arrays:
            if int(arrays["format"]) != FORMAT:
                raise RoadsError(str(file), "was made by another release: build it again")
            return (
                Network(**{f.name: arrays[f"network_{f.name}"] for f in fields(Network)}),
                Hierarchy(**{f.name: arrays[f"hierarchy_{f.name}"] for f in fields(Hierarchy)}),
            )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        raise RoadsError(
            str(file), "is not a roads file; make one with `outabout roads build FILE.osm.pbf`"
        ) from error
