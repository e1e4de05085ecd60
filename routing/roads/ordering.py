"""In which order to contract the nodes: nested dissection along the lie of the land.

Needs routingkit-cch, which only building a roads file needs. Imports errors and network.
"""

from __future__ import annotations

import numpy as np

from routing.errors import RoadsError
from routing.roads.hierarchy import Ints
from routing.roads.network import Network
from routing.roads.reading import NEEDS_PACKAGES


def contraction_order(network: Network) -> Ints:
    """All nodes, the least important first (Schild and Sommer 2015, by RoutingKit)."""
    try:
        from routingkit_cch import compute_order_inertial
    except ImportError as error:
        raise RoadsError("roads", NEEDS_PACKAGES) from error
    tail, head, _, _ = network.arcs()
    order = compute_order_inertial(
        len(network.node_latitude),
        tail.tolist(),
        head.tolist(),
        network.node_latitude.tolist(),
        network.node_longitude.tolist(),
    )
    return np.array(order, np.int64)
