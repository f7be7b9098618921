"""Reading bytes into feeds and articles: functions of their arguments, no network, no clock."""
