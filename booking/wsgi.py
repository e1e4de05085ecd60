"""What gunicorn serves: the application for the environment's settings, its engine warm."""

from booking.app import create_app
from routing.warming import warm_offers

app = create_app()
warm_offers()
