"""What gunicorn serves: the application for the environment's settings, its engine warming up.

The pages answer at once; an offer asked for in the first second or two waits for the engine.
"""

from threading import Thread

from booking.app import create_app
from routing.warming import warm_offers

app = create_app()
Thread(target=warm_offers, name="warm the engine", daemon=True).start()
