"""From an OpenStreetMap extract to a roads file.

Needs osmium and routingkit-cch. Imports the rest of this folder.
"""

from __future__ import annotations

from pathlib import Path

from routing.roads.hierarchy import Hierarchy, build
from routing.roads.network import Network, network_of
from routing.roads.ordering import contraction_order
from routing.roads.profile import Minibus
from routing.roads.reading import read_ways


def build_roads(extract: Path, bus: Minibus | None = None) -> tuple[Network, Hierarchy]:
    """Everything an engine needs, from an extract; raises RoadsError."""
    network = network_of(read_ways(extract, bus))
    return network, hierarchy_of(network)


def hierarchy_of(network: Network) -> Hierarchy:
    """The contraction hierarchy of a network; raises RoadsError without routingkit-cch."""
    tail, head, _, _ = network.arcs()
    return build(contraction_order(network), tail, head)
