"""What starts work: the clock (daemon.py) and the hand (cli.py)."""
