"""The imperative shell round the domain: loops over rows ; they talk to each other only through rows."""
