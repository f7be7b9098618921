"""A newsroom on loopback with our own sample stories, and a mail server that catches what is sent."""
