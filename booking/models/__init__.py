"""The tables, one file per noun. Importing this package registers them all.

May import SQLAlchemy and `booking.domain`; never services, web or adapters.
"""

from booking.models.account import Account, AccountRole, Role
from booking.models.audit import AuditEntry
from booking.models.base import Base
from booking.models.booking import Booking
from booking.models.booking_event import BookingEvent
from booking.models.driver import Driver
from booking.models.driver_event import DriverEvent
from booking.models.group import Group, Session
from booking.models.journey_request import JourneyRequest
from booking.models.message import Message
from booking.models.offer import Offer
from booking.models.outbox import OutboxEntry
from booking.models.person import Person
from booking.models.place import Place
from booking.models.plan import Plan
from booking.models.refusal import Refusal
from booking.models.shift import Shift, ShiftPattern
from booking.models.sign_in import DeviceCode, SignIn, SignInCode, SignInTry
from booking.models.vehicle import Vehicle
from booking.models.zone import Area, Zone, ZoneLink
from booking.models.zone_day import ZoneDay

__all__ = [
    "Account",
    "AccountRole",
    "Area",
    "AuditEntry",
    "Base",
    "Booking",
    "BookingEvent",
    "DeviceCode",
    "Driver",
    "DriverEvent",
    "Group",
    "JourneyRequest",
    "Message",
    "Offer",
    "OutboxEntry",
    "Person",
    "Place",
    "Plan",
    "Refusal",
    "Role",
    "Session",
    "Shift",
    "ShiftPattern",
    "SignIn",
    "SignInCode",
    "SignInTry",
    "Vehicle",
    "Zone",
    "ZoneDay",
    "ZoneLink",
]
