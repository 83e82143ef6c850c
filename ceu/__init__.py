"""The site: settings, addresses and the admin index on top, foundations below; no subject matter in between."""
