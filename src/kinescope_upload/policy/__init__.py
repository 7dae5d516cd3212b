"""Pure rules: when to try again, how fast to send, how much at a time."""
