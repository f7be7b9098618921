"""What a subscriber gets: composing mails from templates and delivering them."""
