"""Pages and API: parse, call a service, render. Views never query the database."""
