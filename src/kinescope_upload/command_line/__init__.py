"""What all commands make of their options: the options that several share, the settings, what the shell completes."""
